// A goniometer, the physiotherapist's own instrument: the angle now, today's range and target.

import { s } from "./dom.js";
import { degrees } from "./format.js";
import { t } from "./texts.js";

const R = 100;

/** 0° hangs down, 90° is level, 180° points up. */
function at(deg, radius) {
  const angle = ((deg - 90) * Math.PI) / 180;
  return [radius * Math.cos(angle), -radius * Math.sin(angle)];
}

function arc(from, to, radius) {
  const [x0, y0] = at(from, radius);
  const [x1, y1] = at(to, radius);
  return `M${x0} ${y0}A${radius} ${radius} 0 ${to - from > 180 ? 1 : 0} 0 ${x1} ${y1}`;
}

function ray(deg, from, to) {
  const [x0, y0] = at(deg, from);
  const [x1, y1] = at(deg, to);
  return `M${x0} ${y0}L${x1} ${y1}`;
}

export function goniometer() {
  const band = s("path", { class: "dial-band" });
  const median = s("path", { class: "dial-median" });
  const target = s("path", { class: "dial-target" });
  const reach = s("path", { class: "dial-reach" });
  const needle = s("g", { class: "dial-needle hidden" }, s("path", { d: `M0 0L${R - 14} 0` }), s("circle", { cx: R - 14, cy: 0, r: 5 }));
  const scale = [];
  for (let deg = 0; deg <= 180; deg += 10) {
    const long = deg % 30 === 0;
    scale.push(s("path", { class: long ? "dial-tick dial-tick-long" : "dial-tick", d: ray(deg, R, R + (long ? 9 : 5)) }));
    if (!long) continue;
    const [x, y] = at(deg, R + 20);
    scale.push(s("text", { class: "dial-number", x, y: y + 4 }, `${deg}`));
  }
  const element = s(
    "svg",
    { class: "dial", viewBox: "-22 -130 158 260", role: "img", "aria-label": t("dial_label", { value: "–" }) },
    s("path", { class: "dial-face", d: `${arc(0, 180, R)}Z` }),
    s("path", { class: "dial-rim", d: arc(0, 180, R) }),
    band,
    reach,
    ...scale,
    target,
    median,
    needle,
    s("circle", { class: "dial-hub", r: 7 }),
  );
  return {
    element,
    /** How far the repetitions got, and today's target, in degrees; null where there is none. */
    mark(peaks, targetDeg) {
      band.setAttribute("d", peaks ? arc(peaks.p10_deg, Math.min(180, Math.max(peaks.p90_deg, peaks.p10_deg + 1)), R - 6) : "");
      median.setAttribute("d", peaks ? ray(peaks.median_deg, R - 14, R + 2) : "");
      target.setAttribute("d", targetDeg === null ? "" : ray(targetDeg, R - 22, R + 12));
    },
    /** The angle now. */
    show(deg) {
      needle.classList.remove("hidden");
      const shown = Math.max(0, Math.min(180, deg));
      needle.setAttribute("transform", `rotate(${90 - shown})`);
      reach.setAttribute("d", shown > 0.5 ? arc(0, shown, R - 40) : "");
      element.setAttribute("aria-label", t("dial_label", { value: degrees(deg) }));
    },
  };
}
