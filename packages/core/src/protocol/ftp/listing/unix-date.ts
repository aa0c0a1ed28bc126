/**
 * The dates of `ls -l`, in whatever locale and style.
 *
 *     Nov 21 04:51        recent: the year is left out
 *     Nov 21  2024        old: the time is left out
 *     21. Nov 04:51       day before month
 *     Nov 21, 2024 04:51
 *     Nov 21 04:51:17 UTC 2024
 *     11月 21日 04:51      also with other marks: old servers send them in the charset of their country
 *
 * Those of numbers alone are in `unix-number-date.ts`.
 */
import type { Column } from "./columns.ts";
import type { DateReading } from "./date-habits.ts";
import {
  fullYear,
  listedTime,
  listedTimeWithoutYear,
  parseTimeOfDay,
  type ListedTime,
  type TimeOfDay,
} from "./listed-time.ts";
import { disputedMonth } from "./months.ts";
import { clockAt, gapBehind, type Clock, type FoundDate } from "./unix-clock.ts";
import { parseNumberDate } from "./unix-number-date.ts";

/** Day, month and perhaps the year. */
interface CalendarDay {
  readonly year: number | undefined;
  /** Undefined when it is not known which month a name stands for. */
  readonly month: number | undefined;
  readonly day: number;
}

/**
 * Reads the date that begins with a column.
 *
 * @param anyMonth - Takes any word for a month; the time is then left out.
 */
export function parseUnixDate(
  columns: readonly Column[],
  at: number,
  reading: DateReading,
  anyMonth = false,
): FoundDate | undefined {
  const first = columns[at]?.text ?? "";
  const second = columns[at + 1]?.text;
  const isNumber = /^\d/.test(first);
  if (!anyMonth && (isNumber || first.includes("-"))) {
    const found = parseNumberDate(columns, at, reading) ?? parseMarkedDate(columns, at, reading);
    if (found !== undefined) return found;
  }
  const day = parseDay(isNumber ? first : second);
  if (day === undefined) return undefined;
  const name = isNumber ? second : first;
  const month = reading.monthOf(name);
  if (month === undefined && !(anyMonth && isWord(name))) return undefined;
  return afterDay(
    columns,
    at + 2,
    2,
    { year: undefined, month: month === disputedMonth ? undefined : month, day },
    reading,
  );
}

function isWord(text: string | undefined): boolean {
  return text !== undefined && text.length <= 16 && /^[^\d,:]{2,}$/.test(text);
}

function parseDay(text: string | undefined): number | undefined {
  const match = text === undefined ? null : /^(\d{1,2})[.,日일]{0,2}$/.exec(text);
  return match === null || Number(match[1]) > 31 ? undefined : Number(match[1]);
}

// 年 in Shift-JIS and Big5 ends with an octet of ASCII.
const markedYear = /^(\d{4}|19\d{3})(?:[^\0-\x7f]{1,3}|[”\x94]N|¦~)?,?$/;

function parseYear(text: string | undefined): number | undefined {
  const match = text === undefined ? null : markedYear.exec(text);
  return match === null ? undefined : fullYear(match[1] ?? "");
}

/** What follows month and day: a time, a year, or both. */
function afterDay(
  columns: readonly Column[],
  at: number,
  taken: number,
  date: CalendarDay,
  reading: DateReading,
): FoundDate | undefined {
  const year = parseYear(columns[at]?.text);
  if (year !== undefined)
    return afterYear(columns, at + 1, taken + 1, { year, month: date.month, day: date.day }, reading);
  const time = parseTimeOfDay(columns[at]?.text) ?? spreadTime(columns, at);
  if (time === undefined) return undefined;
  const timeAt = columns[at]?.text.endsWith(":") === true ? at + 1 : at;
  const clock = clockAt(columns, timeAt, time, time.second !== undefined, reading);
  const next = timeAt + clock.columns;
  // As `date` writes it: a zone by its name may stand before the year.
  const isNamed = time.second !== undefined && /^[A-Z]{3,5}$/.test(columns[next]?.text ?? "");
  const yearAt = isNamed && parseYear(columns[next + 1]?.text) !== undefined ? next + 1 : next;
  const yearAfter = time.second === undefined ? undefined : parseYear(columns[yearAt]?.text);
  if (yearAfter === undefined) reading.yearless++;
  return {
    time: timeOf({ year: yearAfter, month: date.month, day: date.day }, clock, reading),
    columns: taken + (yearAfter === undefined ? next : yearAt + 1) - at,
  };
}

/** NetX Duo up to 6.1.7 fills up with blanks: `MAR  9  7: 5`. */
function spreadTime(columns: readonly Column[], at: number): TimeOfDay | undefined {
  const [hour, minute] = [columns[at]?.text ?? "", columns[at + 1]?.text ?? ""];
  return /^\d{1,2}:$/.test(hour) && /^\d$/.test(minute) ? parseTimeOfDay(`${hour}0${minute}`) : undefined;
}

/** What follows the year: nothing, or a time where commas or the other lines show that one does. */
function afterYear(
  columns: readonly Column[],
  at: number,
  taken: number,
  date: CalendarDay,
  reading: DateReading,
): FoundDate {
  const [before, year, next] = [columns[at - 2], columns[at - 1], columns[at]];
  // `ls` puts two blanks before the year: what follows it is a name, even one that looks like a time.
  const isClose = before !== undefined && year !== undefined && year.start - before.end === 1;
  const time = isClose && columns.length > at + 1 && next?.text.includes(":") ? parseTimeOfDay(next.text) : undefined;
  reading.years++;
  if (time !== undefined) {
    reading.clocks++;
    if (before?.text.endsWith(",") === true || reading.habits.clockAfterYear) {
      const clock = clockAt(columns, at, time, true, reading);
      return { time: timeOf(date, clock, reading), columns: taken + clock.columns };
    }
  }
  return {
    time: timeOf(date, undefined, reading),
    columns: taken,
    gap: isClose ? gapBehind(year, next, reading, 2) : 1,
  };
}

function timeOf({ year, month, day }: CalendarDay, clock: Clock | undefined, reading: DateReading): ListedTime {
  if (month === undefined) return {};
  if (clock === undefined) return year === undefined ? {} : listedTime({ year, month, day });
  const { hour, minute, second, millisecond, zone } = clock;
  if (year === undefined)
    return listedTimeWithoutYear({ month, day, hour, minute, second, millisecond, zone }, reading.now);
  return listedTime({ year, month, day, hour, minute, second, millisecond, zone });
}

const mark = "[^\\0-\\x7f\\d]{1,3}";
const wholeMarked = new RegExp(`^(?:(\\d{4})(?:${mark}|[”\\x94]N|¦~))?(\\d{1,2})${mark}(\\d{1,2})(?:${mark})?$`);
const markedMonth = new RegExp(`^(\\d{1,2})${mark}$`);
const markedDay = new RegExp(`^(\\d{1,2})(?:${mark})?$`);

/**
 * A date whose numbers have marks behind them, the year first: 2003年 3月 20日. Of an old charset the marks are any letters, so
 * that their order decides.
 */
function parseMarkedDate(columns: readonly Column[], at: number, reading: DateReading): FoundDate | undefined {
  const whole = wholeMarked.exec(columns[at]?.text ?? "");
  if (whole !== null) return ofMarks(columns, at + 1, 1, whole[1], whole[2], whole[3], reading);
  const year = parseYear(columns[at]?.text);
  const monthAt = year === undefined ? at : at + 1;
  const glued = wholeMarked.exec(columns[monthAt]?.text ?? "");
  const yearText = year === undefined ? undefined : String(year);
  if (glued !== null && glued[1] === undefined)
    return ofMarks(columns, monthAt + 1, monthAt - at + 1, yearText, glued[2], glued[3], reading);
  const month = markedMonth.exec(columns[monthAt]?.text ?? "");
  const day = month === null ? null : markedDay.exec(columns[monthAt + 1]?.text ?? "");
  if (month === null || day === null) return undefined;
  return ofMarks(columns, monthAt + 2, monthAt - at + 2, yearText, month[1], day[1], reading);
}

function ofMarks(
  columns: readonly Column[],
  at: number,
  taken: number,
  yearText: string | undefined,
  monthText: string | undefined,
  dayText: string | undefined,
  reading: DateReading,
): FoundDate | undefined {
  const [month, day] = [Number(monthText), Number(dayText)];
  if (month < 1 || month > 12 || day < 1 || day > 31) return undefined;
  if (yearText === undefined) return afterDay(columns, at, taken, { year: undefined, month, day }, reading);
  return afterYear(columns, at, taken, { year: Number(yearText), month, day }, reading);
}
