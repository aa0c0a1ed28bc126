/**
 * Lines as MS-DOS and IIS write them.
 *
 *     01-16-02  11:14AM       <DIR>          epsgroup
 *     06-05-2023  03:19PM             1973 readme.txt
 *
 * Servers on Windows that hand on `dir` follow their locale: order and separators of the date differ, and lines about the
 * volume stand around the entries.
 */
import { columnsOf, type Column } from "./columns.ts";
import { chooseDateOrder, inOrder, parseNumericDate, type DateOrder } from "./date-order.ts";
import { noticesLike, type Dialect } from "./dialect.ts";
import { makeEntry, parseCount, type ListedEntry } from "./listed-entry.ts";
import { listedTime, parseTimeOfDay } from "./listed-time.ts";

const marker = /^<(DIR|JUNCTION|SYMLINKD?)>$/i;
const sizes = /^\d[\d,.\u00a0\u202f’']*$/;

/**
 * Reads a line; undefined when it is none.
 *
 * @param order - In which order day, month and year stand.
 */
export function parseDosLine(line: string, order: DateOrder = "mdy"): ListedEntry | undefined {
  const columns = columnsOf(line, 4);
  const date = parseNumericDate(columns[0]?.text);
  if (date === undefined) return undefined;
  const half = /^[AP]M$/i.test(columns[2]?.text ?? "") ? (columns[2]?.text ?? "") : "";
  const time = parseTimeOfDay(`${columns[1]?.text ?? ""}${half}`);
  const third = columns[half === "" ? 2 : 3];
  if (time === undefined || third === undefined) return undefined;
  const kind = marker.exec(third.text)?.[1]?.toUpperCase();
  if (kind === undefined && !sizes.test(third.text)) return undefined;
  const shown = nameAfter(line, third, kind);
  if (shown === "") return undefined;
  const [name, target] = kind === undefined || kind === "DIR" ? [shown, undefined] : splitTarget(shown);
  return makeEntry({
    name,
    kind: kind === undefined ? "file" : kind === "DIR" ? "directory" : "symlink",
    size: kind === undefined ? parseCount(third.text.replace(/\D/g, "")) : undefined,
    ...listedTime({ ...inOrder(date, order), ...time }),
    target,
    dialect: "dos",
    raw: line,
  });
}

/** The name's column is fixed after a marker; after a size one blank goes before it. */
function nameAfter(line: string, column: Column, kind: string | undefined): string {
  return kind === undefined ? line.slice(column.end + 1) : line.slice(column.end).trimStart();
}

/** Links show where they lead in brackets. */
function splitTarget(shown: string): [name: string, target: string | undefined] {
  const at = shown.endsWith("]") ? shown.indexOf(" [") : -1;
  return at === -1 ? [shown, undefined] : [shown.slice(0, at), shown.slice(at + 2, -1)];
}

const isNotice = noticesLike(
  /^ (?:Volume (?:in drive|Serial Number)\b|Directory of [A-Z]:)|^\s+\d[\d.,]* (?:File|Dir)\(s\) |^Total Files Listed:/i,
);

/** The dialect: the order of the dates is found out from all of them. */
export const dosDialect: Dialect = {
  name: "dos",
  read: (lines, { now }) => {
    const dates = lines.map((line) => parseNumericDate(columnsOf(line, 1)[0]?.text));
    const order = chooseDateOrder(
      dates.filter((date) => date !== undefined),
      ["mdy", "dmy"],
      now,
    );
    return lines.map((line) => parseDosLine(line, order) ?? (isNotice(line) ? "notice" : undefined));
  },
};
