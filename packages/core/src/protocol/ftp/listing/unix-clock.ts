/** What stands behind the day in the dates of `ls -l`: a time of day and its zone, or blanks. */
import type { Column } from "./columns.ts";
import type { DateReading } from "./date-habits.ts";
import { hourOf, parseTimeOfDay, parseZone, type ListedTime, type TimeOfDay } from "./listed-time.ts";

/** A date that was found among columns. */
export interface FoundDate {
  readonly time: ListedTime;
  /** Columns that it takes. */
  readonly columns: number;
  /** Blanks between it and the name. Default 1. */
  readonly gap?: number;
}

/** A time of day and what belongs to it. */
export interface Clock extends TimeOfDay {
  readonly zone: number | undefined;
  /** Columns that it takes. */
  readonly columns: number;
}

/**
 * A time of day with AM or PM and the zone that may follow. A name may look like either.
 *
 * @param isSure - Whether this is no style of `ls`, whose names follow the time at once.
 */
export function clockAt(
  columns: readonly Column[],
  at: number,
  time: TimeOfDay,
  isSure: boolean,
  reading: DateReading,
): Clock {
  let next = at + 1;
  let { hour } = time;
  reading.timed++;
  let zone: number | undefined;
  const half = columns[next]?.text ?? "";
  if (half.length <= 4 && columns.length > next + 1 && hour >= 1 && hour <= 12 && /^[AP]\.?M\.?$/i.test(half)) {
    reading.halves++;
    if (isSure || reading.habits.half) {
      hour = hourOf(hour, half);
      next++;
    }
  }
  const zoneText = columns[next]?.text ?? "";
  if (zoneText.length <= 6 && columns.length > next + 1 && /^[-+ZUG]/.test(zoneText)) {
    zone = parseZone(zoneText);
    if (zone !== undefined) reading.zones++;
    if (zone !== undefined && (time.second !== undefined || reading.habits.zone)) next++;
    else zone = undefined;
  }
  const { minute, second, millisecond } = time;
  return { hour, minute, second, millisecond, zone, columns: next - at };
}

/**
 * Blanks behind a date without a time of day.
 *
 * @param most - As many as the style of the date may have.
 */
export function gapBehind(
  last: Column | undefined,
  next: Column | undefined,
  reading: DateReading,
  most: number,
): number {
  if (last === undefined || next === undefined) return 1;
  const gap = next.start - last.end;
  reading.leastGap = Math.min(reading.leastGap, gap);
  reading.mostGap = Math.min(reading.mostGap, most);
  return Math.min(gap, reading.habits.gap);
}

/** A time of day in the next column: with a colon, for with a dot it is as likely the beginning of a name. */
export function clockBehind(columns: readonly Column[], at: number): TimeOfDay | undefined {
  const text = columns[at + 1]?.text;
  return text?.includes(":") === true ? parseTimeOfDay(text) : undefined;
}
