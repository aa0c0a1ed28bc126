/**
 * Lines of OS/2: octets, attributes, the date with a year counted from 1900.
 *
 *          0           DIR   05-12-97   16:44  PSFONTS
 *      36611      A          04-23-103  10:57  read me.txt
 */
import { columnsOf, type Column } from "./columns.ts";
import { inOrder, parseNumericDate } from "./date-order.ts";
import { lineByLine, type Dialect } from "./dialect.ts";
import { makeEntry, parseCount, type ListedEntry } from "./listed-entry.ts";
import { listedTime, parseTimeOfDay } from "./listed-time.ts";

const attributes = /^[RHSA]{1,4}$/;

/** Reads a line; undefined when it is none. */
export function parseOs2Line(line: string): ListedEntry | undefined {
  const columns = columnsOf(line, 5);
  const size = parseCount(columns[0]?.text);
  if (size === undefined) return undefined;
  // Attributes and DIR, in either order; both may be missing.
  const flags = columns.slice(1, 3).map(({ text }) => text);
  while (flags.length > 0 && !isFlag(flags.at(-1) ?? "")) flags.pop();
  if (!flags.every(isFlag)) return undefined;
  const isDirectory = flags.includes("DIR");
  const told = flags.find((flag) => flag !== "DIR");
  const at = 1 + flags.length;
  const date = parseNumericDate(columns[at]?.text);
  const time = parseTimeOfDay(columns[at + 1]?.text);
  const name = nameBehind(line, columns[at + 1]);
  if (date === undefined || time === undefined || name.trim() === "") return undefined;
  return makeEntry({
    name,
    kind: isDirectory ? "directory" : "file",
    size: isDirectory ? undefined : size,
    ...listedTime({ ...inOrder(date, "mdy"), ...time }),
    facts: told === undefined ? undefined : new Map([["attributes", told]]),
    dialect: "os2",
    raw: line,
  });
}

function isFlag(text: string): boolean {
  return text === "DIR" || attributes.test(text);
}

/** Two blanks go before the name; what more there are belong to it. */
function nameBehind(line: string, time: Column | undefined): string {
  const rest = time === undefined ? "" : line.slice(time.end);
  return rest.slice(/^[ \t]{0,2}/.exec(rest)?.[0].length).trimEnd();
}

/** The dialect. */
export const os2Dialect: Dialect<"os2"> = lineByLine(
  { name: "os2", separator: "/" },
  { parse: parseOs2Line, isNotice: (line) => /^\s*total \d+$/i.test(line) },
);
