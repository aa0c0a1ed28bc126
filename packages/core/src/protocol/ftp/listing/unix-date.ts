/**
 * The dates of `ls -l`, in whatever locale.
 *
 *     Nov 21 04:51        recent: the year is left out
 *     Nov 21  2024        old: the time is left out
 *     21. Nov 04:51       day before month
 *     2024-11-21 04:51    also with seconds, a fraction and a zone
 *     11月 21日 04:51
 */
import type { Column } from "./columns.ts";
import {
  fullYear,
  listedTime,
  listedTimeWithoutYear,
  parseTimeOfDay,
  parseZone,
  type ListedTime,
} from "./listed-time.ts";
import { parseMonth } from "./months.ts";

/** A date that was found among columns. */
export interface FoundDate {
  readonly time: ListedTime;
  /** Columns that it takes. */
  readonly columns: number;
}

/**
 * Reads the date that begins with a column.
 *
 * @param now - The present, in milliseconds since 1970-01-01 UTC: a date without a year is the last such day.
 * @param anyMonth - Takes any word for a month; the time is then left out.
 */
export function parseUnixDate(
  columns: readonly Column[],
  at: number,
  now: number,
  anyMonth = false,
): FoundDate | undefined {
  const first = columns[at]?.text ?? "";
  const second = columns[at + 1]?.text;
  const numeric = parseNumeric(columns, at, now);
  if (numeric !== undefined) return numeric;
  const isMonth = anyMonth ? isWord : (text: string | undefined): boolean => parseMonth(text) !== undefined;
  if (isMonth(first)) return afterDay(columns, at + 2, 2, parseMonth(first), parseDay(second), now);
  if (isMonth(second)) return afterDay(columns, at + 2, 2, parseMonth(second), parseDay(first), now);
  const glued = /^(\d{1,2}[月월])(\d{1,2})[日일]?$/.exec(first);
  if (glued !== null) return afterDay(columns, at + 1, 1, parseMonth(glued[1]), parseDay(glued[2]), now);
  return undefined;
}

function isWord(text: string | undefined): boolean {
  return text !== undefined && text.length <= 16 && /^[^\d,:]{2,}$/.test(text);
}

function parseDay(text: string | undefined): number | undefined {
  const match = text === undefined ? null : /^(\d{1,2})[.,日일]?$/.exec(text);
  return match === null ? undefined : Number(match[1]);
}

function parseYear(text: string | undefined): number | undefined {
  const match = text === undefined ? null : /^(\d{4}|19\d{3})[年년]?$/.exec(text);
  return match === null ? undefined : fullYear(match[1] ?? "");
}

/** What follows month and day: a time, a year, or a time with seconds and a year. */
function afterDay(
  columns: readonly Column[],
  at: number,
  taken: number,
  month: number | undefined,
  day: number | undefined,
  now: number,
): FoundDate | undefined {
  if (day === undefined || day > 31) return undefined;
  const year = parseYear(columns[at]?.text);
  if (year !== undefined)
    return { time: month === undefined ? {} : listedTime({ year, month, day }), columns: taken + 1 };
  const time = parseTimeOfDay(columns[at]?.text);
  if (time === undefined) return undefined;
  const yearAfter = time.second === undefined ? undefined : parseYear(columns[at + 1]?.text);
  const count = taken + (yearAfter === undefined ? 1 : 2);
  if (month === undefined) return { time: {}, columns: count };
  const { hour, minute, second, millisecond } = time;
  const parts = { month, day, hour, minute, second, millisecond };
  return {
    time: yearAfter === undefined ? listedTimeWithoutYear(parts, now) : listedTime({ ...parts, year: yearAfter }),
    columns: count,
  };
}

/** Dates of numbers alone. */
function parseNumeric(columns: readonly Column[], at: number, now: number): FoundDate | undefined {
  const first = columns[at]?.text ?? "";
  const after = columns[at + 1]?.text;
  const time = parseTimeOfDay(after);
  const iso = /^(\d{4})[-/.](\d\d)[-/.](\d\d)$/.exec(first);
  if (iso !== null) return withTime({ year: Number(iso[1]), month: Number(iso[2]), day: Number(iso[3]) }, columns, at);
  const dotted = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/.exec(first);
  if (dotted !== null)
    return withTime({ year: Number(dotted[3]), month: Number(dotted[2]), day: Number(dotted[1]) }, columns, at);
  const short = /^(\d\d)-(\d\d)$/.exec(first);
  if (short !== null && time !== undefined)
    return {
      time: listedTimeWithoutYear({ month: Number(short[1]), day: Number(short[2]), ...time }, now),
      columns: 2,
    };
  const year = /^\d{4}[年년]$/.test(first) ? parseYear(first) : undefined;
  const month = year === undefined ? undefined : parseMonth(after);
  const day = month === undefined ? undefined : parseDay(columns[at + 2]?.text);
  if (year === undefined || month === undefined || day === undefined) return undefined;
  return { time: listedTime({ year, month, day }), columns: 3 };
}

function withTime(
  date: { readonly year: number; readonly month: number; readonly day: number },
  columns: readonly Column[],
  at: number,
): FoundDate {
  const time = parseTimeOfDay(columns[at + 1]?.text);
  if (time === undefined) return { time: listedTime(date), columns: 1 };
  const zone = time.second === undefined ? undefined : parseZone(columns[at + 2]?.text);
  return { time: listedTime({ ...date, ...time, zone }), columns: zone === undefined ? 2 : 3 };
}
