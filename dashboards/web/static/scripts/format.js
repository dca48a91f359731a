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

/** A day without its weekday, as it stands within a sentence. */
export function fullDay(day) {
  return new Date(`${day}T12:00:00`).toLocaleDateString(language, { day: "numeric", month: "long", year: "numeric" });
}

export function shortDay(day) {
  return new Date(`${day}T12:00:00`).toLocaleDateString(language, { day: "numeric", month: "short" });
}

export function weekday(day) {
  return new Date(`${day}T12:00:00`).toLocaleDateString(language, { weekday: "short" });
}

const DAY_MS = 86_400_000;

/** How many days have passed since a day, by the calendar. */
export function daysSince(day) {
  const now = new Date();
  const noon = new Date(now.getFullYear(), now.getMonth(), now.getDate(), 12);
  return Math.round((noon - new Date(`${day}T12:00:00`)) / DAY_MS);
}

/** A day, and how long ago it is. */
export function daysAgo(day) {
  const days = daysSince(day);
  const ago = days === 0 ? t("today") : days === 1 ? t("yesterday") : days > 1 ? t("days_ago", { n: integer(days) }) : "";
  return ago ? `${shortDay(day)}, ${ago}` : shortDay(day);
}

/** How long something lasts that began on a day. */
export function lastingDays(day) {
  const days = daysSince(day);
  return days <= 0 ? t("today") : days === 1 ? t("one_day") : t("n_days", { n: integer(days) });
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
