/** What is below a folder of a server, in the order of names, with folders listed ahead in sessions of their own. */
import { FtpTransferError, treeDepth, type FtpPool, type ListedEntry } from "@twinport/core/ftp-client";

/** Something below a folder, or a folder that could not be listed. */
export interface Walked {
  readonly path: string;
  readonly entry: ListedEntry;
  /** 0 is the folder itself, 1 what is in it. */
  readonly level: number;
  /** Why what is in it is not told. */
  readonly failure?: unknown;
}

/** How a walk goes. */
export interface WalkOptions {
  readonly signal: AbortSignal;
  /** Folders that are listed ahead. */
  readonly ahead: number;
  /** The last level that is told. Default: all. */
  readonly depth?: number | undefined;
}

type Listing = Promise<ListedEntry[]>;

/** Walks below a folder, each folder before what is in it. Links are not followed. A folder that cannot be listed is told again, with `failure`. */
export async function* walkRemote(pool: FtpPool, folder: string, options: WalkOptions): AsyncGenerator<Walked> {
  yield* walkBelow(pool, folder, await list(pool, folder, options), 1, options);
}

async function* walkBelow(
  pool: FtpPool,
  folder: string,
  entries: readonly ListedEntry[],
  level: number,
  options: WalkOptions,
): AsyncGenerator<Walked> {
  const { depth = Infinity, ahead } = options;
  if (level > depth) return;
  const named = entries.filter(({ name }) => name !== "" && name !== "." && name !== ".." && !name.includes("/"));
  named.sort((a, b) => (a.name < b.name ? -1 : 1));
  const folders = named.filter(({ kind }) => kind === "directory").map(({ name }) => name);
  const begun = new Map<string, Listing>();
  for (const entry of named) {
    const path = joinRemote(folder, entry.name);
    yield { path, entry, level };
    if (level === depth || entry.kind !== "directory") continue;
    while (begun.size < ahead) {
      const next = folders.shift();
      if (next === undefined) break;
      const listing = list(pool, joinRemote(folder, next), options);
      // It is looked at when its turn comes.
      listing.catch(() => undefined);
      begun.set(next, listing);
    }
    yield* walkInto(pool, { path, entry, level }, begun, options);
  }
}

async function* walkInto(
  pool: FtpPool,
  folder: Walked,
  begun: Map<string, Listing>,
  options: WalkOptions,
): AsyncGenerator<Walked> {
  const { path, entry, level } = folder;
  const listing = begun.get(entry.name) ?? list(pool, path, options);
  begun.delete(entry.name);
  let entries: ListedEntry[];
  try {
    if (level >= treeDepth)
      throw new FtpTransferError("too-large", `Walking ${path}`, `it goes down more than ${treeDepth} folders`);
    entries = await listing;
  } catch (failure) {
    if (options.signal.aborted) throw failure;
    yield { ...folder, failure };
    return;
  }
  yield* walkBelow(pool, path, entries, level + 1, options);
}

function list(pool: FtpPool, folder: string, { signal }: WalkOptions): Listing {
  return pool.use((client) => client.list(folder === "" ? undefined : folder, { signal }), { signal });
}

/** A name in a folder of a server; the empty path is where a session begins. */
export function joinRemote(folder: string, name: string): string {
  return folder === "" || folder.endsWith("/") ? `${folder}${name}` : `${folder}/${name}`;
}
