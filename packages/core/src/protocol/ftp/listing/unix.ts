/**
 * Lines as `ls -l` writes them: what LIST has meant to clients for decades, though no RFC says so.
 *
 *     -rw-r--r--   1 owner    group        1234 Nov 21 04:51 name
 *     lrwxrwxrwx   1 owner    group          11 Nov 21  2024 name -> target
 */
import { columnsOf, type Column } from "./columns.ts";
import { readSettled, type DateReading } from "./date-habits.ts";
import type { Dialect } from "./dialect.ts";
import { makeEntry, parseCount, type ListedEntry } from "./listed-entry.ts";
import { isMonthName } from "./months.ts";
import type { FoundDate } from "./unix-clock.ts";
import { parseUnixDate } from "./unix-date.ts";
import { splitLink } from "./unix-link.ts";
import { inSections } from "./unix-sections.ts";

/**
 * Inode and blocks may go before, an access list's sign and the links' number behind. Small systems leave out some of the
 * nine permissions.
 */
const attributes =
  /^(?:\d{1,20} +(?:\d{1,20}(?:[.,]\d{1,3})?[KMGT]? +)?)?([-dlbcpsDnCMmPw?fFe])([-rwxsStTlL]{6,9})[.+@-]?( *)(\d+)? +/;
/** Columns before the name: owners of a dozen words are still read. */
const mostColumns = 24;

/**
 * Reads a line as a listing of its own.
 *
 * @param now - The present, in milliseconds: a date without a year is the last such day.
 * @returns undefined when the line is none.
 */
export function parseUnixLine(line: string, now: number): ListedEntry | undefined {
  return readSettled(now, (reading) => parseLine(line, reading));
}

/** The dialect. */
export const unixDialect: Dialect<"unix"> = {
  name: "unix",
  separator: "/",
  read: (lines, { now }) =>
    inSections(
      lines,
      readSettled(now, (reading) => lines.map((line) => parseLine(line, reading))),
    ),
};

function parseLine(line: string, reading: DateReading): ListedEntry | undefined {
  const indent = line.length - line.trimStart().length;
  const start = attributes.exec(indent === 0 ? line : line.slice(indent));
  if (start === null) return undefined;
  const [head, letter = "", bits = "", blanks, links] = start;
  if (bits.length < 9 && blanks === "" && links !== undefined) return undefined;
  const columns = columnsOf(line, mostColumns, indent + head.length);
  const found = findDate(columns, links, reading) ?? findNone(columns, links);
  if (found === undefined) return undefined;
  const shown = nameBehind(line, columns[found.at + found.date.columns - 1], found.date.gap ?? 1, reading);
  if (shown === "") return undefined;
  const size = found.at === 0 ? links : columns[found.sizeAt]?.text;
  const isDevice = letter === "b" || letter === "c";
  const isSpread = isDevice && columns[found.sizeAt - 1]?.text.endsWith(",") === true;
  const owners = Math.max(0, isSpread ? found.sizeAt - 1 : found.sizeAt);
  const exact = isDevice || size === undefined ? undefined : parseSize(size);
  const [name, target] = letter === "l" ? splitLink(shown, exact) : [shown, undefined];
  const { modified, timePrecision, timeIsLocal } = found.date.time;
  return makeEntry({
    name,
    kind: kindOf(letter),
    size: exact,
    roughSize: isDevice || size === undefined || exact !== undefined ? undefined : parseRoughSize(size),
    modified,
    timePrecision,
    timeIsLocal,
    mode: bits.length === 9 ? modeOf(bits) : undefined,
    owner: owners > 0 ? columns[0]?.text : undefined,
    // Names of groups with blanks are usual where a domain has them; such names of owners are not.
    group: owners > 1 ? joined(columns, 1, owners) : undefined,
    links: found.at === 0 ? undefined : parseCount(links),
    target,
    dialect: "unix",
    raw: line,
  });
}

/** Exactly one blank goes before the name, or as many as fill up the date: what more there is belongs to the name. */
function nameBehind(line: string, last: Column | undefined, gap: number, reading: DateReading): string {
  if (last === undefined) return "";
  let start = last.end + gap;
  for (let skipped = 0; skipped < reading.habits.indent && line.charAt(start) === " "; skipped++) start++;
  const shown = line.slice(start);
  if (!shown.startsWith(" ")) reading.leastIndent = 0;
  else {
    const indent = shown.length - shown.trimStart().length;
    reading.leastIndent = Math.min(reading.leastIndent, indent);
    if (shown.length === indent + 1 && shown.endsWith(".")) reading.dotIndent = indent;
    if (shown.length === indent + 2 && shown.endsWith("..")) reading.dotDotIndent = indent;
  }
  return shown;
}

/** The texts of columns, a blank between two. */
function joined(columns: readonly Column[], from: number, to: number): string {
  let text = columns[from]?.text ?? "";
  for (let at = from + 1; at < to; at++) text += ` ${columns[at]?.text ?? ""}`;
  return text;
}

const roughSize = /^(\d{1,9}(?:[.,]\d{1,3})?)([KMGTPE])(?:i?B)?$/i;
const groupedSize = /^\d{1,3}(?:[,.'’]\d{3})+$/;

/** Whether this may be a size; major and minor number of a device are in its place. */
function isSize(text: string | undefined): boolean {
  if (text === undefined || !/^[-\d]/.test(text)) return false;
  return /^-?\d+$/.test(text) || roughSize.test(text) || groupedSize.test(text) || isDevice(text);
}

/** A day of the week may stand between size and date. */
function isWeekday(text: string | undefined): boolean {
  return text !== undefined && text.length <= 5 && /^\p{L}{2,3}\.?,?$/u.test(text);
}

function parseSize(text: string): number | undefined {
  return parseCount(text) ?? (groupedSize.test(text) ? parseCount(text.replace(/\D/g, "")) : undefined);
}

function parseRoughSize(text: string): number | undefined {
  const match = roughSize.exec(text);
  if (match === null) return undefined;
  const [, number = "", unit = ""] = match;
  const power = "KMGTPE".indexOf(unit.toUpperCase()) + 1;
  return Math.round(Number(number.replace(",", ".")) * 1024 ** power);
}

interface Place {
  readonly at: number;
  readonly sizeAt: number;
  readonly date: FoundDate;
}

/**
 * Where the date is: behind a size, a weekday between them allowed. What is less sure is tried last, lest an owner's name is
 * taken for a month: words that no language here has for one, months by their numbers, seconds since 1970.
 */
function findDate(columns: readonly Column[], links: string | undefined, reading: DateReading): Place | undefined {
  return (
    findBehindSize(columns, (at) => parseUnixDate(columns, at, reading)) ??
    // Neither links nor owners: the only number is the size.
    (links === undefined ? undefined : placeOf(0, -1, parseUnixDate(columns, 0, reading))) ??
    findBehindSize(columns, (at) => parseUnixDate(columns, at, reading, true)) ??
    findBehindSize(columns, (at) => parseMonthNumber(columns, at, reading)) ??
    findBehindOwner(columns, reading) ??
    placeOf(3, 2, links === undefined ? undefined : parseSeconds(columns))
  );
}

function placeOf(at: number, sizeAt: number, date: FoundDate | undefined): Place | undefined {
  return date === undefined ? undefined : { at, sizeAt, date };
}

function findBehindSize(columns: readonly Column[], parse: (at: number) => FoundDate | undefined): Place | undefined {
  for (let at = 1; at < columns.length; at++) {
    let sizeAt = at - 1;
    if (!isSize(columns[sizeAt]?.text)) {
      if (at === 1 || !isWeekday(columns[sizeAt]?.text)) continue;
      sizeAt--;
      if (!isSize(columns[sizeAt]?.text)) continue;
    }
    const date = parse(at);
    if (date !== undefined) return { at, sizeAt, date };
  }
  return undefined;
}

/** `3 29 03:26`: month and day by their numbers. */
function parseMonthNumber(columns: readonly Column[], at: number, reading: DateReading): FoundDate | undefined {
  const [first, second] = [columns[at]?.text ?? "", columns[at + 1]?.text ?? ""];
  if (!/^\d{1,2}$/.test(first) || !/^\d{1,2}$/.test(second)) return undefined;
  if (columns[at + 2]?.text.includes(":") !== true) return undefined;
  const [month, day] = Number(first) > 12 ? [second, first] : [first, second];
  const named = [`${month}月`, day].map((text): Column => ({ text, start: 0, end: 0 }));
  return parseUnixDate([...named, ...columns.slice(at + 2)], 0, reading);
}

/** A large file's size may run into its group: `staff125435904`. Where the one ends is not known. */
function findBehindOwner(columns: readonly Column[], reading: DateReading): Place | undefined {
  for (let at = 2; at < columns.length; at++) {
    if (!/^[^\d\s]\S*\d{3,}$/.test(columns[at - 1]?.text ?? "")) continue;
    const date = parseUnixDate(columns, at, reading);
    if (date !== undefined) return { at, sizeAt: at - 1, date };
  }
  return undefined;
}

/** `ls --time-style=+%s`: owner, group, size, seconds since 1970 UTC. Between 2001 and 2099, for it looks like a size. */
function parseSeconds(columns: readonly Column[]): FoundDate | undefined {
  const match = /^([1-3]\d{9}|40\d{8})(?:\.(\d{1,9}))?$/.exec(columns[3]?.text ?? "");
  if (match === null || columns.length < 5 || !isSize(columns[2]?.text)) return undefined;
  return { time: { modified: Number(match[1]) * 1000, timePrecision: "second" }, columns: 1 };
}

/**
 * Some servers tell no date: owner, group, size and a name of one word. A name with blanks is not known from a date that is not
 * understood, nor is a word that dates have.
 */
function findNone(columns: readonly Column[], links: string | undefined): Place | undefined {
  const [, , size, name] = columns;
  if (links === undefined || columns.length !== 4 || size === undefined || name === undefined) return undefined;
  if (!/^\d+$/.test(size.text) || isMonthName(name.text) || !/^[^\d]|^\d+-\p{L}/u.test(name.text)) return undefined;
  return { at: 3, sizeAt: 2, date: { time: {}, columns: 0 } };
}

/** Major and minor number in one column. */
function isDevice(text: string): boolean {
  return /^(?:\d+,\d+|0x[0-9a-f]+)$/i.test(text);
}

function kindOf(letter: string): ListedEntry["kind"] {
  switch (letter) {
    case "d":
      return "directory";
    case "l":
      return "symlink";
    // Contiguous files, files that were moved to tape, and what HP-UX names so for files of the net.
    case "-":
    case "C":
    case "f":
    case "F":
    case "M":
    case "m":
    case "n":
      return "file";
    case "?":
      return "unknown";
    default:
      return "other";
  }
}

function modeOf(bits: string): number {
  let mode = 0;
  for (let i = 0; i < 9; i++) {
    const letter = bits.charAt(i);
    mode <<= 1;
    if (letter !== "-" && letter !== "S" && letter !== "T" && letter !== "l" && letter !== "L") mode |= 1;
  }
  const special = (at: number): boolean => /[sStTlL]/.test(bits.charAt(at));
  return mode | (special(2) ? 0o4000 : 0) | (special(5) ? 0o2000 : 0) | (special(8) ? 0o1000 : 0);
}
