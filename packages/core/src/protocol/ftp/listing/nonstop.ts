/**
 * Lines of NonStop's Guardian: file code, octets, time, owner, security.
 *
 *     File             Code             EOF  Last Modification    Owner  RWEP
 *     ACCTS             101            2048  25-Jan-03 14:01:14 255,255 "oooo"
 */
import { columnsOf } from "./columns.ts";
import { lineByLine, noticesLike, type Dialect } from "./dialect.ts";
import { makeEntry, parseCount, type ListedEntry } from "./listed-entry.ts";
import { fullYear, listedTime, parseTimeOfDay } from "./listed-time.ts";
import { parseMonth } from "./months.ts";

const dates = /^(\d{1,2})-?([A-Za-z]{3})-?(\d{4}|\d{2})$/;

/** Reads a line; undefined when it is none. */
export function parseNonstopLine(line: string): ListedEntry | undefined {
  const columns = columnsOf(line, 12).map(({ text }) => text);
  const [name = "", code = ""] = columns;
  // An open file has an O of its own column behind the code.
  const at = columns[2] === "O" ? 3 : 2;
  const size = parseCount(columns[at]);
  const date = dates.exec(columns[at + 1] ?? "");
  const time = parseTimeOfDay(columns[at + 2]);
  const owner = /^(\d{1,3}) ?, ?(\d{1,3})(?: ("?)([-*A-Z0-9]{1,8})\3)?$/i.exec(columns.slice(at + 3).join(" "));
  if (!/^[$\\.#A-Z0-9_-]{1,40}$/i.test(name) || !/^\d{1,5}[A-Z+]{0,4}$/i.test(code)) return undefined;
  if (size === undefined || date === null || time === undefined || owner === null) return undefined;
  const [, day = "", month, year = ""] = date;
  return makeEntry({
    name,
    kind: "file",
    size,
    ...listedTime({ year: fullYear(year), month: parseMonth(month) ?? 0, day: Number(day), ...time }),
    owner: owner[2],
    group: owner[1],
    facts: new Map([
      ["code", code],
      ["security", owner[4] ?? ""],
    ]),
    dialect: "nonstop",
    raw: line,
  });
}

/** Above the columns stand their names, and at times the subvolume. */
const isNotice = noticesLike(/^\s*File\s+Code\s+EOF\s|^\s*(?:\\[A-Z0-9]{1,8}\.)?\$[A-Z0-9]{1,8}\.[A-Z0-9]{1,8}$/i);

/** The dialect. */
export const nonstopDialect: Dialect<"nonstop"> = lineByLine(
  { name: "nonstop", separator: undefined },
  { parse: parseNonstopLine, isNotice },
);
