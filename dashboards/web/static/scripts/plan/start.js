// What a new version starts from: the version in force, a template, or nothing.

import { account } from "../account.js";
import { card } from "../cards.js";
import { h } from "../dom.js";
import { sent } from "../feed.js";
import { integer } from "../format.js";
import { both, t } from "../texts.js";

export function startCard(editor, view, show) {
  const problem = h("p", { class: "line-lost", role: "alert", hidden: true });
  const preview = h("div", { class: "preview", id: "preview" });
  const side = h("fieldset", { class: "sides", hidden: true });
  const button = h("button", { type: "submit", class: "wide", id: "start" }, t("start"));
  const sources = sourcesOf(editor, view);
  const radios = sources.map((one, n) => {
    const input = h("input", { type: "radio", name: "source", id: `source-${n}`, value: n, onchange: () => chosen(one) });
    return h("div", { class: "source" }, input, h("label", { for: input.id }, one.name));
  });
  const list = h("fieldset", { class: "sources" }, h("legend", {}, t("start_from")), ...radios);
  const form = h("form", { class: "starting", onsubmit: start }, h("div", {}, list), h("div", { class: "chosen" }, preview, side, problem, button));
  return card("start", t("start_title"), form);

  function chosen(one) {
    problem.hidden = true;
    const { template } = one;
    preview.replaceChildren(...(template ? [templateOf(template)] : []));
    side.hidden = !template;
    if (!template) return;
    const sides = ["right", "left"].map((name) => {
      const input = h("input", { type: "radio", name: "side", id: `side-${name}`, value: name });
      return h("div", { class: "check" }, input, h("label", { for: input.id }, t(name)));
    });
    side.replaceChildren(h("legend", {}, t(`which_side_${template.limb}`)), ...sides);
  }

  async function start(event) {
    event.preventDefault();
    const picked = form.querySelector("[name=source]:checked");
    const one = picked && sources[Number(picked.value)];
    const chosenSide = form.querySelector("[name=side]:checked")?.value ?? null;
    if (!one || (one.template && !chosenSide)) {
      problem.textContent = t("choose_first");
      problem.hidden = false;
      form.querySelector(one ? "[name=side]" : "[name=source]").focus();
      return;
    }
    button.disabled = true;
    try {
      const body = one.template ? { source: "template", template: one.template.template, side: chosenSide } : one.version ? { source: "version", version: one.version } : { source: "empty" };
      show(await sent(`${editor.place}/start`, { ...body, by: account.name || null }), "start");
    } catch (error) {
      button.disabled = false;
      problem.textContent = error.message;
      problem.hidden = false;
    }
  }
}

function sourcesOf(editor, view) {
  const known = view.versions.map((one) => one.version);
  const newer = known.filter((n) => n > (view.in_force ?? 0));
  return [
    ...(view.in_force ? [{ name: t("from_version", { n: view.in_force }), version: view.in_force }] : []),
    ...newer.map((n) => ({ name: t("from_newer", { n }), version: n })),
    ...view.imported.map((n) => ({ name: t("from_imported", { n }), version: n })),
    ...editor.library.templates.map((template) => ({ name: both(template.name), template })),
    { name: t("from_empty") },
  ];
}

function templateOf(template) {
  const listed = (title, lines) => (lines.length ? [h("h4", {}, title), h("ul", { class: "dots" }, ...lines.map((line) => h("li", {}, line)))] : []);
  const item = (one) => {
    const dose = `${one.dose.sets} × ${integer(one.dose.repetitions ?? one.dose.minutes ?? one.dose.holds)} ${t(`unit_${one.dose.repetitions ? "repetitions" : one.dose.minutes ? "minutes" : "holds"}`)}`;
    const limit = one.limit_deg === null ? "" : `, ${t("at_most", { deg: one.limit_deg })}`;
    return `${both(one.name)}: ${dose}, ${t("days_short", { n: one.times_per_week })}${limit}${one.assisted ? `, ${t("assisted")}` : ""}`;
  };
  const cited = (one) => (one.what ? `${one.name} (${both(one.what)})` : one.name);
  const sources = template.sources.length ? template.sources.map(cited) : [t("no_source_read")];
  return h(
    "section",
    { "aria-label": both(template.name) },
    h("h3", {}, both(template.name)),
    h("p", { class: "quiet" }, t("template_is")),
    template.missing_exercises.length ? h("p", { class: "line-lost" }, t("missing_exercises", { names: template.missing_exercises.join(", ") })) : null,
    ...listed(t("starts_with"), template.items.filter((one) => !one.later).map(item)),
    ...listed(t("later_on"), template.items.filter((one) => one.later).map(item)),
    h("p", {}, `${t("pain_profile")}: ${t(`profile_${template.pain_profile}`)}`),
    ...template.notes.map((note) => h("p", {}, both(note))),
    ...listed(t("red_flags"), template.stop_questions.map(both)),
    ...listed(t("to_be_ticked"), template.clearances.map(both)),
    ...listed(t("what_is_missing"), template.missing.map(both)),
    ...listed(t("source"), sources),
    ...listed(t("to_verify"), template.to_verify.map(cited)),
  );
}
