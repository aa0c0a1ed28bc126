/** A whole listing: its dialect is recognised, `.` and `..` go, and what no parser knows is returned raw, never dropped. */
import { parseDosLine } from "./dos.ts";
import type { ListedEntry } from "./listed-entry.ts";
import { parseMlsxLine } from "./mlsx.ts";
import { parseUnixLine } from "./unix.ts";

/** How a listing is read. */
export interface ListingOptions {
  /** The present, in milliseconds since 1970-01-01 UTC. */
  readonly now: number;
  /** Which verb it answers. Default `list`. */
  readonly format?: "mlsd" | "list";
}

type LineParser = (line: string) => ListedEntry | undefined;

/** Lines that are looked at to recognise the dialect. */
const sampleSize = 50;

/**
 * Reads a listing.
 *
 * @param text - Its lines, with either line end.
 */
export function parseListing(text: string, options: ListingOptions): ListedEntry[] {
  const lines = text.split(/\r?\n/).filter((line) => line !== "" && !/^total \d+\s*$/i.test(line));
  const parse = options.format === "mlsd" ? parseMlsxLine : recognise(lines, options.now);
  const entries: ListedEntry[] = [];
  for (const line of lines) {
    const entry = parse(line) ?? { name: line, kind: "other", raw: line };
    const type = entry.facts?.get("type")?.toLowerCase();
    if (entry.name === "." || entry.name === ".." || type === "cdir" || type === "pdir") continue;
    entries.push(entry);
  }
  return entries;
}

/** The parser that understands most of the first lines. */
function recognise(lines: readonly string[], now: number): LineParser {
  const parsers: readonly LineParser[] = [(line) => parseUnixLine(line, now), parseDosLine, parseMlsxLine];
  let best: LineParser | undefined;
  let most = 0;
  for (const parser of parsers) {
    const understood = lines.slice(0, sampleSize).filter((line) => parser(line) !== undefined).length;
    if (understood > most) {
      best = parser;
      most = understood;
    }
  }
  return best ?? (() => undefined);
}
