// The library's drawings: they move while whoever looks lets them; where motion is not wanted they stand still from the start.

import { h } from "../dom.js";
import { t } from "../texts.js";

const calm = matchMedia("(prefers-reduced-motion: reduce)");
let moving = !calm.matches;
calm.addEventListener("change", () => turn(!calm.matches));

const address = (exercise, posture) => `/drawings/${exercise}/${posture}${moving ? "/moving" : ""}.svg`;

/** An exercise in a posture; it says nothing beyond its name, which stands beside it. */
export function drawing(known, posture, side) {
  if (!known.drawn.includes(posture)) return h("span", { class: "no-drawing" });
  const mirrored = side === "left" ? "mirrored" : "";
  return h("img", { class: `drawing ${mirrored}`, src: address(known.exercise, posture), "data-exercise": known.exercise, "data-posture": posture, alt: "", width: 160, height: 118, loading: "lazy" });
}

/** The button that stops all of them, and lets them go on. */
export function motionSwitch() {
  return h("button", { type: "button", class: "quiet-button", id: "drawings-move", onclick: () => turn(!moving) }, said());
}

const said = () => t(moving ? "drawings_stop" : "drawings_move");

function turn(to) {
  moving = to;
  for (const image of document.querySelectorAll("img.drawing")) image.src = address(image.dataset.exercise, image.dataset.posture);
  document.getElementById("drawings-move")?.replaceChildren(said());
}
