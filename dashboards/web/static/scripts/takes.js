// The physiotherapist's own repetitions: which exercise of the plan has one, by whom and when; sent with the plan, and taken back.

import { account } from "./account.js";
import { h, s } from "./dom.js";
import { fetched } from "./feed.js";
import { both, t } from "./texts.js";

const WIDE = 120;
const HIGH = 40;

/** `tools` are what the cards around a plan share: `aCard`, `form`, `list`, `told`, `when`, `choose`. */
export function takesCard(desk, tools) {
  const { view } = desk;
  const held = view.takes.length && view.may_write ? ownSessions(view.patient) : null;
  const lines = view.takes.map((one) => takeLine(desk, tools, one, held));
  const way = view.takes.some((one) => one.take) && view.takes_at_home ? h("p", { class: view.takes_at_home === "waiting" ? "grave" : "quiet" }, t(`takes_home_${view.takes_at_home}`)) : null;
  return tools.aCard("takes", "takes", tools.list(lines, "takes_no_plan"), way, h("p", { class: "note" }, t("takes_note")), view.may_write && lines.length ? howTo(view) : null);
}

function takeLine(desk, tools, one, held) {
  const { take } = one;
  const back = take ? tools.form(desk, `takes-back-${one.item}`, "take_withdraw", "takes/withdraw", [], () => ({ item: one.item }), "take_withdraw") : null;
  const said = take ? h("p", { class: "quiet" }, t("take_recorded", { when: tools.when(take.t_ms), by: take.by, n: take.version })) : h("p", { class: "quiet" }, t("take_none"));
  return h("li", { class: take ? "letter-read" : "" }, h("p", {}, h("b", {}, both(one.name))), said, take ? curveOf(take.curve) : null, held ? sending(desk, tools, one, held) : null, back);
}

/** The share of the range over its seconds, as the ghost moves. */
function curveOf(curve) {
  const span = curve.at(-1)[0] || 1;
  const way = curve.map(([at, level]) => `${((at / span) * WIDE).toFixed(1)} ${((1 - level) * HIGH).toFixed(1)}`);
  return s("svg", { class: "take-curve", viewBox: `-2 -2 ${WIDE + 4} ${HIGH + 4}`, role: "img", "aria-label": t("take_curve", { s: Math.round(span) }) }, s("path", { d: `M${way.join("L")}` }));
}

/** What there is to choose from is asked for once somebody wants to send one. */
function ownSessions(patient) {
  let asked = null;
  return () => (asked ??= fetched(`/api/patients/${encodeURIComponent(patient)}/around/own-takes`));
}

function sending(desk, tools, one, held) {
  const chosen = tools.choose([], String);
  const form = tools.form(desk, `takes-send-${one.item}`, one.take ? "take_send_another" : "take_send", "takes", [["session", "take_from", chosen]], (v) => ({ item: one.item, session: v.session.split(" ")[0], own_item: v.session.split(" ").slice(1).join(" ") }), "take_send_now");
  const inside = form.querySelector("form");
  const none = h("p", { class: "quiet", role: "status" });
  form.append(none);
  inside.hidden = true;
  form.addEventListener("toggle", async () => {
    if (!form.open || chosen.options.length > 1) return;
    const found = await held().catch(() => ({ sessions: null }));
    const fitting = (found.sessions ?? []).flatMap((session) => session.items.filter(([, exercise]) => exercise === one.exercise).map(([item]) => [session, item]));
    chosen.append(...fitting.map(([session, item]) => h("option", { value: `${session.session} ${item}` }, t("take_session", { when: tools.when(session.opened_ms), patient: session.patient, item }))));
    inside.hidden = !fitting.length;
    none.textContent = found.sessions === null ? t("take_unreadable") : fitting.length ? "" : t("take_no_session");
  });
  return form;
}

/** A recording is a session, with its calibration and its stops: it is held where the sensors are. */
function howTo(view) {
  const items = view.takes.map((one) => one.item);
  const by = account.name || t("take_who");
  return h("details", { class: "take-how" }, h("summary", {}, t("take_how")), h("p", {}, t("take_how_here")), h("pre", {}, "ripresa home session"), h("p", {}, t("take_how_else")), h("pre", {}, `ripresa clinic take ${view.patient} ${items[0]} ${t("take_ulid")} --by ${by} --journal ${t("take_file")}`));
}
