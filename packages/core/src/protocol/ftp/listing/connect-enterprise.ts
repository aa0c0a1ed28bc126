/**
 * Lines of Connect:Enterprise: flags and protocol of a batch, its type of data, its owner, its number, octets, time, name.
 *
 *     -C--E-----FTP A ANNA01      18128       41 Aug 12 13:56 INVOICES
 */
import { columnsOf } from "./columns.ts";
import { readSettled, type DateReading } from "./date-habits.ts";
import type { Dialect } from "./dialect.ts";
import { makeEntry, parseCount, type ListedEntry } from "./listed-entry.ts";
import { parseUnixDate } from "./unix-date.ts";

const head = /^([-A-Z]{10})([A-Z][A-Z0-9]{1,7}) +([ABE]) +(\S{1,64}) +(\d{1,12}) +(\d{1,16}) +/;

function parseLine(line: string, reading: DateReading): ListedEntry | undefined {
  const match = head.exec(line);
  if (match === null) return undefined;
  const [whole, flags = "", protocol = "", type = "", owner, batch = "", size] = match;
  const columns = columnsOf(line, 6, whole.length);
  const date = parseUnixDate(columns, 0, reading);
  const last = date === undefined ? undefined : columns[date.columns - 1];
  const name = last === undefined ? "" : line.slice(last.end + (date?.gap ?? 1));
  if (date === undefined || name.trim() === "") return undefined;
  return makeEntry({
    name,
    kind: "file",
    size: parseCount(size),
    ...date.time,
    owner,
    facts: new Map([
      ["flags", flags],
      ["protocol", protocol],
      ["type", type],
      ["batch", batch],
    ]),
    dialect: "connect-enterprise",
    raw: line,
  });
}

/** The dialect. */
export const connectEnterpriseDialect: Dialect<"connect-enterprise"> = {
  name: "connect-enterprise",
  separator: "/",
  read: (lines, { now }) => readSettled(now, (reading) => lines.map((line) => parseLine(line, reading))),
};
