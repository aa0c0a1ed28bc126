/**
 * Lines of VM/CMS: name and type of the file, format and length of its records, how many there are, blocks, time; behind
 * them the minidisk's label or the owner. A directory of the shared file system has dashes for all that; the word DIR stands
 * where files have their type, or their format.
 *
 *     PROFILE  EXEC     V         65        107          2 1999-02-24 17:14:18 ANON
 *     TABLE    DATA     F         80         10          1  5/12/97   16:44:02 ANON
 *     LETTERS  DIR      -          -          -          - 2001-03-07 09:30:00 -
 *     PAPERS            DIR        -          -          - 2001-03-07 09:30:00 -
 */
import { columnsOf } from "./columns.ts";
import { inOrder, parseNumericDate } from "./date-order.ts";
import { lineByLine, noticesLike, type Dialect } from "./dialect.ts";
import { makeEntry, parseCount, type ListedEntry } from "./listed-entry.ts";
import { listedTime, parseTimeOfDay } from "./listed-time.ts";

const names = /^[A-Z0-9$#@+:_-]{1,16}$/i;

/** Reads a line; undefined when it is none. A file is named `name.type`, as commands take it. */
export function parseCmsLine(line: string): ListedEntry | undefined {
  const [first, next] = columnsOf(line, 2);
  if (!names.test(first?.text ?? "") || !names.test(next?.text ?? "")) return undefined;
  const columns = columnsOf(line, 11).map(({ text }) => text);
  const [name = ""] = columns;
  // The mode of the file, a letter and a digit, is not always there.
  for (const at of [1, 2])
    if (/^[A-Z][0-6]$/i.test(columns[at] ?? "") && /^(?:[FV-]|DIR)$/.test(columns[at + 1] ?? "")) columns.splice(at, 1);
  // A directory has four dashes behind the word where it stands as the type, and three where it stands as the format.
  if (columns[1] === "DIR" && columns[5] !== "-") columns.splice(1, 0, "DIR");
  if (columns[1] === "DIR" && columns[2] === "DIR") columns[2] = "-";
  const [, type = "", format = "", length, records, blocks, dateText, timeText, label] = columns;
  const date = parseNumericDate(dateText);
  const time = parseTimeOfDay(timeText);
  if (!/^[FV-]$/.test(format) || date === undefined || time === undefined || columns.length > 9) return undefined;
  const isDirectory = format === "-";
  if (
    isDirectory
      ? type.toUpperCase() !== "DIR" || [length, records, blocks].some((text) => text !== "-")
      : parseCount(length) === undefined
  )
    return undefined;
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
export const cmsDialect: Dialect<"cms"> = lineByLine(
  { name: "cms", separator: undefined },
  { parse: parseCmsLine, isNotice: noticesLike(/^\s*Filename\s+FileType\s.*\bRecords\b.*$/i) },
);
