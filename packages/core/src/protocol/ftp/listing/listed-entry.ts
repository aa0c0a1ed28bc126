/** What a client learns of an entry from a listing. */
import type { ListingDialect } from "./dialects.ts";

/** An entry as a listing tells it. */
export interface ListedEntry {
  /** As commands take it; of a line that no parser knows, the line. */
  readonly name: string;
  /** `unknown` where the listing does not tell, and for a line that no parser knows: then `dialect` is missing too. */
  readonly kind: "file" | "directory" | "symlink" | "other" | "unknown";
  /** Octets. */
  readonly size?: number;
  /** Octets, where the listing only counts in blocks or rounds: `size` is then left out. */
  readonly roughSize?: number;
  /** Milliseconds since 1970-01-01 UTC; of the server's own zone where `timeIsLocal`. */
  readonly modified?: number;
  readonly timePrecision?: "millisecond" | "second" | "minute" | "day";
  /** True when the server's zone is not known: the time was read as if it were UTC. */
  readonly timeIsLocal?: boolean;
  /** Unix permission bits. */
  readonly mode?: number;
  readonly owner?: string;
  readonly group?: string;
  readonly links?: number;
  /** Where a link leads. */
  readonly target?: string;
  readonly unique?: string;
  /** All facts of an MLSx line, names in lower case; and what the columns of other dialects tell beside the fields above. */
  readonly facts?: ReadonlyMap<string, string>;
  /**
   * The directory that a header above the line names (`pub:`), where there is one that is not `.`: whoever asked for another
   * one has got the listing of what a server took for a pattern.
   */
  readonly directory?: string;
  /** What the line was understood as; missing for entries that come from no line. */
  readonly dialect?: ListingDialect;
  /** The line as it came; lines that belong together with a line feed between them. */
  readonly raw: string;
  /** The octets of `raw` where they are no UTF-8; its text was then read as Windows-1252. */
  readonly rawBytes?: Uint8Array;
}

/** What a parser found: as a `ListedEntry`, where undefined is as good as missing. */
export type FoundEntry = Pick<ListedEntry, "name" | "kind" | "raw"> & {
  readonly [K in keyof ListedEntry]?: ListedEntry[K] | undefined;
};

/** Makes an entry of what a parser found: what is undefined is left out. Spreading each field would cost as much as the parsing. */
export function makeEntry(found: FoundEntry): ListedEntry {
  const { name, kind, size, roughSize, modified, timePrecision, timeIsLocal, mode, owner, group, links } = found;
  const { target, unique, facts, directory, dialect, raw, rawBytes } = found;
  const entry: { -readonly [K in keyof ListedEntry]: ListedEntry[K] } = { name, kind, raw };
  if (size !== undefined) entry.size = size;
  if (roughSize !== undefined) entry.roughSize = roughSize;
  if (modified !== undefined) entry.modified = modified;
  if (timePrecision !== undefined) entry.timePrecision = timePrecision;
  if (timeIsLocal !== undefined) entry.timeIsLocal = timeIsLocal;
  if (mode !== undefined) entry.mode = mode;
  if (owner !== undefined) entry.owner = owner;
  if (group !== undefined) entry.group = group;
  if (links !== undefined) entry.links = links;
  if (target !== undefined) entry.target = target;
  if (unique !== undefined) entry.unique = unique;
  if (facts !== undefined) entry.facts = facts;
  if (directory !== undefined) entry.directory = directory;
  if (dialect !== undefined) entry.dialect = dialect;
  if (rawBytes !== undefined) entry.rawBytes = rawBytes;
  return entry;
}

/** A count of a listing; undefined when it is none or too large to be exact. */
export function parseCount(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,16}$/.test(text)) return undefined;
  const count = Number(text);
  return Number.isSafeInteger(count) ? count : undefined;
}
