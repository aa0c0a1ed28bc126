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

/** Entries whose facts are asked for at once. */
export const listBatch = 128;

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
  const directory = await opendir(`${folder.base}.`, { bufferSize: listBatch });
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
  const entries = await Promise.all(names.map((name) => factOf(calls, name, folder, root, owners)));
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
    modified: Math.floor(stats.mtimeMs),
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
