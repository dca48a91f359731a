// What stands around a plan: messages, days, harm, consents, episode, hand-over, questionnaires.
// Each list says who and when; each form stands closed, with nothing preselected.

import { account } from "./account.js";
import { card } from "./cards.js";
import { h } from "./dom.js";
import { fetched, sent } from "./feed.js";
import { dayOf, fullDay, longDay, shortDay, shortTime, tellsBy } from "./format.js";
import { takesCard } from "./takes.js";
import { both, t } from "./texts.js";

const SEVERITIES = ["mild", "moderate", "severe"];
const RELATIONS = ["unrelated", "possible", "probable", "certain", "not known"];
const CONSENTS = ["motion", "live view", "postcards", "research"];
const ROLES = ["partner", "family", "friend", "professional", "other"];
const EXCUSES = ["illness", "holiday", "appointment", "technical", "other"];

/** All of it, loaded by itself below what the patient's page shows first; `changed` is told when days are others. */
export function aroundSection(patient, changed) {
  const place = h("div", { class: "grid grid-around", id: "around" });
  const address = `/api/patients/${encodeURIComponent(patient)}/around`;
  const status = h("p", { class: "around-said", role: "status" });

  function show(view, done = null) {
    tellsBy(view);
    const desk = { view, post };
    place.replaceChildren(status, messagesCard(desk), takesCard(desk, { aCard, form, list, told, when, choose }), daysCard(desk), harmCard(desk), consentCard(desk), episodeCard(desk), coverCard(desk), questionnairesCard(desk));
    status.textContent = "";
    // The link at the head of the page leads here only where somebody may write.
    const link = document.getElementById("to-message");
    if (link) link.hidden = !view.may_write;
    if (!done) return;
    status.textContent = t("written_down");
    const back = document.querySelector(`#form-${done} > summary`) ?? document.getElementById(`card-${done.split("-")[0]}`);
    back?.focus();
  }

  async function post(path, body, name) {
    show(await sent(`${address}/${path}`, body), name);
    if (["excused", "corrected", "standing", "episode", "discharge", "reopen"].includes(path)) changed();
  }

  fetched(address).then((view) => show(view)).catch((error) => place.replaceChildren(h("p", { class: "line-lost", role: "alert" }, `${t("failed")}: ${error.message}`)));
  return place;
}

function aCard(name, title, ...children) {
  const found = card(name, t(title), ...children);
  found.querySelector("h2").tabIndex = -1;
  return found;
}

/** A form that stands closed. `fields` are `[name, label, element]`, `body(values)` what is sent. */
function form(desk, name, summary, path, fields, body, button = "write_down") {
  if (!desk.view.may_write) return null;
  const all = account.name ? fields : [...fields, ["by", "who_saw", input({ required: true, maxlength: 60 })]];
  const problem = h("p", { class: "line-lost", role: "alert", hidden: true });
  const submit = h("button", { type: "submit", class: "wide" }, t(button));
  const rows = all.map(([key, label, element]) => {
    element.id = `${name}-${key}`;
    return h("div", { class: element.tagName === "TEXTAREA" ? "field field-wide" : "field" }, h("label", { for: element.id }, typeof label === "string" ? t(label) : label.text), element);
  });
  async function send(event) {
    event.preventDefault();
    const values = Object.fromEntries(all.map(([key, , element]) => [key, element.value.trim()]));
    submit.disabled = true;
    try {
      await desk.post(path, { ...body(values), by: values.by ?? null }, name);
    } catch (error) {
      problem.hidden = false;
      problem.textContent = `${t("failed")}: ${error.message}`;
      submit.disabled = false;
    }
  }
  const signing = account.name ? h("p", { class: "signing" }, t("signed_by", { name: account.name })) : null;
  return h("details", { class: "seen-form", id: `form-${name}` }, h("summary", {}, typeof summary === "string" ? t(summary) : summary.text), h("form", { onsubmit: send }, ...rows, signing, submit), problem);
}

const input = (more = {}) => h("input", { autocomplete: "off", ...more });
const area = (more = {}) => h("textarea", { rows: 3, ...more });
const day = (value = null, more = {}) => h("input", { type: "date", value, required: true, ...more });

/** A choice with nothing chosen for whoever answers. */
function choose(values, text) {
  return h("select", { required: true }, h("option", { value: "", selected: true, disabled: true }, t("choose")), ...values.map((value) => h("option", { value }, text(value))));
}

const yesNo = () => choose(["yes", "no"], (value) => t(value === "yes" ? "yes" : "no"));

function when(ms) {
  return `${shortDay(dayOf(ms))}, ${shortTime(ms)}`;
}

const told = (one) => h("span", { class: "quiet" }, ` · ${one.by}, ${when(one.t_ms)}`);
const list = (lines, none) => (lines.length ? h("ul", { class: "around-list" }, ...lines) : h("p", { class: "quiet" }, t(none)));

function messagesCard(desk) {
  const { view } = desk;
  const lines = view.letters.map((one) => {
    const way = [t("letter_sent", { when: when(one.t_ms), by: one.by })];
    if (one.taken_ms !== null) way.push(t("letter_delivered", { when: when(one.taken_ms) }));
    if (one.read_ms !== null) way.push(t("letter_read", { when: when(one.read_ms) }));
    const waits = one.state === "sent" || one.state === "delivered";
    const back = waits ? form(desk, `messages-back-${one.message}`, "letter_take_back", `messages/${one.message}/withdraw`, [], () => ({}), "letter_take_back") : null;
    return h("li", { class: `letter letter-${one.state}` }, h("p", {}, h("b", { class: "tag" }, t(`letter_state_${one.state}`)), ` «${one.text}»`), h("p", { class: "quiet" }, way.join(" · ")), back);
  });
  const text = area({ required: true, maxlength: view.letter_length });
  const write = form(desk, "messages-write", "letter_write", "messages", [["text", { text: t("letter_text", { n: view.letter_length }) }, text]], (v) => ({ text: v.text }), "letter_send");
  const barriers = view.barriers.map((one) => h("li", {}, one.day ? `${shortDay(one.day)}: ` : "", h("b", {}, one.answer === null ? t("left_out") : t(`barrier_${one.answer}`))));
  const goal = view.goal ? h("p", { class: "goal" }, `«${view.goal}»`) : null;
  return aCard("messages", "messages", list(lines, "letters_none"), write, h("p", { class: "note" }, t("letter_note")), goal ? [h("h3", {}, t("goal")), goal] : null, h("h3", {}, t("barriers")), list(barriers, "barriers_none"));
}

function daysCard(desk) {
  const { view } = desk;
  const { standing } = view;
  const locked = standing.locked_since_ms !== null;
  const state = h("p", { class: locked ? "sentence grave" : "sentence" }, locked ? t("fall_locked", { when: when(standing.locked_since_ms) }) : t("fall_free"), standing.last ? h("span", { class: "quiet" }, ` ${t(standing.lifted ? "fall_relocked_by" : "fall_unlocked_by", { by: standing.last.by, when: when(standing.last.t_ms) })}`) : null);
  const unlock = locked ? form(desk, "days-unlock", "fall_unlock", "standing", [], () => ({ seen_ms: standing.last_lock_ms }), "fall_unlock") : standing.last && !standing.lifted ? form(desk, "days-lock", "fall_lock", "standing", [], () => ({ lifted: true }), "fall_lock") : null;
  const excused = view.excused.map((one) => {
    const span = one.first === one.last ? longDay(one.first) : `${shortDay(one.first)} – ${shortDay(one.last)}`;
    const back = one.lifted || isLifted(view, one) ? null : form(desk, `days-back-${one.first}-${Math.round(one.t_ms)}`, "excuse_lift", "excused", [], () => ({ first: one.first, last: one.last, why: one.why, lifted: true }), "excuse_lift");
    return h("li", {}, `${span}: ${t(one.lifted ? "excused_lifted" : "excused_why", { why: t(`excuse_${one.why}`) })}`, told(one), back);
  });
  const name = (item) => both(view.items.find((one) => one.item === item)?.name) || item;
  const corrected = view.corrected.map((one) => h("li", {}, `${shortDay(one.day)}, ${name(one.item)}: ${one.amount === null ? t("corrected_lifted") : t("corrected_to", { n: one.amount })}`, one.note ? ` (${one.note})` : "", told(one)));
  const excuse = form(
    desk,
    "days-excuse",
    "excuse",
    "excused",
    [
      ["first", "from_day", day()],
      ["last", "to_day", day()],
      ["why", "reason", choose(EXCUSES, (why) => t(`excuse_${why}`))],
    ],
    (v) => ({ first: v.first, last: v.last, why: v.why }),
  );
  const correct = view.items.length
    ? form(
        desk,
        "days-correct",
        "correct_day",
        "corrected",
        [
          ["day", "day", day(null, { max: view.today })],
          ["item", "exercise", choose(view.items.map((one) => one.item), (item) => `${name(item)} (${t(`unit_${view.items.find((one) => one.item === item).unit}`)})`)],
          ["amount", "amount_done", input({ type: "number", min: 0, max: 10000, step: "any" })],
          ["note", "reason", input({ required: true, maxlength: 500 })],
        ],
        (v) => ({ day: v.day, item: v.item, amount: v.amount === "" ? null : Number(v.amount), note: v.note }),
      )
    : null;
  return aCard("days", "standing_days", h("h3", {}, t("fall_standing")), state, unlock, h("h3", {}, t("excused_days")), list(excused, "excused_none"), excuse, h("h3", {}, t("corrected_days")), list(corrected, "corrected_none"), correct);
}

/** Open the form of messages, ready to write; false where nobody may write here. */
export function writeMessage() {
  const form = document.getElementById("form-messages-write");
  if (!form) return false;
  form.open = true;
  form.scrollIntoView({ block: "center" });
  form.querySelector("textarea").focus();
  return true;
}

/** Open the form that excuses days with one day written in; false where nobody may write here. */
export function excuseDay(day) {
  const form = document.getElementById("form-days-excuse");
  if (!form) return false;
  form.open = true;
  for (const name of ["first", "last"]) document.getElementById(`days-excuse-${name}`).value = day;
  form.scrollIntoView({ block: "center" });
  document.getElementById("days-excuse-why").focus();
  return true;
}

/** Whether a later word has lifted the same days. */
function isLifted(view, one) {
  return view.excused.some((other) => other.lifted && other.t_ms > one.t_ms && other.first <= one.first && other.last >= one.last);
}

function harmCard(desk) {
  const lines = desk.view.harms.map((one) => {
    const back = one.withdrawn ? null : form(desk, `harm-back-${one.event}`, "take_back", "adverse/withdraw", [["why", "reason", input({ required: true, maxlength: 300 })]], (v) => ({ event: one.event, why: v.why }), "take_back");
    const gone = one.withdrawn ? h("p", { class: "quiet" }, t("harm_withdrawn", { by: one.withdrawn.by, when: when(one.withdrawn.t_ms), why: one.why })) : null;
    return h("li", { class: one.withdrawn ? "gone" : "" }, h("p", {}, h("b", { class: one.severity === "severe" && !one.withdrawn ? "tag tag-alert" : "tag" }, t(`severity_${one.severity}`)), ` ${longDay(one.day)}: ${one.what}`), h("p", { class: "quiet" }, t(`relation_${one.relation}`), told(one)), gone, back);
  });
  const write = form(
    desk,
    "harm-write",
    "harm_write",
    "adverse",
    [
      ["day", "day", day(null, { max: desk.view.today })],
      ["severity", "severity", choose(SEVERITIES, (one) => `${t(`severity_${one}`)}: ${t(`severity_means_${one}`)}`)],
      ["relation", "relation", choose(RELATIONS, (one) => t(`relation_${one}`))],
      ["what", "harm_what", area({ required: true, maxlength: 500 })],
    ],
    (v) => ({ day: v.day, severity: v.severity, relation: v.relation, what: v.what }),
  );
  return aCard("harm", "harm", list(lines, "harm_none"), write);
}

function consentCard(desk) {
  const { view } = desk;
  const lines = CONSENTS.map((what) => {
    const found = view.consents.find((one) => one.what === what);
    const state = found ? t(found.given ? "consent_given" : "consent_withdrawn", { day: fullDay(found.day) }) : t("consent_unknown");
    const home = found && found.at_home ? h("p", { class: found.at_home === "waiting" ? "grave" : "quiet" }, t(`consent_home_${found.at_home}`)) : null;
    return h("li", { class: found && !found.given ? "grave" : "" }, h("p", {}, h("b", {}, `${t(`consent_${what}`)}: `), state, found ? told(found) : null), home);
  });
  const write = form(
    desk,
    "consent-write",
    "consent_write",
    "consent",
    [
      ["what", "consent_to", choose(CONSENTS, (what) => t(`consent_${what}`))],
      ["given", "consent_answer", choose(["yes", "no"], (one) => t(one === "yes" ? "consent_gives" : "consent_withdraws"))],
      ["day", "day", day(null, { max: view.today })],
    ],
    (v) => ({ what: v.what, given: v.given === "yes", day: v.day }),
  );
  const carers = view.carers.map((one) => {
    const same = { carer: one.carer, role: one.role, day: view.today };
    if (one.lifted) {
      const helps = form(desk, `consent-carer-${one.carer}`, "take_back", "carer", [], () => ({ ...same, agreed: one.agreed, note: one.note, lifted: false }), "take_back");
      return h("li", { class: "gone" }, h("b", {}, t(`carer_${one.role}`)), `: ${t("carer_is_gone", { day: fullDay(one.day) })}`, told(one), helps);
    }
    const gone = form(desk, `consent-carer-${one.carer}`, "carer_gone", "carer", [], () => ({ ...same, agreed: one.agreed, note: one.note, lifted: true }), "carer_gone");
    const back = one.agreed ? form(desk, `consent-carerback-${one.carer}`, "carer_withdraws", "carer", [], () => ({ ...same, agreed: false }), "carer_withdraws") : null;
    return h("li", {}, h("b", {}, t(`carer_${one.role}`)), `: ${t(one.agreed ? "carer_agreed" : "carer_not_agreed", { day: fullDay(one.day) })}`, one.note ? ` (${one.note})` : "", told(one), back, gone);
  });
  const carer = form(
    desk,
    "consent-newcarer",
    "carer_write",
    "carer",
    [
      ["role", "carer_role", choose(ROLES, (role) => t(`carer_${role}`))],
      ["agreed", "carer_agrees", yesNo()],
      ["day", "day", day(null, { max: view.today })],
      ["note", "a_note", input({ maxlength: 200 })],
    ],
    (v) => ({ role: v.role, agreed: v.agreed === "yes", day: v.day, note: v.agreed === "yes" ? v.note : "" }),
  );
  return aCard("consent", "consents", h("ul", { class: "around-list" }, ...lines), write, h("p", { class: "note" }, t("consent_note")), h("h3", {}, t("carers")), list(carers, "carers_none"), carer);
}

function episodeCard(desk) {
  const { view } = desk;
  const found = view.episode;
  const lines = found
    ? [
        found.referral ? h("li", {}, h("b", {}, `${t("referral")}: `), found.referral) : null,
        found.precautions ? h("li", {}, h("b", {}, `${t("precautions")}: `), found.precautions) : null,
        found.review ? h("li", { class: found.due ? "grave" : "" }, h("b", {}, `${t("review")}: `), longDay(found.review), found.due ? ` (${t("review_due")})` : "") : null,
        h("li", { class: "quiet" }, `${found.by}, ${when(found.t_ms)}`),
      ].filter(Boolean)
    : [];
  const write = form(
    desk,
    "episode-write",
    "episode_write",
    "episode",
    [
      ["referral", "referral", filled(area({ maxlength: 300 }), found?.referral)],
      ["precautions", "precautions", filled(area({ maxlength: 600 }), found?.precautions)],
      ["review", "review", h("input", { type: "date", value: found?.review ?? null })],
    ],
    (v) => ({ referral: v.referral, precautions: v.precautions, review: v.review || null, seen_ms: found?.t_ms ?? 0 }),
  );
  const sensors = view.sensors;
  const back = form(desk, "episode-sensors", sensors?.returned ? "sensors_not_back" : "sensors_back", "sensors", [["note", "a_note", input({ maxlength: 300 })]], (v) => ({ returned: !sensors?.returned, note: v.note }));
  const over = view.discharge;
  const end = over
    ? [h("p", { class: "sentence" }, t("discharged_line"), told(over)), over.summary ? h("p", {}, over.summary) : null, over.keeps_doing ? h("p", { class: "goal" }, `${t("keeps_doing")}: «${over.keeps_doing}»`) : null, h("p", {}, h("a", { href: "/survey-codes?survey=discharge" }, t("survey_sheet"))), form(desk, "episode-reopen", "reopen", "reopen", [], () => ({}), "reopen")]
    : form(
        desk,
        "episode-discharge",
        "discharge",
        "discharge",
        [
          ["summary", "discharge_summary", area({ required: true, maxlength: 1000 })],
          ["keeps_doing", "keeps_doing", area({ maxlength: 600 })],
        ],
        (v) => ({ summary: v.summary, keeps_doing: v.keeps_doing }),
        "discharge",
      );
  return aCard("episode", "episode", list(lines, "episode_none"), write, h("h3", {}, t("sensors")), h("p", {}, sensors ? t(sensors.returned ? "sensors_are_back" : "sensors_are_out") : t("sensors_unknown"), sensors?.note ? ` (${sensors.note})` : "", sensors ? told(sensors) : null), back, h("h3", {}, t("discharge_title")), end);
}

function filled(element, text) {
  element.value = text ?? "";
  return element;
}

function coverCard(desk) {
  const { view } = desk;
  const covers = view.hand_overs.flatMap((found, n) => {
    const name = n ? `-${n}` : "";
    return [
      h("p", { class: "sentence" }, h("b", {}, found.to), ` ${found.last ? t("cover_span", { first: shortDay(found.first), last: shortDay(found.last) }) : t("cover_open", { first: shortDay(found.first) })}`, found.now ? ` · ${t("cover_now")}` : "", found.note ? ` (${found.note})` : "", told(found)),
      h("p", {}, found.taken ? [t("cover_taken"), told(found.taken)] : t("cover_not_taken")),
      found.taken || !found.meant ? null : form(desk, `cover-take${name}`, "cover_take", "take-over", [], () => ({}), "cover_take"),
      form(desk, `cover-back${name}`, "cover_lift", "hand-over", [], () => ({ to: found.to, first: found.first, last: found.last, lifted: true }), "cover_lift"),
    ];
  });
  const line = covers.length ? covers : h("p", { class: "quiet" }, t("cover_none"));
  const write = form(
    desk,
    "cover-write",
    "cover_write",
    "hand-over",
    [
      ["to", "cover_to", input({ required: true, maxlength: 60 })],
      ["first", "from_day", day()],
      ["last", "to_day_open", day(null, { required: false })],
      ["note", "a_note", input({ maxlength: 300 })],
    ],
    (v) => ({ to: v.to, first: v.first, last: v.last || null, note: v.note }),
  );
  return aCard("cover", "cover", line, write);
}

function questionnairesCard(desk) {
  const { view } = desk;
  const lines = view.filled.map((one) => {
    const score = one.score === null ? (one.profile ? "" : t("score_none")) : `${one.score}${one.highest === null ? "" : ` ${t("of_most", { n: one.highest })}`}`;
    const way = one.better ? h("span", { class: "quiet" }, ` (${t(`better_${one.better}`)})`) : null;
    return h("li", {}, `${shortDay(one.day)}, ${both(one.name)}: `, h("b", {}, [one.profile, score].filter(Boolean).join(" · ")), way, told(one), form(desk, `questionnaires-back-${one.filled}`, "take_back", "questionnaire/withdraw", [], () => ({ filled: one.filled }), "take_back"));
  });
  const writes = view.instruments.map((one) => {
    const single = one.question !== null;
    const marks = single
      ? input({ type: "number", min: one.low[0], max: one.high[0], step: 1, required: true })
      : input({ required: true, maxlength: 160, placeholder: one.low.map((low, n) => `${low}-${one.high[n]}`).filter((_, n) => n < 2).join(" ") + " …" });
    const label = single ? { text: both(one.question) } : { text: t("answers_in_order", { n: one.low.length }) };
    const name = `questionnaires-${one.id}`;
    return form(
      desk,
      name,
      { text: both(one.name) + (single ? "" : ` (${t("licence_owner")})`) },
      "questionnaire",
      [
        ["day", "day", day(null, { max: view.today })],
        ["answers", label, marks],
      ],
      (v) => ({ instrument: one.id, day: v.day, answers: v.answers.split(/[\s,;]+/).filter(Boolean).map((mark) => (mark === "-" ? null : Number(mark))) }),
    );
  });
  return aCard("questionnaires", "questionnaires", list(lines, "filled_none"), ...writes, h("p", { class: "note" }, t("licence_note")));
}
