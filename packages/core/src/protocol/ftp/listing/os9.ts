/**
 * Lines of OS-9: owner, date with the year first, time, attributes, sector, octets, name.
 *
 *      Owner    Last modified  Attributes Sector Bytecount Name
 *     -------   -------------  ---------- ------ --------- ----
 *      20.20    07/03/29 1026   d-ewrewr    2650     85920 SRC
 */
import { columnsOf } from "./columns.ts";
import { inOrder, parseNumericDate } from "./date-order.ts";
import { lineByLine, noticesLike, type Dialect } from "./dialect.ts";
import { makeEntry, parseCount, type ListedEntry } from "./listed-entry.ts";
import { listedTime } from "./listed-time.ts";

/** Reads a line; undefined when it is none. */
export function parseOs9Line(line: string): ListedEntry | undefined {
  const columns = columnsOf(line, 6);
  const [owner, dateText, clock, attributes, sector, bytes] = columns.map(({ text }) => text);
  const date = parseNumericDate(dateText);
  const owners = /^(\d{1,5})\.(\d{1,5})$/.exec(owner ?? "");
  if (date === undefined || owners === null || !/^[-ds]{2}(?:[-e][-w][-r]){2}$/.test(attributes ?? ""))
    return undefined;
  const time = /^([01]\d|2[0-3])([0-5]\d)$/.exec(clock ?? "");
  const name = line.slice((columns[5]?.end ?? line.length) + 1);
  const size = parseCount(bytes);
  if (time === null || size === undefined || !/^[0-9A-F]{1,8}$/i.test(sector ?? "") || name === "") return undefined;
  const isDirectory = attributes?.startsWith("d") === true;
  return makeEntry({
    name,
    kind: isDirectory ? "directory" : "file",
    size: isDirectory ? undefined : size,
    ...listedTime({ ...inOrder(date, "ymd"), hour: Number(time[1]), minute: Number(time[2]) }),
    owner: owners[2],
    group: owners[1],
    facts: new Map([["attributes", attributes ?? ""]]),
    dialect: "os9",
    raw: line,
  });
}

/** Names of the columns, the rule under them, and the directory above. */
const isNotice = noticesLike(
  /^\s*Owner\s+Last modified\s|^\s*-{4,}(?:\s+-{4,}){4,5}$|^\s*Directory of \S+ \d\d:\d\d:\d\d$/i,
);

/** The dialect. */
export const os9Dialect: Dialect<"os9"> = lineByLine(
  { name: "os9", separator: "/" },
  { parse: parseOs9Line, isNotice },
);
