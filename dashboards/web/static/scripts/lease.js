// By whose leave a session is seen live: asked for by a press, for ten minutes, and said at home.

import { h, say } from "./dom.js";
import { shortTime } from "./format.js";
import { t } from "./texts.js";

/** What stands over a session that may be seen by leave only. `ask()` and `end()` are presses. */
export function leaseBar(patient, ask, end) {
  const words = h("p", { role: "status" });
  const asking = h("button", { type: "button", class: "wide", onclick: ask });
  const ending = h("button", { type: "button", class: "plain-button", onclick: end }, t("lease_end"));
  const element = h("div", { class: "lease", hidden: true }, h("div", {}, h("b", {}, patient), words), h("div", { class: "lease-buttons" }, asking, ending));
  return {
    element,
    update({ lease, reason, until_ms: until }) {
      element.hidden = false;
      element.dataset.lease = lease;
      say(words, leaseWords(lease, reason, until));
      say(asking, t(lease === "given" ? "lease_more" : "lease_ask"));
      asking.disabled = lease === "asked";
      ending.hidden = lease !== "given";
    },
  };
}

export function leaseWords(lease, reason, until) {
  const why = reason ? ` ${t(`unseen_${reason}`)}` : "";
  return t(`lease_${lease}`, { time: until ? shortTime(until) : "" }) + why;
}
