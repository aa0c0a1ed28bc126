/** Entries of listings, as a storage tells them. */
import { parseTimeValue, type ListedEntry } from "../../protocol/index.ts";
import type { Entry } from "../../storage/index.ts";

const precisions: Readonly<Record<NonNullable<ListedEntry["timePrecision"]>, number>> = {
  millisecond: 1,
  second: 1_000,
  minute: 60_000,
  day: 86_400_000,
};

/** @param name - What the entry is called; a listing may tell it as a path. */
export function toEntry(listed: ListedEntry, name: string): Entry {
  const { kind, size, roughSize, mode, owner, group, links, unique, target, facts } = listed;
  const precision = precisionOf(listed);
  const entry: { -readonly [K in keyof Entry]: Entry[K] } = {
    name,
    // What the server does not tell of is nothing that can be read or entered.
    kind: kind === "unknown" ? "other" : kind,
    size: kind === "file" ? (size ?? roughSize ?? 0) : 0,
    modified: listed.modified ?? 0,
  };
  if (precision > 1) entry.timePrecision = precision;
  // RFC 3659 §7.5.4: its form is that of "modify".
  const created = facts?.get("create");
  const createdAt = created === undefined ? undefined : parseTimeValue(created);
  if (createdAt !== undefined) entry.created = createdAt;
  if (mode !== undefined) entry.mode = mode & 0o7777;
  if (owner !== undefined) entry.owner = owner;
  if (group !== undefined) entry.group = group;
  if (links !== undefined) entry.links = links;
  if (unique !== undefined) entry.unique = unique;
  if (target !== undefined) entry.target = target;
  return entry;
}

/** Milliseconds. A time of a zone that nobody knows may be off by the most that zones differ: it is no better than a day. */
function precisionOf({ modified, timePrecision, timeIsLocal }: ListedEntry): number {
  if (modified === undefined) return Infinity;
  return precisions[timeIsLocal === true ? "day" : (timePrecision ?? "second")];
}
