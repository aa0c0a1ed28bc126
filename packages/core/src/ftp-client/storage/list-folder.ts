/** The entries of a folder of the server, as a storage tells them. */
import type { ListedEntry } from "../../protocol/index.ts";
import { baseName, StorageError, type Entry, type VirtualPath } from "../../storage/index.ts";
import { look, type Place } from "./look.ts";
import { toEntry } from "./storage-entry.ts";
import { storageError } from "./storage-error.ts";

/** Characters of a line that an error shows. */
const shownOfLine = 200;

/**
 * Lists a folder. Names that cannot be part of a path are left out.
 *
 * @throws StorageError `input-output` where a line is not understood: without the entry that it stands for the listing
 * would be taken for whole, and what is missing in it for gone.
 */
export async function listFolder(place: Place, path: VirtualPath, signal: AbortSignal | undefined): Promise<Entry[]> {
  const { client, paths } = place;
  const where = paths.of(path);
  const listed = await client.list(where === "." ? undefined : where, signal === undefined ? {} : { signal });
  if (listed.length < 2) await demandFolder(place, path, listed);
  const entries: Entry[] = [];
  for (const entry of listed) {
    if (entry.dialect === undefined) {
      const shown = JSON.stringify(entry.raw.slice(0, shownOfLine));
      throw new StorageError("input-output", `${path}: a line of the listing is not understood: ${shown}`, { path });
    }
    if (!isName(entry.name)) continue;
    entries.push(toEntry(await measured(place, path, entry), entry.name));
  }
  return entries;
}

/** LIST tells a file's own line where it is asked of a file, and nothing of what is not there, on some servers. */
async function demandFolder(place: Place, path: VirtualPath, listed: readonly ListedEntry[]): Promise<void> {
  const [only] = listed;
  // MLSD is for folders only (RFC 3659 §7.2.1).
  if (path === "/" || only?.dialect === "mlsx" || (only !== undefined && !isItself(only, path))) return;
  if (only === undefined && place.client.features.has("MLST")) return;
  const there = await look(place, path);
  if (there === undefined) throw storageError("not-found", path);
  if (there.kind !== "directory") throw storageError("not-a-directory", path);
}

function isItself({ name, kind }: ListedEntry, path: VirtualPath): boolean {
  return kind !== "directory" && (name === baseName(path) || name.includes("/"));
}

/** Some listings count in blocks, or tell no size: then the server is asked. */
async function measured({ client, paths }: Place, path: VirtualPath, entry: ListedEntry): Promise<ListedEntry> {
  if (entry.kind !== "file" || entry.size !== undefined) return entry;
  const within = `${path === "/" ? "" : path}/${entry.name}` as VirtualPath; // A name that was looked at, in a valid path.
  const size = await client.size(paths.of(within));
  return size === undefined ? entry : { ...entry, size };
}

/** Whether a name can be one component of a path. */
function isName(name: string): boolean {
  return name !== "" && name !== "." && name !== ".." && !/[/\0\r\n]/.test(name);
}
