// The exercises of a draft, and the library that they come from.

import { card } from "../cards.js";
import { h } from "../dom.js";
import { both, t } from "../texts.js";
import { drawing, motionSwitch } from "./drawings.js";
import { at } from "./fields.js";

const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const UNITS = ["repetitions", "minutes", "holds"];
const GAMES = ["volo", "raccolto", "onda", "orto"];
const LONGEST_ID = 40;

/** The card of the exercises; it is drawn anew where one comes, goes or changes its place. */
export function itemsOf(editor, draft, fields) {
  const { body, touched } = draft;
  const list = h("ol", { class: "items" });
  const library = libraryOf(editor, draft, add);
  const found = card("items", t("exercises_title"), h("p", { class: "drawings-switch" }, motionSwitch()), list, library.element);
  redraw();
  return found;

  function items() {
    if (!Array.isArray(body.items)) body.items = [];
    return body.items;
  }

  function redraw(focus) {
    const drawn = items().map((item, n) => itemLine(editor, fields, item, n, { redraw, remove, move, count: items().length }));
    list.replaceChildren(...(drawn.length ? drawn : [h("li", { class: "quiet" }, t("no_exercises"))]));
    if (focus) (list.querySelector(focus) ?? library.opener).focus();
  }

  function add(item) {
    const taken = new Set(items().map((one) => one.id));
    let id = item.exercise.slice(0, LONGEST_ID);
    for (let n = 2; taken.has(id); n += 1) id = `${item.exercise.slice(0, LONGEST_ID - 3)}-${n}`;
    items().push({ ...item, id });
    touched();
    redraw(`[data-item="${items().length - 1}"] .item-name`);
  }

  function remove(n) {
    items().splice(n, 1);
    touched();
    redraw(`[data-item="${Math.min(n, items().length - 1)}"] .item-name`);
  }

  function move(n, by) {
    items().splice(n + by, 0, ...items().splice(n, 1));
    touched();
    redraw(`[data-item="${n + by}"] .${by < 0 ? "earlier" : "later"}:not([disabled]), [data-item="${n + by}"] .item-name`);
  }
}

function itemLine(editor, fields, item, n, { redraw, remove, move, count }) {
  const known = editor.known.get(item.exercise);
  const name = known ? both(known.name) : item.exercise;
  const tool = (kind, label, said, deed, off) => h("button", { type: "button", class: `quiet-button ${kind}`, "aria-label": label, disabled: off, onclick: deed }, said);
  const tools = h(
    "div",
    { class: "item-tools" },
    tool("earlier", t("earlier_one", { name }), "↑", () => move(n, -1), n === 0),
    tool("later", t("later_one", { name }), "↓", () => move(n, 1), n === count - 1),
    tool("remove", t("remove_one", { name }), t("remove"), () => remove(n), false),
  );
  const posture = item.posture ?? known?.postures[0];
  const cue = known ? h("p", { class: "quiet" }, both(known.cue)) : null;
  const head = h("div", { class: "item-head" }, known ? drawing(known, posture, item.side) : null, h("div", { class: "item-said" }, h("h3", { class: "item-name", tabindex: "-1" }, `${n + 1}. ${name}`), cue, known ? seen(known, posture) : null), tools);
  return h("li", { class: "item", "data-item": n }, head, known ? itemFields(fields, item, `items.${n}`, known, posture, () => redraw()) : null);
}

function seen(known, posture) {
  const what = known.sees[posture];
  const locked = known.clearance.includes(posture) ? h("span", { class: "tag" }, t("needs_standing")) : null;
  return h("p", { class: "quiet" }, what ? t("sees", { what: both(what) }) : t("counts_only"), " ", locked);
}

function itemFields(fields, item, path, known, posture, redraw) {
  const again = (name, value, change) => {
    change?.();
    fields.set(`${path}.${name}`, value);
    const held = document.activeElement?.dataset.path;
    redraw();
    if (held) document.querySelector(`[data-path="${CSS.escape(held)}"]`)?.focus();
  };
  const more = h(
    "details",
    {},
    h("summary", {}, t("more_of_it")),
    h(
      "div",
      { class: "fields" },
      known.ranged ? fields.choice(`${path}.assessment`, t("setting_assessment"), ["never", "weekly", "every day"].map((one) => [one, t(`assess_${one}`)]), { value: item.assessment ?? "weekly" }) : null,
      known.most_deg ? fields.number(`${path}.clinician_range_deg`, t("setting_clinician_range_deg"), angle(known)) : null,
      tempoFields(fields, item, path, known),
      fields.tick(`${path}.assisted`, t("setting_assisted")),
      fields.choice(`${path}.game`, t("setting_game"), [["", t("game_chosen")], ...GAMES.map((one) => [one, t(`game_${one}`)])], { value: item.game ?? "", onchange: (one) => fields.set(`${path}.game`, one || undefined) }),
    ),
  );
  return h(
    "div",
    { class: "fields" },
    ...doseFields(fields, item, path, known, again),
    ...timeFields(fields, item, path, again),
    fields.choice(`${path}.side`, t("setting_side"), ["right", "left"].map((one) => [one, t(one)]), { onchange: (side) => again("side", side, () => turnSensors(item, known, side)) }),
    known.postures.length > 1 ? fields.choice(`${path}.posture`, t("setting_posture"), known.postures.map((one) => [one, t(`posture_${one}`)]), { value: posture, onchange: (one) => again("posture", one) }) : null,
    known.most_deg ? fields.number(`${path}.limit_deg`, t("setting_limit_deg"), angle(known)) : null,
    known.most_deg ? fields.number(`${path}.target_deg`, t("setting_target_deg"), angle(known)) : null,
    sensors(fields, item, path, known, again),
    more,
  );
}

function angle(known) {
  return { min: 1, max: known.most_deg, step: 1, hint: t("degrees_most", { n: known.most_deg }) };
}

function doseFields(fields, item, path, known, again) {
  const dose = plain(item.dose ?? known.dose);
  const unit = UNITS.find((one) => dose[one] !== undefined) ?? "repetitions";
  const write = (change) => fields.set(`${path}.dose`, plain({ ...plain(item.dose ?? known.dose), ...change }));
  const switched = (to) => again("dose", { sets: dose.sets ?? 1, [to]: to === "minutes" ? 1 : 10 });
  return [
    fields.number(`${path}.dose.sets`, t("sets"), { min: 1, max: 20, step: 1, shown: dose.sets, onchange: (value) => write({ sets: value }) }),
    fields.number(`${path}.dose.${unit}`, t("per_set"), { min: unit === "minutes" ? 0.5 : 1, max: { repetitions: 200, minutes: 60, holds: 100 }[unit], step: unit === "minutes" ? 0.5 : 1, shown: dose[unit], onchange: (value) => write({ [unit]: value ?? null }) }),
    fields.choice(`${path}.dose.unit`, t("unit"), UNITS.map((one) => [one, t(`unit_${one}`)]), { value: unit, onchange: switched }),
  ];
}

/** Without what is not given. */
function plain(dose) {
  return Object.fromEntries(Object.entries(dose).filter(([, value]) => value !== null && value !== undefined));
}

function timeFields(fields, item, path, again) {
  const schedule = plain(item.schedule ?? { times_per_week: 7 });
  const fixed = schedule.weekdays !== undefined;
  const options = [...[7, 6, 5, 4, 3, 2, 1].map((n) => [String(n), n === 1 ? t("one_day_a_week") : t("every_n", { n })]), ["fixed", t("fixed_days")]];
  const choose = (value) => again("schedule", value === "fixed" ? { weekdays: [] } : { times_per_week: Number(value) });
  const days = fixed ? fields.ticks(`${path}.schedule.weekdays`, t("fixed_which"), WEEKDAYS.map((day) => [day, t(`weekday_${day}`)]), schedule.weekdays, (chosen) => again("schedule", { weekdays: WEEKDAYS.filter((day) => chosen.includes(day)) })) : null;
  return [fields.choice(`${path}.schedule`, t("times"), options, { value: fixed ? "fixed" : schedule.times_per_week, onchange: choose }), days];
}

function sensors(fields, item, path, known, again) {
  const chosen = item.placements ?? [];
  const first = known.sites.map((one) => [one[item.side], t(`site_${one.site}`)]);
  const second = known.second_sites.map((one) => [one[item.side], `${t(`site_${one.site}`)} (${t("second_site")})`]);
  const others = chosen.filter((one) => ![...first, ...second].some(([value]) => value === one)).map((one) => [one, one]);
  return fields.ticks(`${path}.placements`, t("worn"), [...first, ...second, ...others], chosen, (now) => again("placements", now));
}

function turnSensors(item, known, side) {
  const other = side === "left" ? "right" : "left";
  const sites = [...known.sites, ...known.second_sites];
  if (item.placements) item.placements = item.placements.map((one) => sites.find((site) => site[other] === one)?.[side] ?? one);
}

function tempoFields(fields, item, path, known) {
  const write = (phase, value) => {
    const tempo = structuredClone(item.tempo ?? known.tempo);
    const usual = known.tempo[phase];
    // A changed phase keeps the share of it that counts as too fast.
    const least = usual.min_s === null || value === undefined ? null : Math.round((usual.min_s / usual.s) * value * 100) / 100;
    tempo[phase] = plain({ s: value, min_s: least, max_s: null });
    for (const name of ["up", "hold", "down"]) tempo[name] = plain(tempo[name]);
    fields.set(`${path}.tempo`, tempo);
  };
  return ["up", "hold", "down"].map((phase) => fields.number(`${path}.tempo.${phase}.s`, t(`tempo_${phase}`), { min: 0, max: 60, step: 0.1, shown: at(known.tempo, `${phase}.s`), onchange: (value) => write(phase, value) }));
}

/** The library: what the template proposes for later stands first; a search narrows it. */
function libraryOf(editor, draft, add) {
  const search = h("input", { type: "search", id: "find-exercise", autocomplete: "off", maxlength: 40, oninput: narrowed });
  const list = h("ul", { class: "library" });
  const opener = h("summary", { id: "add-exercise" }, t("add_exercise"));
  const element = h("details", { class: "library-box", ontoggle: () => element.open && narrowed() }, opener, h("div", { class: "field" }, h("label", { for: search.id }, t("find_exercise")), search), list);
  return { element, opener };

  function narrowed() {
    const wish = search.value.trim().toLocaleLowerCase();
    const fits = (known) => !wish || both(known.name).toLocaleLowerCase().includes(wish) || known.exercise.includes(wish);
    const template = editor.library.templates.find((one) => one.template === draft.view.draft.template);
    const later = (template?.items ?? []).filter((one) => one.later && editor.known.has(one.exercise) && fits(editor.known.get(one.exercise)));
    const all = editor.library.exercises.filter(fits);
    const parts = [
      ...(later.length ? [h("li", { class: "library-part" }, t("from_template")), ...later.map((one) => choice(editor.known.get(one.exercise), one))] : []),
      ...(all.length ? [h("li", { class: "library-part" }, t("all_exercises")), ...all.map((known) => choice(known, null))] : [h("li", { class: "quiet" }, t("found_none"))]),
    ];
    list.replaceChildren(...parts);
  }

  function choice(known, proposed) {
    const name = both(known.name);
    const locked = known.clearance.includes(known.postures[0]) ? h("span", { class: "tag" }, t("needs_standing")) : null;
    const button = h("button", { type: "button", class: "library-choice", "aria-label": t("add_one", { name }), onclick: () => add(itemOf(known, proposed)) }, drawing(known, known.postures[0], "right"), h("span", {}, known.number ? `${known.number}. ${name}` : name), locked);
    return h("li", {}, button);
  }

  function itemOf(known, proposed) {
    const others = Array.isArray(draft.body.items) ? draft.body.items : [];
    const side = others.at(-1)?.side ?? "right";
    const item = { exercise: known.exercise, side, posture: proposed?.posture ?? known.postures[0], placements: [known.sites[0][side]], dose: plain(proposed?.dose ?? known.dose), schedule: { times_per_week: proposed?.times_per_week ?? others.at(-1)?.schedule?.times_per_week ?? 3 }, assessment: known.ranged ? "weekly" : "never" };
    if (proposed?.limit_deg) item.limit_deg = proposed.limit_deg;
    if (proposed?.assisted) item.assisted = true;
    return item;
  }
}
