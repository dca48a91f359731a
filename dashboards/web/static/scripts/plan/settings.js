// What a draft says beside its exercises: the person, the limits, the questions.

import { card } from "../cards.js";
import { h } from "../dom.js";
import { t } from "../texts.js";
import { settingName } from "./fields.js";

const LIMBS = ["arm-right", "arm-left", "leg-right", "leg-left"];
const PROFILES = ["standard", "joint", "quota", "cautious"];
const QUESTIONS = ["unwell", "fallen", "medicine", "pain", "pain_elsewhere", "next_morning", "effort", "breathlessness"];

export function settingsOf(draft, fields) {
  return [personCard(draft, fields), limitsCard(fields), questionsCard(draft, fields)];
}

function personCard(draft, fields) {
  const named = (names, prefix) => names.map((name) => [name, t(`${prefix}${name}`)]);
  const unaffected = h("div", { class: "wide-field" });
  drawLimbs();
  return card(
    "person",
    t("plan_card"),
    h(
      "div",
      { class: "fields" },
      fields.text("goal", settingName("goal"), { maxlength: 300 }),
      fields.text("when_and_where", settingName("when_and_where"), { maxlength: 300 }),
      fields.text("valid_from", settingName("valid_from"), { type: "date" }),
      fields.text("valid_to", settingName("valid_to"), { type: "date", hint: t("optional") }),
      fields.number("agreed_days_a_week", settingName("agreed_days_a_week"), { min: 1, max: 7, step: 1, hint: t("optional") }),
      fields.choice("framing", settingName("framing"), named(["improve", "maintain"], "framing_")),
      fields.text("day_ends", settingName("day_ends"), { type: "time" }),
      fields.text("time_zone", settingName("time_zone"), { maxlength: 60 }),
      fields.choice("language", settingName("language"), [["it", "italiano"], ["en", "English"]]),
      fields.choice("calibration", settingName("calibration"), named(["gravity", "stored", "functional"], "calibration_")),
      fields.tick("helper", settingName("helper")),
      fields.tick("neutral_pose", settingName("neutral_pose")),
      unaffected,
    ),
  );

  function drawLimbs() {
    const chosen = draft.body.unaffected ?? [];
    const change = (now) => {
      fields.set("unaffected", LIMBS.filter((limb) => now.includes(limb)));
      const held = document.activeElement?.closest(".check")?.querySelector("label")?.textContent;
      drawLimbs();
      [...unaffected.querySelectorAll(".check")].find((one) => one.textContent === held)?.querySelector("input").focus();
    };
    unaffected.replaceChildren(fields.ticks("unaffected", settingName("unaffected"), LIMBS.map((limb) => [limb, t(`limb_${limb}`)]), chosen, change));
  }
}

function limitsCard(fields) {
  const number = (name, limits) => fields.number(`limits.${name}`, settingName(name), limits);
  return card(
    "limits",
    t("limits_card"),
    h(
      "div",
      { class: "fields" },
      fields.choice("limits.pain_profile", settingName("pain_profile"), PROFILES.map((name) => [name, t(`profile_${name}`)])),
      number("pain_stop", { min: 1, max: 10, step: 1 }),
      number("pain_amber", { min: 1, max: 10, step: 1 }),
      number("pain_rise", { min: 1, max: 10, step: 1 }),
      number("effort_stop", { min: 0.5, max: 10, step: 0.5 }),
      number("breathlessness_stop", { min: 0.5, max: 10, step: 0.5 }),
      number("session_cap_min", { min: 1, max: 180, step: 1 }),
      number("sessions_a_day", { min: 1, max: 10, step: 1 }),
      number("hold_cap_s", { min: 0, max: 30, step: 0.5 }),
      number("rest_s", { min: 0, max: 600, step: 5 }),
    ),
    h("details", {}, h("summary", {}, t("more_limits")), h("div", { class: "fields" }, number("dose_cap", { min: 1, max: 3, step: 0.1 }), number("fast_share", { min: 0.05, max: 1, step: 0.05 }))),
  );
}

function questionsCard(draft, fields) {
  const list = h("ol", { class: "stops" });
  const add = h("button", { type: "button", class: "quiet-button", id: "add-stop", onclick: more }, t("add_stop"));
  redraw();
  return card(
    "questions",
    t("questions_card"),
    h("div", { class: "asked-list" }, ...QUESTIONS.map((name) => fields.tick(`check_in.${name}`, settingName(name)))),
    h("h3", {}, t("stop_title")),
    h("p", { class: "quiet" }, t("stop_note")),
    list,
    add,
  );

  function stops() {
    return (draft.body.stop_questions ??= []);
  }

  function redraw() {
    const lines = stops().map((_, n) => {
      const remove = h("button", { type: "button", class: "quiet-button", "aria-label": t("remove_one", { name: t("stop_number", { n: n + 1 }) }), onclick: () => gone(n) }, t("remove"));
      const text = (name, limits) => fields.text(`stop_questions.${n}.${name}`, t(`stop_${name}`), limits);
      return h("li", { class: "fields" }, text("it", { maxlength: 200, lang: "it" }), text("en", { maxlength: 200, lang: "en" }), text("id", { maxlength: 40 }), remove);
    });
    list.replaceChildren(...(lines.length ? lines : [h("li", { class: "quiet" }, t("stop_none"))]));
  }

  function more() {
    const taken = new Set(stops().map((one) => one.id));
    let n = stops().length + 1;
    while (taken.has(`stop-${n}`)) n += 1;
    fields.set(`stop_questions.${stops().length}`, { id: `stop-${n}`, it: "", en: "" });
    redraw();
    list.querySelector("li:last-child input").focus();
  }

  function gone(n) {
    stops().splice(n, 1);
    draft.touched();
    redraw();
    (list.querySelectorAll("button")[Math.min(n, stops().length - 1)] ?? add).focus();
  }
}
