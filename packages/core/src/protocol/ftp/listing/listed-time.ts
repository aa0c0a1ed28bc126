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

/** The fields of a time; none for one that does not exist. */
export function listedTime(parts: TimeParts): ListedTime {
  const { year, month, day, hour, minute, second, millisecond, zone } = parts;
  const date = dateOf(year, month, day);
  if (date === undefined || (hour ?? 0) > 23 || (minute ?? 0) > 59 || (second ?? 0) > 60) return {};
  if (hour === undefined) return { modified: date, timePrecision: "day", timeIsLocal: true };
  const seconds = (hour * 60 + (minute ?? 0)) * 60 + Math.min(second ?? 0, 59);
  const modified = date + seconds * 1000 + (millisecond ?? 0);
  const timePrecision = millisecond !== undefined ? "millisecond" : second !== undefined ? "second" : "minute";
  if (zone === undefined) return { modified, timePrecision, timeIsLocal: true };
  return { modified: modified - zone * minuteLength, timePrecision };
}

/**
 * The fields of a time that is told without its year: it is the last such day.
 *
 * @param now - The present, in milliseconds since 1970-01-01 UTC.
 */
export function listedTimeWithoutYear(parts: Omit<TimeParts, "year">, now: number): ListedTime {
  const thisYear = new Date(now).getUTCFullYear();
  // The 29th of February may be eight years back, around 1900 and 2100.
  for (let year = thisYear + 1; year >= thisYear - 8; year--) {
    const time = listedTime({ ...parts, year });
    // A day ahead is allowed for: the server's zone may be ahead of UTC.
    if (time.modified !== undefined && time.modified <= now + dayLength) return time;
  }
  return {};
}

/** Milliseconds of a day; undefined when the calendar does not have it. */
export function dateOf(year: number, month: number, day: number): number | undefined {
  if (month < 1 || month > 12 || day < 1 || day > 31) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 ? date.getTime() : undefined;
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

const timeShape = /^(\d{1,2})[:.](\d\d)(?:[:.](\d\d)(?:[.,](\d{1,9}))?)?([AP]M?)?$/i;

/** Reads `HH:MM`, `HH:MM:SS` and `HH:MM:SS.fraction`, with or without AM or PM; a dot may stand for the colon. */
export function parseTimeOfDay(text: string | undefined): TimeOfDay | undefined {
  const match = text === undefined ? null : timeShape.exec(text);
  if (match === null) return undefined;
  const [, hour = "", minute = "", second, fraction, half] = match;
  const told = Number(hour);
  const hours = half === undefined ? told : (told % 12) + (half.toUpperCase().startsWith("P") ? 12 : 0);
  if (hours > 23 || Number(minute) > 59) return undefined;
  return {
    hour: hours,
    minute: Number(minute),
    second: second === undefined ? undefined : Number(second),
    millisecond: fraction === undefined ? undefined : Number(fraction.padEnd(3, "0").slice(0, 3)),
  };
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
