/**
 * Lines of VMS and OpenVMS: name, type and version; blocks used and allocated; time; owner; protection, in whatever order the
 * server was told. A name that fills its column stands alone, and the rest in the lines below.
 *
 *     Directory DISK$USER:[PUB]
 *
 *     README.TXT;3          12/15      2-JAN-1999 10:02:03.45  [SYSTEM,OPER]  (RWED,RWED,RE,)
 *     A_NAME_THAT_FILLS_ITS_COLUMN.TXT;1
 *                              213    29-JAN-1996 03:33  [ANONYMOUS]  (RWED,RWED,,)
 *     LOCKED.DAT;1          %RMS-E-PRV, insufficient privilege or file protection violation
 *
 *     Total of 3 files, 225/228 blocks.
 */
import { columnsOf } from "./columns.ts";
import { noticesLike, type Dialect, type ReadLine } from "./dialect.ts";
import { makeEntry, parseCount, type ListedEntry } from "./listed-entry.ts";
import { fullYear, listedTime, parseTimeOfDay, type ListedTime } from "./listed-time.ts";
import { parseMonth } from "./months.ts";

/** Octets of a block. */
const blockSize = 512;
const version = /;\d{1,5}(?=[ \t]|$)/;
const dates = /^(\d{1,2})-([A-Za-z]{3})-(\d{4}|\d{2})$/;
/** A directory at the beginning of a name, in either kind of brackets. */
const inDirectory = /^(?:[A-Z0-9$_-]{1,64}:{1,2})?(?:\[([^[\]<>]{1,255})\]|<([^[\]<>]{1,255})>)(?=[^\s])/i;

/**
 * Reads a line; undefined when it is none. A file keeps its version in its name, as each version is a file of its own; of a
 * directory `.DIR;1` goes, as commands take it.
 */
export function parseVmsLine(line: string): ListedEntry | undefined {
  const found = version.exec(line);
  if (found === null) return undefined;
  const end = found.index + found[0].length;
  const shown = line.slice(0, end).trimStart();
  const within = inDirectory.exec(shown);
  const full = within === null ? shown : shown.slice(within[0].length);
  if (full.startsWith(";") || /[[\]<>,]/.test(full)) return undefined;
  const rest = line.slice(end).trim();
  const refused = /^[<(]?%[A-Z]+-[EFW]-[A-Z]+/.test(rest);
  const time = timeIn(rest);
  if (time === undefined && !refused) return undefined;
  // A file that is not found, as `*.*;0`, is none.
  if (refused && (/-FNF\b/.test(rest) || /[*%]/.test(full))) return undefined;
  const directory = /^(.+)\.DIR;\d+$/i.exec(full);
  const [group, owner] = ownerIn(rest);
  return makeEntry({
    name: directory?.[1] ?? full,
    kind: directory === null ? "file" : "directory",
    ...(directory === null && !refused ? sizeIn(rest) : undefined),
    ...time,
    owner,
    group,
    facts: refused ? new Map([["error", rest]]) : protectionIn(rest),
    directory: within?.[1] ?? within?.[2],
    dialect: "vms",
    raw: line,
  });
}

function timeIn(rest: string): ListedTime | undefined {
  const columns = columnsOf(rest, 8).map(({ text }) => text);
  for (const [at, text] of columns.entries()) {
    const date = dates.exec(text);
    const month = parseMonth(date?.[2]);
    if (date === null || month === undefined) continue;
    const time = parseTimeOfDay(columns[at + 1]);
    return listedTime({ year: fullYear(date[3] ?? ""), month, day: Number(date[1]), ...time });
  }
  return undefined;
}

const units: ReadonlyMap<string, number> = new Map([
  ["KB", 1024],
  ["MB", 1024 ** 2],
  ["GB", 1024 ** 3],
  ["TB", 1024 ** 4],
]);

/** Blocks used, or used and allocated; in larger units; a number that the allocated blocks hold, and so is of octets. */
function sizeIn(rest: string): Pick<ListedEntry, "size" | "roughSize"> | undefined {
  for (const { text } of columnsOf(rest, 8)) {
    const blocks = /^(\d{1,15})(?:\/(\d{1,12}))?$/.exec(text);
    if (blocks !== null) return sizeOf(parseCount(blocks[1]), parseCount(blocks[2]));
    const large = /^(\d{1,9}(?:\.\d{1,3})?)([KMGT]B)$/i.exec(text);
    if (large !== null)
      return { roughSize: Math.round(Number(large[1]) * (units.get(large[2]?.toUpperCase() ?? "") ?? 1)) };
  }
  return undefined;
}

function sizeOf(
  used: number | undefined,
  allocated: number | undefined,
): Pick<ListedEntry, "size" | "roughSize"> | undefined {
  if (used === undefined) return undefined;
  if (allocated !== undefined && used > allocated) return used <= allocated * blockSize ? { size: used } : undefined;
  return { roughSize: used * blockSize };
}

/** `[GROUP,MEMBER]` or `[MEMBER]`. */
function ownerIn(rest: string): [group: string | undefined, owner: string | undefined] {
  const start = rest.indexOf("[");
  const end = rest.indexOf("]", start);
  if (start === -1 || end === -1) return [undefined, undefined];
  const [first = "", second] = rest.slice(start + 1, end).split(",", 2);
  return second === undefined ? [undefined, first.trim()] : [first.trim(), second.trim()];
}

function protectionIn(rest: string): ReadonlyMap<string, string> | undefined {
  const match = /\(([RWEDC, ]*)\)$/i.exec(rest);
  return match === null ? undefined : new Map([["protection", match[1] ?? ""]]);
}

const isNotice = noticesLike(
  new RegExp(
    `^\\s*(?:${[
      String.raw`Directory\s+[^\s[<]*[[<]\S*`,
      // Without the word there is a device.
      String.raw`[A-Z0-9$_-]{1,64}:{1,2}(?:[A-Z0-9$_-]{1,64}:)?(?:\[[^[\]]{1,255}\]|<[^<>]{1,255}>)`,
      String.raw`(?:Grand )?Total of \d+ (?:files?|director(?:y|ies)|blocks)\b.*`,
      String.raw`Total \d+ files?`,
      String.raw`%DIRECT-W-NOFILES\b.*`,
      String.raw`(?:\*\.\*;\d*\s+)?<?%RMS-[EW]-FNF\b.*`,
    ].join("|")})$`,
    "i",
  ),
);

/** Lines that one entry may take. */
const mostLines = 4;

/** The dialect: lines that were wrapped are joined. */
export const vmsDialect: Dialect<"vms"> = {
  name: "vms",
  separator: undefined,
  read: (lines) => {
    const read: ReadLine[] = [];
    while (read.length < lines.length) {
      const [found, count] = readFrom(lines, read.length);
      read.push(found);
      for (let more = 1; more < count; more++) read.push("notice");
    }
    return read;
  },
};

/** Reads the line at a place, and those below that belong to it. */
function readFrom(lines: readonly string[], at: number): [found: ReadLine, count: number] {
  const line = lines[at] ?? "";
  const entry = parseVmsLine(line);
  if (entry !== undefined) return withMore(entry, lines, at, 1);
  if (isNotice(line)) return ["notice", 1];
  if (!/^\S[^;]*;\d{1,5}(?:[ \t]+[\d/*]+)?[ \t]*$/.test(line)) return [undefined, 1];
  let joined = line.trimEnd();
  for (let count = 2; count <= mostLines; count++) {
    const next = lines[at + count - 1];
    if (next === undefined || !/^[ \t]/.test(next)) break;
    joined += ` ${next.trim()}`;
    const wrapped = parseVmsLine(joined);
    if (wrapped !== undefined) return withMore(wrapped, lines, at, count);
    if (isNotice(joined)) return ["notice", count];
  }
  return [undefined, 1];
}

/** Adds owner and protection, where the line below has nothing else. */
function withMore(
  entry: ListedEntry,
  lines: readonly string[],
  at: number,
  count: number,
): [found: ReadLine, count: number] {
  const next = lines[at + count] ?? "";
  const isMore = /^[ \t]+(?:\[[^[\]]{1,64}\])?[ \t]*(?:\([RWEDC, ]{1,64}\))?[ \t]*$/i.test(next) && next.trim() !== "";
  const used = isMore ? count + 1 : count;
  if (used === 1) return [entry, 1];
  const joined = lines.slice(at, at + used).map((line, index) => (index === 0 ? line.trimEnd() : line.trim()));
  const whole = isMore ? (parseVmsLine(joined.join(" ")) ?? entry) : entry;
  return [makeEntry({ ...whole, raw: lines.slice(at, at + used).join("\n") }), used];
}
