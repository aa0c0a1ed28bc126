/**
 * Lines of servers of the classic Mac OS: the octets of the resource fork, of the data fork and of both; the word "folder"
 * and how many are in it.
 *
 *     -------r--         326  1391972  1392298 Nov 22  1995 Archive.sit
 *     drwxrwxr-x               folder        2 May 10  1996 network
 */
import { columnsOf } from "./columns.ts";
import { lineByLine, type Dialect } from "./dialect.ts";
import { makeEntry, parseCount, type ListedEntry } from "./listed-entry.ts";
import { parseUnixDate } from "./unix-date.ts";

/** Where the first number ends at the earliest: links of Unix stand further left. */
const narrowest = 20;
const head = /^([-dl])[-rwx]{9} +/;

/** Reads a line; undefined when it is none. `size` is the data fork's: what is retrieved without its envelope. */
export function parseMacosLine(line: string, now: number): ListedEntry | undefined {
  const start = head.exec(line);
  if (start === null) return undefined;
  const columns = columnsOf(line, 7, start[0].length);
  const [first] = columns;
  if (first === undefined || first.end < narrowest) return undefined;
  const isFolder = first.text === "folder";
  const numbers = columns.slice(isFolder ? 1 : 0, isFolder ? 2 : 3).map(({ text }) => parseCount(text));
  const [resource, data, both] = numbers;
  if (isFolder ? resource === undefined : resource === undefined || data === undefined || resource + data !== both)
    return undefined;
  const at = isFolder ? 2 : 3;
  const date = parseUnixDate(columns, at, now);
  const last = date === undefined ? undefined : columns[at + date.columns - 1];
  const name = last === undefined ? "" : line.slice(last.end + 1);
  if (date === undefined || name === "") return undefined;
  return makeEntry({
    name,
    kind: isFolder ? "directory" : start[1] === "l" ? "symlink" : "file",
    size: isFolder ? undefined : data,
    ...date.time,
    facts: isFolder ? undefined : new Map([["resource-fork", String(resource)]]),
    dialect: "macos",
    raw: line,
  });
}

/** The dialect. */
export const macosDialect: Dialect = lineByLine(
  "macos",
  (line, { now }) => parseMacosLine(line, now),
  (line) => /^total \d+$/i.test(line),
);
