// The start page: who needs somebody, most urgent first, and why; everyone else below.

import { account } from "./account.js";
import { h, say } from "./dom.js";
import { fetched, fetchedAgain } from "./feed.js";
import { dayOf, daysAgo, integer, lastingDays, shortDay, shortTime, tellsBy } from "./format.js";
import { both, t } from "./texts.js";

const AGAIN_MS = 60_000;
const PATIENCE_MS = 250;
const PART = 30;
const GROUPS = ["waiting", "not started", "silent", "paused", "in therapy"];

export async function worklistPage(main) {
  const asked = new URLSearchParams(location.search);
  const wish = { q: asked.get("q") ?? "", group: GROUPS.includes(asked.get("group")) ? asked.get("group") : "", covered: asked.get("covered") ? "true" : "" };
  const shown = { lines: [], next: null, wanted: 0, told: "", at: 0 };
  document.title = `${t("worklist")} · Ripresa`;

  const asOf = h("p", { class: "note", id: "as-of" });
  const old = h("p", { class: "line-lost", role: "alert", hidden: true });
  const status = h("p", { class: "quiet", role: "status", id: "worklist-status" });
  const live = h("p", { class: "training", id: "training", hidden: true });
  const chips = h("div", { class: "chips", role: "group", "aria-label": t("filter") });
  const search = h("input", { id: "search", type: "search", maxlength: 64, autocomplete: "off", value: wish.q, oninput: typed });
  const needed = h("section", { class: "card", "aria-labelledby": "needed-title" });
  const others = h("section", { class: "card", "aria-labelledby": "others-title" });
  const more = h("button", { type: "button", class: "quiet-button more", id: "more", onclick: grow }, t("more"));
  const copyAll = h("button", { type: "button", class: "quiet-button", id: "copy-all" }, t("copy_summary"));
  const read = h("p", { class: "note" });
  let waiting = null;
  let turn = null;

  main.replaceChildren(
    h("div", { class: "banner" }, h("div", {}, h("h1", {}, t("worklist_title")), status)),
    old,
    live,
    h("div", { class: "filters" }, h("div", { class: "field" }, h("label", { for: "search" }, t("search")), search), chips),
    needed,
    others,
    more,
    h("p", { class: "copying" }, copyAll),
    read,
    asOf,
  );
  copyAll.onclick = () => copy(copyAll, shown.summary);

  function address(after) {
    const asked = new URLSearchParams({ limit: PART });
    if (wish.q) asked.set("q", wish.q);
    if (wish.group) asked.set("group", wish.group);
    if (wish.covered) asked.set("covered", wish.covered);
    if (after) asked.set("after", after);
    return `/api/patients?${asked}`;
  }

  function typed() {
    clearTimeout(waiting);
    waiting = setTimeout(() => choose({ q: search.value.trim() }), PATIENCE_MS);
  }

  async function choose(change) {
    Object.assign(wish, change);
    const here = new URL(location.href);
    for (const name of ["q", "group", "covered"]) wish[name] ? here.searchParams.set(name, wish[name]) : here.searchParams.delete(name);
    history.replaceState(null, "", here);
    shown.wanted = 0;
    await load();
  }

  async function load() {
    const found = await fetchedAgain(address());
    let { patients: lines, next } = found;
    // As many as were on the page: what is shown of the others may have changed as well.
    while (next && lines.length < shown.wanted) {
      const more = await fetched(address(next));
      [lines, next] = [joined(lines, more.patients), more.next];
    }
    tellsBy(found);
    shown.at = Date.now();
    say(asOf, t("list_of", { time: shortTime(shown.at) }));
    old.hidden = true;
    const told = JSON.stringify([found, lines]);
    if (told === shown.told) return;
    Object.assign(shown, { lines, next, told, summary: found.summary });
    render(found);
  }

  async function grow() {
    const at = shown.lines.length;
    const found = await fetched(address(shown.next));
    const lines = joined(shown.lines, found.patients);
    Object.assign(shown, { lines, next: found.next, wanted: lines.length, told: "" });
    render(found);
    const first = document.getElementById(`patient-${(found.patients[0] ?? shown.lines[at])?.patient}`);
    if (first) first.focus();
  }

  function render(found) {
    const focused = document.activeElement?.id;
    const all = Object.values(found.counts).reduce((sum, n) => sum + n, 0);
    const chip = (group, n) => h("button", { type: "button", id: `group-${group.replaceAll(" ", "-") || "all"}`, "aria-pressed": String(wish.group === group), onclick: () => choose({ group }) }, `${t(`group_${group || "all"}`)} `, h("b", {}, integer(n)));
    const covered = h("button", { type: "button", id: "group-covered", "aria-pressed": String(Boolean(wish.covered)), onclick: () => choose({ covered: wish.covered ? "" : "true" }) }, `${t("group_covered")} `, h("b", {}, integer(found.covered)));
    chips.replaceChildren(chip("", all), ...GROUPS.filter((group) => found.counts[group] || wish.group === group).map((group) => chip(group, found.counts[group])), ...(found.covered || wish.covered ? [covered] : []));
    const first = shown.lines.filter((line) => line.group === "waiting");
    const rest = shown.lines.filter((line) => line.group !== "waiting");
    const narrowed = Boolean(wish.q || wish.group || wish.covered);
    status.textContent = narrowed ? t("found_of", { n: integer(found.found), all: integer(all) }) : "";
    needed.hidden = !first.length && narrowed;
    needed.replaceChildren(h("h2", { id: "needed-title" }, neededTitle(first.length, found.counts.waiting)), first.length ? h("ol", { class: "needed" }, ...first.map(neededLine)) : h("p", { class: "verdict" }, h("span", { class: "sign", "aria-hidden": "true" }, "✓"), t("nobody_needed")));
    others.hidden = !rest.length;
    others.replaceChildren(h("h2", { id: "others-title" }, t("everyone_else")), othersTable(rest));
    more.hidden = !shown.next;
    read.textContent = both(found.alerts_read);
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  }

  async function look() {
    clearTimeout(turn);
    if (document.visibilityState === "visible") {
      await load().catch(tellOld);
      await training();
    }
    clearTimeout(turn);
    turn = setTimeout(look, AGAIN_MS);
  }

  /** That nobody waits is true only of a list that is fresh. */
  function tellOld(error) {
    // Where nobody answers at all, every page says so.
    old.hidden = !error.status;
    say(old, t("list_old", { time: shortTime(shown.at) }));
  }

  async function training() {
    const found = await fetched("/api/live").catch(() => null);
    const running = (found?.live ?? []).filter((one) => one.phase !== "closed");
    live.hidden = !running.length;
    live.replaceChildren(h("b", {}, `${t("training_now")}: `), ...running.flatMap(({ patient }) => [h("a", { href: `/live/${encodeURIComponent(patient)}` }, patient), " "]));
  }

  await load();
  training();
  turn = setTimeout(look, AGAIN_MS);
  // Whoever comes back to the page reads it at once, not in a minute.
  document.addEventListener("visibilitychange", look);
  document.addEventListener("clinic-back", look);
}

/** Lines with those of the next part: whoever moved between the two stands once, where they are now. */
function joined(lines, more) {
  const now = new Set(more.map((line) => line.patient));
  return [...lines.filter((line) => !now.has(line.patient)), ...more];
}

/** How many need a look, and how many of them stand here. */
function neededTitle(here, all) {
  return here === all ? t("needed", { n: integer(all) }) : t("needed_of", { n: integer(here), all: integer(all) });
}

/** Somebody who needs a look: the gravest reason first and whole, then the others. */
function neededLine(line) {
  const copyOne = h("button", { type: "button", class: "quiet-button", id: `copy-${line.patient}`, "aria-label": t("copy_of", { patient: line.patient }) }, t("copy"));
  copyOne.onclick = () => copy(copyOne, line.summary);
  const reasons = line.reasons.map((reason) =>
    h(
      "li",
      {},
      h("p", {}, h("b", { class: "tag tag-alert" }, t(`alert_${reason.kind}`)), h("span", { class: "since" }, when(reason))),
      h("p", { class: "why-text" }, both(reason.text)),
    ),
  );
  if (line.reasons_more) reasons.push(h("li", { class: "quiet" }, t("reasons_more", { n: integer(line.reasons_more) })));
  return h(
    "li",
    { class: "needed-line" },
    h("div", { class: "needed-why" }, h("h3", {}, patientLink(line)), h("ul", { class: "reasons" }, ...reasons)),
    h("dl", { class: "needed-facts" }, ...facts(line).flatMap(([name, value]) => [h("dt", {}, t(name)), h("dd", {}, value)])),
    copyOne,
  );
}

/** Since when; of one that is over, that it is. */
function when(reason) {
  if (reason.closed) return t("from_to_over", { from: shortDay(reason.since), to: shortDay(reason.closed), ago: daysAgo(reason.since).split(", ").at(-1) });
  return t("since_day", { day: shortDay(reason.since), days: lastingDays(reason.since) });
}

function patientLink(line) {
  const link = h("a", { id: `patient-${line.patient}`, href: `/patient/${encodeURIComponent(line.patient)}`, class: "pseudonym" }, line.patient);
  const gone = line.state === "discharged" ? [" ", h("span", { class: "tag" }, t("state_discharged"))] : [];
  if (!line.stand_in) return [link, ...gone];
  // Whoever stands in finds theirs among all by this.
  const own = account.name === line.stand_in.to;
  const until = line.stand_in.last ? ` (${t("to_day").toLowerCase()} ${shortDay(line.stand_in.last)})` : "";
  return [link, ...gone, " ", h("span", { class: own ? "tag tag-alert" : "tag" }, `${t("cover_mark", { to: own ? t("cover_yours") : line.stand_in.to })}${until}`)];
}

function facts(line) {
  const found = [
    ["last_session", line.last_day ? daysAgo(line.last_day) : t("none_yet")],
    ["last_contact", line.contact ? `${daysAgo(line.contact.day)}, ${t(`action_${line.contact.action}`)} (${line.contact.by})` : t("no_contact")],
    ["plan", delivery(line)],
  ];
  if (line.state === "silent" || line.waiting.includes("data")) found.push(["home_heard", line.heard_ms === null ? t("never") : daysAgo(dayOf(line.heard_ms))]);
  return found;
}

function delivery(line) {
  if (!line.delivery) return t("no_plan_sent");
  return t(`plan_${line.delivery.state}`, { n: line.delivery.version, day: line.delivery.day ? shortDay(line.delivery.day) : "–" });
}

function othersTable(lines) {
  const names = ["patient", "where_they_stand", "last_session", "last_contact", "plan"];
  const head = names.map((name) => h("th", { scope: "col" }, t(name)));
  const cell = (name, ...inside) => h("td", { "data-name": t(name) }, ...inside);
  const rows = lines.map((line) => {
    const since = line.since ? ` (${t("since").toLowerCase()} ${shortDay(line.since)})` : "";
    const [last, contact, plan] = facts(line);
    return h("tr", {}, h("th", { scope: "row" }, patientLink(line)), cell("where_they_stand", `${t(`state_${line.state}`)}${since}`), cell("last_session", last[1]), cell("last_contact", contact[1]), cell("plan", plan[1]));
  });
  return h("table", { class: "stacked" }, h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...rows));
}

/** Put text where another program can take it; the button says that it is there. */
export async function copy(button, words) {
  const text = both(words);
  const before = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = t("copied");
    button.dataset.copied = text;
    setTimeout(() => (button.textContent = before), 2500);
  } catch {
    const box = h("textarea", { class: "to-copy", readonly: true, rows: 3, "aria-label": t("copy_by_hand") }, text);
    button.after(box);
    box.select();
    box.focus();
  }
}
