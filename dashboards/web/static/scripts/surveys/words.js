// What the pages of surveys say, in both languages.

import { h } from "../dom.js";

const WORDS = {
  title: ["Questionario", "Survey"],
  intro: ["Scriva il codice che Le hanno dato. Nessuno saprà chi ha risposto.", "Type the code that you were given. Nobody will know who answered."],
  code: ["Codice", "Code"],
  go: ["Continuo", "Go on"],
  send: ["Invio", "Send"],
  survey_left_out: ["Può saltare quello che vuole.", "You may leave out what you like."],
  low: ["1: per niente", "1: not at all"],
  high: ["5: molto", "5: very much"],
  words: ["Con parole Sue, se vuole (senza nomi)", "In your own words, if you like (no names)"],
  thanks: ["Grazie. La risposta è arrivata; il codice non serve più.", "Thank you. Your answer has arrived; the code is no longer needed."],
  wrong: ["Con questo codice non si apre niente. Lo ricontrolli, o chieda alla clinica un altro codice.", "Nothing opens by this code. Check it, or ask the clinic for another one."],
  wait: ["Troppi tentativi: aspetti {s} secondi e riprovi.", "Too many tries: wait {s} seconds and try again."],
  offline: ["La clinica non risponde. Quello che ha scritto è ancora qui: riprovi fra poco.", "The clinic does not answer. What you wrote is still here: try again in a little while."],
  codes_title: ["Codici per un questionario", "Codes for a survey"],
  codes_intro: ["Ogni codice vale per una risposta e per 60 giorni. Non dice di chi è: non lo scriva in cartella.", "Each code is good for one answer and for 60 days. It does not say whose it is: do not note it in the record."],
  which: ["Questionario", "Survey"],
  how_many: ["Quanti", "How many"],
  make: ["Preparo i fogli", "Make the sheets"],
  print: ["Stampo", "Print"],
  survey_sign_in: ["Prima acceda alla pagina della clinica, poi torni qui.", "Sign in to the clinic's page first, then come back here."],
  not_yours: ["I codici li prepara chi cura.", "Codes are made by whoever treats."],
  on_phone: ["Dal telefono, all'indirizzo", "On a phone, at"],
  with_code: ["con il codice", "with the code"],
  on_paper: ["Oppure qui, su carta: una croce per domanda. Lo renda alla clinica, senza nome.", "Or here, on paper: one cross a question. Give it back to the clinic, without a name."],
  of_discharge: ["Alla fine del percorso", "At the end of treatment"],
  "of_left-early": ["Per chi ha smesso prima", "For whoever stopped early"],
  of_carer: ["Per chi aiuta a casa", "For whoever helps at home"],
  of_clinician: ["Per chi cura", "For clinicians"],
};

const asked = new URLSearchParams(location.search).get("lang");
let language = asked === "it" || asked === "en" ? asked : navigator.language.startsWith("en") ? "en" : "it";

/** A text in the language of the page. */
export function w(key, values = {}) {
  let text = WORDS[key][language === "it" ? 0 : 1];
  for (const [name, value] of Object.entries(values)) text = text.replace(`{${name}}`, value);
  return text;
}

/** Of a text that came in both languages the one that is shown. */
export function of(both) {
  return both[language];
}

/** The two buttons that choose the language; `changed` draws the page anew. */
export function languages(changed) {
  const draw = () => {
    document.documentElement.lang = language;
    document.getElementById("languages").replaceChildren(
      ...["it", "en"].map((one) => h("button", { type: "button", "aria-pressed": String(one === language), "aria-label": one === "it" ? "Italiano" : "English", onclick: () => ((language = one), draw(), changed()) }, one.toUpperCase())),
    );
  };
  draw();
}

/** Ask the clinic; what went wrong is thrown with its status and the seconds to wait. */
export async function post(address, body, headers = {}) {
  const answer = await fetch(address, { method: "POST", headers: { "Content-Type": "application/json", ...headers }, body: JSON.stringify(body) });
  if (!answer.ok) {
    const why = await answer.json().catch(() => null);
    throw Object.assign(new Error(String(answer.status)), { status: answer.status, wait: answer.headers.get("Retry-After"), why: why?.detail });
  }
  return answer.status === 204 ? null : answer.json();
}

/** What to say of what went wrong. */
export function told(error) {
  if (error.status === 429) return w("wait", { s: error.wait ?? "60" });
  if (error.status === 404 || error.status === 422) return w("wrong");
  return error.status === 503 && error.why ? of(error.why) : w("offline");
}
