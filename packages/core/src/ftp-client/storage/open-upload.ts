/**
 * How a storage's file is opened for writing on a server.
 *
 * What replaces a file, or is new, goes to a temporary name beside it and is renamed at the end. What is appended goes to
 * the file itself: the server has no other way, and what it shows meanwhile is its own matter. Octets that stay of a file
 * that is to be shorter are copied to the temporary name, for REST and STOR leave the old end in place on most servers.
 */
import { baseName, type Entry, type OpenWriteOptions, type VirtualPath } from "../../storage/index.ts";
import { FtpReplyError } from "../errors.ts";
import type { FtpUpload } from "../upload.ts";
import { explained, look, tell, type Place } from "./look.ts";
import { makePartPath } from "./part-names.ts";
import type { PathLocks } from "./path-locks.ts";
import { storageError } from "./storage-error.ts";
import { toEntry } from "./storage-entry.ts";
import { takeName } from "./take-name.ts";
import type { WritableEnding } from "./ftp-writable.ts";

/** An upload that is open, and what its end means. */
export interface OpenedUpload {
  readonly upload: FtpUpload;
  readonly ending: WritableEnding;
}

/** What an opening needs beside its session. */
export interface UploadSurroundings {
  readonly locks: PathLocks;
  /** Whether new content goes to a temporary name first. */
  readonly temporaryNames: boolean;
  /** Removes a file by a session of its own, if it can. Never rejects. */
  remove(path: VirtualPath): Promise<void>;
}

/** Octets of a file's beginning that are copied at a time. */
const copiedPart: number = 8 * 1024 * 1024;

/** Opens a file for writing. @throws StorageError, FtpError. */
export async function openUpload(
  place: Place,
  path: VirtualPath,
  options: OpenWriteOptions,
  surroundings: UploadSurroundings,
): Promise<OpenedUpload> {
  const { mode = "replace", offset = 0 } = options;
  if (mode === "append") return openInPlace(place, path, options);
  if (mode !== "at" || offset === 0) return openBeside(place, path, options, surroundings, 0);
  const there = await look(place, path);
  if (there?.kind === "directory") throw storageError("is-a-directory", path);
  if (there === undefined || offset > there.size) throw storageError("offset-out-of-range", path);
  if (offset === there.size) return openInPlace(place, path, options);
  return openBeside(place, path, options, surroundings, offset);
}

async function openInPlace(place: Place, path: VirtualPath, options: OpenWriteOptions): Promise<OpenedUpload> {
  const upload = await opened(place, path, path, { append: true, ...signalOf(options) });
  return { upload, ending: { commit: () => tell(place, path), discard: () => Promise.resolve() } };
}

async function openBeside(
  place: Place,
  path: VirtualPath,
  options: OpenWriteOptions,
  surroundings: UploadSurroundings,
  kept: number,
): Promise<OpenedUpload> {
  const { client, paths } = place;
  const there = await before(place, path, options);
  if (there?.kind === "directory") throw storageError("is-a-directory", path);
  if (there !== undefined && options.mode === "create") throw storageError("already-exists", path);
  if (!surroundings.temporaryNames && options.mode !== "create" && kept === 0) {
    const upload = await opened(place, path, path, signalOf(options));
    return { upload, ending: { commit: () => tell(place, path), discard: () => Promise.resolve() } };
  }
  const part = makePartPath(path);
  // A name beside it is of use only for what the server may hold: a session that is gone leaves it to another.
  const discard = async (): Promise<void> => {
    const removed = client.closed ? Promise.reject(new Error("the session is gone")) : client.remove(paths.of(part));
    await removed.catch(async (error: unknown) => {
      if (!(error instanceof FtpReplyError)) await surroundings.remove(part);
    });
  };
  try {
    if (kept > 0) await copyBeginning(place, path, part, kept, options);
    const upload = await opened(place, part, path, { append: kept > 0, ...signalOf(options) });
    const octets = async (): Promise<number> => kept + (await upload.commit()).bytes;
    const commit = async (): Promise<Entry> => {
      const whole = await demandWhole(place, part, path, await octets());
      return become(place, { part: whole, at: part, path, replaced: there }, options, surroundings);
    };
    return { upload, ending: { discard, commit } };
  } catch (error) {
    if (kept > 0) await discard();
    throw error;
  }
}

/**
 * Looks at what the server has: where something between the two ends the data connection properly, half a file is a whole
 * one to the server.
 */
async function demandWhole(place: Place, part: VirtualPath, path: VirtualPath, octets: number): Promise<Entry> {
  const told = await place.client.stat(place.paths.of(part));
  // Some servers tell no size, or one in blocks.
  if (told.size === undefined || told.size === octets) return toEntry({ ...told, size: octets }, baseName(path));
  const cause = new Error(`the server has ${told.size} octets, and ${octets} were sent`);
  throw storageError("input-output", path, cause);
}

/** An upload that is whole, and the name that it is for. */
interface WholeUpload {
  readonly part: Entry;
  readonly at: VirtualPath;
  readonly path: VirtualPath;
  readonly replaced: Entry | undefined;
}

/** The upload takes its name. */
async function become(
  place: Place,
  { part, at, path, replaced }: WholeUpload,
  { mode, permissions }: OpenWriteOptions,
  { locks }: UploadSurroundings,
): Promise<Entry> {
  const { client, paths } = place;
  const bits = replaced === undefined ? permissions : replaced.mode;
  const differs = bits !== undefined && (bits & 0o777) !== part.mode;
  // A favour: where the server sets none, a file has those that it gives.
  const set = differs && (await client.chmod(paths.of(at), bits & 0o777).then(() => true, passReplies)) === true;
  await locks.run(path, async () => {
    if (mode === "create" && (await look(place, path)) !== undefined) throw storageError("already-exists", path);
    try {
      await takeName(place, at, path);
    } catch (error) {
      throw await explained(place, path, "new-file", error);
    }
  });
  return { ...part, ...(set ? { mode: bits & 0o777 } : {}) };
}

/** What has the name before, as far as it matters: to find out costs one command only where the server has MLST. */
async function before(place: Place, path: VirtualPath, options: OpenWriteOptions): Promise<Entry | undefined> {
  const { client, paths } = place;
  if (path === "/") throw storageError("is-a-directory", path);
  if (client.features.has("MLST") || options.mode === "create") return look(place, path);
  if ((await client.size(paths.of(path))) === undefined) return undefined;
  // For its permission bits, which the file that takes its place should have.
  const [listed] = await client.list(paths.of(path));
  const entry = await tell(place, path);
  return listed?.kind !== "file" || listed.mode === undefined ? entry : { ...entry, mode: listed.mode };
}

async function opened(
  place: Place,
  path: VirtualPath,
  target: VirtualPath,
  options: { readonly append?: boolean; readonly signal?: AbortSignal },
): Promise<FtpUpload> {
  try {
    return await place.client.openWrite(place.paths.of(path), options);
  } catch (error) {
    throw await explained(place, target, "new-file", error);
  }
}

/** Copies the first octets of a file, a part at a time: one session is enough, and no more than a part is in memory. */
async function copyBeginning(
  { client, paths }: Place,
  from: VirtualPath,
  to: VirtualPath,
  length: number,
  options: OpenWriteOptions,
): Promise<void> {
  for (let at = 0; at < length;) {
    const part = Buffer.alloc(Math.min(copiedPart, length - at));
    const download = await client.openRead(paths.of(from), { offset: at, ...signalOf(options) });
    let filled = 0;
    try {
      while (filled < part.length) {
        const count = await download.read(part.subarray(filled));
        if (count === 0) throw storageError("offset-out-of-range", from);
        filled += count;
      }
    } finally {
      await download.close();
    }
    await client.append(part, paths.of(to), signalOf(options));
    at += filled;
  }
}

function signalOf({ signal }: OpenWriteOptions): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}

function passReplies(error: unknown): void {
  if (!(error instanceof FtpReplyError)) throw error;
}
