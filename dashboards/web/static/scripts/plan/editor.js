// A patient's plan: its versions and how far each has come, and the draft of the next one.

import { h } from "../dom.js";
import { card } from "../cards.js";
import { fetched, sent } from "../feed.js";
import { dayOf, fullDay, longDay, shortDay, shortTime, tellsBy } from "../format.js";
import { both, t } from "../texts.js";
import { draftPage } from "./draft.js";
import { startCard } from "./start.js";
import "./words.js";

const ANSWER_MS = 2000;

export async function planPage(main, patient) {
  document.title = `${t("plan_title", { patient })} · Ripresa`;
  const [, library] = await Promise.all([styled(), fetched("/api/plan-library").catch(none)]);
  if (!library) return main.replaceChildren(h("div", { class: "empty" }, h("h1", {}, t("no_editor"))));
  const place = `/api/patients/${encodeURIComponent(patient)}/plan`;
  const known = new Map(library.exercises.map((one) => [one.exercise, one]));
  const wayBack = () => h("p", { class: "who" }, h("a", { href: `/patient/${encodeURIComponent(patient)}` }, t("back_to_patient")));
  const editor = { main, place, patient, library, known, wayBack };
  show(await fetched(place));

  function show(view, focused) {
    tellsBy(view);
    if (view.draft) {
      draftPage(editor, view, show);
      if (focused !== undefined) document.getElementById("draft-title").focus();
    } else {
      versionsPage(editor, view, show, focused);
    }
  }
}

function none(error) {
  if (error.status === 404) return null;
  throw error;
}

function styled() {
  if (document.getElementById("plan-style")) return null;
  const sheet = h("link", { rel: "stylesheet", href: "/static/plan.css", id: "plan-style" });
  return new Promise((done) => {
    sheet.onload = sheet.onerror = done;
    document.head.append(sheet);
  });
}

/** The versions there are, what becomes of the newest, and what a new one may start from. */
function versionsPage(editor, view, show, focused) {
  const { main } = editor;
  const title = h("h1", { class: "pseudonym", id: "plan-title", tabindex: "-1" }, t("plan_title", { patient: view.patient }));
  const problem = h("p", { class: "line-lost", role: "alert", hidden: true });
  const list = h("div", { id: "versions" });
  const told = h("p", { class: "sentence", role: "status", id: "delivery" });
  const versions = card("versions", t("versions_so_far"), list, told, problem);
  main.replaceChildren(h("div", { class: "banner" }, h("div", {}, editor.wayBack(), title)), versions, startCard(editor, view, show));
  fill(view);
  const send = main.querySelector("#send-version");
  if (focused !== undefined) (send ?? title).focus();

  function fill(now) {
    const lines = [...now.versions].reverse().map((one) => versionLine(one, sendButton));
    list.replaceChildren(lines.length ? h("ul", { class: "version-list" }, ...lines) : h("p", { class: "quiet" }, t("no_version_yet")));
    const waits = now.versions.some((one) => one.state === "published");
    const said = waits ? t("on_its_way") : "";
    if (told.textContent !== said) told.textContent = said;
    if (waits) setTimeout(again, ANSWER_MS);
  }

  /** Until the home has answered; not once the page shows something else. */
  async function again() {
    if (!list.isConnected) return;
    const held = document.activeElement?.id;
    fill(await fetched(editor.place).catch(() => view));
    if (held && document.activeElement?.id !== held) document.getElementById(held)?.focus();
  }

  function sendButton(one) {
    const newer = view.versions.some((other) => other.version > one.version && other.published);
    if (one.state !== "signed" || newer) return null;
    const button = h("button", { type: "button", class: "wide", id: "send-version" }, t("send_version", { n: one.version }));
    button.onclick = async () => {
      button.disabled = true;
      try {
        problem.hidden = true;
        view = await sent(`${editor.place}/send`, { version: one.version });
        fill(view);
        title.focus();
      } catch (error) {
        button.disabled = false;
        problem.textContent = error.message;
        problem.hidden = false;
      }
    };
    return button;
  }
}

function signedAt(ms) {
  return `${fullDay(dayOf(ms))}, ${shortTime(ms)}`;
}

function versionLine(one, sendButton) {
  const from = one.effective ? `, ${t("in_force_from", { day: longDay(one.effective) })}` : "";
  const signed = one.signed_by ? ` · ${t("signed_by", { name: one.signed_by })}, ${signedAt(one.signed_ms)}` : "";
  const said = `${t(`plan_${one.state}`, { n: one.version, day: one.published ? shortDay(one.published) : "–" })}${from}${signed}`;
  const cleared = one.cleared.length ? h("p", { class: "quiet" }, t("was_cleared"), ": ", one.cleared.map(both).join(" · ")) : null;
  const note = one.note ? h("span", { class: "quiet" }, ` (${one.note})`) : null;
  return h("li", { class: `version version-${one.state}` }, h("div", { class: "version-said" }, said, note, cleared), sendButton(one));
}
