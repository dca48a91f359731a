// The draft that is being written: it is kept with each change, and says what the clinic makes of it.

import { account } from "../account.js";
import { h } from "../dom.js";
import { fetched, sent } from "../feed.js";
import { shortTime } from "../format.js";
import { both, t } from "../texts.js";
import { checksOf } from "./checks.js";
import { fieldsOf, tellKept, tellProblems } from "./fields.js";
import { itemsOf } from "./items.js";
import { settingsOf } from "./settings.js";

const PATIENCE_MS = 400;
const AGAIN_MS = 3000;

/** Show a draft. `show(view)` is called where it has ended: signed, thrown away, or another's. */
export function draftPage(editor, view, show) {
  const draft = keeping(editor, view);
  const status = h("p", { class: "when", role: "status", id: "draft-status" });
  const problem = h("div", { class: "line-lost", role: "alert", hidden: true });
  const fields = fieldsOf(draft);
  const checks = checksOf(editor, draft, show);
  const form = h("div", { class: "draft" }, h("div", { class: "draft-fields" }, itemsOf(editor, draft, fields), ...settingsOf(editor, draft, fields)), checks.element);

  draft.told = (shown) => {
    status.textContent = saidOf(shown.draft);
    tellKept(form, shown.draft);
    checks.update(shown, tellProblems(form, shown.draft.problems));
  };
  draft.saving = () => (status.textContent = t("saving"));
  draft.failed = (error) => {
    const anew = h("button", { type: "button", class: "quiet-button", onclick: async () => show(await fetched(editor.place)) }, t("open_anew"));
    problem.replaceChildren(h("p", {}, t("not_saved", { why: error.message })), ...(error.status === 409 ? [anew] : []));
    problem.hidden = false;
    status.textContent = "";
  };
  draft.wellAgain = () => (problem.hidden = true);

  const { main } = editor;
  main.replaceChildren(
    h(
      "div",
      { class: "banner" },
      h("div", {}, editor.wayBack(), h("h1", { class: "pseudonym", id: "draft-title", tabindex: "-1" }, t("plan_title", { patient: view.patient })), status),
      h("div", { class: "draft-ways" }, h("a", { class: "wide", href: "#sign", id: "go-to-sign", onclick: checks.go }, t("go_to_sign")), throwAway(editor, draft, show)),
    ),
    problem,
    form,
  );
  draft.told(view);
}

function saidOf(draft) {
  const said = [t("draft_line", { time: shortTime(draft.saved_ms) })];
  if (draft.by) said.push(t("draft_by", { name: draft.by }));
  if (draft.called) said.push(t("draft_from", { name: both(draft.called) }));
  return said.join(" · ");
}

/** Holds what is written, and sends it once nobody has typed for a moment; one at a time. */
function keeping(editor, view) {
  let timer = null;
  let under = null;
  let dirty = false;
  const draft = {
    body: structuredClone(view.draft.body),
    ticked: new Set(ticksOf(view)),
    view,
    by: () => account.name || draft.name || null,
    name: "",
    ended: false,
    touched,
    settled,
  };

  function touched() {
    dirty = true;
    draft.saving();
    clearTimeout(timer);
    timer = setTimeout(settled, PATIENCE_MS);
  }

  /** Resolves once all that was written is kept; throws where it cannot be. */
  function settled() {
    clearTimeout(timer);
    under ??= send().finally(() => (under = null));
    return under;
  }

  async function send() {
    while (dirty && !draft.ended) {
      dirty = false;
      const cleared = [...draft.ticked];
      try {
        draft.view = await sent(`${editor.place}/draft`, { revision: draft.view.draft.revision, body: draft.body, cleared, by: draft.by() });
      } catch (error) {
        dirty = true;
        draft.failed(error);
        // What somebody else has changed is not overwritten; what may pass is tried again by and by.
        if (error.status === 409) draft.ended = true;
        else if (!error.status || error.status === 401 || error.status >= 500) timer = setTimeout(() => settled().catch(() => {}), AGAIN_MS);
        throw error;
      }
      draft.wellAgain();
      const held = ticksOf(draft.view);
      for (const one of cleared) if (!held.includes(one)) draft.ticked.delete(one);
      if (!dirty) draft.told(draft.view);
    }
  }

  addEventListener("beforeunload", (event) => dirty && !draft.ended && event.preventDefault());
  return draft;
}

function ticksOf(view) {
  return view.draft.clearances.filter((one) => one.ticked).map((one) => one.id);
}

function throwAway(editor, draft, show) {
  const ask = h("button", { type: "button", class: "quiet-button" }, t("throw_away"));
  const sure = h("div", { class: "sure", role: "group", "aria-label": t("throw_really"), hidden: true });
  const keep = h("button", { type: "button", class: "quiet-button", onclick: () => turn(false) }, t("keep_it"));
  const really = h("button", { type: "button", class: "quiet-button grave-button", onclick: gone }, t("yes_throw"));
  sure.append(h("span", {}, t("throw_really")), keep, really);
  ask.onclick = () => turn(true);

  function turn(asked) {
    ask.hidden = asked;
    sure.hidden = !asked;
    (asked ? keep : ask).focus();
  }

  async function gone() {
    try {
      await draft.settled().catch(() => null);
      draft.ended = true;
      show(await sent(`${editor.place}/discard`, { revision: draft.view.draft.revision, by: draft.by() }));
    } catch (error) {
      draft.failed(error);
    }
  }
  return h("div", { class: "throwing" }, ask, sure);
}
