/**
 * Times and sizes of two ends, compared with what each of them knows: a listing tells a time to the second, the minute or
 * the day, and two times are one when the coarser of them leaves the difference out.
 */
import type { Entry } from "../../storage/index.ts";
import type { MirrorStamp } from "./mirror-plan.ts";

/** What an entry tells of its content. */
export function stampOf({ size, modified, timePrecision = 1 }: Entry): MirrorStamp {
  if (!Number.isFinite(timePrecision) || !Number.isFinite(modified)) return { size };
  return timePrecision <= 1 ? { size, modified } : { size, modified, precision: timePrecision };
}

/** How two times lie to each other; `unknown` where one is missing. */
export type TimeRelation = "same" | "newer" | "older" | "unknown";

/**
 * How the source's time lies to the target's.
 *
 * @param tolerance - Milliseconds that count as nothing.
 */
export function relateTimes(from: MirrorStamp, to: MirrorStamp, tolerance: number): TimeRelation {
  if (from.modified === undefined || to.modified === undefined) return "unknown";
  const between = from.modified - to.modified;
  const leftOut = Math.max(from.precision ?? 1, to.precision ?? 1);
  if (Math.abs(between) < leftOut || Math.abs(between) <= tolerance) return "same";
  return between > 0 ? "newer" : "older";
}

/** Whether two looks at one file, perhaps by other commands with another precision, saw the same content. */
export function isSameContent(before: MirrorStamp, now: MirrorStamp): boolean {
  const times = relateTimes(before, now, 0);
  return before.size === now.size && (times === "same" || times === "unknown");
}
