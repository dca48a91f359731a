// How old the newest sample is: by when it was heard, since a home's clock may say anything.

import { say } from "./dom.js";
import { integer } from "./format.js";
import { t } from "./texts.js";

const FRESH_S = 2;

/** Tells it in `element`, and by a class on `around` where it is old. */
export function freshness(element, around) {
  let heard = null;
  say(element, t("group_no_sample"));
  return {
    heard(frame) {
      if (frame.t_ms.length) heard = performance.now() - frame.ago_s * 1000;
    },
    age() {
      if (heard === null) return;
      const seconds = (performance.now() - heard) / 1000;
      around.classList.toggle("old", seconds > FRESH_S);
      say(element, t("group_ago", { s: integer(seconds) }));
    },
  };
}
