// Before a draft is signed: what a week comes to, what changes, what is to be ticked, and who answers.

import { account } from "../account.js";
import { card } from "../cards.js";
import { h } from "../dom.js";
import { sent } from "../feed.js";
import { integer, longDay, shortDay } from "../format.js";
import { both, hasText, t } from "../texts.js";

export function checksOf(editor, draft, show) {
  const week = h("div", { class: "week" });
  const changes = h("div", { class: "changes" });
  const ticks = h("div", { class: "clearances" });
  const obstacles = h("div", { class: "obstacles", role: "status" });
  const problem = h("p", { class: "line-lost", role: "alert", hidden: true });
  const button = h("button", { type: "button", class: "wide", id: "sign-button", onclick: sign });
  const who = whoOf(draft);
  const changed = h("h3", {});
  const element = card(
    "checks",
    t("check_title"),
    h("h3", {}, t("week_title")),
    week,
    changed,
    changes,
    h("h3", {}, t("clearances_title")),
    ticks,
    h("h3", { id: "sign", tabindex: "-1" }, t("sign_title")),
    obstacles,
    who.element,
    problem,
    button,
    h("p", { class: "note" }, t("sign_note")),
  );
  return { element, update, go };

  /** To where the work goes on: to what is left to tick, else to the signature. */
  function go(event) {
    event.preventDefault();
    const open = ticks.querySelector("input:not(:checked)");
    const place = open ?? element.querySelector("#sign");
    place.scrollIntoView({ block: "center" });
    place.focus();
  }

  function update(view, loose) {
    const now = view.draft;
    week.replaceChildren(weekOf(now));
    changed.textContent = now.against === null ? t("changes_first") : t("changes_title", { n: now.against });
    changes.replaceChildren(...changesOf(editor, now));
    drawTicks(now);
    obstacles.replaceChildren(...obstaclesOf(now, loose));
    button.textContent = t("sign", { n: now.newest + 1 });
    who.tell(view.today);
    problem.hidden = true;
  }

  function drawTicks(now) {
    const held = document.activeElement?.id;
    const boxes = now.clearances.map((one) => {
      const input = h("input", { type: "checkbox", id: `clear-${one.id}`, checked: draft.ticked.has(one.id) });
      input.onchange = () => {
        input.checked ? draft.ticked.add(one.id) : draft.ticked.delete(one.id);
        draft.touched();
      };
      return h("div", { class: "check" }, input, h("label", { for: input.id }, both(one.text)));
    });
    const told = boxes.length ? boxes : [h("p", { class: "quiet" }, t("clearances_none"))];
    const shape = now.clearances.map((one) => one.id + one.text.en).join("|");
    if (ticks.dataset.shape !== shape) {
      ticks.dataset.shape = shape;
      ticks.replaceChildren(...told);
      if (held?.startsWith("clear-")) document.getElementById(held)?.focus();
    }
    for (const one of now.clearances) document.getElementById(`clear-${one.id}`).checked = draft.ticked.has(one.id);
  }

  function obstaclesOf(now, loose) {
    const unticked = now.clearances.filter((one) => !one.ticked).length;
    if (!now.obstacles.length && !unticked) return [h("p", { class: "verdict" }, h("span", { class: "sign", "aria-hidden": "true" }, "✓"), t("can_sign"))];
    const lines = now.obstacles.map((one) => h("li", {}, both(one)));
    if (unticked) lines.push(h("li", {}, unticked === 1 ? t("one_to_tick") : t("so_many_to_tick", { n: unticked })));
    const mistakes = loose.filter((one) => one.path).map((one) => h("li", {}, `${both(one.place)}: ${both(one.what)}`));
    const look = now.newest !== now.based_on ? h("button", { type: "button", class: "quiet-button", onclick: () => looked(now.newest) }, t("look_at", { n: now.newest })) : null;
    return [h("p", { class: "cannot" }, t("obstacles_title")), h("ul", { class: "dots" }, ...lines, ...mistakes), ...(look ? [look] : [])];
  }

  async function looked(newest) {
    try {
      await draft.settled();
      show(await sent(`${editor.place}/look`, { revision: draft.view.draft.revision, newest, by: draft.by() }), "look");
    } catch (error) {
      tell(error);
    }
  }

  async function sign() {
    button.disabled = true;
    try {
      await draft.settled();
      const view = await sent(`${editor.place}/sign`, { revision: draft.view.draft.revision, by: draft.by() });
      draft.ended = true;
      show(view, "signed");
    } catch (error) {
      tell(error);
    } finally {
      button.disabled = false;
    }
  }

  function tell(error) {
    problem.textContent = error.message;
    problem.hidden = false;
    button.focus();
  }
}

function whoOf(draft) {
  if (account.name) {
    const said = h("p", { class: "signing" });
    return { element: said, tell: (today) => (said.textContent = t("sign_who", { name: account.name, day: longDay(today) })) };
  }
  const input = h("input", { id: "sign-by", maxlength: 60, autocomplete: "off", oninput: () => (draft.name = input.value.trim()) });
  return { element: h("div", { class: "field" }, h("label", { for: input.id }, t("sign_name")), input), tell: () => {} };
}

function weekOf(now) {
  if (!now.week) return h("p", { class: "quiet" }, t("week_unknown"));
  const before = now.week_before;
  const kinds = ["days", "repetitions", "holds", "minutes"].filter((kind) => now.week[kind] || before?.[kind]);
  const head = h("tr", {}, h("td", {}), before ? h("th", { scope: "col" }, t("week_then", { n: now.against })) : null, h("th", { scope: "col" }, t("week_now")));
  const rows = kinds.map((kind) => h("tr", {}, h("th", { scope: "row" }, t(`week_${kind}`)), before ? h("td", {}, integer(before[kind])) : null, h("td", { class: before && before[kind] !== now.week[kind] ? "changed" : "" }, integer(now.week[kind]))));
  return h("table", {}, h("thead", {}, head), h("tbody", {}, ...rows));
}

/** Differences to the version in force: exercise or setting, what it was, what it becomes. */
function changesOf(editor, now) {
  if (now.against === null) return [];
  if (!now.week) return [h("p", { class: "quiet" }, t("week_unknown"))];
  if (!now.changes.length) return [h("p", { class: "quiet" }, t("changes_none"))];
  const lines = now.changes.map((change) => {
    const [table, item, ...rest] = change.place.split(".");
    const inItem = table === "items";
    const names = inItem ? rest : change.place.split(".").slice(-1);
    const exercise = inItem ? exerciseName(editor, item, change) : null;
    const setting = names.length ? t(`setting_${names.at(-1)}`) : null;
    if (inItem && !rest.length) return h("li", {}, h("b", {}, exercise), ` · ${t(change.before === null ? "new_exercise" : "gone_exercise")}`);
    return h("li", {}, h("b", {}, [exercise, setting].filter(Boolean).join(", ")), `: ${toldOf(change, change.before)} → ${toldOf(change, change.after)}`);
  });
  return [h("ul", { class: "dots" }, ...lines)];
}

function exerciseName(editor, item, { exercise, side }) {
  const known = editor.known.get(exercise);
  return [known ? both(known.name) : item, side ? t(side) : null].filter(Boolean).join(", ");
}

/** A setting's value; where a text of the clinic's own is absent, another one is said. */
function toldOf(change, value) {
  return change.place === "unwell_text" && !String(value ?? "").trim() ? t("unwell_built_in") : told(value);
}

/** A value as a person says it. */
function told(value) {
  if (value === null || value === undefined || value === "") return t("absent");
  if (typeof value === "boolean") return t(value ? "yes" : "no");
  if (Array.isArray(value)) return value.length ? value.map((one) => (typeof one === "object" ? both(one) || one.id || "…" : wordOf(one))).join(", ") : t("absent");
  if (typeof value === "object") return Object.entries(value).map(([name, inner]) => `${t(`setting_${name}`)} ${told(inner)}`).join(", ");
  return wordOf(value);
}

const FAMILIES = ["profile_", "framing_", "calibration_", "posture_", "weekday_", "assess_", "limb_"];

function wordOf(value) {
  if (typeof value !== "string") return String(value);
  if (/^\d{4}-\d{2}-\d{2}$/.test(value)) return shortDay(value);
  const family = FAMILIES.find((one) => hasText(`${one}${value}`));
  if (value === "left" || value === "right") return t(value);
  return family ? t(`${family}${value}`) : value;
}
