// Fields of the draft: each is bound to a place in the plan's JSON, and tells its own mistakes.

import { h } from "../dom.js";
import { both, t } from "../texts.js";

let count = 0;

/** What lies at a place, e.g. `items.0.dose.sets`; undefined: nothing. */
export function at(body, path) {
  return path.split(".").reduce((value, name) => (value === null || value === undefined ? undefined : value[name]), body);
}

/** Put something at a place; undefined takes away what is there. */
export function put(body, path, value) {
  const names = path.split(".");
  const last = names.pop();
  let inner = body;
  for (const name of names) inner = inner[name] ??= {};
  if (value === undefined) delete inner[last];
  else inner[last] = value;
}

/** Makers of fields over a draft: `touched` is called after each change. */
export function fieldsOf(draft) {
  const { body, touched } = draft;

  function set(path, value) {
    put(body, path, value);
    touched();
  }

  /** A labelled control; its label stands for it wherever a mistake is told. */
  function field(path, label, control, hint) {
    control.id ||= `f${(count += 1)}`;
    control.dataset.path = path;
    const told = hint ? h("span", { class: "hint", id: `${control.id}-hint` }, hint) : null;
    if (told) control.setAttribute("aria-describedby", told.id);
    return h("div", { class: "field" }, h("label", { for: control.id }, label), control, told);
  }

  function number(path, label, { hint, shown, onchange, ...limits } = {}) {
    const value = at(body, path) ?? shown;
    const input = h("input", { type: "number", inputmode: "decimal", step: "any", ...limits, value: value ?? "", oninput: changed });
    function changed() {
      const read = input.value === "" ? undefined : Number(input.value);
      onchange ? onchange(read) : set(path, read);
    }
    return field(path, label, input, hint);
  }

  function text(path, label, { hint, type = "text", ...more } = {}) {
    const input = h("input", { type, autocomplete: "off", ...more, value: at(body, path) ?? "", oninput: () => set(path, input.value === "" && type !== "text" ? undefined : input.value) });
    return field(path, label, input, hint);
  }

  /** Text of several lines; blank takes it away. */
  function prose(path, label, { hint, ...more } = {}) {
    const area = h("textarea", { rows: 3, ...more, oninput: () => set(path, area.value.trim() ? area.value : undefined) });
    area.value = at(body, path) ?? "";
    return field(path, label, area, hint);
  }

  function choice(path, label, options, { value, onchange } = {}) {
    const chosen = String(value ?? at(body, path) ?? "");
    const select = h("select", {}, ...options.map(([name, said]) => h("option", { value: name, selected: name === chosen }, said)));
    select.onchange = () => (onchange ? onchange(select.value) : set(path, select.value));
    return field(path, label, select);
  }

  function tick(path, label, { checked, onchange } = {}) {
    const input = h("input", { type: "checkbox", id: `f${(count += 1)}`, checked: checked ?? Boolean(at(body, path)) });
    input.dataset.path = path;
    input.onchange = () => (onchange ? onchange(input.checked) : set(path, input.checked));
    return h("div", { class: "check" }, input, h("label", { for: input.id }, label));
  }

  /** Several ticks under one name. */
  function ticks(path, label, options, chosen, onchange) {
    const boxes = options.map(([value, said]) =>
      tick(path, said, {
        checked: chosen.includes(value),
        onchange: (on) => onchange(on ? [...chosen.filter((one) => one !== value), value] : chosen.filter((one) => one !== value)),
      }),
    );
    return h("fieldset", { class: "ticks", "data-path": path }, h("legend", {}, label), ...boxes);
  }

  return { set, number, text, prose, choice, tick, ticks };
}

/** Show each mistake at its field; returns those that have none. */
export function tellProblems(place, problems) {
  for (const old of place.querySelectorAll(".field-problem")) old.remove();
  for (const control of place.querySelectorAll("[aria-invalid]")) control.removeAttribute("aria-invalid");
  return problems.filter((problem) => {
    const control = controlAt(place, problem.path);
    if (!control) return true;
    control.setAttribute("aria-invalid", "true");
    // What keeps a plan from being signed does not stay folded away.
    for (let fold = control.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    const beside = control.closest(".check, .field") ?? control;
    beside.append(h("span", { class: "field-problem" }, both(problem.what)));
    return false;
  });
}

/** Mark what stayed as in the version before, as that is stricter than the template. */
export function tellKept(place, draft) {
  for (const old of place.querySelectorAll(".kept-mark")) old.remove();
  for (const path of draft.kept) {
    const control = controlAt(place, path);
    control?.closest(".check, .field")?.append(h("span", { class: "hint kept-mark" }, t("kept_from", { n: draft.kept_from })));
  }
}

/** The control of a place, or the first of those within it. */
export function controlAt(place, path) {
  if (!path) return null;
  const exact = place.querySelector(`[data-path="${CSS.escape(path)}"]`);
  return exact ?? place.querySelector(`[data-path^="${CSS.escape(path)}."]`);
}

/** A setting as it is called here. */
export function settingName(name) {
  return t(`setting_${name}`);
}
