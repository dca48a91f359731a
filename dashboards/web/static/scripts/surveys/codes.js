// Sheets with a code each, to be printed and given away: address, code, and the form on paper.

import { h } from "../dom.js";
import { languages, of, post, told, w } from "./words.js";

const SURVEYS = ["discharge", "left-early", "carer", "clinician"];
const main = document.getElementById("main");
const wanted = new URLSearchParams(location.search).get("survey");
let made = null;

function draw() {
  document.title = `${w("codes_title")} · Ripresa`;
  const said = h("p", { class: "said", role: "alert" });
  const which = h("select", { id: "which" }, ...SURVEYS.map((one) => h("option", { value: one, selected: one === (made?.asks.survey ?? wanted) }, w(`of_${one}`))));
  const count = h("input", { id: "count", type: "number", min: 1, max: 50, value: 1, required: true });
  async function make(event) {
    event.preventDefault();
    try {
      const me = await (await fetch("/api/me")).json();
      made = await post("/api/survey/codes", { survey: which.value, count: Number(count.value) }, me.csrf ? { "X-CSRF-Token": me.csrf } : {});
      draw();
    } catch (error) {
      said.textContent = error.status === 401 ? w("survey_sign_in") : error.status === 403 ? w("not_yours") : told(error);
    }
  }
  const form = h("form", { class: "no-print", onsubmit: make }, h("h1", {}, w("codes_title")), h("p", {}, w("codes_intro")), h("label", { class: "above", for: "which" }, w("which")), which, h("label", { class: "above", for: "count" }, w("how_many")), count, said, h("button", { type: "submit", class: "send" }, w("make")));
  const print = made ? h("button", { type: "button", class: "send no-print", onclick: () => window.print() }, w("print")) : null;
  main.replaceChildren(form, ...(made ? [print, ...made.codes.map(slip)] : []));
}

function slip(code) {
  return h("section", { class: "slip" }, h("h2", {}, of(made.asks.title)), h("p", {}, w("on_phone"), " ", h("span", { class: "address" }, `${location.host}/s`), " ", w("with_code"), h("strong", {}, code)), h("p", {}, w("on_paper")), h("ul", { class: "paper" }, ...made.asks.items.map(onPaper), h("li", {}, w("words"), h("span", { class: "line" }), h("span", { class: "line" }))));
}

function onPaper(item) {
  const answers = item.options === null ? [1, 2, 3, 4, 5] : Object.values(item.options).map(of);
  const ends = item.options === null ? ` (${w("low")}, ${w("high")})` : "";
  return h("li", {}, h("b", {}, of(item.text)), ends, h("br"), answers.map((answer) => `☐ ${answer}`).join("   "));
}

languages(draw);
draw();
