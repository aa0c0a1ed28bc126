/**
 * The dates of `ls -l` that are numbers alone.
 *
 *     2024-11-21 04:51            long-iso; full-iso has seconds, a fraction and a zone besides
 *     2024-11-21                  iso, old: filled up by a blank to the width of
 *     11-21 04:51                 iso, recent
 *     2024-11-21T04:51:17+0100
 *     21-11-2024 04:51            and with slashes or dots: the dates of all lines tell the order
 *     21-Nov-24
 *     20241121 04:51
 */
import type { Column } from "./columns.ts";
import type { DateReading } from "./date-habits.ts";
import { inOrder, possibleOrders, type NumericDate } from "./date-order.ts";
import { dateOf, fullYear, listedTime, listedTimeWithoutYear, parseTimeOfDay, parseZone } from "./listed-time.ts";
import { disputedMonth } from "./months.ts";
import { clockAt, clockBehind, gapBehind, type FoundDate } from "./unix-clock.ts";

interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

const yearFirst = /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})$/;
const yearLast = /^(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d\d)$/;
const withName = /^(?:(\d{1,2})-(\p{L}{3,12})|(\p{L}{3,12})-(\d{1,2}))-(\d{4}|\d\d)$/u;
const withoutYear = /^(\d\d)[-/](\d\d)$/;
const withTime = /^(\d{4})-(\d\d)-(\d\d)T(\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?)(Z|[+-]\d\d:?\d\d)?$/;
const compact = /^(\d{4})(\d\d)(\d\d)$/;

/** Reads the date that begins with a column. */
export function parseNumberDate(columns: readonly Column[], at: number, reading: DateReading): FoundDate | undefined {
  const text = columns[at]?.text ?? "";
  const iso = yearFirst.exec(text);
  if (iso !== null) {
    // Two blanks at most belong to a style of `ls`; how other servers fill up is not known.
    const most = iso[2] === "-" ? 2 : Infinity;
    return onDay(columns, at, { year: Number(iso[1]), month: Number(iso[3]), day: Number(iso[4]) }, most, reading);
  }
  return (
    parseYearLast(columns, at, reading) ??
    parseNamed(columns, at, reading) ??
    parseShort(columns, at, reading) ??
    parseCompact(columns, at, reading) ??
    parseStamp(text)
  );
}

function parseYearLast(columns: readonly Column[], at: number, reading: DateReading): FoundDate | undefined {
  const match = yearLast.exec(columns[at]?.text ?? "");
  if (match === null) return undefined;
  const date: NumericDate = [match[1] ?? "", match[3] ?? "", match[4] ?? ""];
  const isShort = date[2].length === 2;
  // Two digits more or less may be part of a name.
  if (isShort && clockBehind(columns, at) === undefined) return undefined;
  reading.dates.push(date);
  const orders = possibleOrders([date], ["dmy", "mdy"]);
  if (orders.length === 0) return onDay(columns, at, undefined, Infinity, reading);
  // With dots the day comes first wherever such dates are written.
  const order = reading.habits.order ?? (orders.length === 1 || match[2] === "." ? orders[0] : undefined);
  return onDay(columns, at, order === undefined ? undefined : inOrder(date, order), Infinity, reading);
}

function parseNamed(columns: readonly Column[], at: number, reading: DateReading): FoundDate | undefined {
  const match = withName.exec(columns[at]?.text ?? "");
  if (match === null) return undefined;
  const month = reading.monthOf(match[2] ?? match[3]);
  if (month === undefined) return undefined;
  const day = { year: fullYear(match[5] ?? ""), month, day: Number(match[1] ?? match[4]) };
  return onDay(columns, at, month === disputedMonth ? undefined : day, Infinity, reading);
}

/** Month and day; a year or a time of day behind them. */
function parseShort(columns: readonly Column[], at: number, reading: DateReading): FoundDate | undefined {
  const match = withoutYear.exec(columns[at]?.text ?? "");
  if (match === null) return undefined;
  const [first, second] = [Number(match[1]), Number(match[2])];
  const [month, day] = first > 12 && second <= 12 ? [second, first] : [first, second];
  const after = columns[at + 1]?.text;
  if (after !== undefined && /^\d{4}$/.test(after))
    return { time: listedTime({ year: Number(after), month, day }), columns: 2 };
  const time = clockBehind(columns, at);
  if (time === undefined) return undefined;
  reading.yearless++;
  const clock = clockAt(columns, at + 1, time, false, reading);
  return { time: listedTimeWithoutYear({ month, day, ...clock }, reading.now), columns: 1 + clock.columns };
}

function parseCompact(columns: readonly Column[], at: number, reading: DateReading): FoundDate | undefined {
  const match = compact.exec(columns[at]?.text ?? "");
  if (match === null || clockBehind(columns, at) === undefined) return undefined;
  const day = { year: Number(match[1]), month: Number(match[2]), day: Number(match[3]) };
  return dateOf(day.year, day.month, day.day) === undefined ? undefined : onDay(columns, at, day, Infinity, reading);
}

/** Date and time in one column (ISO 8601). */
function parseStamp(text: string): FoundDate | undefined {
  const match = withTime.exec(text);
  const time = parseTimeOfDay(match?.[4]);
  if (match === null || time === undefined) return undefined;
  const day = { year: Number(match[1]), month: Number(match[2]), day: Number(match[3]) };
  return { time: listedTime({ ...day, ...time, zone: parseZone(match[5]) }), columns: 1 };
}

/** A date with the time of day behind it, if one is there. @param day - Undefined when it is not known which day is meant. */
function onDay(
  columns: readonly Column[],
  at: number,
  day: Day | undefined,
  most: number,
  reading: DateReading,
): FoundDate {
  const time = clockBehind(columns, at);
  if (time === undefined) {
    const gap = gapBehind(columns[at], columns[at + 1], reading, most);
    return { time: day === undefined ? {} : listedTime(day), columns: 1, gap };
  }
  const clock = clockAt(columns, at + 1, time, time.second !== undefined, reading);
  return { time: day === undefined ? {} : listedTime({ ...day, ...clock }), columns: 1 + clock.columns };
}
