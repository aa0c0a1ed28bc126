/**
 * Lines in which all columns of `ls -l` are numbers: type and permissions in octal, owner, group, octets, seconds since
 * 1970-01-01 UTC, name.
 *
 *     0100644   500  101   12345    1234567890       notes.txt
 */
import { lineByLine, type Dialect } from "./dialect.ts";
import { makeEntry, parseCount, type ListedEntry } from "./listed-entry.ts";

const shape = /^0(1[0246]|[246])0?([0-7]{4}) +(\d{1,10}) +(\d{1,10}) +(\d{1,16}) +(\d{1,11})( +)(?=\S)/;

/** Reads a line; undefined when it is none. */
export function parseOctalLine(line: string): ListedEntry | undefined {
  const match = shape.exec(line);
  if (match === null) return undefined;
  const [whole, type = "", bits = "", owner, group, size, seconds] = match;
  return makeEntry({
    name: line.slice(whole.length),
    kind: kindOf(type),
    size: parseCount(size),
    modified: Number(seconds) * 1000,
    timePrecision: "second",
    mode: Number.parseInt(bits, 8),
    owner,
    group,
    dialect: "octal",
    raw: line,
  });
}

/** The type of a file, as Unix numbers it. */
function kindOf(type: string): ListedEntry["kind"] {
  switch (type) {
    case "10":
      return "file";
    case "4":
      return "directory";
    case "12":
      return "symlink";
    default:
      return "other";
  }
}

/** The dialect. */
export const octalDialect: Dialect<"octal"> = lineByLine({ name: "octal", separator: "/" }, { parse: parseOctalLine });
