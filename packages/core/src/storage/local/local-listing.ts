/** The entries of a local folder, in batches: names first, then a batch's facts at once. */
import type { Stats } from "node:fs";
import { join, resolve } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { decodeOctetText } from "../../protocol/index.ts";
import { namesAreOctets } from "../local-files/host-path.ts";
import type { Entry } from "../storage.ts";
import { isHidden } from "./hidden-names.ts";
import { virtualPathOf, type Folder } from "./jail.ts";
import type { Owners } from "./owners.ts";
import { readlink, type SystemCalls } from "./system-calls.ts";
import { storageError, systemCode } from "./system-errors.ts";

/** Milliseconds by which a time falls short that was set: the system is told seconds, as a fraction of two. */
const timeRounding = 0.001;

/** Entries whose facts are asked for at once. */
export const listBatch = 128;
/** Names that are read from the folder by one call. */
const readBatch = 1_024;
/** Entries after which others get their turn: some milliseconds. */
const turnAfter = 1_024;
/** Names that are read, and sorted, before the facts of any are asked for: names cost a tenth of what facts do. */
export const sortedNames = 4_096;

/** What would forge a line of its own in a listing or a reply. */
const unspeakable = /[\0\r\n]/;
/** As Node decodes names: U+FFFD stands for octets that are no UTF-8, or for itself. */
const unspeakableOrLost = /[\0\r\n\uFFFD]/;

/**
 * Yields the entries, by name up to `sortedNames` of them.
 *
 * Names are read as UTF-8 first, which Node does at no cost. Only a folder with a name that is no UTF-8 is read once more
 * for such names, as octets.
 *
 * @throws what the system says, and StorageError `aborted`.
 */
export async function* listFolder(
  calls: SystemCalls,
  folder: Folder,
  root: string,
  owners: Owners,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly Entry[]> {
  let directory = await calls.opendir(`${folder.base}.`, readBatch);
  let reads: "utf8" | "octets" = "utf8";
  let anyLost = false;
  const from: Listed = { calls, folder, root, owners };
  const breaks = new Breaks();
  try {
    let names: string[] = [];
    let most = sortedNames;
    for (;;) {
      const read = calls.readdir(directory);
      const next = read instanceof Promise ? await read : read;
      const pause = breaks.after(1);
      if (pause !== undefined) await pause;
      if (next !== null) {
        const name = reads === "utf8" ? next.name : lostName(next.name);
        if (name === undefined) continue;
        if (reads === "utf8" && unspeakableOrLost.test(name)) anyLost ||= name.includes(lost);
        else if (!isHidden(name)) names.push(name);
        if (names.length <= most) continue;
      } else if (anyLost && namesAreOctets && reads === "utf8") {
        const again = await calls.opendir(`${folder.base}.`, readBatch, "latin1");
        await calls.closedir(directory);
        directory = again;
        reads = "octets";
        continue;
      }
      if (next === null && most === sortedNames) names.sort();
      for (let at = 0; at < names.length; at += listBatch) {
        yield await factsOf(from, names.slice(at, at + listBatch));
        await breaks.after(listBatch);
        if (signal?.aborted === true) throw storageError("aborted", folder.path, signal.reason);
      }
      if (next === null) return;
      // A larger folder comes as the system tells it.
      names = [];
      most = listBatch - 1;
    }
  } finally {
    await calls.closedir(directory);
  }
}

/** What is done at once, without a wait, is held up now and then: others want their turn of the event loop. */
class Breaks {
  #since = 0;

  /** @param count - Entries that were dealt with. */
  after(count: number): Promise<void> | undefined {
    this.#since += count;
    if (this.#since < turnAfter) return undefined;
    this.#since = 0;
    return turn();
  }
}

/** What Node puts in place of octets that it cannot decode. */
const lost = "\uFFFD";

/**
 * A name as the reading as UTF-8 could not tell it; undefined for one that it did, or that is not listed at all.
 *
 * @param octets - One character for each octet.
 */
function lostName(octets: string): string | undefined {
  if (unspeakable.test(octets)) return undefined;
  const name = decodeOctetText(Buffer.from(octets, "latin1"));
  return !name.isWellFormed() || name.includes(lost) ? name : undefined;
}

/** What entries are read from, and by what. */
interface Listed {
  readonly calls: SystemCalls;
  readonly folder: Folder;
  readonly root: string;
  readonly owners: Owners;
}

async function factsOf(from: Listed, names: readonly string[]): Promise<Entry[]> {
  const { calls, folder, owners } = from;
  const facts: (Entry | undefined)[] = [];
  const waits: Promise<void>[] = [];
  for (const [at, name] of names.entries()) {
    // A promise for each would cost as much as the look itself.
    const stats = calls.presentNow(`${folder.base}${name}`);
    if (stats === null) continue;
    if (stats !== undefined && !stats.isSymbolicLink()) facts[at] = entryOf(name, stats, owners);
    else waits.push(factOf(from, name, stats).then((fact) => void (facts[at] = fact)));
  }
  if (waits.length > 0) await Promise.all(waits);
  return facts.filter((entry) => entry !== undefined);
}

/** An entry's facts, where they have to be waited for; undefined for one that went away in between. */
async function factOf(
  { calls, folder, root, owners }: Listed,
  name: string,
  known: Stats | undefined,
): Promise<Entry | undefined> {
  const path = `${folder.base}${name}`;
  try {
    const stats = known ?? (await calls.lstat(path));
    const entry = entryOf(name, stats, owners);
    if (!stats.isSymbolicLink()) return entry;
    const target = shownTarget(await readlink(path), folder, root);
    return target === undefined ? entry : { ...entry, target };
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Where a link leads, in the users' terms; undefined when it leads out: the host's paths are not for them. */
function shownTarget(target: string, folder: Folder, root: string): string | undefined {
  if (unspeakable.test(target)) return undefined;
  const inside = virtualPathOf(root, resolve(folder.real, target));
  if (inside === undefined) return undefined;
  return target.startsWith("/") ? inside : join(target);
}

/** What the system tells of a file, as an entry. */
export function entryOf(name: string, stats: Stats, owners: Owners): Entry {
  const kind = stats.isFile()
    ? "file"
    : stats.isDirectory()
      ? "directory"
      : stats.isSymbolicLink()
        ? "symlink"
        : "other";
  const entry: Entry & { created?: number } = {
    name,
    kind,
    size: kind === "file" ? stats.size : 0,
    modified: Math.floor(stats.mtimeMs + timeRounding),
    mode: stats.mode & 0o7777,
    owner: owners.user(stats.uid),
    group: owners.group(stats.gid),
    uid: stats.uid,
    gid: stats.gid,
    links: stats.nlink,
    unique: `${stats.dev.toString(16)}g${stats.ino.toString(16)}`,
  };
  if (stats.birthtimeMs > 0) entry.created = Math.floor(stats.birthtimeMs);
  return entry;
}
