// The cards of a session: each is an element and a way to bring it up to date.

import { h, s, say } from "./dom.js";
import { clockTime, degrees, integer, percent } from "./format.js";
import { both, language, t } from "./texts.js";

export function card(kind, title, ...children) {
  const id = `card-${kind}`;
  return h("section", { class: `card card-${kind}`, "aria-labelledby": id }, h("h2", { id }, title), ...children);
}

/** The item a page speaks of: the one running, else the last one begun, else the first. */
export function itemOfInterest(view) {
  const begun = begunItems(view);
  // Of a session that is over an assessment beside its exercises is not what was done last.
  const played = view.phase === "closed" ? begun.filter((item) => !item.assessment) : [];
  return begun.find((item) => item.state === "running") ?? played.at(-1) ?? begun.at(-1) ?? view.items[0] ?? null;
}

function begunItems(view) {
  return view.items.filter((item) => item.state !== "to do");
}

/** What a session is called: by what is played now; one that is over by all that was. */
export function sessionTitle(view) {
  const item = itemOfInterest(view);
  if (view.phase !== "closed") return item ? itemTitle(item) : t("session");
  const names = [...new Set(begunItems(view).map((one) => both(one.called)))];
  return names.length > 1 ? names.join(" · ") : item ? itemTitle(item) : t("session");
}

/** Which of several exercises a card tells of. */
function ofItem() {
  const name = h("h3", { class: "of-item", hidden: true });
  return {
    element: name,
    update(now) {
      const item = itemOfInterest(now);
      name.hidden = !item || begunItems(now).length < 2;
      say(name, item ? itemTitle(item) : "");
    },
  };
}

export function itemTitle(item) {
  return `${both(item.called)}${item.assessment ? ` (${t("assessment")})` : ""}`;
}

export function repetitionsCard() {
  const ring = s("circle", { class: "ring-done", r: 52, pathLength: 100, "stroke-dasharray": "0 100" });
  const count = h("span", { class: "count" }, "0");
  const asked = h("span", { class: "asked" });
  const sentence = h("p", { class: "sentence", "aria-live": "polite" });
  const pips = h("div", { class: "pips", "aria-hidden": "true" });
  const remarks = h("ul", { class: "remarks" });
  const others = h("ul", { class: "others" });
  const othersTitle = h("h3", {}, t("also_planned"));
  const named = ofItem();
  const element = card(
    "repetitions",
    t("repetitions"),
    named.element,
    h(
      "div",
      { class: "ring", "aria-hidden": "true" },
      s("svg", { viewBox: "-60 -60 120 120" }, s("circle", { class: "ring-all", r: 52 }), ring),
      h("div", { class: "ring-text" }, count, asked),
    ),
    sentence,
    pips,
    remarks,
    othersTitle,
    others,
  );
  return {
    element,
    update(view) {
      named.update(view);
      const item = itemOfInterest(view);
      const done = item ? item.done : 0;
      const dose = item && item.unit === "repetitions" ? item.prescribed : null;
      const reported = item ? item.reported : null;
      const unknown = nothingReceived(item);
      say(count, integer(unknown ? reported : done || (reported ?? 0)));
      say(asked, dose === null ? "" : `${t("of")} ${integer(dose)}`);
      say(sentence, unknown && reported === null ? t(item.known ? "nothing_received" : "nothing_known") : countSentence(done, reported, item));
      ring.classList.toggle("ring-reported", !done && reported !== null);
      ring.setAttribute("stroke-dasharray", `${dose ? Math.min(100, (100 * (done || (reported ?? 0))) / dose) : 0} 100`);
      showPips(pips, item, dose);
      remarks.replaceChildren(...remarksOf(item), ...besideCount(item));
      const rest = view.items.filter((other) => other !== item && !(other.assessment && !other.done));
      othersTitle.hidden = others.hidden = rest.length === 0;
      others.replaceChildren(...rest.map((other) => otherLine(other, view.phase === "closed")));
    },
  };
}

/** Whether no sample of an item came, or nothing tells of it: absent is not zero. */
function nothingReceived(item) {
  return Boolean(item && (!item.known || (item.beside && !item.beside.received)));
}

/** What was done of what was asked; what no sensor saw is told as what it is. */
function countSentence(done, reported, item) {
  const dose = item ? item.prescribed : null;
  const figures = { done: integer(done), reported: integer(reported), asked: integer(dose) };
  if (dose !== null && item.unit !== "repetitions" && reported === null) {
    return t("counted_of_other_dose", { ...figures, unit: t(`unit_${item.unit}`) });
  }
  if (reported !== null && !done) return t(dose === null ? "reported_no_plan" : "reported_of_plan", figures);
  const measured = t(dose === null ? "no_plan" : "of_plan", figures);
  return reported === null ? measured : `${measured}. ${t("reported_beside", figures)}.`;
}

function showPips(pips, item, dose) {
  const done = item ? item.done : 0;
  // What was only told has no repetition to point at.
  if (!done && item && item.reported !== null) return pips.replaceChildren();
  const wanted = Math.min(60, Math.max(dose ?? 0, done));
  const flagged = new Set((item ? item.repetitions : []).filter((r) => r.flags.length).map((r) => r.number));
  const marks = [];
  for (let i = 1; i <= wanted; i++) {
    const kind = i > done ? "pip" : i > (dose ?? done) ? "pip pip-extra" : flagged.has(i) ? "pip pip-flag" : "pip pip-done";
    marks.push(h("i", { class: kind }));
  }
  return pips.replaceChildren(...marks);
}

/** What was remarked of the repetitions, each with how often. */
function remarksOf(item) {
  const times = new Map();
  for (const r of item ? item.repetitions : []) for (const flag of r.flags) times.set(flag, (times.get(flag) ?? 0) + 1);
  return [...times].map(([flag, n]) => h("li", {}, h("i", { class: "pip pip-flag", "aria-hidden": "true" }), `${t(`flag_${flag}`)}: ${integer(n)}`));
}

/** What was not received, how sure the count is, and what else was done in the item. */
function besideCount(item) {
  const beside = item ? item.beside : null;
  if (!beside) return [];
  const times = new Map();
  for (const r of item.repetitions) for (const what of r.technical) times.set(what, (times.get(what) ?? 0) + 1);
  const lines = [...times].map(([what, n]) => `${t(`flag_${what}`)}: ${integer(n)}`);
  if (beside.count_low !== null && beside.count_low !== beside.count_high) lines.push(t("count_interval", { low: integer(beside.count_low), high: integer(beside.count_high) }));
  if (beside.attempts) lines.push(t("attempts", { n: integer(beside.attempts) }));
  if (beside.other_s >= 1) lines.push(t("other_movement", { n: integer(Math.round(beside.other_s)) }));
  if (beside.alike_reading) lines.push(both(beside.alike_reading));
  if (!beside.judged) lines.push(t("not_judged"));
  return lines.map((line) => h("li", { class: "quiet" }, line));
}

/** A dose of minutes has minutes done beside it, never a count of movements; null where it is another dose, or only told. */
function ofMinutes(item) {
  if (item.unit !== "minutes" || item.reported !== null || nothingReceived(item) || !item.done) return null;
  const walked = item.measures.find((m) => m.unit === "min");
  if (!walked) return countSentence(item.done, null, item);
  const told = walked.value.toLocaleString(language, { maximumFractionDigits: 1 });
  return `${told} / ${integer(item.prescribed)} ${t("minutes")}`;
}

function otherLine(item, closed) {
  const unit = item.unit === "repetitions" ? "" : ` ${t(item.unit)}`;
  const done = item.reported !== null && !item.done ? t("reported", { n: integer(item.reported) }) : integer(nothingReceived(item) ? null : item.done);
  const figure = item.prescribed === null ? done : (ofMinutes(item) ?? `${done} / ${integer(item.prescribed)}${unit}`);
  const why = item.stop_reason && item.stop_reason !== "done" ? `, ${t(`reason_${item.stop_reason}`)}` : "";
  const open = item.state === "running" ? "running" : closed ? "not_done" : "to_do";
  const state = item.state === "ended" ? why : `, ${t(open)}`;
  return h("li", {}, h("span", {}, itemTitle(item)), h("b", {}, figure + state));
}

export function rangeCard() {
  const holder = h("div", { class: "range-body" });
  const note = h("p", { class: "note" }, t("validated"));
  const named = ofItem();
  const element = card("range", t("range"), named.element, holder, note);
  return {
    element,
    update(view) {
      named.update(view);
      const item = itemOfInterest(view);
      const range = item ? item.range_of_motion : null;
      // Of what has no range the card tells what was measured instead.
      say(element.querySelector("h2"), t(!range && item && item.measures.length ? "measured" : "range"));
      note.hidden = !range;
      say(note, t(item && item.reading ? "validated_joint" : "validated"));
      if (range) holder.replaceChildren(...rangeFound(item, range, view.provisional));
      else if (item && item.measures.length) holder.replaceChildren(...measured(item));
      else if (item && item.not_observable) {
        holder.replaceChildren(h("p", { class: "big-word" }, t("not_observable")), h("p", { class: "why" }, both(item.not_observable)));
      } else {
        const none = item && item.reported !== null ? "range_reported" : view.closed_ms === null ? "no_range_yet" : "range_none";
        holder.replaceChildren(h("p", { class: "quiet" }, t(none)));
      }
    },
  };
}

function rangeFound(item, range, provisional) {
  const peak = item.active_peak;
  const whole = { median: range.median_deg.toFixed(0), p10: range.p10_deg.toFixed(0), p90: range.p90_deg.toFixed(0) };
  return [
    // As a goniometer is read: how far, and from where; the excursion comes second.
    ...(peak
      ? [
          h("p", { class: "figure", id: "peak" }, h("span", { class: "big" }, degrees(peak.peak_deg)), h("span", { class: "beside" }, t("active_peak"), h("br"), both(peak.reading))),
          h("p", { class: "note" }, t("excursion")),
        ]
      : []),
    h(
      "p",
      { class: "figure" },
      h("span", { class: peak ? "middling" : "big" }, degrees(range.median_deg)),
      h("span", { class: "beside" }, t("median"), h("br"), `${t("p10_p90")}: ${whole.p10}–${whole.p90}°`),
    ),
    strip(item, range, t("range_label", whole)),
    h("p", {}, h("b", {}, both(range.what) || "–"), " ", h("span", { class: "tag" }, t(provisional ? "provisional" : "counted_final"))),
    h("p", { class: "sentence" }, t("range_sentence", whole)),
    ...beside(item, range).map((line) => h("p", { class: "sentence" }, line)),
    item.reading ? h("p", { class: "note" }, both(item.reading)) : "",
  ];
}

/** Band, peak and what else was seen, a line each. */
function beside(item, range) {
  const lines = [];
  if (range.band_low_deg !== null && range.band_high_deg !== null) lines.push(t("band_sentence", { low: range.band_low_deg.toFixed(0), high: range.band_high_deg.toFixed(0) }));
  if (item.peaks && !item.active_peak) lines.push(t("peak_sentence", Object.fromEntries(["median", "p10", "p90"].map((name) => [name, item.peaks[`${name}_deg`].toFixed(0)]))));
  return [...lines, ...measureLines(item)];
}

/** What was measured of an exercise that has no range: its figures first, then why no angle stands there. */
function measured(item) {
  const figures = toldMeasures(item).map(({ name, value, band }) => h("p", { class: "figure" }, h("span", { class: "middling" }, value), h("span", { class: "beside" }, name, ...(band ? [h("br"), band] : []))));
  return [...figures, item.not_observable ? h("p", { class: "note" }, both(item.not_observable)) : ""];
}

/** What was measured beside an angle, a line each. */
export function measureLines(item) {
  return toldMeasures(item).map(({ name, value, band }) => `${name}: ${value}${band ? ` (${band})` : ""}`);
}

function toldMeasures(item) {
  return item.measures.map((m) => {
    const digits = m.unit === "°" ? 0 : ["m/s²", "Hz"].includes(m.unit) ? 2 : 1;
    const told = (value) => value.toLocaleString(language, { maximumFractionDigits: digits });
    const unit = m.unit === "°" ? "°" : ` ${m.unit === "1/min" ? t("per_minute") : m.unit}`;
    const band = m.low === null || m.high === null ? "" : t("measure_band", { low: told(m.low), high: told(m.high) });
    return { name: both(m.name), value: `${told(m.value)}${unit}`, band };
  });
}

/** Each repetition's range as a dot on a line of degrees; band and median behind. */
function strip(item, range, label) {
  const found = item.repetitions.map((r) => r.range_deg).filter((v) => v !== null);
  const high = Math.ceil((Math.max(...found, range.p90_deg) + 5) / 10) * 10;
  const low = Math.max(0, Math.min(high - 60, Math.floor((Math.min(...found, range.p10_deg) - 5) / 10) * 10));
  const x = (deg) => ((deg - low) / (high - low)) * 400;
  const parts = [s("path", { class: "strip-axis", d: "M0 62H400" })];
  for (let deg = low; deg <= high; deg += high - low > 100 ? 30 : 10) {
    parts.push(s("path", { class: "strip-tick", d: `M${x(deg)} 62v6` }), s("text", { class: "strip-number", x: x(deg), y: 86 }, `${deg}°`));
  }
  const width = Math.max(3, x(range.p90_deg) - x(range.p10_deg));
  parts.push(s("rect", { class: "strip-band", x: x(range.p10_deg), y: 14, width, height: 42, rx: 5 }));
  parts.push(s("path", { class: "strip-median", d: `M${x(range.median_deg)} 10V60` }));
  found.forEach((deg, i) => parts.push(s("circle", { class: "strip-dot", cx: x(deg), cy: 24 + ((i * 7) % 24), r: 4.2 })));
  return s("svg", { class: "strip", viewBox: "-22 0 444 94", role: "img", "aria-label": label }, ...parts);
}

export function adherenceCard() {
  const holder = h("div", { class: "bars" });
  const element = card("adherence", t("adherence"), holder);
  return {
    element,
    update(view) {
      const found = view.adherence;
      if (!found) {
        const open = view.closed_ms === null;
        const later = t(open || view.provisional ? "adherence_later" : "adherence_none");
        const soFar = view.dose_so_far === null ? "" : bar(t(open ? "plan_so_far" : "plan_in_it"), view.dose_so_far);
        holder.replaceChildren(soFar, h("p", { class: "quiet" }, later));
        return;
      }
      const parts = ["dose", "range", "sessions", "quality"].map((name) => bar(t(`adherence_${name}`), found[name]));
      holder.replaceChildren(...parts, h("p", { class: "note" }, t(found.state === "self-reported" ? "told_not_measured" : `state_${found.state}`)));
    },
  };
}

/** A named share, as a bar and in words. */
export function bar(name, share) {
  const text = percent(share);
  const filled = s("rect", { class: "bar-done", width: 100 * Math.min(1, share ?? 0), height: 10, rx: 2 });
  return h(
    "div",
    { class: "bar" },
    h("span", { class: "bar-name" }, name),
    h("b", { class: text ? "bar-value" : "bar-value bar-unknown" }, text ?? t("unknown")),
    s("svg", { class: "bar-track", viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" }, text && filled),
  );
}

export function ledgerCard() {
  const holder = h("div", {});
  const element = card("ledger", t("ledger"), holder);
  return {
    element,
    update(ledger) {
      holder.replaceChildren(...(ledger ? ledgerFound(ledger) : [h("p", { class: "quiet" }, t("ledger_none"))]));
    },
  };
}

function ledgerFound(ledger) {
  const steps = ["emitted", "received", "stored"].filter((name) => ledger[name] !== null);
  const moving = Math.max(0, (ledger.emitted ?? ledger.received) - ledger.stored - ledger.lost);
  const way = t("on_the_way", { n: integer(moving) });
  return [
    verdict(ledger),
    h("ol", { class: "way" }, ...steps.map((name) => h("li", {}, h("b", {}, integer(ledger[name])), h("span", {}, t(name))))),
    h(
      "dl",
      { class: "counts" },
      ...["lost", "duplicates", "resent", "refused"].map((name) =>
        h("div", { class: name !== "resent" && ledger[name] ? "count-bad" : "" }, h("dt", {}, t(name)), h("dd", {}, integer(ledger[name]))),
      ),
    ),
    moving ? h("p", { class: "note" }, way) : "",
    ledger.clock_offset_s === null ? "" : h("p", { class: "note" }, clockText(ledger.clock_offset_s)),
  ];
}

function clockText(offset) {
  if (Math.abs(offset) < 1) return t("clock_together");
  return t(offset > 0 ? "clock_ahead" : "clock_behind", { n: integer(Math.round(Math.abs(offset))) });
}

function verdict(ledger) {
  const bad = [];
  if (ledger.lost) bad.push(t("some_lost", { n: integer(ledger.lost) }));
  if (ledger.duplicates) bad.push(t("some_twice", { n: integer(ledger.duplicates) }));
  const sign = bad.length ? "!" : "✓";
  return h(
    "p",
    { class: bad.length ? "verdict verdict-bad" : "verdict" },
    h("span", { class: "sign", "aria-hidden": "true" }, sign),
    bad.length ? bad.join("; ") : t("nothing_lost"),
  );
}

export function storyCard() {
  const pain = h("div", { class: "pains" });
  const list = h("ol", { class: "story" });
  const element = card("story", t("story"), pain, list);
  return {
    element,
    update(view) {
      const figures = [
        [`${t("pain")} ${t("before")}`, view.pain_before],
        [`${t("pain")} ${t("after")}`, view.pain_after],
        [t("effort"), view.effort],
        [t("heart"), view.heart_bpm, t("per_minute")],
      ].filter(([, value]) => value !== null);
      pain.replaceChildren(
        ...figures.map(([name, value, unit]) =>
          h("div", { class: "pain" }, h("span", {}, name), h("b", {}, `${value}`), h("span", { class: "quiet" }, unit ?? t("of_ten"))),
        ),
      );
      const names = Object.fromEntries(view.items.map((item) => [item.item, both(item.name)]));
      list.replaceChildren(...view.events.map((event) => storyLine(event, names)).reverse());
      if (!view.events.length) list.replaceChildren(h("li", { class: "quiet" }, t("story_empty")));
    },
  };
}

function storyLine(event, names) {
  const parts = [];
  if (event.item) parts.push(names[event.item] ?? event.item);
  if (event.type === "check.answered" && event.by && event.by !== "patient") parts.push(t(`by_${event.by}`));
  if (event.type === "check.answered") parts.push(`${event.asked ? both(event.asked) : t(`question_${event.detail}`)} ${event.detail === "why" && event.value ? t(`reason_${event.value}`) : ["arms", "seat", "barrier"].includes(event.detail) && event.value ? t(`${event.detail}_${event.value}`) : answer(event.value)}`);
  else if (event.type === "range.calibrated") {
    if (event.value !== null) parts.push(degrees(event.value));
    parts.push(t(`source_${event.detail}`));
  } else if (event.type === "segment.calibrated") {
    if (event.place) parts.push(both(event.place));
    parts.push(t(`level_${event.detail}`));
    if (event.note) parts.push(t("told", { note: both(event.note) }));
  } else if (event.type === "fall.suspected") {
    if (event.place) parts.push(both(event.place));
    parts.push(t("fall_asked"));
  } else if (event.type === "exercise.reported") parts.push(t("reported_line", { n: integer(event.value), unit: t(`unit_${event.detail}`) }));
  else if (event.type === "session.closed" || (event.type.endsWith(".ended") && event.value !== null)) parts.push(t(`reason_${event.value}`));
  else if (event.value !== null) parts.push(`${event.value} ${t("of_ten")}`);
  const fell = event.type === "fall.suspected" || (event.type === "check.answered" && event.detail === "fallen" && event.value === true);
  const grave = fell || event.type === "unwell.reported" || event.value === "unwell" || event.value === "pain";
  return h(
    "li",
    { class: grave ? "grave" : "" },
    h("time", { datetime: new Date(event.t_ms).toISOString() }, clockTime(event.t_ms)),
    h("span", {}, h("b", {}, t(headOf(event))), parts.length ? ` ${parts.join(", ")}` : ""),
  );
}

function headOf(event) {
  if (event.type !== "segment.calibrated" || event.value) return event.type;
  return event.detail === "none" ? "calibration_counts" : "calibration_failed";
}

function answer(value) {
  if (value === null) return `(${t("no_answer")})`;
  if (typeof value === "boolean") return t(value ? "yes" : "no");
  return typeof value === "number" ? value.toLocaleString(language) : value;
}
