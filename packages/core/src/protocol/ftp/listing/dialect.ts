/** A dialect of listings: what its lines are to it. Which one a listing is in is the listing parser's to find out. */
import type { ListedEntry } from "./listed-entry.ts";

/** What is known beside the lines. */
export interface ListingContext {
  /** The present, in milliseconds since 1970-01-01 UTC. */
  readonly now: number;
}

/** A line in a dialect: an entry; a notice, which tells of none (a header, a total); undefined when it is not understood. */
export type ReadLine = ListedEntry | "notice" | undefined;

/** What a client needs to know of a dialect, beside what its lines say. */
export interface DialectTraits<Name extends string = string> {
  readonly name: Name;
  /**
   * What stands between a directory and a name in the paths of such servers; undefined where paths are put together in
   * another way, or where that is not known. Whoever wants to ask the server about an entry of a listing needs it.
   */
  readonly separator: "/" | undefined;
}

/** A dialect. Its file is the only place that knows it; `dialects.ts` has it in its table. */
export interface Dialect<Name extends string = string> extends DialectTraits<Name> {
  /**
   * Reads lines, none of them blank. Gives one result for each line; a line that continues the one before is a notice.
   * Must not depend on what it read before.
   */
  read(lines: readonly string[], context: ListingContext): ReadLine[];
}

/** Characters of the longest notice: what is longer is none, and no expression looks through it. */
const longestNotice = 512;

/** What tells notices by an expression, in time whatever the line is. @param shape - Of the line without blanks behind it. */
export function noticesLike(shape: RegExp): (line: string) => boolean {
  return (line) => line.length <= longestNotice && shape.test(line.trimEnd());
}

/** How a dialect whose lines stand each for itself reads one. */
export interface LineReader {
  parse(line: string, context: ListingContext): ListedEntry | undefined;
  /** Whether a line that is no entry tells of none. Default: no line is such. */
  isNotice?(line: string): boolean;
}

/** A dialect whose lines stand each for itself. */
export function lineByLine<Name extends string>(traits: DialectTraits<Name>, reader: LineReader): Dialect<Name> {
  return {
    name: traits.name,
    separator: traits.separator,
    read: (lines, context) =>
      lines.map((line) => reader.parse(line, context) ?? (reader.isNotice?.(line) === true ? "notice" : undefined)),
  };
}
