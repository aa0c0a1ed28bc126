/**
 * Lines as `ls -l` writes them: what LIST has meant to clients for decades, though no RFC says so.
 *
 *     -rw-r--r--   1 owner    group        1234 Nov 21 04:51 name
 *     lrwxrwxrwx   1 owner    group          11 Nov 21  2024 name -> target
 */
import type { ListedEntry } from "./listed-entry.ts";
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
  const size = String(entry.size).padStart(12);
  const target = entry.kind === "symlink" && entry.target !== undefined ? ` -> ${entry.target}` : "";
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
  const date = new Date(ms);
  const month = months[date.getUTCMonth()] ?? "Jan";
  const day = String(date.getUTCDate()).padStart(2);
  if (ms > now + minute || ms < now - recent)
    return `${month} ${day}  ${String(date.getUTCFullYear()).padStart(4, "0")}`;
  const hours = date.getUTCHours();
  const minutes = date.getUTCMinutes();
  return `${month} ${day} ${hours < 10 ? "0" : ""}${hours}:${minutes < 10 ? "0" : ""}${minutes}`;
}

const attributes = /^([-dlbcpsDn])([-rwxsStTlL]{9})[.+@]? *(\d+)? +/;
/** Month and day in either order, or an ISO date; then a time or a year. Exactly one blank goes before the name. */
const dates: readonly RegExp[] = [
  /(?<=\s)(?<month>[A-Za-z]{3})\s+(?<day>\d{1,2})\s+(?:(?<hour>\d{1,2}):(?<minute>\d\d)|(?<year>\d{4}))\s/,
  /(?<=\s)(?<day>\d{1,2})\s+(?<month>[A-Za-z]{3})\s+(?:(?<hour>\d{1,2}):(?<minute>\d\d)|(?<year>\d{4}))\s/,
  /(?<=\s)(?<year>\d{4})-(?<number>\d\d)-(?<day>\d\d)\s+(?<hour>\d{1,2}):(?<minute>\d\d)(?::(?<second>\d\d)(?:\.\d+)?(?:\s+[+-]\d{4})?)?\s/,
];

/**
 * Reads a line.
 *
 * @param now - The present, in milliseconds: a date without a year is the last such day.
 * @returns undefined when the line is none.
 */
export function parseUnixLine(line: string, now: number): ListedEntry | undefined {
  const start = attributes.exec(line);
  if (start === null) return undefined;
  const [head, letter = "", bits = "", links] = start;
  const rest = ` ${line.slice(head.length)}`;
  for (const pattern of dates) {
    const date = pattern.exec(rest);
    if (date === null) continue;
    const columns = rest.slice(0, date.index).trim().split(/\s+/);
    const sizeText = columns.at(-1) ?? "";
    if (!/^\d+$/.test(sizeText)) continue;
    const isDevice = letter === "b" || letter === "c";
    const owners = columns.slice(0, isDevice && columns.at(-2)?.endsWith(",") === true ? -2 : -1);
    const shown = rest.slice(date.index + date[0].length);
    if (shown === "") return undefined;
    return entryOf(
      line,
      letter,
      bits,
      { shown, sizeText: isDevice ? "" : sizeText, owners, links },
      when(date.groups ?? {}, now),
    );
  }
  return undefined;
}

interface Columns {
  readonly shown: string;
  readonly sizeText: string;
  readonly owners: readonly string[];
  readonly links: string | undefined;
}

type When = Pick<ListedEntry, "modified" | "timePrecision" | "timeIsLocal">;

function entryOf(raw: string, letter: string, bits: string, columns: Columns, date: When): ListedEntry {
  const { shown, sizeText, owners, links } = columns;
  const arrow = letter === "l" ? shown.indexOf(" -> ") : -1;
  const kind =
    letter === "d" || letter === "D"
      ? "directory"
      : letter === "l"
        ? "symlink"
        : letter === "-" || letter === "n"
          ? "file"
          : "other";
  const [owner, group] = owners;
  return {
    name: arrow === -1 ? shown : shown.slice(0, arrow),
    kind,
    ...(sizeText === "" ? {} : { size: Number(sizeText) }),
    ...date,
    mode: modeOf(bits),
    ...(owner === undefined || owner === "" ? {} : { owner }),
    ...(group === undefined ? {} : { group }),
    ...(links === undefined ? {} : { links: Number(links) }),
    ...(arrow === -1 ? {} : { target: shown.slice(arrow + 4) }),
    raw,
  };
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

function when(groups: Readonly<Record<string, string | undefined>>, now: number): When {
  const named = months.findIndex((name) => name.toLowerCase() === groups["month"]?.toLowerCase());
  const month = groups["number"] === undefined ? named : Number(groups["number"]) - 1;
  const day = Number(groups["day"]);
  if (month < 0 || month > 11 || day < 1 || day > 31) return {};
  const { hour, minute: minutes, second, year } = groups;
  const time = ((Number(hour ?? 0) * 60 + Number(minutes ?? 0)) * 60 + Number(second ?? 0)) * 1000;
  if (year !== undefined) {
    const modified = Date.UTC(Number(year), month, day) + time;
    return {
      modified,
      timePrecision: hour === undefined ? "day" : second === undefined ? "minute" : "second",
      timeIsLocal: true,
    };
  }
  const thisYear = new Date(now).getUTCFullYear();
  const modified = Date.UTC(thisYear, month, day) + time;
  // A day ahead is allowed for: the server's zone may be ahead of UTC.
  const last = modified > now + 86_400_000 ? Date.UTC(thisYear - 1, month, day) + time : modified;
  return { modified: last, timePrecision: "minute", timeIsLocal: true };
}
