/**
 * Lines of OS/400 and IBM i in their own format (LISTFMT 0): owner, size, date, time, type, name. Owner, size, date and
 * time may be blank; the date is in the format of the server's job.
 *
 *     BAILEYSE     5263360 06/11/97 12:27:39 *FILE      SAVED
 *     BAILEYSE                               *MEM       SOURCE.MAIN
 *     QSYS           77824 02/23/00 15:09:55 *DIR       QOpenSys/
 */
import { columnsOf, restAfter, type Column } from "./columns.ts";
import { chooseDateOrder, inOrder, parseNumericDate, type DateOrder, type NumericDate } from "./date-order.ts";
import type { Dialect } from "./dialect.ts";
import { makeEntry, parseCount, type ListedEntry } from "./listed-entry.ts";
import { listedTime, parseTimeOfDay } from "./listed-time.ts";

const directories: readonly string[] = ["*DIR", "*DDIR", "*FLR", "*LIB"];
const files: readonly string[] = ["*FILE", "*MEM", "*STMF", "*DSTMF", "*DOC"];

/** Reads a line; undefined when it is none. */
export function parseOs400Line(line: string, order: DateOrder): ListedEntry | undefined {
  const columns = columnsOf(line, 5);
  const typeAt = columns.findIndex(({ text }) => /^\*[A-Z][A-Z0-9]{1,9}$/.test(text));
  const type = columns[typeAt]?.text;
  const shown = nameBehind(line, columns[typeAt]);
  if (type === undefined || shown === "") return undefined;
  const before = columns.slice(0, typeAt).map(({ text }) => text);
  // From the right, as each but the type may be missing.
  const time = parseTimeOfDay(before.at(-1)?.replaceAll(",", ":"));
  const date = time === undefined ? undefined : parseJobDate(before.at(-2));
  if (time !== undefined && date === undefined) return undefined;
  const rest = date === undefined ? before : before.slice(0, -2);
  const sizeText = /^\d+$/.test(rest.at(-1) ?? "") ? rest.pop() : undefined;
  if (rest.length > 1) return undefined;
  const isDirectory = directories.includes(type) || shown.endsWith("/");
  return makeEntry({
    name: shown.length > 1 && shown.endsWith("/") ? shown.slice(0, -1) : shown,
    kind: isDirectory ? "directory" : files.includes(type) ? "file" : "other",
    size: isDirectory ? undefined : parseCount(sizeText),
    ...(time === undefined || date === undefined ? undefined : listedTime({ ...inOrder(date, order), ...time })),
    owner: rest[0],
    facts: new Map([["type", type]]),
    dialect: "os400",
    raw: line,
  });
}

/** Characters of the column of types, and the blank behind it: what more blanks there are belong to the name. */
const typeWidth = 11;

function nameBehind(line: string, type: Column | undefined): string {
  const shown = restAfter(line, type);
  const start = (type?.start ?? 0) + typeWidth;
  return line.slice(type?.end, start).trim() === "" && line.length > start ? line.slice(start).trimEnd() : shown;
}

/** A job may also have commas between the numbers. */
function parseJobDate(text: string | undefined): NumericDate | undefined {
  return parseNumericDate(text?.replaceAll(",", "/"));
}

/** What is usual with each separator; the others are tried where the dates cannot be meant so. */
function preferred(separator: string | undefined): readonly [DateOrder, ...DateOrder[]] {
  switch (separator) {
    case ".":
      return ["dmy", "mdy", "ymd"];
    case "-":
      return ["ymd", "dmy", "mdy"];
    default:
      return ["mdy", "dmy", "ymd"];
  }
}

/** The dialect: the order of the dates is found out from all of them. */
export const os400Dialect: Dialect<"os400"> = {
  name: "os400",
  separator: undefined,
  read: (lines, { now }) => {
    const dates: NumericDate[] = [];
    let separator: string | undefined;
    for (const line of lines) {
      if (!line.includes("*")) continue;
      for (const { text } of columnsOf(line, 4)) {
        const date = parseJobDate(text);
        if (date === undefined) continue;
        dates.push(date);
        separator ??= /\D/.exec(text)?.[0];
      }
    }
    const order = chooseDateOrder(dates, preferred(separator), now);
    return lines.map((line) => parseOs400Line(line, order));
  },
};
