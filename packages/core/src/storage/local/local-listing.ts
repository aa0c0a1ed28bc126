/** The entries of a local folder, in batches: names first, then a batch's facts at once. */
import type { Dirent, Stats } from "node:fs";
import { opendir } from "node:fs/promises";
import { join, resolve } from "node:path";
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
/** Names that are read from the folder at once: each time is a hop to another thread. */
const readBatch = 1_024;

// Names that would forge a line of their own in a listing or a reply, and names that are no UTF-8.

const unspeakable = /[\0\r\n\uFFFD]/;

/** Yields the entries. @throws what the system says, and StorageError `aborted`. */
export async function* listFolder(
  calls: SystemCalls,
  folder: Folder,
  root: string,
  owners: Owners,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly Entry[]> {
  const directory = await opendir(`${folder.base}.`, { bufferSize: readBatch });
  let names: string[] = [];
  try {
    for (let next = await directory.read(); next !== null; next = await directory.read()) {
      if (isToBeListed(next)) names.push(next.name);
      if (names.length < listBatch) continue;
      yield await factsOf(calls, names, folder, root, owners);
      names = [];
      if (signal?.aborted === true) throw storageError("aborted", folder.path, signal.reason);
    }
    if (names.length > 0) yield await factsOf(calls, names, folder, root, owners);
  } finally {
    await directory.close();
  }
}

function isToBeListed(entry: Dirent): boolean {
  return !unspeakable.test(entry.name) && !isHidden(entry.name);
}

async function factsOf(
  calls: SystemCalls,
  names: readonly string[],
  folder: Folder,
  root: string,
  owners: Owners,
): Promise<Entry[]> {
  const facts: (Entry | undefined | Promise<Entry | undefined>)[] = [];
  let waits = false;
  for (const name of names) {
    // A promise for each would cost as much as the look itself.
    const stats = calls.presentNow(`${folder.base}${name}`);
    if (stats === null) continue;
    if (stats !== undefined && !stats.isSymbolicLink()) facts.push(entryOf(name, stats, owners));
    else {
      waits = true;
      facts.push(factOf(calls, name, folder, root, owners));
    }
  }
  const entries = waits ? await Promise.all(facts.map(async (fact) => fact)) : (facts as (Entry | undefined)[]); // No promise is among them.
  return entries.filter((entry) => entry !== undefined);
}

/** An entry's facts; undefined for one that went away in between. */
async function factOf(
  calls: SystemCalls,
  name: string,
  folder: Folder,
  root: string,
  owners: Owners,
): Promise<Entry | undefined> {
  try {
    const stats = await calls.lstat(`${folder.base}${name}`);
    const entry = entryOf(name, stats, owners);
    if (!stats.isSymbolicLink()) return entry;
    const target = shownTarget(await readlink(`${folder.base}${name}`), folder, root);
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
  return {
    name,
    kind,
    size: kind === "file" ? stats.size : 0,
    modified: Math.floor(stats.mtimeMs + timeRounding),
    ...(stats.birthtimeMs > 0 ? { created: Math.floor(stats.birthtimeMs) } : {}),
    mode: stats.mode & 0o7777,
    owner: owners.user(stats.uid),
    group: owners.group(stats.gid),
    uid: stats.uid,
    gid: stats.gid,
    links: stats.nlink,
    unique: `${stats.dev.toString(16)}g${stats.ino.toString(16)}`,
  };
}
