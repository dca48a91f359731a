// A survey by a code: the code, then all questions on one page, then thanks.

import { h } from "../dom.js";
import { languages, of, post, told, w } from "./words.js";

const main = document.getElementById("main");
const given = { code: "", survey: null, answers: {}, words: "", done: false };

function draw() {
  document.title = `${w("title")} · Ripresa`;
  const page = given.done ? [h("h1", { tabindex: "-1" }, w("thanks"))] : given.survey ? questions() : [asksCode()];
  main.replaceChildren(...page);
}

function asksCode() {
  const said = h("p", { class: "said", role: "alert" });
  const code = h("input", { type: "text", id: "code", class: "code", autocomplete: "off", autocapitalize: "characters", spellcheck: "false", required: true, maxlength: 40, value: given.code });
  const send = h("button", { type: "submit", class: "send" }, w("go"));
  async function open(event) {
    event.preventDefault();
    given.code = code.value.trim();
    send.disabled = true;
    try {
      given.survey = await post("/api/survey/open", { code: given.code });
      draw();
      main.querySelector("h1").focus();
    } catch (error) {
      said.textContent = told(error);
    } finally {
      send.disabled = false;
    }
  }
  return h("form", { onsubmit: open }, h("h1", {}, w("title")), h("p", {}, w("intro")), h("label", { class: "above", for: "code" }, w("code")), code, said, send);
}

function questions() {
  const { survey } = given;
  const said = h("p", { class: "said", role: "alert" });
  const send = h("button", { type: "submit", class: "send" }, w("send"));
  const words = h("textarea", { id: "words", rows: 3, maxlength: 300, oninput: () => (given.words = words.value) });
  words.value = given.words;
  async function answer(event) {
    event.preventDefault();
    send.disabled = true;
    try {
      await post("/api/survey/answer", { code: given.code, answers: given.answers, words: given.words });
      Object.assign(given, { done: true, code: "", answers: {}, words: "" });
      draw();
      main.querySelector("h1").focus();
    } catch (error) {
      said.textContent = told(error);
      send.disabled = false;
    }
  }
  return [h("form", { onsubmit: answer }, h("h1", { tabindex: "-1" }, of(survey.title)), h("p", {}, w("survey_left_out")), ...survey.items.map(question), h("label", { class: "above", for: "words" }, w("words")), words, said, send)];
}

function question(item) {
  const marks = item.options === null;
  const answers = marks ? [1, 2, 3, 4, 5].map((n) => [n, String(n)]) : Object.entries(item.options).map(([option, both]) => [option, of(both)]);
  const picks = answers.map(([answer, text]) =>
    h("label", { class: "pick" }, h("input", { type: "radio", name: item.id, value: answer, checked: given.answers[item.id] === answer, onchange: () => (given.answers[item.id] = answer) }), text),
  );
  const ends = marks ? h("div", { class: "ends" }, h("span", {}, w("low")), h("span", {}, w("high"))) : null;
  return h("fieldset", {}, h("legend", {}, of(item.text)), h("div", { class: marks ? "marks" : "options" }, ...picks), ends);
}

languages(draw);
draw();
