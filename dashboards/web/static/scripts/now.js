// Whoever trains now.

import { h } from "./dom.js";
import { fetched } from "./feed.js";
import { livePage } from "./session.js";
import { t } from "./texts.js";
import { chartLibrary } from "./trace.js";

const LOOK_EVERY_MS = 2000;

/** Whoever trains now. It stays with one patient until their session is over, then goes on. */
export async function nowPage(main, wanted) {
  const others = h("nav", { class: "chips", "aria-label": t("training_now"), hidden: true });
  const place = h("div", {});
  let shown = null;
  let stop = null;
  let told = "";

  function follow(patient) {
    if (stop) stop();
    shown = patient;
    stop = livePage(place, patient);
    if (!others.isConnected) main.replaceChildren(others, place);
  }

  function chips(running) {
    const now = [shown, ...running.map(({ patient }) => patient)].join(" ");
    if (now === told) return;
    told = now;
    const focused = others.contains(document.activeElement) ? document.activeElement.textContent : null;
    others.hidden = running.length < 2;
    others.replaceChildren(
      h("a", { class: "group-link", href: "/group" }, t("group")),
      ...running.map(({ patient }) => h("button", { type: "button", "aria-pressed": String(patient === shown), onclick: () => (follow(patient), chips(running)) }, patient)),
    );
    if (focused) [...others.children].find((one) => one.textContent === focused)?.focus();
  }

  async function look() {
    const found = await fetched("/api/live").catch(() => null);
    if (found) {
      const running = found.live.filter((one) => one.phase !== "closed");
      const over = !running.some((one) => one.patient === shown);
      const wished = shown ? null : found.live.find((one) => one.patient === wanted);
      const next = wished ?? running[0] ?? (shown ? null : found.live[0]);
      if (next && over && next.patient !== shown) follow(next.patient);
      if (shown) chips(running);
      else if (!main.querySelector(".empty a")) main.replaceChildren(waiting(found));
    } else if (!shown) {
      main.replaceChildren(h("div", { class: "empty" }, h("p", { role: "alert" }, t("line_lost"))));
    }
    setTimeout(look, LOOK_EVERY_MS);
  }
  await chartLibrary();
  await look();
}

function waiting(found) {
  return h(
    "div",
    { class: "empty" },
    h("img", { src: "/static/mark.svg", alt: "", width: 96, height: 96 }),
    h("h1", {}, t(found.has_bus ? "waiting_title" : "sessions_title")),
    h("p", {}, t(found.has_bus ? "waiting" : "no_live")),
    h("a", { class: "wide", href: "/sessions" }, t("sessions_title")),
  );
}
