/**
 * Lines of VMS and OpenVMS: name, type and version; blocks used and allocated; time; owner; protection. A name that fills
 * its column stands alone, and the rest in the line below.
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
import { listedTime, parseTimeOfDay, type ListedTime } from "./listed-time.ts";
import { parseMonth } from "./months.ts";

/** Octets of a block. */
const blockSize = 512;
const version = /;\d{1,5}(?=[ \t]|$)/;
const dates = /^(\d{1,2})-([A-Za-z]{3})-(\d{4})$/;

/**
 * Reads a line; undefined when it is none. A file keeps its version in its name, as each version is a file of its own; of a
 * folder `.DIR;1` goes, as commands take it.
 */
export function parseVmsLine(line: string): ListedEntry | undefined {
  const found = version.exec(line);
  if (found === null) return undefined;
  const end = found.index + found[0].length;
  const full = line.slice(0, end).trimStart();
  if (full.startsWith(";") || /[[\]<>,]/.test(full)) return undefined;
  const rest = line.slice(end).trim();
  const refused = /^[<(]?%[A-Z]+-[EFW]-[A-Z]+/.test(rest);
  const time = timeIn(rest);
  if (time === undefined && !refused) return undefined;
  const folder = /^(.+)\.DIR;\d+$/i.exec(full);
  const blocks = refused ? undefined : blocksIn(rest);
  const [group, owner] = ownerIn(rest);
  return makeEntry({
    name: folder?.[1] ?? full,
    kind: folder === null ? "file" : "directory",
    roughSize: folder !== null || blocks === undefined ? undefined : blocks * blockSize,
    ...time,
    owner,
    group,
    facts: refused ? new Map([["error", rest]]) : protectionIn(rest),
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
    return listedTime({ year: Number(date[3]), month, day: Number(date[1]), ...time });
  }
  return undefined;
}

function blocksIn(rest: string): number | undefined {
  const match = /^(\d{1,12})(?:\/\d{1,12})?(?=[ \t]|$)/.exec(rest);
  return parseCount(match?.[1]);
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
  /^\s*(?:Directory\s+[^\s[<]*[[<]\S*|(?:Grand )?Total of \d+ (?:files?|director(?:y|ies)),.*|%DIRECT-W-NOFILES\b.*|%RMS-E-FNF\b.*)$/i,
);

/** The dialect: lines that were wrapped are joined. */
export const vmsDialect: Dialect = {
  name: "vms",
  read: (lines) => {
    const read: ReadLine[] = [];
    for (let at = 0; at < lines.length; at++) {
      const line = lines[at] ?? "";
      const entry = parseVmsLine(line);
      if (entry !== undefined) read.push(entry);
      else if (isNotice(line)) read.push("notice");
      else {
        const joined = parseWrapped(line, lines[at + 1]);
        read.push(joined);
        if (joined === undefined) continue;
        read.push("notice");
        at++;
      }
    }
    return read;
  },
};

function parseWrapped(line: string, next: string | undefined): ListedEntry | undefined {
  const alone = line.trimEnd();
  if (next === undefined || !/^[ \t]/.test(next) || !/^\S.*;\d{1,5}$/.test(alone)) return undefined;
  const entry = parseVmsLine(`${alone} ${next.trim()}`);
  return entry === undefined ? undefined : { ...entry, raw: `${line}\n${next}` };
}
