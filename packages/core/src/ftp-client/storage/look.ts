/** What lies under a name of the server, links followed; and what that says of a refusal. */
import { baseName, parentPath, type Entry, type VirtualPath } from "../../storage/index.ts";
import type { FtpClient } from "../client.ts";
import { FtpReplyError } from "../errors.ts";
import { timeOfReply } from "../time-reply.ts";
import type { ServerPaths } from "./server-path.ts";
import { isSilent, storageError, toStorageError } from "./storage-error.ts";
import { toEntry } from "./storage-entry.ts";

/** A session, and how it names paths. */
export interface Place {
  readonly client: FtpClient;
  readonly paths: ServerPaths;
}

/** What an operation wanted a path to be. */
export type Wanted = "file" | "directory" | "empty-directory" | "anything" | "new-file" | "new-directory";

/** Tells of a path. @throws FtpError; a refusal too. */
export async function tell({ client, paths }: Place, path: VirtualPath): Promise<Entry> {
  const name = path === "/" ? "/" : baseName(path);
  const told = toEntry(await client.stat(paths.of(path)), name);
  if (told.kind !== "symlink") return told;
  const size = await client.size(paths.of(path));
  if (size !== undefined) return { ...told, kind: "file", size };
  return { ...told, kind: (await canEnter(client, paths.of(path))) ? "directory" : "symlink" };
}

/**
 * Tells of a file whose size is known, by one command where `tell` would take two; undefined where it takes one as well, or
 * where the server says nothing of a file's time.
 */
export async function tellTime(
  { client, paths }: Place,
  path: VirtualPath,
  size: number | undefined,
): Promise<Entry | undefined> {
  if (size === undefined || client.features.has("MLST") || !client.features.has("MDTM")) return undefined;
  const modified = timeOfReply(await client.raw(`MDTM ${paths.of(path)}`));
  return modified === undefined
    ? undefined
    : { name: baseName(path), kind: "file", size, modified, timePrecision: 1_000 };
}

/** As `tell`; undefined when nothing is there. */
export async function look(place: Place, path: VirtualPath): Promise<Entry | undefined> {
  try {
    return await tell(place, path);
  } catch (error) {
    const { kind } = toStorageError(error, path);
    if (error instanceof FtpReplyError && (kind === "not-found" || kind === "not-a-directory")) return undefined;
    throw error;
  }
}

/** Whether a path is a folder, by going there and back: what every server can. */
async function canEnter(client: FtpClient, path: string): Promise<boolean> {
  const here = await client.pwd();
  try {
    await client.cd(path);
  } catch (error) {
    if (error instanceof FtpReplyError) return false;
    throw error;
  }
  await client.cd(here);
  return true;
}

/** A refusal that does not say why, seen what is there. Other errors stay as they are. Never rejects. */
export async function explained(place: Place, path: VirtualPath, wanted: Wanted, error: unknown): Promise<unknown> {
  if (!isSilent(error, path) || place.client.closed) return error;
  try {
    return (await reason(place, path, wanted, error)) ?? error;
  } catch {
    return error;
  }
}

async function reason(place: Place, path: VirtualPath, wanted: Wanted, error: unknown): Promise<unknown> {
  const there = await look(place, path);
  const kind = there?.kind;
  switch (wanted) {
    case "anything":
      return kind === undefined ? storageError("not-found", path, error) : undefined;
    case "file":
      if (kind === undefined) return storageError("not-found", path, error);
      return kind === "directory" ? storageError("is-a-directory", path, error) : undefined;
    case "directory":
    case "empty-directory": {
      if (kind === undefined) return storageError("not-found", path, error);
      if (kind !== "directory") return storageError("not-a-directory", path, error);
      const filled = wanted === "empty-directory" && (await place.client.list(place.paths.of(path))).length > 0;
      return filled ? storageError("directory-not-empty", path, error) : undefined;
    }
    case "new-file":
      if (kind === "directory") return storageError("is-a-directory", path, error);
      return kind === undefined ? reasonAbove(place, path, error) : undefined;
    case "new-directory":
      return kind === undefined ? reasonAbove(place, path, error) : storageError("already-exists", path, error);
  }
}

/** Nothing is under the name: the folder above may be none. */
async function reasonAbove(place: Place, path: VirtualPath, error: unknown): Promise<unknown> {
  const above = await look(place, parentPath(path));
  if (above === undefined) return storageError("not-found", path, error);
  return above.kind === "directory" ? undefined : storageError("not-a-directory", path, error);
}
