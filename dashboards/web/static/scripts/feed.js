// The live line to the server: opens again by itself, however often it breaks.

import { account, proof, socketProof } from "./account.js";
import { both } from "./texts.js";

const FIRST_WAIT_MS = 300;
const LONGEST_WAIT_MS = 5000;

/**
 * Follow a patient. `onFrame(frame)` gets each message, `onLine(up)` whether the line holds.
 * What comes back stops it; its `say(word)` tells the server something while the line holds.
 */
export function follow(patient, onFrame, onLine) {
  let wait = FIRST_WAIT_MS;
  let stopped = false;
  let socket;

  function connect() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    socket = new WebSocket(`${scheme}://${location.host}/api/live/${encodeURIComponent(patient)}`, socketProof());
    socket.onopen = () => {
      wait = FIRST_WAIT_MS;
      onLine(true);
    };
    socket.onmessage = (message) => onFrame(JSON.parse(message.data));
    socket.onclose = () => {
      if (stopped) return;
      onLine(false);
      setTimeout(connect, wait);
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    };
  }

  connect();
  const stop = () => {
    stopped = true;
    socket.close();
  };
  stop.say = (word) => {
    if (socket.readyState === WebSocket.OPEN) socket.send(word);
  };
  return stop;
}

/** Fetch JSON; a problem is an Error with the server's own words. */
export async function fetched(address) {
  return answered(await fetch(address, { headers: { Accept: "application/json" } }));
}

const before = new Map();

/** Fetch JSON that is asked for again and again: what has not changed is not sent twice. */
export async function fetchedAgain(address) {
  const known = before.get(address);
  const answer = await fetch(address, { headers: { Accept: "application/json", ...(known ? { "If-None-Match": known.etag } : {}) } });
  if (answer.status === 304 && known) return known.body;
  const etag = answer.headers.get("ETag");
  const body = await answered(answer);
  if (etag) before.set(address, { etag, body });
  return body;
}

/** Send JSON; the answer as `fetched` gives it. */
export async function sent(address, value) {
  return answered(await fetch(address, { method: "POST", headers: { "Content-Type": "application/json", ...proof() }, body: JSON.stringify(value) }));
}

async function answered(answer) {
  const body = await answer.json().catch(() => null);
  if (!answer.ok) {
    const told = body ? body.detail : null;
    const detail = typeof told === "string" ? told : (told && both(told)) || `${answer.status}`;
    if (answer.status === 401 && account.name) document.dispatchEvent(new Event("signed-out"));
    const error = new Error(detail);
    error.status = answer.status;
    error.wait = answer.headers.get("Retry-After");
    throw error;
  }
  return body;
}
