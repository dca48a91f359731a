// Coming in, staying and going. A session that ends covers the page and keeps what was typed.

import { account, take } from "./account.js";
import { h } from "./dom.js";
import { fetched, sent } from "./feed.js";
import { t } from "./texts.js";

const WARN_MS = 120_000;
const LOOK_MS = 5000;
const RENEW_MS = 60_000;
let renewed = performance.now();

/** Resolves once somebody has signed in, or at once where nobody has to. */
export async function enter(main) {
  take(await fetched("/api/me"));
  if (account.signsIn && !account.name) {
    document.title = `${t("sign_in")} · Ripresa`;
    document.body.classList.add("signed-out");
    await new Promise((come) => {
      const form = signInForm(come);
      main.replaceChildren(h("section", { class: "card sign-in" }, h("h1", {}, t("sign_in_title")), form));
      form.querySelector("input").focus();
      tellOfProvider(form);
    });
    document.body.classList.remove("signed-out");
  }
  if (!account.name) return;
  take(await sent("/api/active", {}));
  watch();
}

/** Name and way out, for the page's head. */
export function accountLine() {
  if (!account.name) return [];
  return [h("span", { class: "account-name" }, account.name), h("button", { type: "button", class: "quiet-button", onclick: signOut }, t("sign_out"))];
}

async function signOut() {
  await sent("/api/sign-out", {}).catch(() => null);
  location.replace("/");
}

function signInForm(come) {
  const name = h("input", { id: "sign-in-name", name: "username", autocomplete: "username", autocapitalize: "none", spellcheck: "false", required: true, maxlength: 60 });
  const password = h("input", { id: "sign-in-password", name: "password", type: "password", autocomplete: "current-password", required: true, maxlength: 256 });
  const show = h("input", { id: "sign-in-show", type: "checkbox", onchange: () => (password.type = show.checked ? "text" : "password") });
  const problem = h("p", { class: "line-lost", role: "alert", hidden: true });
  const button = h("button", { type: "submit", class: "wide" }, t("sign_in"));
  const field = (label, input) => h("div", { class: "field" }, h("label", { for: input.id }, t(label)), input);
  async function send(event) {
    event.preventDefault();
    button.disabled = true;
    problem.hidden = true;
    try {
      take(await sent("/api/sign-in", { name: name.value.trim(), password: password.value }));
      renewed = performance.now();
      come();
    } catch (error) {
      problem.textContent = error.status === 429 ? t("sign_in_wait", { s: error.wait ?? "60" }) : error.status === 401 ? t("sign_in_wrong") : `${t("failed")}: ${error.message}`;
      problem.hidden = false;
      password.value = "";
      password.focus();
    } finally {
      button.disabled = false;
    }
  }
  const next = encodeURIComponent(location.pathname);
  const provider = account.provider ? h("a", { class: "wide", href: `/oidc/start?next=${next}` }, t("sign_in_at", { provider: account.provider })) : null;
  return h("form", { class: "sign-in-form", onsubmit: send }, field("user_name", name), field("password", password), h("div", { class: "check" }, show, h("label", { for: show.id }, t("show_password"))), problem, button, provider, h("p", { class: "note" }, t("forgotten")));
}

/** What came of signing in at the provider, as the address says. */
function tellOfProvider(form) {
  const said = location.hash.slice(1);
  if (!said) return;
  history.replaceState(null, "", location.pathname + location.search);
  const problem = form.querySelector("[role=alert]");
  if (said.startsWith("unknown=")) problem.textContent = t("provider_unknown", { subject: new URLSearchParams(said).get("unknown") });
  else if (said === "sign-in-failed") problem.textContent = t("provider_failed");
  problem.hidden = !problem.textContent;
}

/** Tell before a session ends, and cover the page when it has. */
function watch() {
  const text = h("p", {});
  const stay = h("button", { type: "button", class: "wide", onclick: renew }, t("stay"));
  const warning = h("section", { class: "idle-warning", role: "alert", hidden: true }, text, stay);
  const cover = covering();
  document.body.append(warning, cover.dialog);
  for (const kind of ["keydown", "pointerdown", "wheel"]) addEventListener(kind, active, { passive: true });
  document.addEventListener("signed-out", cover.show);

  function active() {
    if (performance.now() - renewed > RENEW_MS && warning.hidden && !cover.dialog.open) renew();
  }

  async function renew() {
    renewed = performance.now();
    take(await sent("/api/active", {}).catch(() => asItIs()));
    show();
  }

  function show() {
    const left = Math.min(account.idleEnds, account.ends) - performance.now();
    warning.hidden = left > WARN_MS || cover.dialog.open;
    if (warning.hidden) return;
    const last = account.ends <= account.idleEnds;
    stay.hidden = last;
    const minutes = left > 60_000 ? 2 : 1;
    const said = t(last ? "session_ends" : "idle_ends", { n: minutes });
    if (text.textContent !== said) text.textContent = said;
  }

  async function look() {
    if (Math.min(account.idleEnds, account.ends) - performance.now() < WARN_MS && !cover.dialog.open) {
      // Another window of this browser may have kept it up.
      const me = await fetched("/api/me").catch(() => null);
      if (me && me.name === null) cover.show();
      else if (me) take(me);
    }
    show();
    setTimeout(look, LOOK_MS);
  }
  look();
}

function asItIs() {
  const now = performance.now();
  const left = (end) => (end === Infinity ? null : Math.max(0, end - now) / 1000);
  return { signs_in: account.signsIn, name: account.name, roles: account.roles, csrf: account.csrf, provider: account.provider, idle_left_s: left(account.idleEnds), left_s: left(account.ends) };
}

/** The sign-in form over the page, which is hidden and stays as it is. */
function covering() {
  const dialog = h("dialog", { class: "card sign-in", "aria-labelledby": "again-title" });
  let locked = false;
  function show() {
    if (locked) return;
    locked = true;
    const before = account.name;
    document.body.classList.add("covered");
    const form = signInForm(() => {
      if (account.name !== before) return location.reload();
      locked = false;
      dialog.close();
      document.body.classList.remove("covered");
    });
    dialog.replaceChildren(h("h1", { id: "again-title" }, t("again_title")), h("p", {}, t("again")), form);
    dialog.showModal();
    form.querySelector("input").value = before ?? "";
    form.querySelector("input[type=password]").focus();
  }
  // A browser lets go of a dialog at the second Escape, whatever it is told.
  dialog.addEventListener("keydown", (event) => event.key === "Escape" && event.preventDefault());
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  dialog.addEventListener("close", () => locked && dialog.showModal());
  return { dialog, show };
}
