// The list of recorded sessions, newest first.

import { h } from "./dom.js";
import { fetched } from "./feed.js";
import { lasting, longDay, sessionAddress, shortTime } from "./format.js";
import { t } from "./texts.js";

export async function sessionsPage(main) {
  document.title = `${t("sessions")} · Ripresa`;
  const head = ["day", "patient", "started", "lasted", "ended_as"].map((name) => h("th", { scope: "col" }, t(name)));
  const body = h("tbody", {});
  const more = h("button", { type: "button", class: "quiet-button more", id: "more", onclick: grow }, t("more"));
  let next = null;

  async function grow() {
    const found = await fetched(`/api/sessions${next ? `?after=${next}` : ""}`);
    const rows = found.sessions.map(line);
    body.append(...rows);
    if (next) rows[0]?.querySelector("a").focus();
    next = found.next;
    more.hidden = !next;
    return found.sessions.length;
  }

  if (!(await grow())) {
    main.replaceChildren(h("div", { class: "empty" }, h("h1", {}, t("sessions_title")), h("p", {}, t("sessions_none"))));
    return;
  }
  main.replaceChildren(
    h("div", { class: "banner" }, h("h1", {}, t("sessions_title"))),
    h("section", { class: "card" }, h("table", { class: "stacked" }, h("thead", {}, h("tr", {}, ...head)), body)),
    more,
  );
}

function line(one) {
  const cell = (name, inside) => h("td", { "data-name": t(name) }, inside);
  return h(
    "tr",
    {},
    h("th", { scope: "row" }, h("a", { href: sessionAddress(one.session, one.home) }, longDay(one.day))),
    cell("patient", h("a", { class: "pseudonym", href: `/patient/${encodeURIComponent(one.patient)}` }, one.patient)),
    cell("started", shortTime(one.opened_ms, one.time_zone ?? undefined)),
    cell("lasted", one.closed_ms === null ? "–" : lasting(one.opened_ms, one.closed_ms)),
    cell("ended_as", one.reason ? t(`reason_${one.reason}`) : t("open_now")),
  );
}
