/**
 * What the dates of a listing of `ls -l` mean beyond their own line. `Oct 08 2002 09:47 x` is a file named `09:47 x` to one
 * server and a time with its year to another; the other lines tell. A `DateReading` says how to read a line and notes what
 * stayed open in it; once all lines are read it says how they are meant.
 */
import { possibleOrders, type DateOrder, type NumericDate } from "./date-order.ts";
import { chooseMonths, disputedMonth, monthOrDispute, parseMonth } from "./months.ts";

/** How the dates of a listing are meant. */
export interface DateHabits {
  readonly monthOf: (text: string | undefined) => number | undefined;
  /** In which order the numbers of a date stand that ends with the year; undefined where it is not known. */
  readonly order: DateOrder | undefined;
  /** Whether a time of day follows the year. */
  readonly clockAfterYear: boolean;
  /** Whether AM or PM follows the time of day: so in more lines than there may be files that are named so. */
  readonly half: boolean;
  /** Whether the zone follows a time of day without seconds. */
  readonly zone: boolean;
  /** Blanks between a name and a date without a time of day: such a date may be filled up to the width of the others. */
  readonly gap: number;
  /** Blanks before names, beside the one that divides. */
  readonly indent: number;
}

const plainHabits: DateHabits = {
  monthOf: parseMonth,
  order: undefined,
  clockAfterYear: false,
  half: false,
  zone: false,
  gap: 1,
  indent: 0,
};

/** Reads the dates of one listing. */
export class DateReading {
  readonly now: number;
  readonly habits: DateHabits;
  /** Whether a name was met that is another month in another language. */
  disputed = false;
  /** Names of months that were met, where they are wanted. */
  readonly months: Set<string> | undefined;
  /** Dates that end with a year. */
  readonly dates: NumericDate[] = [];
  /** Dates with a time of day; those of them that tell no year. */
  timed = 0;
  yearless = 0;
  /** Those with what may be AM or PM, and with what may be a zone behind the time. */
  halves = 0;
  zones = 0;
  /** Dates that end with a year; those of them that what may be a time of day follows. */
  years = 0;
  clocks = 0;
  /** The fewest blanks behind a date without a time of day, and whether the width of such dates is known. */
  leastGap: number;
  mostGap: number;
  /** Blanks before names beside the one that divides: the fewest, and those before `.` and `..`. */
  leastIndent: number;
  dotIndent = 0;
  dotDotIndent = 0;

  /** @param now - The present, in milliseconds since 1970-01-01 UTC. */
  constructor(now: number, habits: DateHabits = plainHabits, months?: Set<string>) {
    this.now = now;
    this.habits = habits;
    this.months = months;
    this.leastGap = Infinity;
    this.mostGap = Infinity;
    this.leastIndent = Infinity;
  }

  /**
   * The number of a month, by its name in whatever language.
   *
   * @returns `disputedMonth` when it is not known which one is meant; undefined when it is no name of a month.
   */
  monthOf(name: string | undefined): number | undefined {
    const month = monthOrDispute(name);
    if (name === undefined || month === undefined) return undefined;
    this.months?.add(name);
    if (month !== disputedMonth) return month;
    this.disputed = true;
    return this.habits.monthOf(name) ?? disputedMonth;
  }

  /** How the lines are meant, now that all of them were seen; undefined when they were read so. */
  settle(): DateHabits | undefined {
    const order = this.#order();
    const habits: DateHabits = {
      monthOf: this.disputed ? chooseMonths(this.months ?? []) : parseMonth,
      order,
      clockAfterYear: this.clocks > 0 && this.clocks === this.years && this.yearless === 0,
      half: this.halves > 2 && this.halves === this.timed,
      zone: this.zones > 1 && this.zones === this.timed,
      gap: this.leastGap === Infinity ? 1 : Math.max(1, Math.min(this.leastGap, this.mostGap)),
      indent: this.#indent(),
    };
    const isPlain =
      !this.disputed &&
      order === undefined &&
      !habits.clockAfterYear &&
      !habits.half &&
      !habits.zone &&
      habits.gap === 1 &&
      habits.indent === 0;
    return isPlain ? undefined : habits;
  }

  /** Where the directory and the one above stand to the right of a blank, and no other name does not, it is no part of names. */
  #indent(): number {
    return this.dotIndent === this.dotDotIndent && this.leastIndent >= this.dotIndent ? this.dotIndent : 0;
  }

  /** The only order in which all of the dates exist: where there are two, none is guessed. */
  #order(): DateOrder | undefined {
    if (this.dates.length === 0) return undefined;
    const orders = possibleOrders(this.dates, ["dmy", "mdy"]);
    return orders.length === 1 ? orders[0] : undefined;
  }
}

/** Reads lines, and reads them again where only all of them tell how their dates are meant. */
export function readSettled<T>(now: number, read: (reading: DateReading) => T): T {
  let reading = new DateReading(now);
  let found = read(reading);
  if (reading.disputed) {
    reading = new DateReading(now, plainHabits, new Set());
    found = read(reading);
  }
  const habits = reading.settle();
  return habits === undefined ? found : read(new DateReading(now, habits));
}
