/**
 * Lines of Cisco's systems: what `dir` shows on IOS, on the ASA (the time stands first) and on NX-OS (no permissions; a
 * slash behind folders).
 *
 *     Directory of flash:/
 *         3  -rw-        4096   Mar 1 1993 00:17:42 +00:00  config.text
 *         6  -rwx  14137344     12:31:06 Mar 01 2003  image.bin
 *           4096    Nov 08 12:21:01 2019  scripts/
 *     32514048 bytes total (12040192 bytes free)
 */
import { columnsOf, type Column } from "./columns.ts";
import { lineByLine, noticesLike, type Dialect } from "./dialect.ts";
import { makeEntry, parseCount, type ListedEntry } from "./listed-entry.ts";
import { listedTime, parseTimeOfDay, parseZone, type ListedTime } from "./listed-time.ts";
import { parseMonth } from "./months.ts";

const permissions = /^[-d][-r][-w][-x]$/;

/** Reads a line; undefined when it is none. */
export function parseCiscoLine(line: string): ListedEntry | undefined {
  const columns = columnsOf(line, 10);
  const permissionsAt = permissions.test(columns[1]?.text ?? "")
    ? 1
    : permissions.test(columns[0]?.text ?? "")
      ? 0
      : -1;
  if (permissionsAt === 1 && !/^\d+$/.test(columns[0]?.text ?? "")) return undefined;
  // The oldest systems number the files and tell no permissions.
  const numbered =
    permissionsAt === -1 && columns.length > 1 && columns.slice(0, 2).every(({ text }) => /^\d+$/.test(text));
  const sizeAt = numbered ? 1 : permissionsAt + 1;
  const size = parseCount(columns[sizeAt]?.text);
  const found = size === undefined ? undefined : findTime(columns, sizeAt + 1);
  const last = found === undefined ? undefined : columns[found.last];
  const shown = last === undefined ? "" : line.slice(last.end).trim();
  if (found === undefined || shown === "") return undefined;
  const isDirectory = columns[permissionsAt]?.text.startsWith("d") === true || shown.endsWith("/");
  return makeEntry({
    name: shown.length > 1 && shown.endsWith("/") ? shown.slice(0, -1) : shown,
    kind: isDirectory ? "directory" : "file",
    size: isDirectory ? undefined : size,
    ...found.time,
    facts: permissionsAt === -1 ? undefined : new Map([["permissions", columns[permissionsAt]?.text ?? ""]]),
    dialect: "cisco",
    raw: line,
  });
}

/** Month, day, year and time in the orders that occur; `last` is the column that ends them. */
function findTime(columns: readonly Column[], at: number): { time: ListedTime; last: number } | undefined {
  const texts = columns.map(({ text }) => text);
  if (texts[at] === "<no" && texts[at + 1] === "date>") return { time: {}, last: at + 1 };
  // IOS XR tells the day of the week.
  if (/^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)$/.test(texts[at] ?? "")) return findTime(columns, at + 1);
  const clockFirst = parseTimeOfDay(texts[at]);
  const monthAt = clockFirst === undefined ? at : at + 1;
  const month = parseMonth(texts[monthAt]);
  const day = /^\d{1,2}$/.test(texts[monthAt + 1] ?? "") ? Number(texts[monthAt + 1]) : undefined;
  if (month === undefined || day === undefined) return undefined;
  const yearBefore = /^\d{4}$/.test(texts[monthAt + 2] ?? "");
  const yearAt = yearBefore ? monthAt + 2 : monthAt + 3;
  const clock = clockFirst ?? parseTimeOfDay(texts[yearBefore ? monthAt + 3 : monthAt + 2]);
  if (clock?.second === undefined || !/^\d{4}$/.test(texts[yearAt] ?? "")) return undefined;
  const last = clockFirst !== undefined ? yearAt : monthAt + 3;
  const zone = parseZone(texts[last + 1]);
  const time = listedTime({ year: Number(texts[yearAt]), month, day, ...clock, zone });
  return { time, last: zone === undefined ? last : last + 1 };
}

const isNotice = noticesLike(
  /^\s*(?:Directory of \S+:.*|No files in directory|-#- -+length-+ .*|Usage for \S+:\/\/.*|\d+ k?bytes (?:total|used|free|available)\b.*)$/i,
);

/** The dialect. */
export const ciscoDialect: Dialect<"cisco"> = lineByLine(
  { name: "cisco", separator: undefined },
  { parse: parseCiscoLine, isNotice },
);
