// Which page the address means, and what all pages share. A page's own script comes with the page.

import { account, seesPatients } from "./account.js";
import { h, say } from "./dom.js";
import { fetchedAgain } from "./feed.js";
import { shortTime } from "./format.js";
import { accountLine, enter } from "./signin.js";
import { LANGUAGES, chooseLanguage, language, switchLanguage, t } from "./texts.js";

const CLINIC_EVERY_MS = 10_000;
const main = document.getElementById("main");
let heardAt = Date.now();

/** The ways on, for whoever has come in. */
function waysOn() {
  const here = (address) => (location.pathname === address || (address === "/" && location.pathname === "/patients") ? "page" : null);
  const way = (address, text) => h("a", { href: address, "aria-current": here(address) }, t(text));
  if (seesPatients()) document.getElementById("nav").prepend(way("/", "worklist"), way("/live", "live"), way("/sessions", "sessions"));
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
  const whole = location.pathname === "/clinic";
  let silent = false;
  const state = await fetchedAgain(`/api/clinic${whole ? "" : "?lines=false"}`).catch((error) => {
    // Whoever may not ask gets an answer all the same.
    silent = !error.status || error.status >= 500;
    return null;
  });
  tellSilence(silent);
  if (state) {
    document.getElementById("clinic-link").hidden = false;
    const told = state[`troubles_${language}`];
    const place = document.getElementById("troubles");
    place.hidden = !told.length;
    if (place.dataset.told !== told.join("\n")) {
      place.dataset.told = told.join("\n");
      place.replaceChildren(h("h2", {}, t("troubles")), h("ul", {}, ...told.map((line) => h("li", {}, line))));
    }
    if (whole) showClinic(state);
  }
  setTimeout(watchClinic, CLINIC_EVERY_MS);
}

/** Since when the clinic does not answer: what stands on the page is of before. */
function tellSilence(silent) {
  const place = document.getElementById("silence");
  if (silent === !place.hidden) {
    if (!silent) heardAt = Date.now();
    return;
  }
  place.hidden = !silent;
  say(place, silent ? t("clinic_silent", { time: shortTime(heardAt) }) : "");
  if (!silent) {
    heardAt = Date.now();
    document.dispatchEvent(new Event("clinic-back"));
  }
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

async function start() {
  if (!seesPatients() && location.pathname !== "/clinic") return location.replace("/clinic"), new Promise(() => {});
  const [, kind, name] = location.pathname.split("/");
  const named = name ? decodeURIComponent(name) : null;
  if (kind === "clinic") return clinicPage();
  if (kind === "sessions") return (await import("./sessions.js")).sessionsPage(main);
  if (kind === "patient") return (await import("./patient.js")).patientPage(main, named);
  if (kind === "plan") return (await import("./plan/editor.js")).planPage(main, named);
  if (kind === "session") return (await import("./session.js")).recordedPage(main, named);
  if (kind === "group") return (await import("./group.js")).groupPage(main);
  if (kind === "live") return (await import("./now.js")).nowPage(main, named);
  return (await import("./worklist.js")).worklistPage(main);
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
