/**
 * Lines of NetWare: trustee rights in brackets where Unix has its permission bits.
 *
 *     d [R----F--] supervisor            512       Jan 16 18:53    login
 *     -[RWCEAFMS]  1 admin              1024 Jun  6  2003 report.doc
 */
import { columnsOf } from "./columns.ts";
import { readSettled, type DateReading } from "./date-habits.ts";
import type { Dialect, ReadLine } from "./dialect.ts";
import { makeEntry, parseCount, type ListedEntry } from "./listed-entry.ts";
import { parseUnixDate } from "./unix-date.ts";

const head = /^([-dnl]) ?\[([-SRWCIEMFA]{1,10})\] +/;
/** Blanks before the name at old servers; at newer ones it is one. What more there are belong to the name. */
const widestGap = 4;

/** Columns up to the name. */
const mostColumns = 12;

/** Reads a line; undefined when it is none. */
function parseLine(line: string, reading: DateReading): ListedEntry | undefined {
  const start = head.exec(line);
  if (start === null) return undefined;
  const columns = columnsOf(line, mostColumns, start[0].length);
  for (let at = 1; at < columns.length; at++) {
    const size = columns[at - 1]?.text;
    if (size === undefined || !/^\d+$/.test(size)) continue;
    const date = parseUnixDate(columns, at, reading);
    const last = date === undefined ? undefined : columns[at + date.columns - 1];
    if (date === undefined || last === undefined) continue;
    const rest = line.slice(last.end);
    const blanks = rest.length - rest.trimStart().length;
    if (blanks === rest.length) return undefined;
    const name = rest.slice(blanks < widestGap ? 1 : widestGap).trimEnd();
    const before = columns.slice(0, at - 1).map(({ text }) => text);
    const links = /^\d+$/.test(before[0] ?? "") && before.length > 1 ? before.shift() : undefined;
    const isDirectory = start[1] === "d";
    return makeEntry({
      name,
      kind: isDirectory ? "directory" : start[1] === "l" ? "symlink" : "file",
      size: isDirectory ? undefined : parseCount(size),
      ...date.time,
      owner: before.length === 0 ? undefined : before.join(" "),
      links: parseCount(links),
      facts: new Map([["rights", start[2] ?? ""]]),
      dialect: "netware",
      raw: line,
    });
  }
  return undefined;
}

/** The dialect. */
export const netwareDialect: Dialect<"netware"> = {
  name: "netware",
  separator: "/",
  read: (lines, { now }) =>
    readSettled(now, (reading) =>
      lines.map((line): ReadLine => parseLine(line, reading) ?? (/^total \d+$/i.test(line) ? "notice" : undefined)),
    ),
};
