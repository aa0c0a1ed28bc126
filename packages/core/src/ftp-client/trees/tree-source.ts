/** Where a tree is read from: a storage, a server, or a folder of this machine. */
import { lstat, opendir, readlink, stat } from "node:fs/promises";
import { join } from "node:path";
import type { BigIntStats, Stats } from "node:fs";
import type { ListedEntry } from "../../protocol/index.ts";
import { resolveVirtualPath, rootPath, type Entry, type Storage } from "../../storage/index.ts";
import { LocalFileError } from "../errors.ts";
import { isUsableName, listingFault } from "../listing-names.ts";
import { toEntry } from "../storage/storage-entry.ts";
import type { ListOptions, OperationOptions } from "../transfer-options.ts";

/** An entry of a folder, or why it cannot be one of a tree. */
export interface SourceEntry {
  readonly entry: Entry;
  readonly unusable?: string | undefined;
  /** Whether it stands for something that ought to be in the tree, but is not known well enough to be. */
  readonly isMissing?: boolean;
}

/** What a tree is read from. */
export interface TreeSource {
  /** The entries of a folder, without itself and the one above. */
  list(path: string, options: OperationOptions): Promise<readonly SourceEntry[]>;
  /** What a path leads to, links followed. */
  follow(path: string, options: OperationOptions): Promise<Entry>;
  /** The path of an entry of a folder. */
  join(folder: string, name: string): string;
}

/** What lists folders of a server. */
export interface ListingServer {
  list(path: string | undefined, options: ListOptions): Promise<readonly ListedEntry[]>;
  stat(path: string, options: OperationOptions): Promise<ListedEntry>;
  size(path: string, options: OperationOptions): Promise<number | undefined>;
}

/** A storage as a source. */
export function storageSource(storage: Storage): TreeSource {
  return {
    list: async (path, options) => {
      const entries: SourceEntry[] = [];
      for await (const batch of storage.list(resolveVirtualPath(rootPath, path), options))
        for (const entry of batch) entries.push({ entry, unusable: kindReason(entry.kind, true) });
      return entries;
    },
    follow: (path, options) => storage.stat(resolveVirtualPath(rootPath, path), options),
    join: joinRemote,
  };
}

/** A server as a source; paths are the server's own. */
export function serverSource(server: ListingServer): TreeSource {
  return {
    list: async (path, options) => {
      const listed = await server.list(path === "" ? undefined : path, { ...options, all: true });
      return listed.map((entry) => ({
        entry: toEntry(entry, entry.name),
        unusable: nameReason(entry.name) ?? kindReason(entry.kind, entry.dialect !== undefined),
        isMissing: entry.kind === "unknown" || listingFault([entry]) !== undefined,
      }));
    },
    follow: async (path, options) => {
      const listed = await server.stat(path, options);
      const told = toEntry(listed, listed.name);
      if (told.kind !== "symlink") return told;
      // Some servers tell of the link itself: what has a size is a file, what can be listed a folder.
      const size = await server.size(path, options);
      if (size !== undefined) return { ...told, kind: "file", size };
      await server.list(path, options);
      return { ...told, kind: "directory" };
    },
    join: joinRemote,
  };
}

/** Folders of this machine as a source. @throws LocalFileError. */
export const localSource: TreeSource = {
  list: async (path) => {
    const entries: SourceEntry[] = [];
    try {
      for await (const { name } of await opendir(path)) {
        const where = join(path, name);
        const stats = await lstat(where, { bigint: true });
        const target = stats.isSymbolicLink() ? await readlink(where) : undefined;
        const entry = { ...localEntry(name, stats), ...(target === undefined ? {} : { target }) };
        entries.push({ entry, unusable: kindReason(entry.kind, true) });
      }
    } catch (cause) {
      throw new LocalFileError(`Reading ${path}`, cause instanceof Error ? cause.message : String(cause), { cause });
    }
    return entries;
  },
  follow: async (path) => {
    try {
      return localEntry("", await stat(path, { bigint: true }));
    } catch (cause) {
      throw new LocalFileError(`Reading ${path}`, cause instanceof Error ? cause.message : String(cause), { cause });
    }
  },
  join,
};

function localEntry(name: string, stats: BigIntStats): Entry {
  const kind = kindOf(stats);
  return {
    name,
    kind,
    size: kind === "file" ? Number(stats.size) : 0,
    modified: Number(stats.mtimeMs),
    mode: Number(stats.mode & 0o7777n),
    unique: `${stats.dev}:${stats.ino}`,
  };
}

function kindOf(stats: Pick<Stats, "isFile" | "isDirectory" | "isSymbolicLink">): Entry["kind"] {
  if (stats.isFile()) return "file";
  if (stats.isDirectory()) return "directory";
  return stats.isSymbolicLink() ? "symlink" : "other";
}

function kindReason(kind: ListedEntry["kind"], understood: boolean): string | undefined {
  if (kind === "other") return "it is neither a file nor a directory";
  if (kind !== "unknown") return undefined;
  return understood ? "the server does not tell what it is" : "its line of the listing is not understood";
}

function nameReason(name: string): string | undefined {
  if (name === "" || name === "." || name === "..") return "it is no name of a file";
  return isUsableName(name) ? undefined : "it holds a separator or a control character";
}

/** The path of an entry of a server's folder. */
export function joinRemote(folder: string, name: string): string {
  if (folder === "" || folder === ".") return name;
  return folder.endsWith("/") ? `${folder}${name}` : `${folder}/${name}`;
}
