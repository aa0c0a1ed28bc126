/**
 * Lines of VxWorks: octets, date and time, the name, and a marker behind it.
 *
 *       size          date       time       name
 *     --------       ------     ------    --------
 *         2048    May-23-2002  10:03:04   BOOT              <DIR>
 *       415210    May-23-2002  10:05:58   image.sys
 */
import { columnsOf } from "./columns.ts";
import { lineByLine, noticesLike, type Dialect } from "./dialect.ts";
import { makeEntry, parseCount, type ListedEntry } from "./listed-entry.ts";
import { fullYear, listedTime, parseTimeOfDay } from "./listed-time.ts";
import { parseMonth } from "./months.ts";

const dates = /^([A-Za-z]{3})-(\d{1,2})-(\d{2}|\d{4})$/;
const marker = "<DIR>";

/** Reads a line; undefined when it is none. */
export function parseVxworksLine(line: string): ListedEntry | undefined {
  const columns = columnsOf(line, 3);
  const size = parseCount(columns[0]?.text);
  const date = dates.exec(columns[1]?.text ?? "");
  const time = parseTimeOfDay(columns[2]?.text);
  const month = parseMonth(date?.[1]);
  if (size === undefined || date === null || month === undefined || time === undefined) return undefined;
  const shown = line.slice(columns[2]?.end).trim();
  const isDirectory = shown.endsWith(` ${marker}`);
  const name = isDirectory ? shown.slice(0, -marker.length).trimEnd() : shown;
  if (name === "") return undefined;
  return makeEntry({
    name,
    kind: isDirectory ? "directory" : "file",
    size: isDirectory ? undefined : size,
    ...listedTime({ year: fullYear(date[3] ?? ""), month, day: Number(date[2]), ...time }),
    dialect: "vxworks",
    raw: line,
  });
}

/** Names of the columns, and the rule under them. */
const isNotice = noticesLike(/^\s*size\s+date\s+time\s+name$|^\s*-{4,}(?:\s+-{4,}){3}$/i);

/** The dialect. */
export const vxworksDialect: Dialect<"vxworks"> = lineByLine(
  { name: "vxworks", separator: "/" },
  { parse: parseVxworksLine, isNotice },
);
