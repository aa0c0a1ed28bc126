/** Times of listings: valid or left out, with the precision that the listing gives them. */
import type { ListedEntry } from "./listed-entry.ts";

/** The fields of an entry that tell when it was modified; none when that is not told. */
export type ListedTime = Pick<ListedEntry, "modified" | "timePrecision" | "timeIsLocal">;

/** A date and a time of day. Which of the latter are there decides the precision. */
export interface TimeParts {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour?: number | undefined;
  readonly minute?: number | undefined;
  readonly second?: number | undefined;
  readonly millisecond?: number | undefined;
  /** Minutes ahead of UTC, where the listing tells them. */
  readonly zone?: number | undefined;
}

const minuteLength = 60_000;
const dayLength = 86_400_000;
const monthLengths: readonly number[] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** The fields of a time; none for one that does not exist. */
export function listedTime(parts: TimeParts): ListedTime {
  return timeOn(dateOf(parts.year, parts.month, parts.day), parts);
}

/** @param date - The day, which may not exist. */
function timeOn(date: number | undefined, parts: Omit<TimeParts, "year">): ListedTime {
  const { hour, minute, second, millisecond, zone } = parts;
  if (date === undefined || !isTimeOfDay(hour ?? 0, minute ?? 0, second ?? 0)) return {};
  if (hour === undefined) return { modified: date, timePrecision: "day", timeIsLocal: true };
  const seconds = (hour * 60 + (minute ?? 0)) * 60 + Math.min(second ?? 0, 59);
  const modified = date + seconds * 1000 + (millisecond ?? 0);
  const timePrecision = millisecond !== undefined ? "millisecond" : second !== undefined ? "second" : "minute";
  if (zone === undefined) return { modified, timePrecision, timeIsLocal: true };
  return { modified: modified - zone * minuteLength, timePrecision };
}

/** Midnight at the end of a day is told as 24:00 too (ISO 8601), which is the next day's first minute. */
function isTimeOfDay(hour: number, minute: number, second: number): boolean {
  if (hour === 24) return minute === 0 && second === 0;
  return hour < 24 && minute < 60 && second <= 60;
}

/**
 * The fields of a time that is told without its year: it is the last such day.
 *
 * @param now - The present, in milliseconds since 1970-01-01 UTC.
 */
export function listedTimeWithoutYear(parts: Omit<TimeParts, "year">, now: number): ListedTime {
  // A day ahead is allowed for: the server's zone may be ahead of UTC.
  const latest = now + dayLength;
  const thisYear = new Date(latest).getUTCFullYear();
  // The 29th of February may be eight years back, around 1900 and 2100.
  for (let year = thisYear; year >= thisYear - 8; year--) {
    const date = dateOf(year, parts.month, parts.day);
    if (date === undefined || date > latest) continue;
    const time = timeOn(date, parts);
    if (time.modified === undefined || time.modified <= latest) return time;
  }
  return {};
}

/** Milliseconds of a day; undefined when the calendar does not have it. */
export function dateOf(year: number, month: number, day: number): number | undefined {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const longest = month === 2 && isLeap ? 29 : (monthLengths[month - 1] ?? 0);
  if (day < 1 || day > longest) return undefined;
  // The first hundred years mean those after 1900 to Date.UTC.
  return year < 100 ? new Date(0).setUTCFullYear(year, month - 1, day) : Date.UTC(year, month - 1, day);
}

/** A year of two digits, of three (counted from 1900), of four, or of five with the fault of the year 2000 (19103). */
export function fullYear(text: string): number {
  const year = Number(text);
  switch (text.length) {
    case 1:
    case 2:
      return year + (year < 70 ? 2000 : 1900);
    case 3:
      return year + 1900;
    case 5:
      return text.startsWith("19") ? 1900 + Number(text.slice(2)) : year;
    default:
      return year;
  }
}

/** A time of day. */
export interface TimeOfDay {
  readonly hour: number;
  readonly minute: number;
  readonly second: number | undefined;
  readonly millisecond: number | undefined;
}

const timeShape = /^(\d{1,2})([:.])(\d{1,2})(?:[:.](\d\d)(?:[.,](\d{1,9}))?)?(?:([AP])(?:\.?M\.?)?)?$/i;

/**
 * Reads `HH:MM`, `HH:MM:SS` and `HH:MM:SS.fraction`, with or without AM or PM; a dot may stand for the colon. Cameras write
 * `00:0`.
 */
export function parseTimeOfDay(text: string | undefined): TimeOfDay | undefined {
  const match = text === undefined ? null : timeShape.exec(text);
  if (match === null) return undefined;
  const [, hour = "", colon, minute = "", second, fraction, half] = match;
  if (minute.length === 1 && (colon !== ":" || second !== undefined)) return undefined;
  const told = Number(hour);
  const hours = half === undefined ? told : hourOf(told, half);
  if (!isTimeOfDay(hours, Number(minute), 0)) return undefined;
  return {
    hour: hours,
    minute: Number(minute),
    second: second === undefined ? undefined : Number(second),
    millisecond: fraction === undefined ? undefined : Number(fraction.padEnd(3, "0").slice(0, 3)),
  };
}

/** The hour of the day, of one that was counted to twelve. @param half - `A` or `P`, in any case, and more behind it. */
export function hourOf(told: number, half: string): number {
  return (told % 12) + (half.toUpperCase().startsWith("P") ? 12 : 0);
}

/** Minutes that a zone is ahead of UTC: `+0130`, `+01:30`, `Z`, `UTC`, `GMT`. */
export function parseZone(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^(?:Z|UTC|GMT)$/.test(text)) return 0;
  const match = /^([+-])(\d\d):?(\d\d)$/.exec(text);
  if (match === null) return undefined;
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  return match[1] === "-" ? -minutes : minutes;
}
