// Which page the address means, and what all pages share.

import { account, seesPatients } from "./account.js";
import { h } from "./dom.js";
import { fetched } from "./feed.js";
import { lasting, longDay, sessionAddress, shortTime } from "./format.js";
import { patientPage, patientsPage } from "./patient.js";
import { livePage, recordedPage } from "./session.js";
import { accountLine, enter } from "./signin.js";
import { LANGUAGES, chooseLanguage, language, switchLanguage, t } from "./texts.js";

const LOOK_EVERY_MS = 2000;
const CLINIC_EVERY_MS = 10_000;
const main = document.getElementById("main");

/** The ways on, for whoever has come in. */
function waysOn() {
  const here = (address) => (location.pathname === address ? "page" : null);
  const way = (address, text) => h("a", { href: address, "aria-current": here(address) }, t(text));
  if (seesPatients()) document.getElementById("nav").prepend(way("/", "live"), way("/patients", "patients"), way("/sessions", "sessions"));
  document.getElementById("account").replaceChildren(...accountLine());
  const said = account.signsIn ? h("span", {}, t("pseudonyms_only")) : h("span", { id: "open-to-all" }, t("pseudonyms"), " ", t("open_to_all"));
  document.getElementById("watermark").lastElementChild.replaceWith(said);
}

function furnish() {
  const nav = document.getElementById("nav");
  nav.setAttribute("aria-label", "Ripresa");
  nav.replaceChildren(h("a", { href: "/clinic", "aria-current": location.pathname === "/clinic" ? "page" : null, id: "clinic-link", hidden: true }, t("clinic")));
  const choices = Object.entries(LANGUAGES).map(([name, title]) =>
    h("button", { type: "button", lang: name, title, "aria-pressed": String(name === language), onclick: () => switchLanguage(name) }, name.toUpperCase()),
  );
  const languages = document.getElementById("languages");
  languages.setAttribute("role", "group");
  languages.setAttribute("aria-label", t("language"));
  languages.replaceChildren(...choices);
  document.getElementById("watermark").replaceChildren(h("b", {}, t("watermark")), h("span", {}, t("pseudonyms")));
}

/** What is wrong with the clinic, on every page; and the way to how each of its parts does. */
async function watchClinic() {
  const state = await fetched("/api/clinic").catch(() => null);
  if (state) {
    document.getElementById("clinic-link").hidden = false;
    const told = state[`troubles_${language}`];
    const place = document.getElementById("troubles");
    place.hidden = !told.length;
    if (place.dataset.told !== told.join("\n")) {
      place.dataset.told = told.join("\n");
      place.replaceChildren(h("h2", {}, t("troubles")), h("ul", {}, ...told.map((line) => h("li", {}, line))));
    }
    if (location.pathname === "/clinic") showClinic(state);
  }
  setTimeout(watchClinic, CLINIC_EVERY_MS);
}

function showClinic(state) {
  document.title = `${t("clinic")} · Ripresa`;
  const lines = state[`lines_${language}`].map((line) => h("li", {}, line));
  main.replaceChildren(h("div", { class: "banner" }, h("h1", {}, t("clinic_title"))), h("section", { class: "card" }, h("ul", { class: "plain", id: "clinic-lines" }, ...lines)));
}

async function clinicPage() {
  main.replaceChildren(h("div", { class: "empty" }, h("h1", {}, t("clinic_title")), h("p", {}, t("no_clinic"))));
}

function showProblem(problem) {
  main.replaceChildren(h("div", { class: "empty" }, h("h1", {}, t("failed")), h("p", {}, problem.message), h("button", { type: "button", class: "wide", onclick: () => location.reload() }, t("retry"))));
}

/** Whoever trains now. It stays with one patient until their session is over, then goes on. */
async function nowPage() {
  const others = h("nav", { class: "chips", "aria-label": t("training_now"), hidden: true });
  const place = h("div", {});
  let shown = null;
  let stop = null;

  function follow(patient) {
    if (stop) stop();
    shown = patient;
    stop = livePage(place, patient);
    if (!others.isConnected) main.replaceChildren(others, place);
  }

  function chips(running) {
    others.hidden = running.length < 2;
    others.replaceChildren(
      ...running.map(({ patient }) => h("button", { type: "button", "aria-pressed": String(patient === shown), onclick: () => (follow(patient), chips(running)) }, patient)),
    );
  }

  async function look() {
    const found = await fetched("/api/overview").catch(() => null);
    if (found) {
      const running = found.live.filter((one) => one.phase !== "closed");
      const over = !running.some((one) => one.patient === shown);
      const next = running[0] ?? (shown ? null : found.live[0]);
      if (next && over && next.patient !== shown) follow(next.patient);
      if (shown) chips(running);
      else main.replaceChildren(waiting(found));
    } else if (!shown) {
      main.replaceChildren(h("div", { class: "empty" }, h("p", { role: "alert" }, t("line_lost"))));
    }
    setTimeout(look, LOOK_EVERY_MS);
  }
  await look();
}

function waiting(overview) {
  return h(
    "div",
    { class: "empty" },
    h("img", { src: "/static/mark.svg", alt: "", width: 96, height: 96 }),
    h("h1", {}, t(overview.has_bus ? "waiting_title" : "sessions_title")),
    h("p", {}, t(overview.has_bus ? "waiting" : "no_live")),
    overview.sessions.length ? h("a", { class: "wide", href: "/sessions" }, t("sessions_title")) : null,
  );
}

async function sessionsPage() {
  const { sessions } = await fetched("/api/overview");
  document.title = `${t("sessions")} · Ripresa`;
  if (!sessions.length) {
    main.replaceChildren(h("div", { class: "empty" }, h("h1", {}, t("sessions_title")), h("p", {}, t("sessions_none"))));
    return;
  }
  const head = ["day", "patient", "started", "lasted", "ended_as"].map((name) => h("th", { scope: "col" }, t(name)));
  const rows = sessions.map((one) =>
    h(
      "tr",
      {},
      h("td", {}, h("a", { href: sessionAddress(one.session, one.home) }, longDay(one.day))),
      h("td", {}, h("a", { href: `/patient/${encodeURIComponent(one.patient)}` }, one.patient)),
      h("td", {}, shortTime(one.opened_ms)),
      h("td", {}, one.closed_ms === null ? "–" : lasting(one.opened_ms, one.closed_ms)),
      h("td", {}, one.reason ? t(`reason_${one.reason}`) : t("open_now")),
    ),
  );
  main.replaceChildren(
    h("div", { class: "banner" }, h("h1", {}, t("sessions_title"))),
    h("section", { class: "card" }, h("div", { class: "scroll" }, h("table", {}, h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...rows)))),
  );
}

function start() {
  if (!seesPatients() && location.pathname !== "/clinic") return location.replace("/clinic"), new Promise(() => {});
  const [, kind, name] = location.pathname.split("/");
  if (kind === "clinic") return clinicPage();
  if (kind === "sessions") return sessionsPage();
  if (kind === "patients") return patientsPage(main);
  if (kind === "patient") return patientPage(main, decodeURIComponent(name));
  if (kind === "session") return recordedPage(main, decodeURIComponent(name));
  return nowPage();
}

async function come() {
  await enter(main);
  waysOn();
  await start();
  document.body.dataset.ready = "yes";
}

chooseLanguage();
furnish();
come().catch(showProblem).then(watchClinic);
