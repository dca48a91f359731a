// Numbers and times as a person reads them.

import { language, t } from "./texts.js";

export function integer(value) {
  return value === null || value === undefined ? "–" : Math.round(value).toLocaleString(language);
}

export function degrees(value, digits = 0) {
  return value === null || value === undefined ? "–" : `${value.toFixed(digits)}°`;
}

export function percent(value) {
  return value === null || value === undefined ? null : `${Math.round(value * 100)} %`;
}

export function clockTime(ms) {
  return new Date(ms).toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
}

export function shortTime(ms) {
  return new Date(ms).toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

export function longDay(day) {
  const date = new Date(`${day}T12:00:00`);
  return date.toLocaleDateString(language, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
}

export function shortDay(day) {
  return new Date(`${day}T12:00:00`).toLocaleDateString(language, { day: "numeric", month: "short" });
}

export function weekday(day) {
  return new Date(`${day}T12:00:00`).toLocaleDateString(language, { weekday: "short" });
}

export function lasting(fromMs, toMs) {
  if (toMs === null) return t("open_now");
  const seconds = Math.max(0, Math.round((toMs - fromMs) / 1000));
  return seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}

/** Where a recorded session is shown; two homes may give one name to a session. */
export function sessionAddress(session, home) {
  return `/session/${session}${home ? `?home=${encodeURIComponent(home)}` : ""}`;
}
