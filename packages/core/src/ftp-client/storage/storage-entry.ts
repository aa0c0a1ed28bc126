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
  const { kind, size, roughSize, mode, owner, group, links, unique, target } = listed;
  return {
    name,
    // What the server does not tell of is nothing that can be read or entered.
    kind: kind === "unknown" ? "other" : kind,
    size: kind === "file" ? (size ?? roughSize ?? 0) : 0,
    ...timeOf(listed),
    ...createdOf(listed),
    ...(mode === undefined ? {} : { mode: mode & 0o7777 }),
    ...(owner === undefined ? {} : { owner }),
    ...(group === undefined ? {} : { group }),
    ...(links === undefined ? {} : { links }),
    ...(unique === undefined ? {} : { unique }),
    ...(target === undefined ? {} : { target }),
  };
}

/** A time of a zone that nobody knows may be off by the most that zones differ: it is no better than a day. */
function timeOf({ modified, timePrecision, timeIsLocal }: ListedEntry): Pick<Entry, "modified" | "timePrecision"> {
  if (modified === undefined) return { modified: 0, timePrecision: Infinity };
  const precision = precisions[timeIsLocal === true ? "day" : (timePrecision ?? "second")];
  return precision === 1 ? { modified } : { modified, timePrecision: precision };
}

/** The fact "create" (RFC 3659 §7.5), whose form is that of "modify". */
function createdOf({ facts }: ListedEntry): Pick<Entry, "created"> {
  const created = parseTimeValue(facts?.get("create") ?? "");
  return created === undefined ? {} : { created };
}
