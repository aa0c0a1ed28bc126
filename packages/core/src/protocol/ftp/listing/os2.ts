/**
 * Lines of OS/2: octets, attributes, the date with a year counted from 1900.
 *
 *          0           DIR   05-12-97   16:44  PSFONTS
 *      36611      A          04-23-103  10:57  read me.txt
 */
import { columnsOf, restAfter } from "./columns.ts";
import { inOrder, parseNumericDate } from "./date-order.ts";
import { lineByLine, type Dialect } from "./dialect.ts";
import { makeEntry, parseCount, type ListedEntry } from "./listed-entry.ts";
import { listedTime, parseTimeOfDay } from "./listed-time.ts";

/** Reads a line; undefined when it is none. */
export function parseOs2Line(line: string): ListedEntry | undefined {
  const columns = columnsOf(line, 5);
  const size = parseCount(columns[0]?.text);
  if (size === undefined) return undefined;
  // Attributes, then DIR; either may be missing.
  let at = 1;
  const attributes = /^[RHSA]{1,4}$/.test(columns[at]?.text ?? "") ? columns[at++]?.text : undefined;
  const isDirectory = columns[at]?.text === "DIR";
  if (isDirectory) at++;
  const date = parseNumericDate(columns[at]?.text);
  const time = parseTimeOfDay(columns[at + 1]?.text);
  const name = restAfter(line, columns[at + 1]);
  if (date === undefined || time === undefined || name === "") return undefined;
  return makeEntry({
    name,
    kind: isDirectory ? "directory" : "file",
    size: isDirectory ? undefined : size,
    ...listedTime({ ...inOrder(date, "mdy"), ...time }),
    facts: attributes === undefined ? undefined : new Map([["attributes", attributes]]),
    dialect: "os2",
    raw: line,
  });
}

/** The dialect. */
export const os2Dialect: Dialect = lineByLine("os2", parseOs2Line, (line) => /^\s*total \d+$/i.test(line));
