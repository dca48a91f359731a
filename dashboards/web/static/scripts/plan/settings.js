// What a draft says beside its exercises: the person, the limits, the questions.

import { card } from "../cards.js";
import { h } from "../dom.js";
import { t } from "../texts.js";
import { settingName } from "./fields.js";

const LIMBS = ["arm-right", "arm-left", "leg-right", "leg-left"];
const PROFILES = ["standard", "joint", "quota", "cautious"];
const MECHANISMS = ["goal", "when_and_where", "five_minutes", "therapists_message", "barrier_question", "maintain_framing", "helper", "praise", "streak", "self_monitoring"];
const JOINTS = ["elbow", "knee", "wrist"];
const QUESTIONS = ["unwell", "fallen", "medicine", "pain", "pain_elsewhere", "next_morning", "effort", "breathlessness"];

export function settingsOf(editor, draft, fields) {
  return [personCard(draft, fields), limitsCard(fields), questionsCard(editor, draft, fields), persuasionCard(fields), zerosCard(draft, fields)];
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
    h("details", { id: "technical-limits" }, h("summary", {}, t("technical_limits")), h("p", { class: "quiet" }, t("technical_note")), h("div", { class: "fields" }, number("silent_s", { min: 0.3, max: 5, step: 0.1 }), number("lost_s", { min: 5, max: 900, step: 5 }), number("idle_min", { min: 1, max: 120, step: 1 }), number("calibration_cap_s", { min: 10, max: 300, step: 5 }))),
  );
}

/** What the home may say and show to keep somebody going: each by itself, and when it reminds. */
function persuasionCard(fields) {
  const time = (name) => fields.text(`persuasion.reminders.${name}`, settingName(name), { type: "time" });
  return card(
    "persuasion",
    t("persuasion_card"),
    h("div", { class: "asked-list" }, ...MECHANISMS.map((name) => fields.tick(`persuasion.${name}`, t(`persuade_${name}`)))),
    h("h3", {}, t("setting_reminders")),
    h("div", { class: "fields" }, fields.tick("persuasion.reminders.on", t("setting_on")), time("at"), time("quiet_from"), time("quiet_to")),
  );
}

/** Zeros of joints: what the clinician measured in the neutral pose, and what a session measured of sensors. */
function zerosCard(draft, fields) {
  const list = h("ol", { class: "stops" });
  const add = h("button", { type: "button", class: "quiet-button", id: "add-angle", onclick: more }, t("add_angle"));
  redraw();
  return card("zeros", t("zeros_card"), h("p", { class: "quiet" }, t("zeros_note")), list, add);

  function rows(name) {
    return (draft.body[name] ??= []);
  }

  function redraw() {
    const gone = (name, n, said) => h("button", { type: "button", class: "quiet-button", "aria-label": t("remove_one", { name: said }), onclick: () => remove(name, n) }, t("remove"));
    const angles = rows("neutral_angles").map((_, n) => {
      const at = `neutral_angles.${n}`;
      return h("li", { class: "fields" }, fields.choice(`${at}.joint`, t("setting_joint"), JOINTS.map((one) => [one, t(`joint_${one}`)])), fields.choice(`${at}.side`, t("setting_side"), ["right", "left"].map((one) => [one, t(one)])), fields.number(`${at}.angle_deg`, t("setting_angle_deg"), { min: -30, max: 150, step: 1 }), gone("neutral_angles", n, t("angle_number", { n: n + 1 })));
    });
    const stored = rows("calibrations").map((one, n) => h("li", { class: "fields" }, h("p", {}, t(one.zero_rad === null || one.zero_rad === undefined ? "stored_without_zero" : "stored_with_zero", { between: `${one.proximal}, ${one.distal}` })), gone("calibrations", n, `${one.proximal}, ${one.distal}`)));
    list.replaceChildren(...(angles.length + stored.length ? [...angles, ...stored] : [h("li", { class: "quiet" }, t("stop_none"))]));
  }

  function more() {
    fields.set(`neutral_angles.${rows("neutral_angles").length}`, { joint: JOINTS[0], side: draft.body.items?.[0]?.side ?? "right", angle_deg: undefined });
    redraw();
    list.querySelectorAll("select")[2 * rows("neutral_angles").length - 2].focus();
  }

  function remove(name, n) {
    rows(name).splice(n, 1);
    draft.touched();
    redraw();
    add.focus();
  }
}

function questionsCard(editor, draft, fields) {
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
    unwellText(editor, draft, fields),
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

/** What the home says after "I feel unwell": the clinic's own approved text, else the one that it comes with. */
function unwellText({ library }, draft, fields) {
  const said = (wording) => wording[draft.body.language] ?? wording.it;
  const summary = h("summary", {});
  const hint = h("p", { class: "quiet", lang: draft.body.language });
  const field = fields.prose("unwell_text", settingName("unwell_text"), { maxlength: 600 });
  const area = field.querySelector("textarea");
  area.addEventListener("input", tell);
  tell();
  return h("details", { id: "unwell" }, summary, h("p", { class: "quiet" }, t("unwell_note")), h("div", { class: "fields" }, h("div", { class: "wide-field" }, field, hint)));

  function tell() {
    const own = area.value.trim();
    summary.textContent = t(own ? "unwell_own" : "unwell_built_in_now");
    hint.textContent = own ? `… ${said(library.summons_nobody)}` : said(library.unwell);
  }
}
