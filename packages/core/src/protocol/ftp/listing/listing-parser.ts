/**
 * A whole listing: its dialect is recognised, `.` and `..` go, and what no parser knows is returned raw, never dropped.
 *
 * The dialect is the one that explains the most lines; of several the first in the table, where stricter grammars stand
 * first. Only lines that it does not explain are given to the others.
 */
import type { Dialect, ListingContext, ReadLine } from "./dialect.ts";
import { dialects } from "./dialects.ts";
import type { ListedEntry } from "./listed-entry.ts";
import { bytesOf, splitLines } from "./listing-lines.ts";
import { mlsdDialect } from "./mlsx.ts";
import { withoutPadding } from "./padded-names.ts";

/** How a listing is read. */
export interface ListingOptions extends ListingContext {
  /** Which verb it answers. Default `list`. */
  readonly format?: "mlsd" | "list";
}

/** Lines at the beginning that tell which dialects cannot explain all of a listing. */
const headSize = 4;
/** Of them, those of the last that a dialect of several lines an entry may need to see the next ones for. */
const headSlack = 2;

/** UTF-16 units of a line that parsers look at; a longer one is raw. */
const longestLine = 16_384;

/**
 * Reads a listing. Takes time in proportion to its length.
 *
 * @param listing - Its octets, or its text where that was decoded already; with either line end.
 */
export function parseListing(listing: string | Uint8Array, options: ListingOptions): ListedEntry[] {
  const lines = splitLines(listing);
  // What is too long is blank to the parsers: none explains it.
  const texts = lines.map(({ text }) => (text.length > longestLine ? "" : text));
  const read = options.format === "mlsd" ? withoutPadding(mlsdDialect.read(texts, options)) : readAny(texts, options);
  const entries: ListedEntry[] = [];
  for (const [at, line] of lines.entries()) {
    const found = read[at];
    if (found === "notice") continue;
    const entry: ListedEntry = found ?? { name: line.text, kind: "unknown", raw: line.text };
    if (isSelf(entry)) continue;
    const rawBytes = bytesOf(entry.raw === line.text ? [line] : lines.slice(at, at + entry.raw.split("\n").length));
    entries.push(rawBytes === undefined ? entry : { ...entry, rawBytes });
  }
  return entries;
}

/** The folder itself, or the one above. */
function isSelf(entry: ListedEntry): boolean {
  const type = entry.dialect === "mlsx" ? entry.facts?.get("type")?.toLowerCase() : undefined;
  return entry.name === "." || entry.name === ".." || type === "cdir" || type === "pdir";
}

function readAny(lines: readonly string[], context: ListingContext): ReadLine[] {
  return readWhole(lines, context) ?? readMost(lines, context);
}

/**
 * What the first dialect makes of a listing that explains it all: that one explains the most lines, and most listings have
 * one. Those that fail at its first lines need not see the others.
 */
function readWhole(lines: readonly string[], context: ListingContext): ReadLine[] | undefined {
  const head = lines.slice(0, headSize);
  for (const dialect of dialects) {
    const begun = lines.length > headSize ? dialect.read(head, context).slice(0, -headSlack) : [];
    if (begun.includes(undefined)) continue;
    const read = dialect.read(lines, context);
    if (!read.includes(undefined)) return [...read];
  }
  return undefined;
}

/** What the dialect makes of a listing that explains the most of it, and the others of what is left. */
function readMost(lines: readonly string[], context: ListingContext): ReadLine[] {
  const found = best(lines, context);
  return found === undefined ? lines.map(() => undefined) : completed(lines, found.read, found.dialect, context);
}

/**
 * The dialect that explains the most lines, and what it makes of them; undefined when none finds an entry: a line that only
 * looks like a total may be somebody's name.
 */
function best(
  lines: readonly string[],
  context: ListingContext,
): { readonly dialect: Dialect; readonly read: readonly ReadLine[] } | undefined {
  let found: ReturnType<typeof best>;
  let most = 0;
  for (const dialect of dialects) {
    const read = dialect.read(lines, context);
    const understood = read.filter((line) => line !== undefined).length;
    if (understood <= most || !read.some(isEntry)) continue;
    found = { dialect, read };
    most = understood;
  }
  return found;
}

function isEntry(line: ReadLine): line is ListedEntry {
  return line !== undefined && line !== "notice";
}

/** Has the other dialects read what is left. What is only a notice to them stays: it may be an entry to somebody else. */
function completed(
  lines: readonly string[],
  read: readonly ReadLine[],
  but: Dialect,
  context: ListingContext,
): ReadLine[] {
  const all = [...read];
  for (const dialect of dialects) {
    const left = [...all.keys()].filter((at) => all[at] === undefined);
    if (left.length === 0) break;
    if (dialect === but) continue;
    const others = dialect.read(
      left.map((at) => lines[at] ?? ""),
      context,
    );
    for (const [index, at] of left.entries()) {
      const entry = others[index];
      if (entry !== "notice" && entry?.raw === lines[at]) all[at] = entry;
    }
  }
  return all;
}
