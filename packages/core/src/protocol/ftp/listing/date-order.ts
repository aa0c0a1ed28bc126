/** Dates of three numbers: in which order day, month and year stand is found out from all dates of a listing. */
import { dateOf, fullYear } from "./listed-time.ts";

/** What the first, the second and the third number are. */
export type DateOrder = "mdy" | "dmy" | "ymd";

/** A date of three numbers. */
export type NumericDate = readonly [first: string, second: string, third: string];

const shape = /^(\d{1,4})([-./])(\d{1,2})\2(\d{1,5})$/;

/** Reads three numbers with the same separator between them. */
export function parseNumericDate(text: string | undefined): NumericDate | undefined {
  const match = text === undefined ? null : shape.exec(text);
  return match === null ? undefined : [match[1] ?? "", match[3] ?? "", match[4] ?? ""];
}

/** Year, month and day. A first number of four digits is a year, whatever the order. */
export function inOrder(date: NumericDate, order: DateOrder): { year: number; month: number; day: number } {
  const [first, second, third] = date;
  if (first.length === 4 || order === "ymd")
    return { year: fullYear(first), month: Number(second), day: Number(third) };
  const year = fullYear(third);
  return order === "mdy"
    ? { year, month: Number(first), day: Number(second) }
    : { year, month: Number(second), day: Number(first) };
}

/**
 * The first order in which every date exists and none is ahead of the present; else the first in which every date exists;
 * else the first.
 */
export function chooseDateOrder(
  dates: readonly NumericDate[],
  preferred: readonly [DateOrder, ...DateOrder[]],
  now: number,
): DateOrder {
  const latest = now + 86_400_000;
  let existing: DateOrder | undefined;
  for (const order of preferred) {
    const times = dates.map((date) => {
      const { year, month, day } = inOrder(date, order);
      return dateOf(year, month, day);
    });
    if (times.includes(undefined)) continue;
    if (times.every((time) => time !== undefined && time <= latest)) return order;
    existing ??= order;
  }
  return existing ?? preferred[0];
}
