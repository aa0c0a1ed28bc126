/**
 * Lines of old VShell servers: octets, time, and the name with a slash behind directories.
 *
 *     206876  Apr 04, 2000 21:06 notes.txt
 *     0  Dec 12, 2002 02:13 reports/
 */
import { columnsOf } from "./columns.ts";
import { lineByLine, type Dialect } from "./dialect.ts";
import { makeEntry, parseCount, type ListedEntry } from "./listed-entry.ts";
import { listedTime, parseTimeOfDay } from "./listed-time.ts";
import { parseMonth } from "./months.ts";

/** Reads a line; undefined when it is none. */
export function parseVshellLine(line: string): ListedEntry | undefined {
  const columns = columnsOf(line, 5);
  const [sizeText, monthText, dayText, yearText, timeText] = columns.map(({ text }) => text);
  const size = parseCount(sizeText);
  const month = parseMonth(monthText);
  const day = /^(\d{1,2}),$/.exec(dayText ?? "");
  const time = parseTimeOfDay(timeText);
  if (size === undefined || month === undefined || day === null || time === undefined) return undefined;
  const shown = line.slice((columns[4]?.end ?? line.length) + 1);
  const isDirectory = shown.length > 1 && shown.endsWith("/");
  if (!/^\d{4}$/.test(yearText ?? "") || shown === "") return undefined;
  return makeEntry({
    name: isDirectory ? shown.slice(0, -1) : shown,
    kind: isDirectory ? "directory" : "file",
    size: isDirectory ? undefined : size,
    ...listedTime({ year: Number(yearText), month, day: Number(day[1]), ...time }),
    dialect: "vshell",
    raw: line,
  });
}

/** The dialect. */
export const vshellDialect: Dialect<"vshell"> = lineByLine(
  { name: "vshell", separator: "/" },
  { parse: parseVshellLine },
);
