// The angle of a recorded session, item by item: lowest and highest of each step, so that no peak is lost.

import { itemTitle } from "./cards.js";
import { h } from "./dom.js";
import { fetched } from "./feed.js";
import { degrees } from "./format.js";
import { both, t } from "./texts.js";
import { chartLibrary } from "./trace.js";

const AGAIN_MS = 1500;
const MOST_LOOKS = 80;
const INK = "#4a5b63";
const LINE = "#0072b2";
const TARGET = "#b34700";
const FONT = "15px system-ui, sans-serif";
const KINDS = {
  repetition: "rgba(0, 114, 178, 0.10)",
  other: "rgba(74, 91, 99, 0.20)",
  attempt: "rgba(255, 180, 84, 0.35)",
  lost: "#b34700",
  unseen: "#4a5b63",
};

/** Fill the places of a session's items; what is not there yet is waited for, what never comes is said. */
export async function showCurves(view, home, places) {
  const address = `/api/sessions/${encodeURIComponent(view.session)}/curve${home ? `?home=${encodeURIComponent(home)}` : ""}`;
  let found = null;
  for (let looks = 0; looks < MOST_LOOKS; looks++) {
    found = await fetched(address).catch(() => null);
    if (!found || found.state !== "working") break;
    await new Promise((on) => setTimeout(on, AGAIN_MS));
  }
  const state = found ? found.state : "no motion";
  for (const place of places) {
    const told = found?.items.find(({ curve }) => curve.item === place.dataset.item && String(curve.assessment) === place.dataset.assessment);
    const item = view.items.find((one) => one.item === place.dataset.item && String(one.assessment) === place.dataset.assessment);
    if (told) await drawn(place, item, told);
    else place.replaceChildren(h("p", { class: "quiet" }, t(`curve_${state === "there" ? "no motion" : state}`)));
  }
  document.body.dataset.curves = state;
}

/** All that lies over the time of an item, in the order in which it is painted. */
function stretches(item, { curve, phases }) {
  const of = (kind, spans) => spans.map(([from, to]) => ({ kind, from, to }));
  return [
    ...of("other", item.other_movement.map((one) => [one.start_s, one.end_s])),
    ...of("attempt", item.attempts.map((one) => [one.start_s, one.end_s])),
    ...of("repetition", phases.map((one) => [one.start_s, one.end_s])),
    ...of("unseen", curve.unseen),
    ...of("lost", curve.lost),
  ].sort((a, b) => a.from - b.from);
}

async function drawn(place, item, told) {
  await chartLibrary();
  const { curve } = told;
  const spans = stretches(item, told);
  const seen = Object.keys(KINDS).filter((kind) => spans.some((one) => one.kind === kind));
  const values = [...curve.low_deg, ...curve.high_deg].filter((v) => v !== null);
  const label = t("curve_label", { s: Math.round(curve.seconds), low: degrees(Math.min(...values)), high: degrees(Math.max(...values)), n: told.phases.length, lost: curve.lost.length });
  const holder = h("div", { class: "curve", role: "img", "aria-label": label });
  const keys = [...seen.map((kind) => [kind, t(`span_${kind}`)]), ...(told.phases.length ? [["up", t("curve_up")], ["hold", t("curve_hold")], ["down", t("curve_down")]] : [])];
  const legend = h("ul", { class: "legend curve-legend" }, ...keys.map(([kind, words]) => h("li", { class: `curve-key curve-key-${kind}` }, words)));
  place.replaceChildren(h("figure", { class: "trend" }, h("figcaption", { class: "quiet" }, `${t("curve")}: ${both(item.range_of_motion.what)}`), holder, legend, table(item, told, spans)));
  plotted(holder, item, told, spans, values);
}

function plotted(holder, item, told, spans, values) {
  const { curve } = told;
  const times = curve.low_deg.map((_, n) => (n + 0.5) * curve.step_s);
  const top = Math.max(90, item.target_deg ?? 0, ...values);
  const bottom = Math.min(0, ...values);
  const axis = { stroke: INK, font: FONT, grid: { stroke: "#e6e3da", width: 1 }, ticks: { show: false } };
  const line = { stroke: LINE, width: 1.5, points: { show: false }, spanGaps: false };
  const plot = new uPlot(
    {
      width: holder.clientWidth,
      height: holder.clientHeight,
      padding: [12, 18, 0, 0],
      cursor: { show: false },
      legend: { show: false },
      scales: { x: { time: false, range: () => [0, curve.seconds] }, y: { range: () => [Math.floor(bottom / 30) * 30, Math.min(210, Math.ceil((top + 5) / 30) * 30)] } },
      axes: [
        { ...axis, size: 34, space: 70, values: (_, splits) => splits.map((x) => `${x} s`) },
        { ...axis, size: 56, incrs: [30], values: (_, splits) => splits.map((v) => `${v}°`) },
      ],
      series: [{}, line, line],
      bands: [{ series: [2, 1], fill: "rgba(0, 114, 178, 0.35)" }],
      hooks: { drawClear: [(u) => under(u, spans, told.phases)], draw: [(u) => target(u, item.target_deg)] },
    },
    [times, curve.low_deg, curve.high_deg],
    holder,
  );
  new ResizeObserver(() => plot.setSize({ width: holder.clientWidth, height: holder.clientHeight })).observe(holder);
}

/** What lies under the curve: stretches by their kind, losses hatched, each repetition's phases at the foot. */
function under(u, spans, phases) {
  const { ctx, bbox } = u;
  const x = (s) => u.valToPos(s, "x", true);
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  for (const { kind, from, to } of spans) {
    const [left, width] = [x(from), Math.max(2, x(to) - x(from))];
    if (kind === "lost" || kind === "unseen") hatch(ctx, left, width, bbox, KINDS[kind], kind === "lost");
    else {
      ctx.fillStyle = KINDS[kind];
      ctx.fillRect(left, bbox.top, width, bbox.height);
    }
  }
  const foot = bbox.top + bbox.height;
  const thick = 7 * devicePixelRatio;
  for (const { start_s: start, top_s: up, down_s: down, end_s: end } of phases) {
    for (const [from, to, colour] of [[start, up, "#0b4f6c"], [up, down, "#ffb454"], [down, end, "#7fb2d0"]]) {
      ctx.fillStyle = colour;
      ctx.fillRect(x(from), foot - thick, Math.max(1, x(to) - x(from)), thick);
    }
  }
  ctx.restore();
}

function hatch(ctx, left, width, bbox, colour, falling) {
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, bbox.top, width, bbox.height);
  ctx.clip();
  ctx.strokeStyle = colour;
  ctx.globalAlpha = 0.55;
  ctx.lineWidth = 1.5 * devicePixelRatio;
  const step = 9 * devicePixelRatio;
  for (let at = left - bbox.height; at < left + width; at += step) {
    ctx.beginPath();
    ctx.moveTo(at, falling ? bbox.top : bbox.top + bbox.height);
    ctx.lineTo(at + bbox.height, falling ? bbox.top + bbox.height : bbox.top);
    ctx.stroke();
  }
  ctx.restore();
}

function target(u, deg) {
  if (deg === null) return;
  const { ctx, bbox } = u;
  const y = u.valToPos(deg, "y", true);
  ctx.save();
  ctx.strokeStyle = ctx.fillStyle = TARGET;
  ctx.lineWidth = 2 * devicePixelRatio;
  ctx.setLineDash([8 * devicePixelRatio, 6 * devicePixelRatio]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.font = `${14 * devicePixelRatio}px system-ui, sans-serif`;
  ctx.textBaseline = "bottom";
  ctx.fillText(t("target"), bbox.left + 8 * devicePixelRatio, y - 3 * devicePixelRatio);
  ctx.restore();
}

/** The same in words: each stretch from when to when, and between which angles the curve lay in it. */
function table(item, { curve, phases }, spans) {
  const lowest = (from, to) => extreme(curve.low_deg, curve.step_s, from, to, Math.min);
  const highest = (from, to) => extreme(curve.high_deg, curve.step_s, from, to, Math.max);
  const seconds = (value) => `${value.toFixed(1)} s`;
  const head = ["curve_what", "from", "until", "lowest", "highest", "curve_phases"].map((name) => h("th", { scope: "col" }, t(name)));
  let number = 0;
  const rows = spans.map(({ kind, from, to }) => {
    const phase = kind === "repetition" ? phases[number++] : null;
    const gone = kind === "lost" || kind === "unseen";
    const named = phase ? `${t("span_repetition")} ${item.repetitions[number - 1]?.number ?? number}` : t(`span_${kind}`);
    const parts = phase ? [phase.top_s - phase.start_s, phase.down_s - phase.top_s, phase.end_s - phase.down_s].map((s) => s.toFixed(1)).join(" · ") : "–";
    return h("tr", {}, ...[named, seconds(from), seconds(to), gone ? "–" : degrees(lowest(from, to)), gone ? "–" : degrees(highest(from, to)), parts].map((text) => h("td", {}, text)));
  });
  const title = t("curve_table");
  return h("details", {}, h("summary", {}, title), h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": `${itemTitle(item)}, ${title}` }, h("table", {}, h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...rows))));
}

function extreme(values, step, from, to, which) {
  const inside = values.slice(Math.floor(from / step), Math.ceil(to / step)).filter((v) => v !== null);
  return inside.length ? which(...inside) : null;
}
