/**
 * Lines as `ls -l` writes them: what LIST has meant to clients for decades, though no RFC says so.
 *
 *     -rw-r--r--   1 owner    group        1234 Nov 21 04:51 name
 *     lrwxrwxrwx   1 owner    group          11 Nov 21  2024 name -> target
 */
import { octetTextLength } from "../../octet-text.ts";
import { withinFourDigits } from "../time.ts";
import { columnsOf, type Column } from "./columns.ts";
import { lineByLine, type Dialect } from "./dialect.ts";
import { makeEntry, parseCount, type ListedEntry } from "./listed-entry.ts";
import { parseUnixDate, type FoundDate } from "./unix-date.ts";
import type { ServerEntry } from "./server-entry.ts";

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;
/** Milliseconds after which the year takes the place of the time: half a year, as `ls` has it. */
const recent = 15_778_476_000;
const minute = 60_000;

/**
 * Formats a line, without its line end, in UTC.
 *
 * @param now - The present, in milliseconds since 1970-01-01 UTC: decides between time and year.
 */
export function formatUnixLine(entry: ServerEntry, now: number): string {
  const mode = entry.mode ?? (entry.kind === "directory" ? 0o755 : 0o644);
  const owner = (entry.owner ?? entry.uid?.toString() ?? "ftp").padEnd(8);
  const group = (entry.group ?? entry.gid?.toString() ?? "ftp").padEnd(8);
  const links = String(entry.links ?? 1).padStart(3);
  const leads = entry.kind === "symlink" ? entry.target : undefined;
  // A link's size is its target's: by that alone is known which of several arrows divides the two.
  const size = String(leads === undefined ? entry.size : octetTextLength(leads)).padStart(12);
  const target = leads === undefined ? "" : ` -> ${leads}`;
  return `${letterOf(entry)}${formatMode(mode)} ${links} ${owner} ${group} ${size} ${formatDate(entry.modified, now)} ${entry.name}${target}`;
}

function letterOf(entry: ServerEntry): string {
  switch (entry.kind) {
    case "file":
      return "-";
    case "directory":
      return "d";
    case "symlink":
      return "l";
    case "other":
      return "s";
  }
}

const triplets = ["---", "--x", "-w-", "-wx", "r--", "r-x", "rw-", "rwx"] as const;

function formatMode(mode: number): string {
  return `${triplets[(mode >> 6) & 7] ?? ""}${triplets[(mode >> 3) & 7] ?? ""}${triplets[mode & 7] ?? ""}`;
}

function formatDate(ms: number, now: number): string {
  const date = new Date(withinFourDigits(ms));
  const month = months[date.getUTCMonth()] ?? "Jan";
  const day = String(date.getUTCDate()).padStart(2);
  if (ms > now + minute || ms < now - recent)
    return `${month} ${day}  ${String(date.getUTCFullYear()).padStart(4, "0")}`;
  const hours = date.getUTCHours();
  const minutes = date.getUTCMinutes();
  return `${month} ${day} ${hours < 10 ? "0" : ""}${hours}:${minutes < 10 ? "0" : ""}${minutes}`;
}

/** Inode and blocks may go before, an access list's sign and the links' number behind. */
const attributes = /^(?:\d{1,20} +){0,2}([-dlbcpsDnCMmPw?])([-rwxsStTlL]{9})[.+@]? *(\d+)? +/;
/** Columns before the name: owners of a dozen words are still read. */
const mostColumns = 24;

/**
 * Reads a line.
 *
 * @param now - The present, in milliseconds: a date without a year is the last such day.
 * @returns undefined when the line is none.
 */
export function parseUnixLine(line: string, now: number): ListedEntry | undefined {
  const indent = line.length - line.trimStart().length;
  const start = attributes.exec(indent === 0 ? line : line.slice(indent));
  if (start === null) return undefined;
  const [head, letter = "", bits = "", links] = start;
  const columns = columnsOf(line, mostColumns, indent + head.length);
  const found = findDate(columns, links, now);
  if (found === undefined) return undefined;
  const last = columns[found.at + found.date.columns - 1];
  // Exactly one blank goes before the name: what more there is belongs to it.
  const shown = last === undefined ? "" : line.slice(last.end + 1);
  if (shown === "") return undefined;
  const size = found.at === 0 ? links : columns[found.sizeAt]?.text;
  const isDevice = letter === "b" || letter === "c";
  const isSpread = isDevice && columns[found.sizeAt - 1]?.text.endsWith(",") === true;
  const owners = Math.max(0, isSpread ? found.sizeAt - 1 : found.sizeAt);
  const exact = isDevice ? undefined : parseCount(size);
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
    mode: modeOf(bits),
    owner: owners > 0 ? columns[0]?.text : undefined,
    // Names of groups with blanks are usual where a domain has them; such names of owners are not.
    group: owners > 1 ? joined(columns, 1, owners) : undefined,
    links: found.at === 0 ? undefined : parseCount(links),
    target,
    dialect: "unix",
    raw: line,
  });
}

/** The texts of columns, a blank between two. */
function joined(columns: readonly Column[], from: number, to: number): string {
  let text = columns[from]?.text ?? "";
  for (let at = from + 1; at < to; at++) text += ` ${columns[at]?.text ?? ""}`;
  return text;
}

/** The dialect. */
export const unixDialect: Dialect = lineByLine(
  "unix",
  (line, { now }) => parseUnixLine(line, now),
  (line) => total.test(line),
);

/** The line that `ls -l` begins with, in the languages of `months.ts`. */
const total =
  /^\s*(?:total|totale|totaal|totalt|insgesamt|gesamt|summe|yhteensä|razem|łącznie|итого|合計|합계|총|총계|总用量|總計)[\s:：]*[\d.,]+\s?[KMGTP]?(?:\s.{0,40})?$/i;

const roughSize = /^(\d{1,9}(?:[.,]\d{1,3})?)([KMGTPE])(?:i?B)?$/i;

function isSize(text: string | undefined): boolean {
  return text !== undefined && (/^\d+$/.test(text) || roughSize.test(text));
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
 * Where the date is: behind a size, a weekday between them allowed. Months that no language here has are tried last, lest an
 * owner's name is taken for one.
 */
function findDate(columns: readonly Column[], links: string | undefined, now: number): Place | undefined {
  for (const anyMonth of [false, true]) {
    for (let at = 1; at < columns.length; at++) {
      const before = columns[at - 1]?.text;
      const isWeekday = at > 1 && before !== undefined && /^\p{L}{2,3}\.?,?$/u.test(before);
      const sizeAt = isWeekday ? at - 2 : at - 1;
      if (!isSize(columns[sizeAt]?.text) && !isDevice(columns[sizeAt]?.text)) continue;
      const date = parseUnixDate(columns, at, now, anyMonth);
      if (date !== undefined) return { at, sizeAt, date };
    }
    // Neither links nor owners: the only number is the size.
    const date = links === undefined || anyMonth ? undefined : parseUnixDate(columns, 0, now);
    if (date !== undefined) return { at: 0, sizeAt: -1, date };
  }
  return undefined;
}

/** Major and minor number in one column. */
function isDevice(text: string | undefined): boolean {
  return text !== undefined && /^(?:\d+,\d+|0x[0-9a-f]+)$/i.test(text);
}

const arrow = " -> ";

/** Divides a link from where it leads. The size of a link is its target's: that tells apart names with an arrow inside. */
function splitLink(shown: string, size: number | undefined): [name: string, target: string | undefined] {
  const first = shown.indexOf(arrow);
  if (first === -1) return [shown, undefined];
  const sized = size === undefined || size === 0 ? undefined : arrowBefore(shown, size);
  const at = sized ?? first;
  return [shown.slice(0, at), shown.slice(at + arrow.length)];
}

/** The arrow that so much follows: octets, be it UTF-8, or of a charset that has one for each character. */
function arrowBefore(shown: string, size: number): number | undefined {
  const isArrow = (at: number): boolean => at > 0 && shown.startsWith(arrow, at);
  let octets = 0;
  for (let end = shown.length; end > 0 && octets <= size; end--) {
    if (octets === size && isArrow(end - arrow.length)) return end - arrow.length;
    const unit = shown.charCodeAt(end - 1);
    // Half of a pair of surrogates is half of four octets.
    octets += unit < 0x80 ? 1 : unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 2 : 3;
  }
  const counted = shown.length - size - arrow.length;
  return isArrow(counted) ? counted : undefined;
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
