/**
 * Lines as MS-DOS and IIS write them.
 *
 *     01-16-02  11:14AM       <DIR>          epsgroup
 *     06-05-2023  03:19PM             1973 readme.txt
 *
 * Servers on Windows that hand on `dir` follow its locale and its switches: order and separators of the date differ, short names
 * (/X) or owners (/Q) may stand before the names, and lines about the volume around the entries.
 */
import { columnsOf, type Column } from "./columns.ts";
import { chooseDateOrder, inOrder, parseNumericDate, type DateOrder, type NumericDate } from "./date-order.ts";
import type { Dialect, ReadLine } from "./dialect.ts";
import { clockIn } from "./dos-clock.ts";
import { aroundEntries } from "./dos-notices.ts";
import { makeEntry, parseCount, type ListedEntry } from "./listed-entry.ts";
import { listedTime, type TimeOfDay } from "./listed-time.ts";

const marker = /^<(DIR|JUNCTION|SYMLINKD?)>$/i;
// In a code page of DOS the blank that divides thousands is the octet 255.
const sizes = /^\d[\d,.\u00a0\u202f’'ÿ]*$/;
const groupedSize = /^(\d{1,3}(?: \d{3})+)(?: |$)/;

/** A line, but for its name: where that begins, other lines may tell. */
interface Row {
  readonly line: string;
  readonly date: NumericDate;
  readonly time: TimeOfDay;
  /** `DIR`, `JUNCTION` and the like; undefined for a file. */
  readonly marker: string | undefined;
  /** The marker or the size. */
  readonly column: Column;
}

/** What the lines tell of the column in which names begin. */
interface NameColumn {
  /** Where it is: there `.` and `..` stand. */
  readonly certain: number | undefined;
  /** Where the owners' column is, which stands before it. */
  readonly owners: number | undefined;
  /** Whether names stand at a fixed place behind markers: blanks beyond it are theirs. */
  readonly fixed: boolean;
}

/**
 * Reads a line as a listing of its own; undefined when it is none.
 *
 * @param order - In which order day, month and year stand.
 */
export function parseDosLine(line: string, order: DateOrder = "mdy"): ListedEntry | undefined {
  const row = rowOf(line);
  return row === undefined ? undefined : entryOf(row, order, { certain: undefined, owners: undefined, fixed: false });
}

function rowOf(line: string): Row | undefined {
  const columns = columnsOf(line, 5);
  const first = columns[0]?.text ?? "";
  if (/^\d{4}\.$/.test(first)) return spreadRowOf(line);
  return behindDate(line, columns, parseNumericDate(first), 1);
}

/** A date whose dots have blanks behind them: `2019. 03. 05.` */
function spreadRowOf(line: string): Row | undefined {
  const columns = columnsOf(line, 7);
  const text = columns.slice(0, 3).reduce((joined, column) => joined + column.text, "");
  return behindDate(line, columns, parseNumericDate(text.replace(/\.$/, "")), 3);
}

function behindDate(
  line: string,
  columns: readonly Column[],
  date: NumericDate | undefined,
  at: number,
): Row | undefined {
  const clock = date === undefined ? undefined : clockIn(columns, at);
  const column = clock === undefined ? undefined : columns[clock.next];
  if (date === undefined || clock === undefined || column === undefined) return undefined;
  const kind = marker.exec(column.text)?.[1]?.toUpperCase();
  if (kind === undefined && !sizes.test(column.text)) return undefined;
  return { line, date, time: clock.time, marker: kind, column };
}

function entryOf(row: Row, order: DateOrder, names: NameColumn): ListedEntry | undefined {
  const { line, date, time, marker: kind, column } = row;
  const certain = names.owners === undefined ? names.certain : behindOwner(line, names.owners);
  // What stands before the names is too long for its place: where the name begins is not known.
  if (certain !== undefined && !/[ \t]/.test(line.charAt(certain - 1))) return undefined;
  const shown = certain === undefined ? shownBehind(row, names) : line.slice(certain);
  if (shown === "" || (shown.startsWith(" ") && shown.trim() === "")) return undefined;
  const [name, target] = kind === undefined || kind === "DIR" ? [shown, undefined] : splitTarget(shown);
  return makeEntry({
    name,
    kind: kind === undefined ? "file" : kind === "DIR" ? "directory" : "symlink",
    size: kind === undefined ? parseCount(sizeText(line, column, certain).replace(/\D/g, "")) : undefined,
    ...listedTime({ ...inOrder(date, order), ...time }),
    owner: names.owners === undefined ? undefined : line.slice(names.owners, certain).trim(),
    target,
    dialect: "dos",
    raw: line,
  });
}

/** Where the name begins behind an owner, who is written into a column of so much, or moves the name to the right. */
const ownerWidth = 22;

function behindOwner(line: string, owners: number): number {
  const end = line.indexOf(" ", owners + ownerWidth);
  return end === -1 ? line.length : end + 1;
}

/** After a size one blank goes before the name, after a marker as many as fill its column. */
function shownBehind({ line, marker: kind, column }: Row, { fixed }: NameColumn): string {
  if (kind === undefined) return line.slice(column.end + 1);
  return fixed ? line.slice(column.start + markerWidth) : line.slice(column.end).trimStart();
}

/** The size, which may have blanks between its thousands where it is known that no name begins there. */
function sizeText(line: string, column: Column, certain: number | undefined): string {
  if (certain === undefined) return column.text;
  return groupedSize.exec(line.slice(column.start, certain))?.[1] ?? column.text;
}

/** Links show where they lead in brackets, or behind an arrow. */
function splitTarget(shown: string): [name: string, target: string | undefined] {
  const arrow = / [-=]> /.exec(shown);
  const before = arrow === null ? "" : shown.slice(0, arrow.index);
  // An arrow within the brackets is part of the target.
  if (arrow !== null && before.trim() !== "" && before.split("[").length === before.split("]").length)
    return [before, shown.slice(arrow.index + arrow[0].length)];
  const at = shown.endsWith("]") ? shown.indexOf(" [") : -1;
  return at < 1 ? [shown, undefined] : [shown.slice(0, at), shown.slice(at + 2, -1)];
}

/** Characters from where a marker begins to where its name does, at every IIS and in `dir`. */
const markerWidth = 15;

/** Finds out from all lines where names begin. */
function nameColumn(rows: readonly (Row | undefined)[]): NameColumn {
  let certain: number | undefined;
  let owners: number | undefined;
  let markers = 0;
  let narrowest = Infinity;
  let column: number | undefined;
  let sizeEnd: number | undefined;
  let isRagged = false;
  for (const row of rows) {
    if (row === undefined) continue;
    if (row.marker === undefined) {
      isRagged ||= sizeEnd !== undefined && sizeEnd !== row.column.end;
      sizeEnd = row.column.end;
      continue;
    }
    const rest = row.line.slice(row.column.end).trimEnd();
    // Windows does not keep names that end with a dot, so that these are the directory and the one above.
    if (/\s\.{1,2}$/.test(rest)) {
      certain = row.column.end + rest.search(/\.{1,2}$/);
      if (!/^\s*\.{1,2}$/.test(rest)) owners = row.column.end + rest.search(/\S/);
    }
    narrowest = Math.min(narrowest, row.column.end + rest.length - rest.trimStart().length - row.column.start);
    column = row.column.start + markerWidth;
    markers++;
  }
  // A single line cannot tell its own blanks from those of a name; several can, and so do sizes, which end before the names.
  const isAligned = !isRagged && sizeEnd !== undefined && column === sizeEnd + 1;
  return { certain, owners, fixed: narrowest >= markerWidth && (markers > 1 || isAligned) };
}

/** The dialect: the order of the dates and the column of the names are found out from all lines. */
export const dosDialect: Dialect<"dos"> = {
  name: "dos",
  separator: "/",
  read: (lines, { now }) => {
    const rows = lines.map(rowOf);
    const dates: NumericDate[] = [];
    for (const row of rows) if (row !== undefined) dates.push(row.date);
    const order = chooseDateOrder(dates, ["mdy", "dmy", "ymd"], now);
    const names = nameColumn(rows);
    const entries = rows.map((row): ReadLine => (row === undefined ? undefined : entryOf(row, order, names)));
    return aroundEntries(lines, entries);
  },
};
