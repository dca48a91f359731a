// Six who train at the same time, a line each: who, what, how many, how far, how fresh; unwell first.

import { itemOfInterest, itemTitle } from "./cards.js";
import { h, say } from "./dom.js";
import { fetched, follow } from "./feed.js";
import { degrees, integer } from "./format.js";
import { freshness } from "./freshness.js";
import { leaseWords } from "./lease.js";
import { t } from "./texts.js";

const LOOK_EVERY_MS = 5000;
const ROWS = 6;

export async function groupPage(main) {
  const rows = new Map();
  const asking = h("button", { type: "button", class: "wide", id: "ask-all", hidden: true, onclick: () => rows.forEach((row) => row.ask()) });
  const beyond = h("p", { class: "quiet", role: "status" });
  const unwell = h("p", { class: "line-lost", role: "alert", hidden: true });
  const list = h("ol", { class: "group" });
  document.title = `${t("group")} · Ripresa`;
  main.replaceChildren(h("div", { class: "banner" }, h("h1", {}, t("group")), asking), unwell, list, beyond);

  async function look() {
    const found = await fetched("/api/live").catch(() => null);
    if (found) {
      const running = found.live.filter((one) => one.phase !== "closed");
      // Who is on the page stays, in their place, also for a while after the end.
      for (const { patient } of running) {
        if (rows.has(patient)) continue;
        const over = [...rows].find(([name]) => rows.size >= ROWS && !running.some((one) => one.patient === name));
        if (over) {
          over[1].stop();
          rows.delete(over[0]);
        }
        if (rows.size < ROWS) rows.set(patient, groupRow(list, patient, () => order()));
      }
      const left = running.filter((one) => !rows.has(one.patient)).length;
      tellUnwell(found.unwell.filter((one) => !rows.has(one.patient)));
      say(beyond, rows.size ? (left ? t("group_beyond", { n: integer(left) }) : "") : t("group_nobody"));
      asking.hidden = !found.by_lease || !rows.size;
      say(asking, t("group_ask", { n: integer(rows.size) }));
    } else say(beyond, t("line_lost"));
    setTimeout(look, LOOK_EVERY_MS);
  }

  /** Whoever feels unwell and is on none of the rows; the same is not told twice. */
  function tellUnwell(those) {
    const names = those.map((one) => one.patient).join(" ");
    if (unwell.dataset.told === names) return;
    unwell.dataset.told = names;
    unwell.hidden = !those.length;
    unwell.replaceChildren(`${t("group_unwell")}: `, ...those.flatMap(({ patient }) => [h("a", { href: `/patient/${encodeURIComponent(patient)}` }, patient), " "]));
  }

  /** Whoever is unwell comes first, at once; the others stay where they are. */
  function order() {
    const first = [...rows.values()].filter((row) => row.element.classList.contains("group-unwell"));
    if (first.some((row, n) => list.children[n] !== row.element)) list.prepend(...first.map((row) => row.element));
  }

  const ageing = setInterval(() => rows.forEach((row) => row.age()), 1000);
  addEventListener("pagehide", () => clearInterval(ageing));
  await look();
}

function groupRow(list, patient, changed) {
  const what = h("p", { class: "group-what" });
  const count = h("p", { class: "group-count" });
  const fill = h("div", { class: "group-fill" });
  const target = h("div", { class: "group-target", hidden: true });
  const bar = h("div", { class: "group-bar", role: "img", "aria-label": "–", hidden: true }, fill, target);
  const angle = h("p", { class: "group-angle" }, "–");
  const fresh = h("p", { class: "group-age" });
  const state = h("p", { class: "pill", role: "status", hidden: true });
  const leave = h("p", { class: "quiet group-leave" });
  const element = h(
    "li",
    { class: "group-row", "data-patient": patient },
    h("div", { class: "group-who" }, h("a", { href: `/live/${encodeURIComponent(patient)}` }, patient), what, leave),
    count,
    h("div", { class: "group-move" }, bar, angle),
    h("div", { class: "group-state" }, state, fresh),
  );
  list.append(element);
  const sampled = freshness(fresh, element);
  let goal = null;

  function show(view, standing) {
    const item = itemOfInterest(view);
    goal = item ? item.target_deg : null;
    say(what, item ? itemTitle(item) : t("session"));
    const dose = item && item.unit === "repetitions" ? item.prescribed : null;
    say(count, item ? `${integer(item.done)}${dose === null ? "" : ` ${t("of")} ${integer(dose)}`}` : "–");
    target.hidden = goal === null;
    const closed = view.phase === "closed";
    state.hidden = false;
    state.className = `pill pill-${view.unwell ? "unwell" : closed ? "closed" : standing ? "silent" : "live"}`;
    say(state, view.unwell ? t("unwell") : standing && !closed ? t(standing) : t(`phase_${view.phase.replace("-", "")}`));
    element.classList.toggle("group-unwell", view.unwell);
    put(target, goal);
    changed();
  }

  const stop = follow(
    patient,
    (frame) => {
      if (frame.lease) {
        element.dataset.lease = frame.lease;
        say(leave, frame.lease === "given" ? "" : leaseWords(frame.lease, frame.reason, frame.until_ms));
        return;
      }
      if (frame.state) {
        const { silent, late } = frame.state;
        show(frame.state.session, silent.length > late.length ? "silent" : late.length ? "late" : "");
      }
      if (!frame.t_ms.length) return;
      sampled.heard(frame);
      bar.hidden = false;
      const now = frame.angle_deg.at(-1);
      say(angle, degrees(now));
      put(fill, now);
      bar.setAttribute("aria-label", t("group_bar", { angle: degrees(now), target: degrees(goal) }));
    },
    (up) => {
      if (!up) say(leave, t("line_lost"));
    },
  );
  return {
    element,
    stop() {
      stop();
      element.remove();
    },
    ask: () => stop.say("ask"),
    age: sampled.age,
  };
}

const place = (deg) => Math.max(0, Math.min(100, (deg / 180) * 100));

/** Styles in markup are forbidden here, set by a script they are not. */
function put(element, deg) {
  if (deg === null || deg === undefined) return element.style.removeProperty("--at");
  element.style.setProperty("--at", `${place(deg)}%`);
}
