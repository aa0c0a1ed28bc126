/**
 * A folder of the host as a storage: jailed, uploads atomic and resumable.
 *
 * A root of `/` is allowed and means the whole host; devices, pipes and sockets are refused there as anywhere.
 */
import type { Stats } from "node:fs";
import { statfs } from "node:fs/promises";
import { join, relative } from "node:path";
import { InlinePace, type ReadableFile, type WritableFile } from "../../bytes/index.ts";
import type {
  Entry,
  EntryTimes,
  MakeDirectoryOptions,
  OpenReadOptions,
  OpenWriteOptions,
  RenameOptions,
  StatOptions,
  Storage,
  StorageOptions,
} from "../storage.ts";
import { baseName, isWithin, type VirtualPath } from "../virtual-path.ts";
import { hasHidden, journalName, makeInstance } from "./hidden-names.ts";
import { folderMoved, hostName, Jail, place, type Folder } from "./jail.ts";
import { KeptUploads } from "../kept-uploads.ts";
import { entryOf, listFolder } from "./local-listing.ts";
import { LocalReadable } from "./local-readable.ts";
import { LocalUploads } from "./local-uploads.ts";
import { NameLocks } from "./name-locks.ts";
import { Owners } from "./owners.ts";
import { SystemCalls } from "./system-calls.ts";
import { fromSystemError, storageError } from "./system-errors.ts";
import { processUmask } from "./process-umask.ts";
import { UploadJournal } from "./upload-journal.ts";

/** Options of `LocalStorage`. */
export interface LocalStorageOptions {
  /** A folder of the host. It must be there when the storage is first used. */
  readonly root: string;
  /**
   * `atomic`: an upload is a hidden file beside its target and takes the name when it is whole. `in-place`: it is
   * written under its name from the start, and everybody sees it grow. Default `atomic`.
   */
  readonly uploads?: "atomic" | "in-place";
  /** What is synchronised to the disk before an upload counts as complete. Default `none`. */
  readonly durability?: Durability;
  /** Milliseconds for which a broken upload is kept for its uploader; 0 keeps none. Default 6 hours. */
  readonly keepBrokenUploads?: number;
  /**
   * `adaptive`: reads and writes are made at once as long as the file system answers within microseconds, as the page
   * cache does, and by other threads when it does not. `threads`: always by other threads, for a network file system
   * that may hang. Default `adaptive`.
   */
  readonly fileCalls?: "adaptive" | "threads";
  /** Where the journal of unfinished uploads lies. Default: a hidden folder in the root. */
  readonly stateDirectory?: string;
}

/** What is synchronised to the disk. */
export type Durability = "none" | "file" | "file+directory";

/** Milliseconds for which a broken upload is kept, unless the option says otherwise. */
export const brokenUploadLifetime: number = 6 * 60 * 60 * 1000;

/** Permission bits of a new folder. */
const newDirectoryMode = 0o755;

/** A folder of the host. */
export class LocalStorage implements Storage {
  readonly #jail: Jail;
  readonly #pace: InlinePace;
  readonly #calls: SystemCalls;
  readonly #owners = new Owners();
  readonly #kept: KeptUploads<string>;
  readonly #uploads: LocalUploads;
  readonly #journal: UploadJournal;
  readonly #locks = new NameLocks();

  /** @param options - See `LocalStorageOptions`; only `root` must be given. */
  constructor(options: LocalStorageOptions) {
    const instance = makeInstance();
    this.#pace = new InlinePace({ never: options.fileCalls === "threads" });
    this.#calls = new SystemCalls(this.#pace);
    this.#jail = new Jail(options.root, this.#calls);
    this.#journal = new UploadJournal(options.stateDirectory ?? join(options.root, journalName), instance);
    this.#kept = new KeptUploads(options.keepBrokenUploads ?? brokenUploadLifetime, ({ path, part }) => {
      // Dropped in the background: nobody waits for it, and what stays is in the journal.
      this.#removePart(path, part).catch(() => undefined);
    });
    this.#uploads = new LocalUploads({
      pace: this.#pace,
      calls: this.#calls,
      jail: this.#jail,
      kept: this.#kept,
      journal: this.#journal,
      locks: this.#locks,
      instance,
      inPlace: options.uploads === "in-place",
      durability: options.durability ?? "none",
    });
  }

  async stat(path: VirtualPath, options: StatOptions = {}): Promise<Entry> {
    this.#check(path, options);
    const kept = this.#kept.find(options.uploader, path);
    if (kept !== undefined) {
      return { name: baseName(path), kind: "file", size: kept.size, modified: kept.since, partial: true };
    }
    return this.#in(path, async (folder) => {
      const stats = await this.#calls.present(place(folder, path));
      if (stats === undefined) throw storageError("not-found", path);
      if (!stats.isSymbolicLink()) return entryOf(nameOf(path), stats, this.#owners);
      // What a link leads to is told under the link's own name.
      const target = await this.#jail.followed(path);
      return { ...(await this.stat(target)), name: nameOf(path) };
    });
  }

  async *list(path: VirtualPath, options: StorageOptions = {}): AsyncGenerator<readonly Entry[]> {
    this.#check(path, options);
    const folder = await this.#jail.folder(path);
    try {
      yield* listFolder(this.#calls, folder, await this.#jail.root(), this.#owners, options.signal);
    } catch (error) {
      throw fromSystemError(error, path);
    } finally {
      folder.release();
    }
  }

  async openRead(path: VirtualPath, options: OpenReadOptions = {}): Promise<ReadableFile> {
    this.#check(path, options);
    const fd = await this.#jail.openForReading(path);
    try {
      const stats = await this.#calls.fstat(fd);
      demandRegular(stats, path);
      const offset = options.offset ?? 0;
      if (offset > stats.size) throw storageError("offset-out-of-range", path);
      return new LocalReadable(fd, path, offset, stats.size - offset, this.#calls, this.#pace);
    } catch (error) {
      await this.#calls.close(fd);
      throw fromSystemError(error, path);
    }
  }

  async openWrite(path: VirtualPath, options: OpenWriteOptions = {}): Promise<WritableFile<Entry>> {
    this.#check(path, options, "name-not-allowed");
    return this.#uploads.open(path, options);
  }

  async remove(path: VirtualPath, options: StorageOptions = {}): Promise<void> {
    this.#check(path, options);
    return this.#in(path, (folder) =>
      this.#locks.alone([hostName(folder, path)], async () => {
        const stats = await this.#calls.lstat(place(folder, path));
        if (stats.isDirectory()) throw storageError("is-a-directory", path);
        await this.#calls.unlink(place(folder, path), stats.size);
      }),
    );
  }

  async rename(from: VirtualPath, to: VirtualPath, options: RenameOptions = {}): Promise<void> {
    this.#check(from, options);
    this.#check(to, options, "name-not-allowed");
    if (from === "/" || to === "/") throw storageError("permission-denied", "/");
    if (from === to) {
      await this.stat(from);
      return;
    }
    if (isWithin(from, to)) throw storageError("name-not-allowed", to);
    return this.#in(from, (source) =>
      this.#in(to, (target) =>
        this.#locks.alone([hostName(source, from), hostName(target, to)], () =>
          renameIn(this.#calls, source, from, target, to, options.replace ?? true),
        ),
      ),
    );
  }

  async makeDirectory(path: VirtualPath, options: MakeDirectoryOptions = {}): Promise<void> {
    this.#check(path, options, "name-not-allowed");
    if (path === "/") throw storageError("already-exists", path);
    return this.#in(path, async (folder) => {
      const mode = options.permissions ?? newDirectoryMode;
      await this.#calls.mkdir(place(folder, path), mode);
      // The process's own umask may have taken bits off that were asked for.
      if ((mode & processUmask) !== 0) await this.#withOpen(path, (fd) => this.#calls.fchmod(fd, mode));
    });
  }

  async removeDirectory(path: VirtualPath, options: StorageOptions = {}): Promise<void> {
    this.#check(path, options);
    if (path === "/") throw storageError("permission-denied", path);
    // Broken uploads that are kept in there are nobody's files: they do not keep a folder from going.
    const parts = this.#kept.findWithin(path);
    try {
      await this.#in(path, (folder) => removeFolder(this.#calls, folder, path));
    } catch (error) {
      if (parts.length === 0 || fromSystemError(error, path).kind !== "directory-not-empty") throw error;
      for (const kept of parts) {
        this.#kept.take(kept.uploader, kept.path);
        await this.#removePart(kept.path, kept.part);
      }
      await this.#in(path, (folder) => removeFolder(this.#calls, folder, path));
    }
  }

  async setTimes(path: VirtualPath, times: EntryTimes, options: StorageOptions = {}): Promise<void> {
    this.#check(path, options);
    await this.#withOpen(path, async (fd) => {
      const stats = await this.#calls.fstat(fd);
      // As dates: a number below 0 would be taken for now.
      await this.#calls.futimes(
        fd,
        new Date(times.accessed ?? stats.atimeMs),
        new Date(times.modified ?? stats.mtimeMs),
      );
    });
  }

  async changeMode(path: VirtualPath, mode: number, options: StorageOptions = {}): Promise<void> {
    this.#check(path, options);
    await this.#withOpen(path, (fd) => this.#calls.fchmod(fd, mode & 0o777));
  }

  async freeSpace(path: VirtualPath, options: StorageOptions = {}): Promise<number> {
    this.#check(path, options);
    const folder = await this.#jail.folder(path);
    try {
      const { bavail, bsize } = await statfs(`${folder.base}.`);
      return bavail * bsize;
    } catch (error) {
      throw fromSystemError(error, path);
    } finally {
      folder.release();
    }
  }

  async link(target: VirtualPath, path: VirtualPath, options: StorageOptions = {}): Promise<void> {
    this.#check(target, options);
    this.#check(path, options, "name-not-allowed");
    if (path === "/") throw storageError("already-exists", path);
    // Without any link in it, and inside the root: what leads out is not there, as for every other method.
    const inside = await this.#jail.followed(target);
    const root = await this.#jail.root();
    await this.#in(path, (folder) =>
      this.#calls.symlink(relative(folder.real, join(root, inside)) || ".", place(folder, path)),
    );
  }

  async close(): Promise<void> {
    const kept = this.#kept.takeAll();
    for (const { path, part } of kept) await this.#removePart(path, part).catch(() => undefined);
    await this.#journal.close();
    this.#jail.close();
  }

  /** @throws StorageError for an aborted signal, and for the storage's own hidden names. */
  #check(path: VirtualPath, options: StorageOptions, kind: "not-found" | "name-not-allowed" = "not-found"): void {
    // In the background: nobody's answer waits for what a dead process has left.
    void this.#journal.recover();
    if (options.signal?.aborted === true) throw storageError("aborted", path, options.signal.reason);
    if (hasHidden(path)) throw storageError(kind, path);
  }

  /** Runs with the folder of `path` held, and turns what the system says into a storage's error. */
  async #in<T>(path: VirtualPath, run: (folder: Folder) => Promise<T>): Promise<T> {
    const folder = await this.#jail.parent(path);
    try {
      return await run(folder);
    } catch (error) {
      throw fromSystemError(error, path);
    } finally {
      folder.release();
    }
  }

  /** Runs with a file or folder open, links inside the root followed. */
  async #withOpen(path: VirtualPath, run: (fd: number) => Promise<void>): Promise<void> {
    let fd: number;
    try {
      fd = await this.#jail.openForReading(path);
    } catch (error) {
      throw fromSystemError(error, path);
    }
    try {
      const stats = await this.#calls.fstat(fd);
      if (!stats.isDirectory()) demandRegular(stats, path);
      await run(fd);
    } catch (error) {
      throw fromSystemError(error, path);
    } finally {
      await this.#calls.close(fd);
    }
  }

  async #removePart(path: VirtualPath, part: string): Promise<void> {
    await this.#in(path, (folder) => this.#calls.unlink(`${folder.base}${part}`, Infinity));
  }
}

function nameOf(path: VirtualPath): string {
  return path === "/" ? "/" : baseName(path);
}

/** @throws StorageError for what is no file: opening a pipe or a device would hang or do worse. */
export function demandRegular(stats: Stats, path: string): void {
  if (stats.isDirectory()) throw storageError("is-a-directory", path);
  if (!stats.isFile()) throw storageError("permission-denied", path);
}

async function removeFolder(calls: SystemCalls, folder: Folder, path: VirtualPath): Promise<void> {
  await calls.rmdir(place(folder, path));
  folderMoved();
}

async function renameIn(
  calls: SystemCalls,
  source: Folder,
  from: VirtualPath,
  target: Folder,
  to: VirtualPath,
  replace: boolean,
): Promise<void> {
  const stats = await calls.lstat(place(source, from));
  const there = await calls.present(place(target, to));
  if (there?.isDirectory() === true) throw storageError("already-exists", to);
  if (there !== undefined && (!replace || stats.isDirectory())) throw storageError("already-exists", to);
  if (replace || stats.isDirectory()) {
    await calls.rename(place(source, from), place(target, to), there?.size ?? 0);
    if (stats.isDirectory()) folderMoved();
    return;
  }
  // A second name fails where one exists already, and no moment lies between the look and the deed.
  await calls.link(place(source, from), place(target, to));
  await calls.unlink(place(source, from), 0);
}
