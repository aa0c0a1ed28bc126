/** Samples of listings: each line with what it tells, in a short form. */
import type { ListedEntry, ListingDialect } from "../../../src/protocol/index.ts";

/** A listing. Names in the samples are invented. */
export interface Sample {
  readonly title: string;
  readonly dialect: ListingDialect;
  /** Each line, and its entry as `show` writes it; nothing for a line that tells of no entry. */
  readonly lines: readonly (readonly [line: string, shown?: string])[];
}

/** The present of all samples. */
export const now: number = Date.UTC(2026, 10, 21, 12);

/** An entry in short: kind, octets (with a tilde those that are rounded), time in its precision, name, target. */
export function show(entry: ListedEntry): string {
  const size = entry.size ?? (entry.roughSize === undefined ? "-" : `~${entry.roughSize}`);
  const target = entry.target === undefined ? "" : ` => ${entry.target}`;
  return `${entry.kind} ${size} ${showTime(entry)} ${entry.name}${target}`;
}

const lengths = { day: 10, minute: 16, second: 19, millisecond: 23 } as const;

function showTime({ modified, timePrecision, timeIsLocal }: ListedEntry): string {
  if (modified === undefined || timePrecision === undefined) return "-";
  return new Date(modified).toISOString().slice(0, lengths[timePrecision]) + (timeIsLocal === true ? "" : "Z");
}
