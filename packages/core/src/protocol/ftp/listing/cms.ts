/**
 * Lines of VM/CMS: name and type of the file, format and length of its records, how many there are, blocks, time; behind
 * them the minidisk's label or the owner. A folder of the shared file system has dashes for all that.
 *
 *     PROFILE  EXEC     V         65        107          2 1999-02-24 17:14:18 ANON
 *     TABLE    DATA     F         80         10          1  5/12/97   16:44:02 ANON
 *     LETTERS  DIR      -          -          -          - 2001-03-07 09:30:00 -
 */
import { columnsOf } from "./columns.ts";
import { inOrder, parseNumericDate } from "./date-order.ts";
import { lineByLine, type Dialect } from "./dialect.ts";
import { makeEntry, parseCount, type ListedEntry } from "./listed-entry.ts";
import { listedTime, parseTimeOfDay } from "./listed-time.ts";

const names = /^[A-Z0-9$#@+:_-]{1,8}$/i;

/** Reads a line; undefined when it is none. A file is named `name.type`, as commands take it. */
export function parseCmsLine(line: string): ListedEntry | undefined {
  const columns = columnsOf(line, 10).map(({ text }) => text);
  const [name = "", type = ""] = columns;
  if (!names.test(name) || !names.test(type)) return undefined;
  // The mode of the file, a letter and a digit, is not always there.
  if (/^[A-Z][0-6]$/i.test(columns[2] ?? "") && /^[FV-]$/.test(columns[3] ?? "")) columns.splice(2, 1);
  const [, , format = "", length, records, blocks, dateText, timeText, label] = columns;
  const date = parseNumericDate(dateText);
  const time = parseTimeOfDay(timeText);
  if (!/^[FV-]$/.test(format) || date === undefined || time === undefined || columns.length > 9) return undefined;
  const isDirectory = format === "-";
  if (isDirectory ? type.toUpperCase() !== "DIR" : parseCount(length) === undefined) return undefined;
  const most = isDirectory ? undefined : productOf(length, records);
  return makeEntry({
    name: isDirectory ? name : `${name}.${type}`,
    kind: isDirectory ? "directory" : "file",
    // Records of a fixed length tell the octets; of variable ones the length is the longest's.
    size: format === "F" ? most : undefined,
    roughSize: format === "V" ? most : undefined,
    ...listedTime({ ...inOrder(date, "mdy"), ...time }),
    owner: label === "-" ? undefined : label,
    facts: isDirectory
      ? undefined
      : new Map([
          ["recfm", format],
          ["lrecl", length ?? ""],
          ["records", records ?? ""],
          ["blocks", blocks ?? ""],
        ]),
    dialect: "cms",
    raw: line,
  });
}

function productOf(length: string | undefined, records: string | undefined): number | undefined {
  const product = (parseCount(length) ?? Number.NaN) * (parseCount(records) ?? Number.NaN);
  return Number.isSafeInteger(product) ? product : undefined;
}

/** The dialect. */
export const cmsDialect: Dialect = lineByLine("cms", parseCmsLine);
