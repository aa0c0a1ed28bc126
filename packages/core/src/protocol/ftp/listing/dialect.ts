/** A dialect of listings: what its lines are to it. Which one a listing is in is the listing parser's to find out. */
import type { ListedEntry, ListingDialect } from "./listed-entry.ts";

/** What is known beside the lines. */
export interface ListingContext {
  /** The present, in milliseconds since 1970-01-01 UTC. */
  readonly now: number;
}

/** A line in a dialect: an entry; a notice, which tells of none (a header, a total); undefined when it is not understood. */
export type ReadLine = ListedEntry | "notice" | undefined;

/** A dialect. */
export interface Dialect {
  readonly name: ListingDialect;
  /** Reads lines, none of them blank. Gives one result a line; a line that goes on with the one before is a notice. */
  read(lines: readonly string[], context: ListingContext): ReadLine[];
}

/** Characters of the longest notice: what is longer is none, and no expression looks through it. */
const longestNotice = 512;

/** What tells notices by an expression, in time whatever the line is. @param shape - Of the line without blanks behind it. */
export function noticesLike(shape: RegExp): (line: string) => boolean {
  return (line) => line.length <= longestNotice && shape.test(line.trimEnd());
}

/** A dialect whose lines stand each for itself. */
export function lineByLine(
  name: ListingDialect,
  parse: (line: string, context: ListingContext) => ListedEntry | undefined,
  isNotice?: (line: string) => boolean,
): Dialect {
  return {
    name,
    read: (lines, context) =>
      lines.map((line) => parse(line, context) ?? (isNotice?.(line) === true ? "notice" : undefined)),
  };
}
