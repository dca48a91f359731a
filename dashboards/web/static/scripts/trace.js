// The movement of the last seconds, drawn as it comes.

import { h } from "./dom.js";
import { degrees } from "./format.js";
import { t } from "./texts.js";

const SECONDS = 20;
const MOST_SAMPLES = 4000;
/** Over so long without a sample, where the limb was is not known. */
const GAP_S = 0.3;
const EMPTY = [[-SECONDS, 0], [null, null]];
const INK = "#4a5b63";
const LINE = "#0072b2";
const TARGET = "#b34700";
const FONT = "15px system-ui, sans-serif";

const LIBRARY = "/static/vendor/uplot/uPlot";

/** Get the chart library, for the pages that draw with it only. */
export async function chartLibrary() {
  if (typeof uPlot !== "undefined") return;
  document.head.append(h("link", { rel: "stylesheet", href: `${LIBRARY}.min.css` }));
  await new Promise((loaded, failed) => document.head.append(h("script", { src: `${LIBRARY}.iife.min.js`, onload: loaded, onerror: failed })));
}

export function trace() {
  const times = [];
  const values = [];
  const marks = { target: null, limit: null, angle: true };
  const holder = h("div", { class: "trace", role: "img", "aria-label": t("movement") });
  let plot = null;
  let due = false;

  function range() {
    if (!marks.angle) return [-0.1, 1.4];
    const top = Math.max(90, marks.limit ?? 0, marks.target ?? 0, ...values.slice(-1500));
    return [0, Math.min(200, Math.ceil((top + 5) / 30) * 30)];
  }

  function drawMarks(u) {
    for (const [value, key, colour] of [[marks.target, "target", TARGET], [marks.limit, "limit", INK]]) {
      if (value === null) continue;
      const y = u.valToPos(value, "y", true);
      if (y < u.bbox.top) continue;
      const { ctx } = u;
      ctx.save();
      ctx.strokeStyle = ctx.fillStyle = colour;
      ctx.lineWidth = 2 * devicePixelRatio;
      ctx.setLineDash(key === "target" ? [8 * devicePixelRatio, 6 * devicePixelRatio] : [2, 5 * devicePixelRatio]);
      ctx.beginPath();
      ctx.moveTo(u.bbox.left, y);
      ctx.lineTo(u.bbox.left + u.bbox.width, y);
      ctx.stroke();
      ctx.textAlign = "left";
      ctx.textBaseline = "bottom";
      ctx.font = `${14 * devicePixelRatio}px system-ui, sans-serif`;
      ctx.setLineDash([]);
      ctx.strokeStyle = "#fff";
      ctx.lineWidth = 5 * devicePixelRatio;
      ctx.lineJoin = "round";
      ctx.strokeText(t(key), u.bbox.left + 8 * devicePixelRatio, y - 3 * devicePixelRatio);
      ctx.fillText(t(key), u.bbox.left + 8 * devicePixelRatio, y - 3 * devicePixelRatio);
      ctx.restore();
    }
  }

  function make() {
    const axis = { stroke: INK, font: FONT, grid: { stroke: "#e6e3da", width: 1 }, ticks: { show: false } };
    plot = new uPlot(
      {
        width: holder.clientWidth,
        height: holder.clientHeight,
        padding: [12, 26, 0, 0],
        cursor: { show: false },
        legend: { show: false },
        scales: {
          x: { time: false, range: () => [(times.at(-1) ?? 0) - SECONDS, times.at(-1) ?? 0] },
          y: { range },
        },
        axes: [
          { ...axis, size: 34, splits: (u) => [20, 15, 10, 5, 0].map((back) => u.scales.x.max - back), values: (u, splits) => splits.map((x) => (x - u.scales.x.max ? `${Math.round(x - u.scales.x.max)} s` : t("live").toLowerCase())) },
          { ...axis, size: 56, incrs: [0.5, 30], values: (_, splits) => splits.map((v) => (marks.angle ? `${v}°` : v.toFixed(1))) },
        ],
        series: [{}, { stroke: LINE, width: 3, fill: "rgba(0, 114, 178, 0.10)", points: { show: false } }],
        hooks: { draw: [drawMarks] },
      },
      EMPTY,
      holder,
    );
    new ResizeObserver(() => plot.setSize({ width: holder.clientWidth, height: holder.clientHeight })).observe(holder);
  }

  function draw() {
    due = false;
    if (!holder.isConnected) return;
    if (!plot) make();
    plot.setData(times.length ? [times, values] : EMPTY);
    if (times.length) document.body.dataset.drawn = String(Number(document.body.dataset.drawn ?? 0) + 1);
  }

  function describe() {
    if (!values.length) return;
    let [low, high] = [Infinity, -Infinity];
    for (const v of values) if (v !== null) [low, high] = [Math.min(low, v), Math.max(high, v)];
    if (low > high) return;
    const say = (v) => (marks.angle ? degrees(v) : v.toFixed(1));
    holder.setAttribute("aria-label", t("trace_label", { s: SECONDS, low: say(low), high: say(high) }));
  }
  const describing = setInterval(() => (holder.isConnected ? describe() : clearInterval(describing)), 5000);
  requestAnimationFrame(draw);

  return {
    element: holder,
    /** Lines across the chart, in its own unit; `angle` tells whether that is degrees. */
    mark(target, limit, angle) {
      if (angle !== marks.angle) times.length = values.length = 0;
      Object.assign(marks, { target, limit, angle });
    },
    /** Add samples: times in ms, values in the chart's unit, null where unknown. What is older than shown goes. */
    add(tMs, added) {
      for (let i = 0; i < tMs.length; i++) {
        const x = tMs[i] / 1000;
        const last = times.at(-1);
        if (x <= last) continue;
        if (x - last > GAP_S) {
          times.push((x + last) / 2);
          values.push(null);
        }
        times.push(x);
        values.push(added[i]);
      }
      const old = times.findIndex((x) => x >= times.at(-1) - SECONDS - 1);
      const gone = Math.max(old, times.length - MOST_SAMPLES);
      if (gone > 0) {
        times.splice(0, gone);
        values.splice(0, gone);
      }
      if (!due && times.length) {
        due = true;
        requestAnimationFrame(draw);
      }
    },
  };
}
