// One session on a page: as it is played, or as it was recorded.

import { adherenceCard, card, itemOfInterest, itemTitle, ledgerCard, rangeCard, repetitionsCard, storyCard } from "./cards.js";
import { drawingWidth, h, s, say } from "./dom.js";
import { fetched, follow } from "./feed.js";
import { degrees, integer, lasting, longDay, shortTime } from "./format.js";
import { goniometer } from "./goniometer.js";
import { both, t } from "./texts.js";
import { trace } from "./trace.js";

const LEDGER_EVERY_MS = 2000;

function banner() {
  const who = h("a", {});
  const title = h("h1", {}, t("loading"));
  const when = h("p", { class: "when" });
  const pill = h("p", { class: "pill", role: "status" });
  const line = h("p", { class: "line-lost", role: "alert", hidden: true }, t("line_lost"));
  return {
    element: h("div", { class: "banner" }, h("div", {}, h("p", { class: "who" }, `${t("patient")} `, who), title, when), h("div", { class: "states" }, pill, line)),
    line,
    update(view, standing) {
      say(who, view.patient);
      who.href = `/patient/${encodeURIComponent(view.patient)}`;
      const item = itemOfInterest(view);
      say(title, item ? itemTitle(item) : t("session"));
      const replay = view.replay_of ? ` · ${t("replay")}` : "";
      const lasted = view.closed_ms === null ? "" : ` · ${lasting(view.opened_ms, view.closed_ms)}`;
      say(when, `${longDay(view.day)}, ${shortTime(view.opened_ms)}${lasted}${replay}${view.clock_synchronised === false ? ` · ${t("clock_unkept")}` : ""}`);
      const closed = view.phase === "closed";
      const state = closed ? "closed" : view.unwell ? "unwell" : standing ? "silent" : "live";
      pill.className = `pill pill-${view.unwell ? "unwell" : state}`;
      const reason = closed && view.reason ? `: ${t(`reason_${view.reason}`)}` : "";
      const phase = t(`phase_${view.phase.replace("-", "")}`);
      say(pill, view.unwell ? t("unwell") : standing && !closed ? t(standing) : phase + reason);
      document.title = `${view.patient} · Ripresa`;
    },
  };
}

function movementCard() {
  const dial = goniometer();
  const chart = trace();
  const now = h("p", { class: "angle", id: "angle" }, "–");
  const what = h("p", { class: "what" });
  const dialBox = h("div", { class: "dial-box" }, dial.element, h("div", { class: "angle-box" }, now, what));
  const element = card("movement", t("movement"), h("div", { class: "movement" }, dialBox, chart.element));
  let angleSeen = true;
  return {
    element,
    update(state) {
      const item = itemOfInterest(state.session);
      angleSeen = state.angle_observable !== false;
      dial.element.classList.toggle("hidden", !angleSeen);
      const range = item && item.range_of_motion;
      dial.mark(item && item.peaks, item ? item.target_deg : null);
      chart.mark(angleSeen ? (item ? item.target_deg : null) : 1, angleSeen && item ? item.limit_deg : null, angleSeen);
      const observed = range && range.what ? both(range.what) : t("angle_now");
      say(what, !angleSeen ? t("not_angle") : state.calibrated ? observed : `${observed}; ${t("calibrating")}`);
    },
    draw(frame) {
      const values = angleSeen ? frame.angle_deg : frame.control;
      chart.add(frame.t_ms, values);
      const last = values.at(-1);
      if (last === undefined || last === null) return;
      say(now, angleSeen ? degrees(last) : last.toFixed(2));
      if (angleSeen) dial.show(last);
    },
  };
}

/** The page of a patient who is training now. Returns what stops it. */
export function livePage(main, patient) {
  const head = banner();
  const movement = movementCard();
  const cards = [repetitionsCard(), rangeCard(), adherenceCard(), storyCard()];
  const ledger = ledgerCard();
  const [repetitions, range, adherence, story] = cards;
  const grid = h("div", { class: "grid" }, movement.element, repetitions.element, range.element, adherence.element, ledger.element, story.element);
  main.replaceChildren(head.element, grid);

  const stop = follow(
    patient,
    (frame) => {
      if (frame.state) {
        // One that says nothing at all stops more than one that is late.
        const { silent, late } = frame.state;
        head.update(frame.state.session, silent.length > late.length ? "silent" : late.length ? "late" : "");
        movement.update(frame.state);
        for (const each of cards) each.update(frame.state.session);
        document.body.dataset.session = frame.state.session.session;
      }
      if (frame.t_ms.length) movement.draw(frame);
    },
    (up) => {
      head.line.hidden = up;
      document.body.dataset.line = up ? "up" : "down";
    },
  );
  const poll = () => fetched("/api/ledger").then((found) => ledger.update(found), () => {});
  poll();
  const timer = setInterval(poll, LEDGER_EVERY_MS);
  return () => {
    stop();
    clearInterval(timer);
  };
}

/** The page of a recorded session. */
export async function recordedPage(main, session) {
  const view = await fetched(`/api/sessions/${encodeURIComponent(session)}${location.search}`);
  const head = banner();
  const cards = [repetitionsCard(), rangeCard(), adherenceCard(), storyCard()];
  const grid = h("div", { class: "grid grid-past" }, pastCard(view), ...cards.map((each) => each.element));
  head.update(view, "");
  for (const each of cards) each.update(view);
  main.replaceChildren(head.element, grid);
}

function pastCard(view) {
  const done = view.items.filter((item) => item.repetitions.length);
  const parts = done.flatMap((item) => [h("h3", {}, itemTitle(item)), repetitionChart(item), repetitionTable(item)]);
  const { conditioning: mended } = view;
  if (mended && mended.samples) parts.push(h("p", { class: "note" }, `${t("data_quality")}: ${t("conditioning", Object.fromEntries(Object.entries(mended).map(([k, v]) => [k, integer(v)])))}`));
  return card("movement", t("movement_past"), ...(parts.length ? parts : [h("p", { class: "quiet" }, t(view.closed_ms === null ? "nothing_yet" : "nothing_measured"))]));
}

/** A column for each repetition, from where it began to its peak. */
function repetitionChart(item) {
  const columns = item.repetitions.filter((r) => r.range_deg !== null && r.peak_deg !== null);
  if (!columns.length) return h("p", { class: "quiet" }, both(item.not_observable) || t("not_observable"));
  const top = Math.max(90, Math.ceil(Math.max(...columns.map((r) => r.peak_deg), item.target_deg ?? 0) / 30) * 30);
  const [width, height] = [drawingWidth() + 40, 330];
  const y = (deg) => height - (deg / top) * (height - 12);
  const step = width / item.repetitions.length;
  const parts = [];
  for (let deg = 0; deg <= top; deg += 30) {
    parts.push(s("path", { class: "bars-grid", d: `M0 ${y(deg)}H${width}` }), s("text", { class: "bars-number", x: -8, y: y(deg) + 5 }, `${deg}°`));
  }
  item.repetitions.forEach((r, i) => {
    if (!columns.includes(r)) return;
    const flag = r.flags.length ? " bars-flag" : "";
    const [high, low] = [y(r.peak_deg), y(Math.max(0, r.peak_deg - r.range_deg))];
    parts.push(s("rect", { class: `bars-bar${flag}`, x: i * step + step * 0.16, width: step * 0.68, y: high, height: Math.max(2, low - high), rx: 4 }));
    if (i === 0 || (i + 1) % 5 === 0) parts.push(s("text", { class: "bars-count", x: (i + 0.5) * step, y: height + 22 }, `${i + 1}`));
  });
  if (item.target_deg !== null) parts.push(s("path", { class: "strip-target", d: `M0 ${y(item.target_deg)}H${width}` }), s("text", { class: "bars-mark", x: 6, y: y(item.target_deg) - 7 }, t("target")));
  const label = t("reps_chart_label", { values: columns.map((r) => r.range_deg.toFixed(0)).join(", ") });
  return s("svg", { class: "columns", viewBox: `-52 -14 ${width + 60} ${height + 46}`, role: "img", "aria-label": label }, ...parts);
}

function repetitionTable(item) {
  const head = ["number", "peak", "from", "range", "duration", "remarks"].map((name) => h("th", { scope: "col" }, t(name)));
  const rows = item.repetitions.map((r) =>
    h(
      "tr",
      {},
      h("td", {}, `${r.number}`),
      h("td", {}, degrees(r.peak_deg, 1)),
      h("td", {}, degrees(r.start_deg, 1)),
      h("td", {}, degrees(r.range_deg, 1)),
      h("td", {}, r.start_s === null ? "–" : `${(r.end_s - r.start_s).toFixed(1)} s`),
      h("td", {}, [...r.flags, ...r.technical].map((flag) => t(`flag_${flag}`)).join(", ")),
    ),
  );
  return h("details", {}, h("summary", {}, t("as_table")), h("div", { class: "scroll" }, h("table", {}, h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...rows))));
}
