// One session on a page: as it is played, or as it was recorded.

import { adherenceCard, card, itemOfInterest, itemTitle, ledgerCard, measureLines, rangeCard, repetitionsCard, sessionTitle, storyCard } from "./cards.js";
import { drawingWidth, h, s, say } from "./dom.js";
import { fetched, follow } from "./feed.js";
import { degrees, integer, lasting, longDay, sessionAddress, shortTime, tellsBy } from "./format.js";
import { freshness } from "./freshness.js";
import { goniometer } from "./goniometer.js";
import { leaseBar } from "./lease.js";
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
      tellsBy({ time_zone: view.time_zone });
      say(who, view.patient);
      who.href = `/patient/${encodeURIComponent(view.patient)}`;
      say(title, sessionTitle(view));
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
  const aged = h("p", { class: "sample-age" });
  const dialBox = h("div", { class: "dial-box" }, dial.element, h("div", { class: "angle-box" }, now, what, aged));
  const element = card("movement", t("movement"), h("div", { class: "movement" }, dialBox, chart.element));
  const sampled = freshness(aged, dialBox);
  let angleSeen = true;
  return {
    element,
    age: sampled.age,
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
      sampled.heard(frame);
      const last = values.at(-1);
      // An angle that was seen before says nothing of where the limb is now.
      say(now, last === null ? "–" : angleSeen ? degrees(last) : last.toFixed(2));
      if (angleSeen && last !== null) dial.show(last);
    },
  };
}

/** The page of a patient who is training now; where a home is asked, its leave comes first. Returns what stops it. */
export function livePage(main, patient) {
  const head = banner();
  const movement = movementCard();
  const cards = [repetitionsCard(), rangeCard(), adherenceCard(), storyCard()];
  const ledger = ledgerCard();
  const [repetitions, range, adherence, story] = cards;
  const grid = h("div", { class: "grid" }, movement.element, repetitions.element, range.element, adherence.element, ledger.element, story.element);
  let seen = false;
  const bar = leaseBar(patient, () => stop.say("ask"), () => stop.say("end"));
  main.replaceChildren(bar.element, head.element, grid);

  const stop = follow(
    patient,
    (frame) => {
      if (frame.lease) {
        bar.update(frame);
        // What was seen stands until the page goes on: the words over it say that it is over.
        head.element.hidden = grid.hidden = !seen;
        document.body.dataset.lease = frame.lease;
        return;
      }
      if (frame.state) {
        seen = true;
        head.element.hidden = grid.hidden = false;
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
  const timers = [setInterval(poll, LEDGER_EVERY_MS), setInterval(movement.age, 1000)];
  return () => {
    stop();
    timers.forEach(clearInterval);
  };
}

/** The page of a recorded session. */
export async function recordedPage(main, session) {
  const asked = new URLSearchParams(location.search);
  const home = asked.has("home") ? `?home=${encodeURIComponent(asked.get("home"))}` : "";
  const view = await fetched(`/api/sessions/${encodeURIComponent(session)}${home}`);
  const ofDay = await fetched(`/api/patients/${encodeURIComponent(view.patient)}/days/${view.day}`);
  const head = banner();
  const cards = [repetitionsCard(), rangeCard(), adherenceCard(), storyCard()];
  const grid = h("div", { class: "grid grid-past" }, pastCard(view), ...cards.map((each) => each.element));
  head.update(view, "");
  for (const each of cards) each.update(view);
  main.replaceChildren(head.element, sameDay(view, ofDay.sessions), grid);
  const places = [...grid.querySelectorAll(".curve-place")];
  if (!places.length) return;
  const whose = asked.get("home") ?? ofDay.sessions.find((one) => one.session === view.session)?.home;
  // The page is there before its curves are.
  import("./curve.js").then(({ showCurves }) => showCurves(view, whose, places));
}

/** The other sessions of that day, each by when it began. */
function sameDay(view, sessions) {
  if (sessions.length < 2) return "";
  const link = (one) => h("a", { href: sessionAddress(one.session, one.home), "aria-current": one.session === view.session ? "page" : null }, shortTime(one.opened_ms));
  return h("nav", { class: "same-day", "aria-label": t("same_day") }, h("span", {}, `${t("same_day")}:`), ...sessions.map(link));
}

/** What the core found that kept a figure from being told or trusted. */
function doubts(item) {
  const told = item.doubts.map((one) => h("li", {}, both(one)));
  if (!told.length && item.not_observable && !item.range_of_motion && !item.measures.length) told.push(h("li", {}, both(item.not_observable)));
  return told.length ? [h("h4", {}, t("not_told")), h("ul", { class: "dots" }, ...told)] : [];
}

/** When each repetition was, from where it began to its peak; other movement and attempts beside it. */
function timeline(item) {
  const timed = item.repetitions.filter((r) => r.start_s !== null);
  if (!timed.length) return h("p", { class: "quiet" }, both(item.not_observable) || t("not_observable"));
  const spans = [...timed, ...item.attempts, ...item.other_movement];
  const [from, to] = [Math.min(0, ...spans.map((r) => r.start_s)), Math.max(...spans.map((r) => r.end_s))];
  const known = timed.filter((r) => r.peak_deg !== null && r.range_deg !== null);
  const [width, height] = [drawingWidth() + 40, known.length ? 230 : 40];
  const x = (s_) => ((s_ - from) / (to - from)) * width;
  const top = Math.max(90, Math.ceil(Math.max(item.target_deg ?? 0, ...known.map((r) => r.peak_deg)) / 30) * 30);
  const y = (deg) => height - (deg / top) * height;
  const block = (kind) => (one) => s("rect", { class: kind, x: x(one.start_s), width: Math.max(1.5, x(one.end_s) - x(one.start_s)), y: 0, height });
  const parts = [...item.other_movement.map(block("time-other")), ...item.attempts.map(block("time-attempt"))];
  for (let deg = 0; deg <= (known.length ? top : 0); deg += top > 120 ? 60 : 30) parts.push(s("path", { class: "bars-grid", d: `M0 ${y(deg)}H${width}` }), s("text", { class: "bars-number", x: -8, y: y(deg) + 5 }, known.length ? `${deg}°` : ""));
  for (const r of timed) {
    const shown = known.includes(r);
    const [high, low] = shown ? [y(r.peak_deg), y(Math.max(0, r.peak_deg - r.range_deg))] : [height - 30, height];
    const kind = r.technical.length ? "time-lost" : r.flags.length ? "bars-flag" : "bars-bar";
    parts.push(s("rect", { class: kind, x: x(r.start_s), width: Math.max(1.5, x(r.end_s) - x(r.start_s)), y: high, height: Math.max(2, low - high), rx: 1.5 }));
  }
  if (item.target_deg !== null && known.length) parts.push(s("path", { class: "strip-target", d: `M0 ${y(item.target_deg)}H${width}` }), s("text", { class: "bars-mark", x: 6, y: y(item.target_deg) - 7 }, t("target")));
  const every = [5, 10, 30, 60, 120, 300, 600].find((step) => (to - from) / step <= 7) ?? 600;
  for (let at = Math.ceil(from / every) * every; at <= to; at += every) parts.push(s("text", { class: "bars-count", x: x(at), y: height + 22 }, `${at} s`));
  const mark = (kind) => s("svg", { class: "legend-mark", viewBox: "-8 -8 16 16", "aria-hidden": "true" }, s("rect", { class: kind, x: -6, y: -6, width: 12, height: 12 }));
  const legend = [
    timed.some((r) => r.flags.length && !r.technical.length) ? ["bars-flag", "with_remark"] : null,
    timed.some((r) => r.technical.length) ? ["time-lost", "with_losses"] : null,
    item.attempts.length ? ["time-attempt", "attempts_short"] : null,
    item.other_movement.length ? ["time-other", "other_short"] : null,
  ].filter(Boolean);
  const ranges = known.length ? ` ${t("reps_chart_label", { values: known.map((r) => r.range_deg.toFixed(0)).join(", ") })}` : "";
  const label = t("timeline_label", { n: timed.length, s: Math.round(to - from), attempts: item.attempts.length, other: Math.round(item.other_movement.reduce((sum, one) => sum + one.end_s - one.start_s, 0)) }) + ranges;
  return h("figure", { class: "trend" }, h("figcaption", { class: "quiet" }, t(known.length ? "timeline" : "timeline_when")), s("svg", { class: "columns", viewBox: `-52 -14 ${width + 60} ${height + 46}`, role: "img", "aria-label": label }, ...parts), legend.length ? h("ul", { class: "legend" }, ...legend.map(([kind, name]) => h("li", {}, mark(kind), t(name)))) : null);
}

/** Where an item's curve comes, once it is there: only what tells a range has one. */
function curvePlace(view, item) {
  if (!item.range_of_motion || view.closed_ms === null) return "";
  return h("div", { class: "curve-place", "data-item": item.item, "data-assessment": String(item.assessment) }, h("p", { class: "quiet" }, t("loading")));
}

function pastCard(view) {
  const done = view.items.filter((item) => item.repetitions.length || item.doubts.length);
  const parts = done.flatMap((item) => [h("h3", {}, itemTitle(item)), ...readings(item), ...doubts(item), ...(item.repetitions.length ? [curvePlace(view, item), timeline(item), repetitionTable(item)] : [])]);
  const { conditioning: mended } = view;
  if (mended && mended.samples) parts.push(h("p", { class: "note" }, `${t("data_quality")}: ${t("conditioning", Object.fromEntries(Object.entries(mended).map(([k, v]) => [k, integer(v)])))}`));
  return card("movement", t("movement_past"), ...(parts.length ? parts : [h("p", { class: "quiet" }, t(view.closed_ms === null ? "nothing_yet" : "nothing_measured"))]));
}

/** Between which degrees a repetition's own figure lies in 95 of 100. */
function within(low, high) {
  return low === null || high === null ? "" : h("span", { class: "quiet" }, ` (${low.toFixed(0)}–${high.toFixed(0)})`);
}

/** An item's figures with their bands, and why there is no angle, where no doubt says so already. */
function readings(item) {
  const told = [item.active_peak, item.range_of_motion].filter((one) => one && one.reading).map((one) => both(one.reading));
  told.push(...measureLines(item));
  const why = item.active_peak || item.range_of_motion ? null : item.not_observable;
  const lines = told.length ? [h("p", { class: "readings" }, told.join("; "))] : [];
  if (!why || item.doubts.length) return lines;
  // What has figures of its own is observed: only that they are no angle is said of it.
  return [...lines, h("p", { class: told.length ? "quiet" : "readings" }, told.length ? both(why) : `${t("not_observable")}: ${both(why)}`)];
}

function repetitionTable(item) {
  const head = ["number", "peak", "from", "range", "duration", "remarks"].map((name) => h("th", { scope: "col" }, t(name)));
  const rows = item.repetitions.map((r) =>
    h(
      "tr",
      {},
      h("td", {}, `${r.number}`),
      h("td", {}, degrees(r.peak_deg, 1), within(r.peak_low_deg, r.peak_high_deg)),
      h("td", {}, degrees(r.start_deg, 1)),
      h("td", {}, degrees(r.range_deg, 1), within(r.range_low_deg, r.range_high_deg)),
      h("td", {}, r.start_s === null ? "–" : `${(r.end_s - r.start_s).toFixed(1)} s`),
      h("td", {}, [...r.flags, ...r.technical].map((flag) => t(`flag_${flag}`)).join(", ")),
    ),
  );
  return h("details", {}, h("summary", {}, t("as_table")), h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": `${itemTitle(item)}, ${t("as_table")}` }, h("table", {}, h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...rows))));
}
