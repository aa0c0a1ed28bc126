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
    const last = lastOf(dates, order);
    if (last === undefined) continue;
    if (last <= latest) return order;
    existing ??= order;
  }
  return existing ?? preferred[0];
}

/** The orders in which every date exists. */
export function possibleOrders(dates: readonly NumericDate[], orders: readonly DateOrder[]): readonly DateOrder[] {
  return orders.filter((order) => lastOf(dates, order) !== undefined);
}

/** The last of dates, in milliseconds since 1970-01-01 UTC; undefined when one of them does not exist in this order. */
function lastOf(dates: readonly NumericDate[], order: DateOrder): number | undefined {
  let last = -Infinity;
  for (const date of dates) {
    const { year, month, day } = inOrder(date, order);
    const time = dateOf(year, month, day);
    if (time === undefined) return undefined;
    if (time > last) last = time;
  }
  return last;
}
