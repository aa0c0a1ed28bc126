/**
 * Lines that begin with the name, which cannot have blanks there: of SuperTCP and Chameleon for 16-bit Windows, and of Nortel's
 * servers.
 *
 *     INSTALL         <DIR>           11-16-94        17:17
 *     README.TXT            1045      05-10-95        11:01
 *     WPKIT1.EXE     960338      Jun 21 1995 17:01   R
 *     config.dat       1014196  06/03/04  Thur.   10:20:03
 */
import { columnsOf } from "./columns.ts";
import { chooseDateOrder, inOrder, parseNumericDate, type DateOrder, type NumericDate } from "./date-order.ts";
import type { Dialect } from "./dialect.ts";
import { makeEntry, parseCount, type ListedEntry } from "./listed-entry.ts";
import { listedTime, parseTimeOfDay, type ListedTime } from "./listed-time.ts";
import { parseMonth } from "./months.ts";

const weekday = /^[A-Z][a-z]{2,3}\.?$/;

function parseLine(line: string, order: DateOrder): ListedEntry | undefined {
  const match = /^([^\s<>|"]{1,64})[ \t]+(<DIR>|\d{1,16})[ \t]/i.exec(line);
  if (match === null) return undefined;
  const [whole, name = "", size = ""] = match;
  const isDirectory = size.startsWith("<");
  const rest = columnsOf(line, 6, whole.length).map(({ text }) => text);
  const time = timeOf(rest, order);
  if (time === undefined) return undefined;
  return makeEntry({
    name,
    kind: isDirectory ? "directory" : "file",
    size: isDirectory ? undefined : parseCount(size),
    ...time,
    dialect: "name-first",
    raw: line,
  });
}

/** The time that the rest of a line is; attributes of DOS may follow. */
function timeOf(rest: readonly string[], order: DateOrder): ListedTime | undefined {
  const columns = /^[RHSA]{1,4}$/.test(rest.at(-1) ?? "") ? rest.slice(0, -1) : rest;
  const time = parseTimeOfDay(columns.at(-1));
  if (time === undefined) return undefined;
  const date = parseNumericDate(columns[0]);
  if (date !== undefined) {
    const isWhole = columns.length === 2 || (columns.length === 3 && weekday.test(columns[1] ?? ""));
    return isWhole ? listedTime({ ...inOrder(date, order), ...time }) : undefined;
  }
  const month = parseMonth(columns[0]);
  const [, day = "", year = ""] = columns;
  if (columns.length !== 4 || month === undefined || !/^\d{1,2}$/.test(day) || !/^\d{4}$/.test(year)) return undefined;
  return listedTime({ year: Number(year), month, day: Number(day), ...time });
}

/** The dialect: the order of the dates is found out from all of them. */
export const nameFirstDialect: Dialect<"name-first"> = {
  name: "name-first",
  separator: "/",
  read: (lines, { now }) => {
    const dates = lines.map((line): NumericDate | undefined => parseNumericDate(columnsOf(line, 3)[2]?.text));
    const known = dates.filter((date) => date !== undefined);
    const order = chooseDateOrder(known, ["mdy", "dmy", "ymd"], now);
    return lines.map((line) => parseLine(line, order));
  },
};
