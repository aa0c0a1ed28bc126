/**
 * The server's time zone. LIST tells times in it without naming it; MDTM tells UTC (RFC 3659 §3). What lies between the two
 * times of one file is the zone's offset: asked for once a session, when a listing first needs it.
 *
 * One offset is learnt, that of a recent file: where the server's clocks change in between, older times may be an hour off.
 */
import { makeEntry, separatorOf, type ListedEntry } from "../protocol/index.ts";
import type { ClientContext } from "./client-context.ts";
import { timeOfReply } from "./time-reply.ts";

/** What is known of the server's zone. */
export interface ServerZone {
  /** Milliseconds that the server's clock is ahead of UTC; undefined while that is not known. */
  offset: number | undefined;
  /** How often it was asked for. */
  attempts: number;
}

/** How often MDTM is tried before the zone stays unknown. */
const mostAttempts = 3;
const quarter = 900_000;
/** No zone is further ahead or behind, in milliseconds. */
const furthest = 15 * 3_600_000;
/** Seconds that a listing without them leaves out, in milliseconds. */
const leftOut: Readonly<Record<string, number>> = { minute: 60_000, second: 1_000, millisecond: 1 };
/** A clock that counts every other second may be ahead by this. */
const ahead = 2_000;
const day = 86_400_000;

/** Turns a listing's local times into UTC where the server's zone is known or can be learnt; else leaves it as it is. */
export async function inServerZone(
  context: ClientContext,
  folder: string | undefined,
  entries: ListedEntry[],
): Promise<ListedEntry[]> {
  const { options, features, known } = context;
  if (!options.learnTimeZone || !features.has("MDTM") || !entries.some(isLocal)) return entries;
  const { zone } = known;
  if (zone.offset === undefined && zone.attempts < mostAttempts) await learn(context, folder, entries);
  const { offset } = zone;
  return offset === undefined ? entries : entries.map((entry) => shifted(entry, offset));
}

async function learn(
  context: ClientContext,
  folder: string | undefined,
  entries: readonly ListedEntry[],
): Promise<void> {
  const entry = candidate(entries, Date.now());
  const path = entry === undefined ? undefined : pathOf(folder, entry, entries.length);
  if (entry?.modified === undefined || path === undefined) return;
  // Of a listing that is not in the server's charset: its names cannot be sent back.
  const { nameCodec } = context.control;
  if (nameCodec !== undefined && nameCodec.encode(path) === undefined) return;
  context.known.zone.attempts++;
  const modified = timeOfReply(await context.control.command("MDTM", path));
  if (modified !== undefined)
    context.known.zone.offset = offsetOf(entry.modified, modified, entry.timePrecision ?? "day");
}

/**
 * The offset between two times of one file.
 *
 * @param listed - What the listing told, read as UTC, in milliseconds.
 * @param modified - What MDTM told, in milliseconds.
 * @returns undefined when it is none that a zone has: the file was written in between, or one of the times is wrong.
 */
export function offsetOf(listed: number, modified: number, precision: string): number | undefined {
  const between = listed - modified;
  // Without the minus of zero.
  const offset = Math.round(between / quarter) * quarter + 0;
  const rest = between - offset;
  const most = leftOut[precision];
  if (most === undefined || rest <= -most || rest > ahead || Math.abs(offset) > furthest) return undefined;
  return offset;
}

/** A time of the server's zone with its hour. */
function isLocal(entry: ListedEntry): boolean {
  return entry.timeIsLocal === true && entry.modified !== undefined && entry.timePrecision !== "day";
}

/** The newest file that has not been written for a day, for one that is being written has two times; else the newest. */
function candidate(entries: readonly ListedEntry[], now: number): ListedEntry | undefined {
  let newest: ListedEntry | undefined;
  let settled: ListedEntry | undefined;
  for (const entry of entries) {
    const { modified } = entry;
    if (modified === undefined || entry.kind !== "file" || !isLocal(entry) || /[\0\r\n/]/.test(entry.name)) continue;
    if (modified > (newest?.modified ?? -Infinity)) newest = entry;
    if (modified < now - day && modified > (settled?.modified ?? -Infinity)) settled = entry;
  }
  return settled ?? newest;
}

/** The path of an entry; undefined where how to put it together is not known. */
function pathOf(folder: string | undefined, entry: ListedEntry, count: number): string | undefined {
  if (folder === undefined || folder === ".") return entry.name;
  // A file's own listing.
  if (count === 1 && (folder === entry.name || folder.endsWith(`/${entry.name}`))) return folder;
  const separator = entry.dialect === undefined ? undefined : separatorOf(entry.dialect);
  if (separator === undefined) return undefined;
  return folder.endsWith(separator) ? `${folder}${entry.name}` : `${folder}${separator}${entry.name}`;
}

function shifted(entry: ListedEntry, offset: number): ListedEntry {
  if (entry.modified === undefined || !isLocal(entry)) return entry;
  return makeEntry({ ...entry, modified: entry.modified - offset, timeIsLocal: undefined });
}
