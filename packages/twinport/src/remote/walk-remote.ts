/** What is below a folder of a server, in the order of names; in a pool with folders listed ahead in sessions of their own. */
import {
  FtpTransferError,
  incompleteListing,
  listingFault,
  treeDepth,
  type FtpClient,
  type FtpPool,
  type ListedEntry,
} from "@twinport/core/ftp-client";
import { joinRemote } from "./remote-path.ts";

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
  /** Folders that are listed ahead; 0 for a single session. */
  readonly ahead: number;
  /** The last level that is told. Default: all. */
  readonly depth?: number | undefined;
}

type Listing = Promise<ListedEntry[]>;

/**
 * Walks below a folder, each folder before what is in it. Links are not followed. A folder that cannot be listed, or not
 * whole, is told again, with `failure`; what is known of it is told all the same.
 */
export async function* walkRemote(
  server: FtpPool | FtpClient,
  folder: string,
  options: WalkOptions,
): AsyncGenerator<Walked> {
  yield* walkBelow(server, folder, await list(server, folder, options), 1, options);
}

async function* walkBelow(
  server: FtpPool | FtpClient,
  folder: string,
  entries: readonly ListedEntry[],
  level: number,
  options: WalkOptions,
): AsyncGenerator<Walked> {
  const { depth = Infinity, ahead } = options;
  if (level > depth) return;
  const failure = incompleteListing(`Listing ${folder || "the working directory"}`, entries);
  if (failure !== undefined) {
    const name = folder.slice(folder.lastIndexOf("/") + 1) || ".";
    yield { path: folder || ".", entry: { name, kind: "directory", raw: "" }, level: level - 1, failure };
  }
  const named = entries.filter((entry) => listingFault([entry]) === undefined);
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
      const listing = list(server, joinRemote(folder, next), options);
      // It is looked at when its turn comes.
      listing.catch(() => undefined);
      begun.set(next, listing);
    }
    yield* walkInto(server, { path, entry, level }, begun, options);
  }
}

async function* walkInto(
  server: FtpPool | FtpClient,
  folder: Walked,
  begun: Map<string, Listing>,
  options: WalkOptions,
): AsyncGenerator<Walked> {
  const { path, entry, level } = folder;
  const listing = begun.get(entry.name) ?? list(server, path, options);
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
  yield* walkBelow(server, path, entries, level + 1, options);
}

async function list(server: FtpPool | FtpClient, folder: string, { signal }: WalkOptions): Listing {
  const named = folder === "" || folder === "." ? undefined : folder;
  if ("list" in server) return server.list(named, { signal, all: true });
  return server.use((client) => client.list(named, { signal, all: true }), { signal });
}
