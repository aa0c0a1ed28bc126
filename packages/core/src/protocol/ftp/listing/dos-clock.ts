/** The time of day in a line of `dir`, in the locale of its server. */
import type { Column } from "./columns.ts";
import { hourOf, parseTimeOfDay, type TimeOfDay } from "./listed-time.ts";

/** What stands for AM and PM before the time, in the locales that have it there. */
const before: ReadonlyMap<string, "A" | "P"> = new Map([
  ["上午", "A"],
  ["下午", "P"],
  ["午前", "A"],
  ["午後", "P"],
  ["오전", "A"],
  ["오후", "P"],
  ["SA", "A"],
  ["CH", "P"],
]);

/** What stands for them behind it. */
const behind = /^(?:([AP])\.?M?\.?|(π)\.?μ\.?|(μ)\.?μ\.?|(SA)|(CH)|(ص)|(م))$/iu;

/**
 * The time of day that begins with a column, and the column behind it; undefined when there is none. One or two words about the
 * half of the day may stand around it: `03:19 PM`, `03:19 p. m.`, `오후 03:19`.
 */
export function clockIn(columns: readonly Column[], at: number): { time: TimeOfDay; next: number } | undefined {
  const text = columns[at]?.text ?? "";
  const first = /^\d/.test(text) ? undefined : before.get(text);
  const clockAt = first === undefined ? at : at + 1;
  const time = parseTimeOfDay(columns[clockAt]?.text);
  if (time === undefined) return undefined;
  // A size or a marker.
  if (first === undefined && /^[\d<]/.test(columns[clockAt + 1]?.text ?? "")) return { time, next: clockAt + 1 };
  const [half, next] = first === undefined ? halfBehind(columns, clockAt + 1) : [first, clockAt + 1];
  return { time: half === undefined || time.hour > 12 ? time : { ...time, hour: hourOf(time.hour, half) }, next };
}

function halfBehind(columns: readonly Column[], at: number): [half: "A" | "P" | undefined, next: number] {
  const text = columns[at]?.text ?? "";
  const found = behind.exec(text);
  if (found === null) return [undefined, at];
  const [, latin, greekMorning, , vietnameseMorning, , arabicMorning] = found;
  const isMorning =
    latin?.toUpperCase() === "A" ||
    greekMorning !== undefined ||
    vietnameseMorning !== undefined ||
    arabicMorning !== undefined;
  // "p. m." is two columns.
  const isSplit = /^[ap]\.$/i.test(text) && /^m\.?$/i.test(columns[at + 1]?.text ?? "");
  return [isMorning ? "A" : "P", at + (isSplit ? 2 : 1)];
}
