/**
 * Listings of z/OS and MVS: data sets, and members of a partitioned one.
 *
 *     Volume Unit    Referred Ext Used Recfm Lrecl BlkSz Dsorg Dsname
 *     PUB001 3390   2024/03/04  1    3  FB      80  3120  PO  SOURCE.COBOL
 *     Migrated                                                OLD.DATA
 *
 *      Name     VV.MM   Created       Changed      Size  Init   Mod   Id
 *     PAYROLL   01.03 2022/09/12 2022/10/11 09:37    11    11     0 ANNA
 *
 *      Name      Size     TTR   Alias-of AC --------- Attributes --------- Amode Rmode
 *     LOADER    000058   000009          00 FO             RN RU            31    ANY
 *
 * Neither tells octets: tracks and records are counted. When a data set was modified is not told either, only when somebody
 * last referred to it.
 */
import { columnsOf } from "./columns.ts";
import type { Dialect, ReadLine } from "./dialect.ts";
import { makeEntry, type ListedEntry } from "./listed-entry.ts";
import { listedTime, parseTimeOfDay } from "./listed-time.ts";

const names = /^'?[A-Z0-9$#@][A-Z0-9$#@.-]{0,43}(?:\([A-Z0-9$#@+-]{1,8}\))?'?$/i;
const member = /^[A-Z$#@{][A-Z0-9$#@{]{0,7}$/i;
const organisations = /^(?:PO|PS|DA|IS|VS|VSAM|GDG|HFS|ZFS|PATH)(?:-[A-Z])?U?$/;
const isoDate = /^(\d{4})\/(\d\d)\/(\d\d)$/;

/** Reads a line about a data set; undefined when it is none. */
export function parseDataSetLine(line: string): ListedEntry | undefined {
  const columns = columnsOf(line, 12).map(({ text }) => text);
  const name = columns.at(-1) ?? "";
  if (columns.length < 2 || columns.length > 11 || !names.test(name)) return undefined;
  const told = columns.slice(0, -1).join(" ");
  const kind = kindWithoutColumns(told);
  if (kind !== undefined) return entryOf(line, name, kind, new Map([["status", told]]));
  const [volume = "", unit = "", referred = ""] = columns;
  const organisation = columns.at(-2) ?? "";
  const isDated = referred === "**NONE**" || isoDate.test(referred);
  if (!isDated && !(columns.length === 4 && /^[0-9A-Z]{4,8}$/.test(unit))) return undefined;
  if (!/^[A-Z0-9$#@*+-]{1,6}$/.test(volume) || !organisations.test(organisation)) return undefined;
  const facts = new Map([
    ["volume", volume],
    ["unit", unit],
    ["dsorg", organisation],
  ]);
  if (isDated) facts.set("referred", referred);
  // The format of records stands left of three columns; the columns before it may run into each other.
  const [recfm, lrecl, blksz] = columns.slice(-5, -2);
  if (columns.length >= 8 && recfm !== undefined && /^[FVUDABMST?]+$/.test(recfm))
    facts
      .set("recfm", recfm)
      .set("lrecl", lrecl ?? "")
      .set("blksz", blksz ?? "");
  return entryOf(line, name, kindOf(organisation), facts);
}

/** Data sets that are not on a disk at hand show words in place of the columns. */
function kindWithoutColumns(told: string): ListedEntry["kind"] | undefined {
  if (/^Pseudo Directory$/i.test(told)) return "directory";
  // Whether it is partitioned is known once it is recalled.
  if (/^(?:Migrated|ARCIVE)$|Not Direct Access Device$|Not Mounted$|^Error determining attributes$/i.test(told))
    return "unknown";
  if (/^(?:\S{1,6} )?Tape$/i.test(told)) return "file";
  return /^(?:User catalog connector|Alias|(?:\S{1,6} )?Non-?VSAM)$/i.test(told) ? "other" : undefined;
}

function kindOf(organisation: string): ListedEntry["kind"] {
  if (organisation.startsWith("PO") || organisation === "GDG") return "directory";
  return organisation.startsWith("PS") || organisation.startsWith("DA") ? "file" : "other";
}

function entryOf(
  raw: string,
  name: string,
  kind: ListedEntry["kind"],
  facts: ReadonlyMap<string, string>,
): ListedEntry {
  return makeEntry({ name, kind, facts, dialect: "mvs", raw });
}

/** Reads a line about a member; undefined when it is none. Members without statistics are known by the header only. */
export function parseMemberLine(line: string): ListedEntry | undefined {
  const columns = columnsOf(line, 12).map(({ text }) => text);
  const [name = "", release = "", created = "", changed = "", clock] = columns;
  const date = isoDate.exec(changed);
  const time = parseTimeOfDay(clock);
  if (
    !/^[^\s/]{1,16}$/.test(name) ||
    !/^\d\d\.\d\d$/.test(release) ||
    !isoDate.test(created) ||
    date === null ||
    time === undefined
  )
    return undefined;
  return makeEntry({
    name,
    kind: "file",
    ...listedTime({ year: Number(date[1]), month: Number(date[2]), day: Number(date[3]), ...time }),
    owner: columns[8],
    facts: new Map([
      ["version", release],
      ["created", created],
      ["records", columns[5] ?? ""],
    ]),
    dialect: "mvs",
    raw: line,
  });
}

/** Reads a line about a member of a load library; undefined when it is none. The addressing and residence modes end it. */
function parseLoadModuleLine(line: string): ListedEntry | undefined {
  if (!/^\s{0,8}\S{1,16}\s{1,16}[0-9A-F]{6,8}\s/.test(line)) return undefined;
  const columns = columnsOf(line, 24).map(({ text }) => text);
  const [name = "", length = "", place = ""] = columns;
  if (columns.length > 20 || !columns.slice(-2).every((text) => /^(?:24|31|64|ANY)$/.test(text))) return undefined;
  if (!/^[^\s/]{1,16}$/.test(name) || !/^[0-9A-F]{6,8}$/.test(length) || !/^[0-9A-F]{6}$/.test(place)) return undefined;
  return entryOf(line, name, "file", new Map([["length", length]]));
}

const dataSetHeader = /^\s*Volume\s+Unit\s+Referred\s+Ext\s/;
const memberHeader = /^\s*Name\s+VV\.MM\s/;
const loadModuleHeader = /^\s*Name\s+Size\s+TTR\s/;

/** The dialect: what a lone name is, the header above it tells. */
export const mvsDialect: Dialect<"mvs"> = {
  name: "mvs",
  separator: undefined,
  read: (lines) => {
    let inMembers = false;
    return lines.map((line): ReadLine => {
      const isHeader = memberHeader.test(line) || loadModuleHeader.test(line);
      if (isHeader || dataSetHeader.test(line)) {
        inMembers = isHeader;
        return "notice";
      }
      const entry =
        parseMemberLine(line) ?? parseLoadModuleLine(line) ?? (inMembers ? undefined : parseDataSetLine(line));
      const alone = line.trim();
      return entry ?? (inMembers && member.test(alone) ? entryOf(line, alone, "file", new Map()) : undefined);
    });
  },
};
