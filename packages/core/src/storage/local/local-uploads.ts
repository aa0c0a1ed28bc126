/**
 * Uploads into a local folder: a hidden file beside the target that takes its name when it is whole (design of the
 * `WriteMode`s: storage.ts), or, by option, the target itself.
 */
import { constants, type Stats } from "node:fs";
import type { InlinePace, WritableFile } from "../../bytes/index.ts";
import { message, octetTextLength } from "../../protocol/index.ts";
import { StorageError } from "../errors.ts";
import type { Entry, OpenWriteOptions } from "../storage.ts";
import { baseName, type VirtualPath } from "../virtual-path.ts";
import { copyStart } from "./copy-start.ts";
import { makePartName } from "./hidden-names.ts";
import { hostName, place, type Folder, type Jail } from "./jail.ts";
import { isWorthKeeping, type KeptUpload, type KeptUploads } from "../kept-uploads.ts";
import type { Durability } from "./local-storage.ts";
import type { NameLocks } from "./name-locks.ts";
import { LocalWritable, type UploadEnding } from "./local-writable.ts";
import { fsync, ftruncate, type SystemCalls } from "./system-calls.ts";
import { fromSystemError, storageError } from "./system-errors.ts";
import { processUmask } from "./process-umask.ts";
import type { UploadJournal } from "./upload-journal.ts";

/** What uploads need of their storage. */
export interface LocalUploadsParts {
  readonly pace: InlinePace;
  readonly calls: SystemCalls;
  readonly jail: Jail;
  readonly kept: KeptUploads<string>;
  readonly journal: UploadJournal;
  readonly locks: NameLocks;
  readonly instance: string;
  readonly inPlace: boolean;
  readonly durability: Durability;
}

/** The longest name of a file, in octets (NAME_MAX). */
const nameLimit = 255;
/** Permission bits of a new file. */
const newFileMode = 0o644;
const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY } = constants;

/** An unfinished upload and what it goes by. */
interface Part {
  readonly fd: number;
  readonly name: string;
  readonly position: number;
  /** What it began from: that must still be there at the end. A resumed upload was made from itself. */
  readonly base?: Base | undefined;
}

/** A file that an append, or an upload within a file, began from. */
interface Base {
  /** Undefined where there was none. */
  readonly stats: Stats | undefined;
  /** Keeps its number from being given to another file. */
  readonly fd: number | undefined;
}

/** Opens and ends uploads. */
export class LocalUploads {
  readonly #parts: LocalUploadsParts;
  readonly #calls: SystemCalls;
  readonly #appending = new Set<VirtualPath>();

  constructor(parts: LocalUploadsParts) {
    this.#parts = parts;
    this.#calls = parts.calls;
  }

  /** As `Storage.openWrite`. */
  async open(path: VirtualPath, options: OpenWriteOptions): Promise<WritableFile<Entry>> {
    const name = baseName(path);
    if (name === "") throw storageError("is-a-directory", path);
    if (octetTextLength(name) > nameLimit) throw storageError("name-not-allowed", path);
    const folder = await this.#parts.jail.parent(path);
    try {
      const there = await this.#calls.present(place(folder, path));
      if (there?.isSymbolicLink() === true) return await this.open(await this.#parts.jail.followed(path), options);
      if (there?.isDirectory() === true) throw storageError("is-a-directory", path);
      if (there !== undefined && !there.isFile()) throw storageError("permission-denied", path);
      if (there !== undefined && options.mode === "create") throw storageError("already-exists", path);
      return await (this.#parts.inPlace
        ? this.#openInPlace(folder, path, options, there?.size ?? 0)
        : this.#openPart(folder, path, options, there));
    } catch (error) {
      throw fromSystemError(error, path);
    } finally {
      folder.release();
    }
  }

  async #openInPlace(
    folder: Folder,
    path: VirtualPath,
    options: OpenWriteOptions,
    replaced: number,
  ): Promise<WritableFile<Entry>> {
    const { mode = "replace", offset = 0, permissions = newFileMode } = options;
    const how = mode === "replace" ? O_TRUNC : mode === "create" ? O_EXCL : 0;
    const fd = await this.#calls.open(
      place(folder, path),
      O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | how,
      permissions,
      mode === "replace" ? replaced : 0,
    );
    try {
      const { size } = await this.#calls.fstat(fd);
      if (mode === "at" && offset > size) throw storageError("offset-out-of-range", path);
      if (mode === "at") await ftruncate(fd, offset);
      const ending = {
        commit: async (_: number, length: number) => {
          const modified = await setModified(this.#calls, fd, options.modified);
          if (this.#parts.durability !== "none") await fsync(fd);
          await this.#calls.close(fd);
          return finished(path, length, modified);
        },
        abandon: () => this.#calls.close(fd),
      };
      const position = mode === "append" ? size : mode === "at" ? offset : 0;
      return new LocalWritable(fd, path, position, ending, this.#parts.pace);
    } catch (error) {
      await this.#calls.close(fd);
      throw error;
    }
  }

  async #openPart(
    folder: Folder,
    path: VirtualPath,
    options: OpenWriteOptions,
    there: Stats | undefined,
  ): Promise<WritableFile<Entry>> {
    const { mode = "replace", uploader } = options;
    const appends = mode === "append";
    if (appends && this.#appending.has(path)) throw storageError("busy", path);
    if (appends) this.#appending.add(path);
    let part: Part | undefined;
    try {
      await this.#parts.journal.note(folder.real);
      const kept = mode === "at" || appends ? this.#parts.kept.find(uploader, path) : undefined;
      part =
        kept === undefined
          ? await this.#begin(folder, path, options, there)
          : await this.#resume(folder, path, options, kept);
      await this.#setMode(part.fd, there, options.permissions ?? newFileMode);
      return this.#writable(part, path, options, there?.size ?? 0);
    } catch (error) {
      if (appends) this.#appending.delete(path);
      if (part !== undefined) await removeOpen(this.#calls, folder, part);
      throw error;
    }
  }

  /** A replaced file passes its permission bits on; a new one has those asked for, whatever the process's umask. */
  async #setMode(fd: number, there: Stats | undefined, permissions: number): Promise<void> {
    const mode = there === undefined ? permissions : there.mode & 0o777;
    if (there !== undefined || (mode & processUmask) !== 0) await this.#calls.fchmod(fd, mode);
  }

  async #begin(folder: Folder, path: VirtualPath, options: OpenWriteOptions, there: Stats | undefined): Promise<Part> {
    const { mode = "replace", offset = 0, permissions = newFileMode } = options;
    const stays = mode === "append" ? (there?.size ?? 0) : mode === "at" ? offset : 0;
    if (stays > (there?.size ?? 0)) throw storageError("offset-out-of-range", path);
    const name = makePartName(this.#parts.instance);
    const fd = await this.#calls.open(
      `${folder.base}${name}`,
      O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW,
      permissions & 0o777,
    );
    const part: Part = { fd, name, position: stays };
    try {
      if (stays > 0) return { ...part, base: await copyStart(this.#calls, folder, path, part.fd, name, stays) };
      return mode === "append" ? { ...part, base: { stats: there, fd: undefined } } : part;
    } catch (error) {
      await removeOpen(this.#calls, folder, part);
      const { kind } = fromSystemError(error, path);
      // It was there a moment ago, and as long: an append is refused for no such reason.
      if (mode === "append" && (kind === "not-found" || kind === "offset-out-of-range")) throw changed(path);
      throw error;
    }
  }

  async #resume(folder: Folder, path: VirtualPath, options: OpenWriteOptions, kept: KeptUpload<string>): Promise<Part> {
    const position = options.mode === "append" ? kept.size : (options.offset ?? 0);
    if (position > kept.size) throw storageError("offset-out-of-range", path);
    const fd = await this.#calls.open(`${folder.base}${kept.part}`, O_RDWR | O_NOFOLLOW);
    try {
      await ftruncate(fd, position);
    } catch (error) {
      await this.#calls.close(fd);
      throw error;
    }
    this.#parts.kept.take(kept.uploader, path);
    return { fd, name: kept.part, position };
  }

  #writable(part: Part, path: VirtualPath, options: OpenWriteOptions, replaced: number): WritableFile<Entry> {
    const { mode = "replace", uploader } = options;
    const over = async (): Promise<void> => {
      if (mode === "append") this.#appending.delete(path);
      await closeBase(this.#calls, part);
    };
    const ending: UploadEnding = {
      commit: async (fd, size) => {
        try {
          const modified = await this.#commit(part, fd, path, options, replaced);
          this.#parts.kept.discard(uploader, path);
          return finished(path, size, modified);
        } finally {
          await over();
        }
      },
      abandon: async (fd, size, cause) => {
        try {
          await this.#calls.close(fd);
          if (uploader !== undefined && size > 0 && mode !== "create" && isWorthKeeping(cause)) {
            this.#parts.kept.keep({ uploader, path, part: part.name, size, since: Date.now() });
          } else await this.#remove(part.name, path);
        } finally {
          await over();
        }
      },
    };
    return new LocalWritable(part.fd, path, part.position, ending, this.#parts.pace);
  }

  async #commit(
    part: Part,
    fd: number,
    path: VirtualPath,
    { mode = "replace", modified }: OpenWriteOptions,
    replaced: number,
  ): Promise<number | undefined> {
    const folder = await this.#parts.jail.parent(path).catch(async (error: unknown) => {
      await this.#calls.close(fd);
      throw error;
    });
    const hidden = `${folder.base}${part.name}`;
    try {
      const set = await setModified(this.#calls, fd, modified);
      if (this.#parts.durability !== "none") await fsync(fd);
      await this.#calls.close(fd);
      await this.#parts.locks.alone([hostName(folder, path)], () =>
        takeName(this.#calls, { folder, path, part, mode, replaced }),
      );
      if (this.#parts.durability === "file+directory") await syncFolder(this.#calls, folder);
      return set;
    } catch (error) {
      await this.#calls.unlink(hidden, Infinity).catch(() => undefined);
      throw fromSystemError(error, path);
    } finally {
      folder.release();
    }
  }

  async #remove(name: string, path: VirtualPath): Promise<void> {
    const folder = await this.#parts.jail.parent(path);
    try {
      await this.#calls.unlink(`${folder.base}${name}`, Infinity);
    } finally {
      folder.release();
    }
  }
}

/** How a hidden file becomes the one of a name. */
interface NameTaking {
  readonly folder: Folder;
  readonly path: VirtualPath;
  readonly part: Part;
  readonly mode: string;
  /** Octets of the file that had the name. */
  readonly replaced: number;
}

/** The hidden file becomes the one of that name. */
async function takeName(calls: SystemCalls, { folder, path, part, mode, replaced }: NameTaking): Promise<void> {
  const hidden = `${folder.base}${part.name}`;
  if (part.base !== undefined) await demandSame(calls, folder, path, part.base.stats);
  if (mode === "create") {
    // A second name fails where one exists: whoever took it in the meantime keeps it.
    await calls.link(hidden, place(folder, path));
    await calls.unlink(hidden, 0);
  } else await calls.rename(hidden, place(folder, path), replaced);
}

async function closeBase(calls: SystemCalls, { base }: Part): Promise<void> {
  if (base?.fd !== undefined) await calls.close(base.fd).catch(() => undefined);
}

/** Such an upload was made from a copy: if the file has changed since, committing it would undo that change. */
async function demandSame(
  calls: SystemCalls,
  folder: Folder,
  path: VirtualPath,
  base: Stats | undefined,
): Promise<void> {
  const now = await calls.present(place(folder, path));
  const same = now === undefined ? base === undefined : base !== undefined && identityOf(now) === identityOf(base);
  if (!same) throw changed(path);
}

function changed(path: VirtualPath): StorageError {
  return new StorageError("busy", message("{path} was changed while it was appended to; try again", { path }), {
    path,
  });
}

function identityOf({ dev, ino, size, mtimeMs }: Stats): string {
  return `${dev}:${ino}:${size}:${mtimeMs}`;
}

async function removeOpen(calls: SystemCalls, folder: Folder, part: Part): Promise<void> {
  await closeBase(calls, part);
  await calls.close(part.fd).catch(() => undefined);
  await calls.unlink(`${folder.base}${part.name}`, Infinity).catch(() => undefined);
}

async function syncFolder(calls: SystemCalls, folder: Folder): Promise<void> {
  const fd = await calls.open(`${folder.base}.`, O_RDONLY | O_DIRECTORY);
  try {
    await fsync(fd);
  } finally {
    await calls.close(fd);
  }
}

/** @returns The time that the file has, where one was wanted and the file system keeps it: it is a favour. */
async function setModified(calls: SystemCalls, fd: number, modified: number | undefined): Promise<number | undefined> {
  if (modified === undefined) return undefined;
  return calls.futimes(fd, new Date(), new Date(modified)).then(
    () => modified,
    () => undefined,
  );
}

/** What is known of a file that was just completed, without asking for it. */
function finished(path: VirtualPath, size: number, modified: number = Date.now()): Entry {
  return { name: baseName(path), kind: "file", size, modified };
}
