/** The entries of a folder of the server, as a storage tells them. */
import type { ListedEntry } from "../../protocol/index.ts";
import { baseName, StorageError, type Entry, type ListOptions, type VirtualPath } from "../../storage/index.ts";
import { listingFault } from "../listing-names.ts";
import { look, type Place } from "./look.ts";
import { toEntry } from "./storage-entry.ts";
import { storageError } from "./storage-error.ts";

/**
 * Lists a folder.
 *
 * @throws StorageError `input-output` where a line is not understood, or a name cannot be part of a path: without the entry
 * that it stands for the listing would be taken for whole, and what is missing in it for gone.
 */
export async function listFolder(place: Place, path: VirtualPath, options: ListOptions): Promise<Entry[]> {
  const { client, paths } = place;
  const where = paths.of(path);
  const listed = await client.list(where === "." ? undefined : where, { ...options, all: true });
  if (listed.length < 2) await demandFolder(place, path, listed);
  const fault = listingFault(listed);
  if (fault !== undefined) throw new StorageError("input-output", `${path}: ${fault}`, { path });
  const entries: Entry[] = [];
  for (const entry of listed) entries.push(toEntry(await measured(place, path, entry), entry.name));
  return entries;
}

/** Of a file some servers tell its own line, and of what is not there nothing. */
async function demandFolder(place: Place, path: VirtualPath, listed: readonly ListedEntry[]): Promise<void> {
  const [only] = listed;
  if (path === "/" || (only !== undefined && !isItself(only, path))) return;
  // An empty directory was entered to be listed, where the session knows where it came back to.
  if (only === undefined && (place.client.directory !== undefined || place.client.features.has("MLST"))) return;
  const there = await look(place, path);
  if (there === undefined) throw storageError("not-found", path);
  if (there.kind !== "directory") throw storageError("not-a-directory", path);
}

function isItself({ name, kind }: ListedEntry, path: VirtualPath): boolean {
  return kind !== "directory" && name === baseName(path);
}

/** Some listings count in blocks, or tell no size: then the server is asked. */
async function measured({ client, paths }: Place, path: VirtualPath, entry: ListedEntry): Promise<ListedEntry> {
  if (entry.kind !== "file" || entry.size !== undefined) return entry;
  const within = `${path === "/" ? "" : path}/${entry.name}` as VirtualPath; // A name that was looked at, in a valid path.
  const size = await client.size(paths.of(within));
  return size === undefined ? entry : { ...entry, size };
}
