// One patient: four weeks at a glance, ranges, exercises, pain, alerts; and the list of all.

import { account, mayWrite } from "./account.js";
import { aroundSection, excuseDay, writeMessage } from "./around.js";
import { bar, card } from "./cards.js";
import { drawingWidth, h, s } from "./dom.js";
import { fetched, sent } from "./feed.js";
import { degrees, integer, longDay, sessionAddress, shortDay, tellsBy, weekday } from "./format.js";
import { both, language, t } from "./texts.js";
import { copy } from "./worklist.js";

const SIGNS = { missed: "✕", excused: "–", unknown: "?", "self-reported": "✎", "stopped by rule": "■", "nothing asked": "", "to come": "" };
const EXCUSABLE = ["missed", "unknown"];
const MEASURED = ["measured", "done", "partly"];
const PAIN_SHOWN = 4;
const EPISODES = 5;
const ACTIONS = ["called", "visit", "plan changed", "watching", "no action", "other"];

export async function patientPage(main, patient) {
  const address = `/api/patients/${encodeURIComponent(patient)}`;
  // What is said around the plan may change days and state: then only the rest is drawn again.
  const around = aroundSection(patient, async () => show(main, await fetched(address), around));
  show(main, await fetched(address), around);
}

function show(main, view, around) {
  tellsBy(view);
  document.title = `${view.patient} · Ripresa`;
  const version = view.plan_version === null ? t("plan_unknown") : t("plan_version", { n: view.plan_version });
  const sent = view.versions.filter((one) => view.coming.includes(one.version));
  const onItsWay = sent.map((one) => ` · ${t(`plan_${one.state}`, { n: one.version, day: one.published ? shortDay(one.published) : "–" })}`).join("");
  const copyButton = h("button", { type: "button", class: "quiet-button", id: "copy-summary" }, t("copy"));
  copyButton.onclick = () => copy(copyButton, view.summary);
  const edit = mayWrite() && view.may_edit_plan ? h("a", { class: "wide", id: "edit-plan", href: `/plan/${encodeURIComponent(view.patient)}` }, t("edit_plan")) : null;
  // Messages stand far below: whoever has a minute goes there at once.
  const write = mayWrite() ? h("a", { class: "quiet-button", id: "to-message", href: "#form-messages-write", hidden: !around.querySelector("#form-messages-write"), onclick: (event) => writeMessage() && event.preventDefault() }, t("to_message")) : null;
  const refresh = (next) => {
    show(main, next, around);
    (document.querySelector(".card-since .seen-form summary") ?? document.getElementById("card-since")).focus();
  };
  const at = around.contains(document.activeElement) ? document.activeElement : null;
  main.replaceChildren(
    h("div", { class: "banner" }, h("div", {}, h("p", { class: "who" }, t("patient")), h("h1", { class: "pseudonym" }, view.patient), h("p", { class: "when" }, `${t(`state_${view.state}`)} · ${version}${onItsWay}`)), h("div", { class: "states" }, edit, write, copyButton)),
    h(
      "div",
      { class: "grid grid-patient" },
      precautionsCard(view),
      sinceCard(view, refresh),
      calendarCard(view),
      periodCard(view),
      testsCard(view),
      trendsCard(view),
      painCard(view),
      exercisesCard(view),
      alertsCard(view),
      planCard(view),
    ),
    around,
  );
  at?.focus({ preventScroll: true });
}

/** What to mind, and what the person wants. */
function precautionsCard(view) {
  const { plan } = view;
  const noted = [
    view.precautions ? h("p", { class: "sentence" }, view.precautions) : null,
    view.review ? h("p", { class: view.review_due ? "sentence grave" : "sentence" }, h("b", {}, `${t("review")}: `), longDay(view.review), view.review_due ? ` (${t("review_due")})` : "") : null,
  ];
  if (!plan) return card("precautions", t("precautions"), ...noted, h("p", { class: "quiet" }, t("plan_unknown")));
  const limits = plan.items.filter((item) => item.limit_deg !== null).map((item) => `${both(item.called)}: ${t("at_most", { deg: item.limit_deg })}`);
  const lines = [
    `${t("pain_profile")}: ${t(`profile_${plan.pain_profile}`)}; ${t("ends_set", { pain: plan.pain_stop, effort: plan.effort_stop })}`,
    plan.fall_locked_since ? h("b", { class: "grave" }, t("standing_fallen", { day: longDay(plan.fall_locked_since) })) : t(plan.cleared_for_standing ? "standing_cleared" : "standing_locked"),
    plan.zero_forbidden ? t("zero_forbidden") : null,
    plan.breathlessness_stop === null ? null : t("breath_stop", { n: plan.breathlessness_stop }),
    limits.length ? limits.join("; ") : null,
    plan.stop_questions.length ? `${t("stop_questions")}: ${plan.stop_questions.map(both).join(" · ")}` : null,
    plan.helper ? t("has_helper") : null,
  ].filter(Boolean);
  const goal = plan.goal ? h("p", { class: "goal" }, `«${plan.goal}»`) : h("p", { class: "quiet" }, t("no_goal"));
  const framing = plan.framing === "maintain" ? h("p", {}, t("maintain")) : null;
  return card("precautions", t("precautions"), ...noted, h("ul", { class: "dots" }, ...lines.map((line) => h("li", {}, line))), h("h3", {}, t("goal")), goal, framing, plan.when_and_where ? h("p", { class: "quiet" }, plan.when_and_where) : null);
}

/** What happened since somebody spoke with the person: first what waits, then what sessions told. */
function sinceCard(view, refresh) {
  const { since } = view;
  const { contact } = since;
  const spoke = contact ? t("contact_line", { day: longDay(contact.day), action: t(`action_${contact.action}`), by: contact.by }) : t("no_contact_line");
  const span = !contact || since.cut ? t("shown_from", { day: longDay(since.since) }) : null;
  const told = since.happened.map((one) => h("li", { class: one.kind === "medicine" ? "" : "grave" }, h("a", { href: sessionAddress(one.session, one.home) }, shortDay(one.day)), " ", h("b", {}, t(`happened_${one.kind}`))));
  const waiting = view.alerts.filter((alert) => alert.waiting);
  const list = waiting.length ? h("ul", { class: "alerts" }, ...waiting.map((alert) => alertLine(alert, mayWrite() && view.may_acknowledge ? seenForm(view, alert, refresh) : null))) : null;
  const found = card(
    "since",
    t("since_contact"),
    h("p", { class: "sentence" }, [spoke, span].filter(Boolean).join(" ")),
    list,
    waiting.length && told.length ? h("h3", {}, t("sessions_told")) : null,
    told.length ? h("ul", { class: "happened" }, ...told) : h("p", { class: "quiet" }, t("nothing_told")),
  );
  found.querySelector("h2").tabIndex = -1;
  return found;
}

function testsCard(view) {
  const found = view.field_tests.map(fieldTest);
  return card("tests", t("tests"), ...(found.length ? found : [h("p", { class: "quiet" }, t("tests_none"))]));
}

function planCard(view) {
  const { plan } = view;
  const head = ["exercise", "dose", "when", "limit_target"].map((name) => h("th", { scope: "col" }, t(name)));
  const rows = (plan?.items ?? []).map((item) => {
    const amount = `${item.sets} × ${integer(item.per_set)} ${t(`unit_${item.unit}`)}`;
    const when = item.weekdays ? item.weekdays.map((day) => t(`weekday_${day}`)).join(", ") : t("times_a_week", { n: item.times_a_week });
    const angles = [item.limit_deg === null ? null : t("at_most", { deg: item.limit_deg }), item.target_deg === null ? null : t("aim", { deg: item.target_deg })].filter(Boolean);
    const how = [t(`posture_${item.posture}`), item.assisted ? t("assisted") : null, item.locked ? t(plan.fall_locked_since ? "locked_fallen" : "locked") : null].filter(Boolean).join(", ");
    return h("tr", {}, h("th", { scope: "row" }, both(item.called), h("div", { class: "quiet" }, how)), cell("dose", amount), cell("when", when), cell("limit_target", angles.join(", ") || "–"));
  });
  const versions = [...view.versions].reverse().map((one) => {
    const from = one.effective ? `, ${t("in_force_from", { day: longDay(one.effective) })}` : "";
    const signed = one.signed_by ? ` · ${t("signed_by", { name: one.signed_by })}` : "";
    return h("li", {}, `${t(`plan_${one.state}`, { n: one.version, day: one.published ? shortDay(one.published) : "–" })}${from}${signed}`, one.note ? h("span", { class: "quiet" }, ` (${both({ it: one.note_it || one.note, en: one.note })})`) : null);
  });
  const table = rows.length ? h("table", { class: "stacked" }, h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...rows)) : h("p", { class: "quiet" }, t("plan_unknown"));
  return card("plan", view.plan_version === null ? t("plan_unknown") : t("plan_version", { n: view.plan_version }), table, versions.length ? [h("h3", {}, t("versions")), h("ul", { class: "dots" }, ...versions)] : null);
}

function calendarCard(view) {
  const head = h("tr", {}, ...view.days.slice(0, 7).map((day) => h("th", { scope: "col" }, weekday(day.day))));
  const weeks = [];
  for (let i = 0; i < view.days.length; i += 7) weeks.push(h("tr", {}, ...view.days.slice(i, i + 7).map((day) => dayCell(day, view.today, worst(view, day.day)))));
  const legend = ["done", "partly", "missed", "stopped by rule", "excused", "unknown", "self-reported", "nothing asked"]
    .filter((state) => view.days.some((day) => day.state === state))
    .map((state) => h("li", {}, h("i", { class: `day ${dayClass({ state, dose: state === "partly" ? 0.5 : 1 })}` }, SIGNS[state] ?? ""), t(`day_${state}`)));
  if (view.days.some((day) => worst(view, day.day) >= PAIN_SHOWN)) legend.push(h("li", {}, h("i", { class: "day-pain" }, `${PAIN_SHOWN}`), t("pain_from", { n: PAIN_SHOWN })));
  return card(
    "calendar",
    t("four_weeks"),
    h("table", { class: "calendar" }, h("thead", {}, head), h("tbody", {}, ...weeks)),
    h("ul", { class: "legend" }, ...legend),
    h("p", { class: "note" }, t("calendar_note")),
  );
}

/** The highest pain that was told on a day. */
function worst(view, day) {
  const told = view.pains.filter((p) => p.day === day).flatMap((p) => [p.before, p.after]).filter((pain) => pain !== null);
  return told.length ? Math.max(...told) : null;
}

function dayCell(day, today, pain) {
  const dose = day.dose === null || day.state === "missed" ? null : `${Math.round(day.dose * 100)}%`;
  const date = new Date(`${day.day}T12:00:00`).getDate();
  const inside = [h("span", { class: "date" }, `${date}`), h("b", {}, ["self-reported", "stopped by rule"].includes(day.state) ? `${SIGNS[day.state]} ${dose ?? ""}` : (dose ?? SIGNS[day.state] ?? ""))];
  const reason = day.reason ? `, ${t(`why_${day.reason}`)}` : "";
  if (pain !== null && pain >= PAIN_SHOWN) inside.push(h("span", { class: "day-pain", "aria-hidden": "true" }, h("span", { class: "pain-word" }, `${t("pain").toLowerCase()} `), `${pain}`));
  const hurt = pain === null ? "" : `, ${t("pain").toLowerCase()} ${pain} ${t("of_ten")}`;
  const label = `${longDay(day.day)}: ${t(`day_${day.state}`)}${reason}${dose ? `, ${t("adherence_dose")} ${dose}` : ""}${hurt}`;
  const classes = `day ${dayClass(day)}${day.day === today ? " day-today" : ""}`;
  const body = day.sessions.length
    ? h("a", { class: classes, href: sessionAddress(day.sessions.at(-1), day.homes.at(-1)), "aria-label": label }, ...inside)
    : EXCUSABLE.includes(day.state)
      ? h("a", { class: classes, href: "#form-days-excuse", "aria-label": `${label}, ${t("excuse_this_day")}`, onclick: (event) => excuseDay(day.day) && event.preventDefault() }, ...inside)
      : h("div", { class: classes, role: "img", "aria-label": label }, ...inside);
  return h("td", {}, body);
}

function dayClass(day) {
  if (!MEASURED.includes(day.state)) return `day-${day.state.replaceAll(" ", "-")}`;
  const dose = day.dose ?? 0;
  const step = dose >= 0.95 ? 4 : dose >= 0.7 ? 3 : dose >= 0.35 ? 2 : 1;
  return `day-dose-${step}`;
}

function periodCard(view) {
  const names = ["sessions", "dose", "range", "quality"];
  return card("period", t("adherence_weeks"), h("div", { class: "bars" }, ...names.map((name) => bar(t(`adherence_${name}`), view.period[name]))), h("p", { class: "note" }, t("period_note")));
}

function trendsCard(view) {
  const found = view.trends.map((trend) => h("figure", { class: "trend" }, h("figcaption", {}, trendTitle(trend)), trendChart(trend), changeSentence(trend), ...besideTrend(trend)));
  return card("trends", t("trends"), ...(found.length ? found : [h("p", { class: "quiet" }, t("trends_none"))]), h("p", { class: "note" }, t("trends_note")));
}

function fieldTest(test) {
  const unit = test.unit ? ` ${test.unit}` : "";
  const told = (value) => `${value.toLocaleString(language, { maximumFractionDigits: 1 })}${unit}`;
  const rows = test.points.map((point) => {
    const beside = [];
    if (point.low !== null && point.high !== null && point.low !== point.high) beside.push(t("measure_band", { low: told(point.low), high: told(point.high) }));
    if (point.counted !== null) beside.push(t("test_counted", { n: told(point.counted) }));
    beside.push(t("test_arms", { how: t(`arms_${point.arms ?? "unknown"}`) }));
    if (point.seat !== null) beside.push(t("test_seat", { how: t(`seat_${point.seat}`) }));
    return h("li", {}, `${shortDay(point.day)}: `, h("b", {}, told(point.value)), h("span", { class: "quiet" }, ` (${beside.join("; ")})`));
  });
  return h("figure", { class: "trend" }, h("figcaption", {}, h("b", {}, both(test.name)), h("span", { class: "quiet" }, ` ${both(test.figure)}`)), h("ul", { class: "tests" }, ...rows));
}

function trendTitle(trend) {
  const how = [t(`posture_${trend.posture}`), both(trend.place) || trend.placement, t(`level_${trend.level}`)].join(", ");
  return [h("b", {}, both(trend.called)), h("span", { class: "quiet" }, ` ${both(trend.what)} · ${how}`)];
}

function changeSentence(trend) {
  const { change } = trend;
  if (!change) return h("p", { class: "sentence" }, t("change_few"));
  const figures = {
    from: change.baseline_deg.toFixed(0),
    to: change.recent_deg.toFixed(0),
    by: `${change.change_deg > 0 ? "+" : "−"}${Math.abs(change.change_deg).toFixed(0)}`,
    error: change.threshold_deg.toFixed(0),
  };
  return h("p", { class: "sentence" }, t(change.beyond_error ? "change_beyond" : "change_within", figures), " ", h("span", { class: "tag" }, t(change.own_error ? "error_own" : "error_population")));
}

/** What the plan aims at, and the other side, where the plan says that it is well. */
function besideTrend(trend) {
  const lines = [];
  if (trend.change?.core_versions.length) lines.push(t("several_cores", { versions: trend.change.core_versions.join(", ") }));
  if (trend.quantity === "excursion") lines.push(t("excursion_only"));
  if (trend.target_deg !== null) lines.push(t("target_line", { deg: trend.target_deg }));
  if (trend.other_side) lines.push(t("other_line", { deg: trend.other_side.median_deg.toFixed(0), day: shortDay(trend.other_side.day) }));
  return lines.map((line) => h("p", { class: "sentence" }, line));
}

function trendChart(trend) {
  const [width, height] = [drawingWidth(), 220];
  const times = trend.points.map((point) => Date.parse(`${point.day}T12:00:00`));
  const [from, to] = [times[0], Math.max(times.at(-1), times[0] + 6 * 86400000)];
  const { change } = trend;
  const ends = trend.points.flatMap((point) => [point.peaks.p10_deg, point.peaks.p90_deg]);
  if (change) ends.push(change.baseline_deg - change.threshold_deg, change.baseline_deg + change.threshold_deg);
  const beside = [[trend.target_deg, "trend-target"], [trend.other_side?.median_deg ?? null, "trend-other"]].filter(([deg]) => deg !== null);
  ends.push(...beside.map(([deg]) => deg));
  const low = Math.max(0, Math.floor((Math.min(...ends) - 4) / 10) * 10);
  const high = Math.ceil((Math.max(...ends) + 4) / 10) * 10;
  const x = (time) => 14 + ((time - from) / (to - from)) * (width - 28);
  const y = (deg) => height - ((deg - low) / (high - low)) * height;
  const parts = [];
  const every = high - low > 60 ? 20 : 10;
  for (let deg = low; deg <= high; deg += every) {
    parts.push(s("path", { class: "bars-grid", d: `M0 ${y(deg)}H${width}` }), s("text", { class: "bars-number", x: -8, y: y(deg) + 5 }, `${deg}°`));
  }
  if (change) {
    const [top, bottom] = [y(change.baseline_deg + change.threshold_deg), y(change.baseline_deg - change.threshold_deg)];
    parts.push(s("rect", { class: "trend-error", x: 0, width, y: top, height: bottom - top }), s("path", { class: "trend-baseline", d: `M0 ${y(change.baseline_deg)}H${width}` }));
  }
  for (const [deg, kind] of beside) parts.push(s("path", { class: kind, d: `M0 ${y(deg)}H${width}` }));
  parts.push(s("path", { class: "trend-line", d: trend.points.map((p, i) => `${i ? "L" : "M"}${x(times[i])} ${y(p.peaks.median_deg)}`).join("") }));
  trend.points.forEach((point, i) => {
    parts.push(s("path", { class: "trend-band", d: `M${x(times[i])} ${y(point.peaks.p10_deg)}V${y(point.peaks.p90_deg)}` }), s("circle", { class: "trend-dot", cx: x(times[i]), cy: y(point.peaks.median_deg), r: 6 }));
  });
  const shown = new Set([0, trend.points.length - 1, Math.floor((trend.points.length - 1) / 2)]);
  for (const i of shown) parts.push(s("text", { class: "bars-count", x: x(times[i]), y: height + 24 }, shortDay(trend.points[i].day)));
  const label = trend.points.map((p) => `${shortDay(p.day)} ${degrees(p.peaks.median_deg)}`).join(", ");
  return s("svg", { class: "columns", viewBox: `-56 -10 ${width + 70} ${height + 42}`, role: "img", "aria-label": `${both(trend.name)}: ${label}` }, ...parts);
}

function exercisesCard(view) {
  const head = ["exercise", "done_asked", "correct", "incorrect", "attempts_short", "days", "why_stopped", "range"].map((name) => h("th", { scope: "col" }, t(name)));
  const rows = view.exercises.map((row) => {
    const share = row.asked ? Math.min(1, row.done / row.asked) : 0;
    const unit = row.unit === "repetitions" ? "" : ` ${t(row.unit)}`;
    const stopped = Object.entries(row.stopped).map(([why, times]) => `${t(`reason_${why}`)} ${times}×`);
    return h(
      "tr",
      {},
      h("th", { scope: "row" }, both(row.called)),
      cell("done_asked", `${integer(row.done)}${row.asked === null ? "" : ` / ${integer(row.asked)}`}${unit}`, row.reported ? h("span", { class: "quiet" }, ` + ${t("reported", { n: integer(row.reported) })}`) : null, row.asked === null ? "" : track(share)),
      cell("correct", integer(row.correct), row.not_judged ? h("div", { class: "quiet" }, t("n_not_judged", { n: integer(row.not_judged) })) : null),
      cell("incorrect", integer(row.incorrect)),
      cell("attempts_short", integer(row.attempts)),
      cell("days", integer(row.done_days)),
      cell("why_stopped", stopped.length ? stopped.join(", ") : "–"),
      cell("range", ...lastSeen(row)),
    );
  });
  const body = rows.length ? h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": `${t("exercises_weeks")}, ${t("as_table")}` }, h("table", { class: "exercises stacked" }, h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...rows))) : h("p", { class: "quiet" }, t("plan_unknown"));
  return card("exercises", t("exercises_weeks"), body, rows.length ? h("p", { class: "note" }, t("exercises_note")) : null);
}

/** A cell that keeps its column's name, for a phone where columns stand below each other. */
function cell(name, ...children) {
  return h("td", { "data-name": t(name) }, ...children);
}

function track(share) {
  return s("svg", { class: "bar-track", viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" }, s("rect", { class: "bar-done", width: 100 * share, height: 10, rx: 2 }));
}

/** Each session a line from the pain before to the pain after. */
function painCard(view) {
  const told = view.pains.filter((p) => p.before !== null || p.after !== null || p.effort !== null);
  if (!told.length) return card("pains", t("pain_sessions"), h("p", { class: "quiet" }, t("pain_none")));
  const [width, height] = [drawingWidth(), 220];
  const step = width / Math.max(8, told.length);
  const y = (pain) => height - (pain / 10) * height;
  const parts = [];
  for (const pain of [0, 2, 4, 6, 8, 10]) parts.push(s("path", { class: "bars-grid", d: `M0 ${y(pain)}H${width}` }), s("text", { class: "bars-number", x: -8, y: y(pain) + 5 }, `${pain}`));
  told.forEach((p, i) => {
    const x = (i + 0.5) * step;
    if (p.before !== null && p.after !== null) parts.push(s("path", { class: "pain-way", d: `M${x} ${y(p.before)}V${y(p.after)}` }));
    if (p.before !== null) parts.push(s("circle", { class: "pain-before", cx: x, cy: y(p.before), r: 7.5 }));
    if (p.after !== null) parts.push(s("rect", { class: p.ended_by_pain ? "pain-after pain-ended" : "pain-after", x: x - 5.5, y: y(p.after) - 5.5, width: 11, height: 11, transform: p.ended_by_pain ? `rotate(45 ${x} ${y(p.after)})` : null }));
    if (p.effort !== null) parts.push(s("path", { class: "effort-mark", d: `M${x - 7} ${y(p.effort)}h14` }));
    if (i === 0 || i === told.length - 1) parts.push(s("text", { class: "bars-count", x, y: height + 24 }, shortDay(p.day)));
  });
  const label = told.map((p) => `${shortDay(p.day)} ${p.before ?? "–"} → ${p.after ?? "–"}${p.effort === null ? "" : `, ${t("effort")} ${p.effort}`}`).join(", ");
  const mark = (shape) => s("svg", { class: "legend-mark", viewBox: "-8 -8 16 16", "aria-hidden": "true" }, shape);
  return card(
    "pains",
    t("pain_sessions"),
    s("svg", { class: "columns", viewBox: `-56 -10 ${width + 70} ${height + 42}`, role: "img", "aria-label": `${t("pain_sessions")}: ${label}` }, ...parts),
    h(
      "ul",
      { class: "legend" },
      h("li", {}, mark(s("circle", { class: "pain-before", r: 5 })), t("before")),
      h("li", {}, mark(s("rect", { class: "pain-after", x: -5.5, y: -5.5, width: 11, height: 11 })), t("after")),
      told.some((p) => p.effort !== null) ? h("li", {}, mark(s("path", { class: "effort-mark", d: "M-7 0h14" })), t("effort")) : null,
      told.some((p) => p.ended_by_pain) ? h("li", {}, mark(s("rect", { class: "pain-after pain-ended", x: -5.5, y: -5.5, width: 11, height: 11, transform: "rotate(45)" })), t("ended_by_pain")) : null,
    ),
  );
}

/** All episodes, newest first, whether anybody has looked or not. */
function alertsCard(view) {
  if (!view.may_acknowledge) return "";
  const lines = view.alerts.map((alert) => alertLine(alert));
  const list = lines.length ? h("ul", { class: "alerts" }, ...lines.slice(0, EPISODES)) : h("p", { class: "quiet" }, t("alerts_ever_none"));
  const older = lines.length > EPISODES ? h("details", {}, h("summary", {}, t("alerts_older", { n: lines.length - EPISODES })), h("ul", { class: "alerts" }, ...lines.slice(EPISODES))) : null;
  return card("alerts", t("alerts"), list, older, h("p", { class: "note" }, both(view.alerts_read)));
}

function alertLine(alert, form = null) {
  const closed = alert.closed ? ` · ${t("alert_closed", { day: shortDay(alert.closed) })}` : "";
  const seen = alert.seen ? h("p", { class: "seen" }, t("seen_by", { by: alert.seen.by, day: shortDay(alert.seen.day), action: t(`action_${alert.seen.action}`) }), alert.seen.note ? `: ${alert.seen.note}` : "", alert.more ? ` · ${t("alert_more")}` : "") : null;
  const day = alert.sessions.length ? h("a", { href: sessionAddress(alert.sessions.at(-1), alert.homes.at(-1)) }, shortDay(alert.opened)) : shortDay(alert.opened);
  return h("li", { class: alert.waiting ? "alert alert-waiting" : "alert" }, h("p", {}, h("b", {}, t(`alert_${alert.kind}`)), alert.grave ? [" ", h("span", { class: "tag tag-alert" }, t("alert_grave"))] : null, h("span", { class: "quiet" }, " ", day, closed)), h("p", {}, both(alert.text)), seen, form);
}

function seenForm(view, alert, refresh) {
  const name = `${alert.kind}-${alert.opened}`.replaceAll(" ", "-");
  const by = account.name ? null : h("input", { id: `by-${name}`, required: true, maxlength: 60, autocomplete: "off" });
  // Nothing is chosen for whoever signs: to have seen is not to have called.
  const choose = h("option", { value: "", selected: true, disabled: true }, t("choose"));
  const action = h("select", { id: `action-${name}`, required: true }, choose, ...ACTIONS.map((value) => h("option", { value }, t(`action_${value}`))));
  const note = h("input", { id: `note-${name}`, maxlength: 500, autocomplete: "off" });
  const problem = h("p", { class: "line-lost", role: "alert", hidden: true });
  const field = (label, input) => h("div", { class: "field" }, h("label", { for: input.id }, t(label)), input);
  async function send(event) {
    event.preventDefault();
    const body = { kind: alert.kind, opened: alert.opened, digest: alert.digest, by: by ? by.value.trim() : null, action: action.value, note: note.value.trim() };
    try {
      refresh(await sent(`/api/patients/${encodeURIComponent(view.patient)}/seen`, body));
    } catch (error) {
      problem.hidden = false;
      problem.textContent = `${t("failed")}: ${error.message}`;
    }
  }
  return h("details", { class: "seen-form" }, h("summary", {}, t("i_saw")), h("form", { onsubmit: send }, by ? field("who_saw", by) : h("p", { class: "signing" }, t("signed_by", { name: account.name })), field("what_done", action), field("a_note", note), h("button", { type: "submit", class: "wide" }, t("write_down"))), problem);
}

/** What the last session found of an exercise: readings with their bands, or why there are none, and how sure the count is. */
function lastSeen(row) {
  const last = row.last;
  const why = last ? last.not_observable : row.not_observable;
  const quiet = (line) => h("div", { class: "quiet" }, line);
  const readings = last ? last.readings.map((reading, n) => (n ? quiet(both(reading)) : h("div", {}, both(reading)))) : [];
  if (!readings.length) readings.push(h("span", { class: "quiet" }, why ? `${t("not_observable")}: ${both(why)}` : "–"));
  if (!last) return readings;
  const beside = last.beside;
  const lines = [t("last_count", { n: both(last.count) })];
  if (beside.attempts) lines.push(t("attempts", { n: integer(beside.attempts) }));
  if (beside.other_s >= 1) lines.push(t("other_movement", { n: integer(Math.round(beside.other_s)) }));
  if (beside.alike_reading) lines.push(both(beside.alike_reading));
  if (!beside.judged) lines.push(t("not_judged"));
  return [...readings, ...lines.map(quiet)];
}
