/**
 * How a storage's file is opened for writing on a server.
 *
 * What replaces a file, or is new, goes to a temporary name beside it and is renamed at the end. What is appended goes to
 * the file itself: the server has no other way, and what it shows meanwhile is its own matter. Octets that stay of a file
 * that is to be shorter are copied to the temporary name, for REST and STOR leave the old end in place on most servers.
 */
import {
  baseName,
  refusedBesidePart,
  refusedOvertaken,
  type Entry,
  type OpenWriteOptions,
  type VirtualPath,
} from "../../storage/index.ts";
import { FtpReplyError } from "../errors.ts";
import { stampOf, type BrokenUpload, type BrokenUploads } from "./broken-uploads.ts";
import type { FtpUpload } from "../upload.ts";
import { explained, look, tell, type Place } from "./look.ts";
import type { OpenPathList } from "./open-paths.ts";
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
  readonly broken: BrokenUploads;
  readonly open: OpenPathList;
  /** Whether new content goes to a temporary name first. */
  readonly temporaryNames: boolean;
  /** Removes a file by a session of its own, if it can. Never rejects. */
  readonly remove: (path: VirtualPath) => Promise<void>;
}

/** What of an upload is there already. */
interface Beginning {
  /** Where it lies. */
  readonly part: VirtualPath;
  /** Octets of it that stay. */
  readonly stays: number;
  /** Octets that it has. */
  readonly size: number;
  /** The broken upload that it is, if it is one. */
  readonly resumed?: BrokenUpload;
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
  const anew = (): Promise<Beginning> => Promise.resolve({ part: makePartPath(path), stays: 0, size: 0 });
  if (mode !== "append" && (mode !== "at" || offset === 0)) {
    return openBeside(place, path, options, surroundings, anew);
  }
  const found = await findBroken(place, path, options, surroundings);
  if (found === "overtaken" && mode === "at") throw refusedOvertaken(path);
  if (typeof found === "object") {
    if (mode === "append" && found.there) throw refusedBesidePart(path, found.beginning.size);
    return openBeside(place, path, options, surroundings, () => takeBroken(path, options, surroundings, found));
  }
  if (mode === "append") return openInPlace(place, path, { append: true, ...signalOf(options) });
  const there = await look(place, path);
  if (there?.kind === "directory") throw storageError("is-a-directory", path);
  if (there === undefined || offset > there.size) throw storageError("offset-out-of-range", path);
  if (offset === there.size) return openInPlace(place, path, { append: true, ...signalOf(options) });
  return openBeside(place, path, options, surroundings, () =>
    copyBeginning(place, path, offset, options, surroundings),
  );
}

/** A broken upload that can be gone on with, and whether the file is there that it was to replace. */
interface FoundBroken {
  readonly beginning: Beginning & { readonly resumed: BrokenUpload };
  readonly there: boolean;
}

/** The uploader's broken upload, held against what is under its name now. Nothing is asked where none is kept. */
async function findBroken(
  place: Place,
  path: VirtualPath,
  { uploader }: OpenWriteOptions,
  { broken, remove }: UploadSurroundings,
): Promise<FoundBroken | "overtaken" | undefined> {
  const resumed = broken.find(uploader, path);
  if (resumed === undefined) return undefined;
  if (resumed.overtaken) return "overtaken";
  const there = await look(place, path);
  if (stampOf(there) !== resumed.base) {
    for (const part of broken.changed(path, there !== undefined)) await remove(part);
    return there === undefined ? undefined : "overtaken";
  }
  const size = await place.client.size(place.paths.of(resumed.part));
  // Somebody tidied up.
  if (size === undefined) broken.take(uploader, path);
  return size === undefined
    ? undefined
    : { beginning: { part: resumed.part, size, stays: size, resumed }, there: there !== undefined };
}

/** The uploader's broken upload, which is this one's from now on. */
function takeBroken(
  path: VirtualPath,
  { uploader, mode, offset = 0 }: OpenWriteOptions,
  { broken }: UploadSurroundings,
  { beginning }: FoundBroken,
): Promise<Beginning> {
  const stays = mode === "at" ? offset : beginning.size;
  if (stays > beginning.size) return Promise.reject(refusedBesidePart(path, beginning.size));
  broken.take(uploader, path);
  return Promise.resolve({ ...beginning, stays });
}

async function openInPlace(
  place: Place,
  path: VirtualPath,
  options: Parameters<typeof opened>[3],
): Promise<OpenedUpload> {
  const upload = await opened(place, path, path, options);
  const nothing = (): Promise<void> => Promise.resolve();
  return { upload, ending: { commit: () => tell(place, path), discard: nothing, abandon: nothing } };
}

async function openBeside(
  place: Place,
  path: VirtualPath,
  options: OpenWriteOptions,
  surroundings: UploadSurroundings,
  begin: () => Promise<Beginning>,
): Promise<OpenedUpload> {
  const there = await before(place, path, options);
  if (there?.kind === "directory") throw storageError("is-a-directory", path);
  if (there !== undefined && options.mode === "create") throw storageError("already-exists", path);
  if (!surroundings.temporaryNames && (options.mode ?? "replace") === "replace") {
    return openInPlace(place, path, signalOf(options));
  }
  const { part, stays, size, resumed } = await begin();
  const { uploader, mode } = options;
  const base = resumed === undefined ? stampOf(there) : resumed.base;
  const at = surroundings.open.follow(path, part);
  const discard = (): Promise<void> => {
    surroundings.open.forget(at);
    return discardPart(place, at.part, surroundings);
  };
  const abandon = async (): Promise<void> => {
    surroundings.open.forget(at);
    if (uploader === undefined || mode === "create") await discard();
    // What stays of a file is not the uploader's: should this be gone on with, it is so from that file.
    else if (resumed === undefined && stays > 0) await discard();
    else for (const dropped of surroundings.broken.keep({ uploader, ...at, base })) await surroundings.remove(dropped);
  };
  try {
    // What is cut by REST and STOR keeps its old end on many servers: what comes reaches beyond it, or is found too long.
    const from = stays === size ? { append: stays > 0 } : { offset: stays };
    const upload = await opened(place, part, path, { ...from, ...signalOf(options) });
    const commit = async (): Promise<Entry> => {
      const whole = await demandWhole(place, at.part, at.path, stays + (await upload.commit()).bytes);
      if (resumed !== undefined && stampOf(await look(place, at.path)) !== base) throw storageError("busy", at.path);
      const entry = await become(
        place,
        { part: whole, at: at.part, path: at.path, replaced: there },
        options,
        surroundings,
      );
      surroundings.open.forget(at);
      const earlier = surroundings.broken.take(uploader, at.path);
      if (earlier !== undefined) await discardPart(place, earlier, surroundings);
      for (const ended of surroundings.broken.changed(at.path, true)) await discardPart(place, ended, surroundings);
      return entry;
    };
    return { upload, ending: { discard, abandon, commit } };
  } catch (error) {
    if (size > 0) await abandon();
    else surroundings.open.forget(at);
    throw error;
  }
}

/** Removes what is left of an upload. A session that is gone leaves it to another. Never rejects. */
async function discardPart(
  { client, paths }: Place,
  part: VirtualPath,
  surroundings: UploadSurroundings,
): Promise<void> {
  if (client.closed) return surroundings.remove(part);
  await client.remove(paths.of(part)).catch(async (error: unknown) => {
    if (!(error instanceof FtpReplyError)) await surroundings.remove(part);
  });
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
  options: { readonly append?: boolean; readonly offset?: number; readonly signal?: AbortSignal },
): Promise<FtpUpload> {
  try {
    return await place.client.openWrite(place.paths.of(path), options);
  } catch (error) {
    throw await explained(place, target, "new-file", error);
  }
}

/** Copies the first octets of a file, a part at a time: one session is enough, and no more than a part is in memory. */
async function copyBeginning(
  place: Place,
  from: VirtualPath,
  length: number,
  options: OpenWriteOptions,
  surroundings: UploadSurroundings,
): Promise<Beginning> {
  const { client, paths } = place;
  const to = makePartPath(from);
  try {
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
  } catch (error) {
    await discardPart(place, to, surroundings);
    throw error;
  }
  return { part: to, stays: length, size: length };
}

function signalOf({ signal }: OpenWriteOptions): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}

function passReplies(error: unknown): void {
  if (!(error instanceof FtpReplyError)) throw error;
}
