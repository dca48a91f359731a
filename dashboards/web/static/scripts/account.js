// Who is signed in on this page; and that somebody is in front of it.

/** `signsIn`: whether one has to; `name`, `roles`, `csrf`: of whoever has. */
export const account = { signsIn: false, name: null, roles: [], csrf: null, provider: null, idleEnds: Infinity, ends: Infinity };

/** Take the server's word on who is signed in. */
export function take(me) {
  const now = performance.now();
  account.signsIn = me.signs_in;
  account.name = me.name;
  account.roles = me.roles;
  account.csrf = me.csrf;
  account.provider = me.provider;
  account.idleEnds = me.idle_left_s === null ? Infinity : now + me.idle_left_s * 1000;
  account.ends = me.left_s === null ? Infinity : now + me.left_s * 1000;
}

/** Whether patients may be shown to whoever is here. */
export function seesPatients() {
  return !account.signsIn || account.roles.some((role) => role !== "admin");
}

/** Whether whoever is here may write down what was done. */
export function mayWrite() {
  return !account.signsIn || account.roles.includes("physiotherapist");
}

/** What goes with all that changes something. */
export function proof() {
  return account.csrf ? { "X-CSRF-Token": account.csrf } : {};
}

/** What goes with a socket, which can carry no header. */
export function socketProof() {
  return account.csrf ? ["ripresa-live", account.csrf] : [];
}
