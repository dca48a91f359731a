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

const MINUTES = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const SECONDS = { ...MINUTES, second: "2-digit" };
const HOUR_MS = 3_600_000;
let pages = { zone: undefined, today: null };

/** Whose clock and which day a page tells: the patient's, else the clinic's; without either the reader's own. */
export function tellsBy({ time_zone: zone, today }) {
  pages = { zone: zone ? known(zone) : pages.zone, today: today ?? pages.today };
}

/** A zone that this browser has not learnt yet is told in UTC, and by that name. */
function known(zone) {
  try {
    new Intl.DateTimeFormat(language, { timeZone: zone });
    return zone;
  } catch {
    return "UTC";
  }
}

function wall(ms, zone, parts) {
  return new Date(ms).toLocaleTimeString(language, { ...parts, timeZone: zone });
}

/** The difference to UTC, where the clock on the wall shows this time twice. */
function twice(ms, zone) {
  const now = wall(ms, zone, MINUTES);
  if (wall(ms - HOUR_MS, zone, MINUTES) !== now && wall(ms + HOUR_MS, zone, MINUTES) !== now) return "";
  const parts = new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: "shortOffset" }).formatToParts(ms);
  return ` (${parts.find((part) => part.type === "timeZoneName").value.replace("GMT", "UTC")})`;
}

/** By the clock of the page's patient or clinic; of one that begins elsewhere, its title says where. */
export function clockTime(ms) {
  return wall(ms, pages.zone, SECONDS) + twice(ms, pages.zone);
}

/** The same without seconds; a zone that shows another time than the reader's is named. */
export function shortTime(ms, zone = pages.zone) {
  const place = zone && known(zone);
  const away = place && dayAndTime(ms, place) !== dayAndTime(ms) ? ` (${t("zone_time", { zone: place })})` : "";
  return wall(ms, place, MINUTES) + twice(ms, place) + away;
}

function dayAndTime(ms, zone) {
  return `${dayOf(ms, zone)} ${wall(ms, zone, MINUTES)}`;
}

/** The day, as in the plan's JSON, on which a moment is by the calendar there. */
export function dayOf(ms, zone = pages.zone) {
  return new Intl.DateTimeFormat("en-CA", { year: "numeric", month: "2-digit", day: "2-digit", timeZone: zone }).format(ms);
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

/** How many days have passed since a day, by the calendar of the page's patient or clinic. */
export function daysSince(day) {
  const today = pages.today ?? dayOf(Date.now());
  return Math.round((new Date(`${today}T12:00:00Z`) - new Date(`${day}T12:00:00Z`)) / DAY_MS);
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
