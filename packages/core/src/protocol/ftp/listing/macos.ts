/**
 * Lines of servers of the classic Mac OS: the octets of the resource fork, of the data fork and of both; the word "folder"
 * and how many are in it.
 *
 *     -------r--         326  1391972  1392298 Nov 22  1995 Archive.sit
 *     drwxrwxr-x               folder        2 May 10  1996 network
 */
import { columnsOf } from "./columns.ts";
import { readSettled, type DateReading } from "./date-habits.ts";
import type { Dialect, ReadLine } from "./dialect.ts";
import { makeEntry, parseCount, type ListedEntry } from "./listed-entry.ts";
import { parseUnixDate } from "./unix-date.ts";

/** Where the first number ends at the earliest: links of Unix stand further left. */
const narrowest = 19;
const head = /^([-dl])[-rwx]{9} +/;

/** Reads a line; undefined when it is none. `size` is the data fork's: what is retrieved without its envelope. */
function parseMacosLine(line: string, reading: DateReading): ListedEntry | undefined {
  const start = head.exec(line);
  if (start === null) return undefined;
  const columns = columnsOf(line, 7, start[0].length);
  const [first] = columns;
  // An alias of a folder has the octets of its resource fork before the word.
  if (/^\d+$/.test(first?.text ?? "") && columns[1]?.text === "folder") columns.shift();
  const isFolder = columns[0]?.text === "folder";
  if (first === undefined || (!isFolder && first.end < narrowest)) return undefined;
  const numbers = columns.slice(isFolder ? 1 : 0, isFolder ? 2 : 3).map(({ text }) => parseCount(text));
  const [resource, data, both] = numbers;
  if (isFolder ? resource === undefined : resource === undefined || data === undefined || resource + data !== both)
    return undefined;
  const at = isFolder ? 2 : 3;
  const date = parseUnixDate(columns, at, reading);
  const last = date === undefined ? undefined : columns[at + date.columns - 1];
  const name = last === undefined ? "" : line.slice(last.end + (date?.gap ?? 1));
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
export const macosDialect: Dialect<"macos"> = {
  name: "macos",
  separator: "/",
  read: (lines, { now }) =>
    readSettled(now, (reading) =>
      lines.map(
        (line): ReadLine => parseMacosLine(line, reading) ?? (/^total \d+$/i.test(line) ? "notice" : undefined),
      ),
    ),
};
