/**
 * A folder of the host as a storage: jailed, uploads atomic and resumable.
 *
 * A root of `/` is allowed and means the whole host; devices, pipes and sockets are refused there as anywhere.
 */
import type { Stats } from "node:fs";
import { statfs } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { appendWait, FileTurns } from "../file-turns.ts";
import { InlinePace, type ReadableFile, type WritableFile } from "../../bytes/index.ts";
import type {
  Entry,
  EntryTimes,
  MakeDirectoryOptions,
  OpenReadOptions,
  OpenWriteOptions,
  RemoveOptions,
  RenameOptions,
  StatOptions,
  Storage,
  StorageOptions,
} from "../storage.ts";
import { baseName, isWithin, type VirtualPath } from "../virtual-path.ts";
import { clearHidden } from "./clear-hidden.ts";
import { Favours, type StorageNotice } from "./file-favours.ts";
import { hasHidden, journalName, makeInstance } from "./hidden-names.ts";
import { folderMoved, Jail, lockName, place, type Folder } from "./jail.ts";
import { KeptUploads } from "../kept-uploads.ts";
import { entryOf, listFolder, sortedNames } from "./local-listing.ts";
import { LocalReadable } from "./local-readable.ts";
import { lookForPart, openUpload } from "./local-uploads.ts";
import { NameLocks } from "./name-locks.ts";
import { Owners } from "./owners.ts";
import { processUmask } from "./process-umask.ts";
import { demandRegular } from "./regular-file.ts";
import { SystemCalls } from "./system-calls.ts";
import { fromSystemError, storageError, systemCode } from "./system-errors.ts";
import { takeFreeName } from "./take-name.ts";
import { UploadJournal } from "./upload-journal.ts";
import { keptPlace, type LocalPart, type UploadSurroundings } from "./upload-surroundings.ts";

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
  /**
   * Milliseconds that an append waits while another one to the same file goes on; then it fails with kind `busy`. Default 30
   * seconds: clients wait about that long for a first reply.
   */
  readonly appendWait?: number;
  /**
   * Told once for each thing that the file system refuses and that uploads then go without: permission bits, owners, times, hard
   * links. Default: nobody is told.
   */
  readonly onNotice?: (notice: StorageNotice) => void;
  /** Where the journal of unfinished uploads lies. Default: a hidden folder in the root. */
  readonly stateDirectory?: string;
}

/** What is synchronised to the disk. */
export type Durability = "none" | "file" | "file+directory";

/** Milliseconds for which a broken upload is kept, unless the option says otherwise. */
export const brokenUploadLifetime: number = 6 * 60 * 60 * 1000;

/** One for all storages of this process: two may have the same directory, or one within the other's. */
const fileTurns = new FileTurns();

/** Permission bits of a new folder. */
const newDirectoryMode = 0o755;

/** A folder of the host. */
export class LocalStorage implements Storage {
  readonly sortsNames: number = sortedNames;
  readonly #jail: Jail;
  readonly #pace: InlinePace;
  readonly #calls: SystemCalls;
  readonly #owners = new Owners();
  readonly #kept: KeptUploads<LocalPart>;
  readonly #uploads: UploadSurroundings;
  readonly #journal: UploadJournal;
  readonly #locks = new NameLocks();
  /** Whether a part was not where it was kept: the next instance looks for it. */
  #lost = false;

  /**
   * @param options - See `LocalStorageOptions`; only `root` must be given.
   * @param calls - How the system is asked; for tests.
   */
  constructor(options: LocalStorageOptions, calls?: SystemCalls) {
    const instance = makeInstance();
    this.#pace = new InlinePace({ never: options.fileCalls === "threads" });
    this.#calls = calls ?? new SystemCalls(this.#pace);
    this.#jail = new Jail(options.root, this.#calls);
    const journal = options.stateDirectory ?? join(options.root, journalName);
    this.#journal = new UploadJournal(journal, instance, options.root);
    this.#kept = new KeptUploads(options.keepBrokenUploads ?? brokenUploadLifetime, ({ part }) => {
      // Dropped in the background: nobody waits for it, and what stays is in the journal.
      void this.#removePart(part);
    });
    this.#uploads = {
      pace: this.#pace,
      calls: this.#calls,
      favours: new Favours(options.onNotice),
      jail: this.#jail,
      kept: this.#kept,
      journal: this.#journal,
      locks: this.#locks,
      turns: fileTurns,
      instance,
      inPlace: options.uploads === "in-place",
      durability: options.durability ?? "none",
      turnWait: options.appendWait ?? appendWait,
      active: new Set(),
    };
  }

  async stat(path: VirtualPath, options: StatOptions = {}): Promise<Entry> {
    this.#check(path, options);
    return this.#in(path, async (folder) => {
      const stats = await this.#calls.present(place(folder, path));
      const partial = await this.#statPart(folder, path, stats, options);
      if (partial !== undefined) return partial;
      if (stats === undefined) throw storageError("not-found", path);
      if (!stats.isSymbolicLink() || options.followLinks === false) return entryOf(nameOf(path), stats, this.#owners);
      // What a link leads to is told under the link's own name.
      const target = await this.#jail.followed(path);
      return { ...(await this.stat(target, options)), name: nameOf(path) };
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
    return openUpload(this.#uploads, path, options);
  }

  async remove(path: VirtualPath, options: RemoveOptions = {}): Promise<void> {
    this.#check(path, options);
    return this.#in(path, (folder) =>
      this.#locks.alone([lockName(folder, path)], async () => {
        const stats = await this.#calls.present(place(folder, path));
        if (stats?.isDirectory() === true) throw storageError("is-a-directory", path);
        if (stats !== undefined) await this.#calls.unlink(place(folder, path), stats.size);
        else if (!this.#discardPart(folder, path, options.uploader)) throw storageError("not-found", path);
        this.#changed(folder, path, false);
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
        this.#locks.alone([lockName(source, from), lockName(target, to)], async () => {
          const clear = (): Promise<boolean> => this.#clearHidden(to);
          const isDirectory = await renameIn(this.#uploads, source, from, target, to, options.replace ?? true, clear);
          this.#changed(source, from, false);
          this.#changed(target, to, true);
          if (isDirectory) await this.#directoryMoved(placeOnHost(source, from), placeOnHost(target, to));
        }),
      ),
    );
  }

  async makeDirectory(path: VirtualPath, options: MakeDirectoryOptions = {}): Promise<void> {
    this.#check(path, options, "name-not-allowed");
    if (path === "/") throw storageError("already-exists", path);
    return this.#in(path, async (folder) => {
      const mode = options.permissions ?? newDirectoryMode;
      await this.#calls.mkdir(place(folder, path), mode);
      this.#changed(folder, path, true);
      // The process's own umask may have taken bits off that were asked for.
      if ((mode & processUmask) !== 0) {
        const { favours } = this.#uploads;
        // The directory is made: that its bits are not those asked for is no failure of that.
        await this.#withOpen(path, async (fd) => {
          await favours.do("mode", () => this.#calls.fchmod(fd, mode));
        }).catch(ignore);
      }
    });
  }

  async removeDirectory(path: VirtualPath, options: StorageOptions = {}): Promise<void> {
    this.#check(path, options);
    if (path === "/") throw storageError("permission-denied", path);
    try {
      await this.#in(path, (folder) => removeFolder(this.#calls, folder, path));
    } catch (error) {
      if (fromSystemError(error, path).kind !== "directory-not-empty") throw error;
      // What nobody sees does not keep a directory from going.
      if (!(await this.#clearHidden(path))) throw error;
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
    await this.#in(path, async (folder) => {
      await this.#calls.symlink(relative(folder.real, join(root, inside)) || ".", place(folder, path));
      this.#changed(folder, path, true);
    });
  }

  async close(): Promise<void> {
    for (const { part } of this.#kept.takeAll()) await this.#removePart(part);
    await this.#journal.close(this.#lost);
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

  /** Tells of the uploader's broken upload where it is what the name means; undefined where it is not. */
  async #statPart(
    folder: Folder,
    path: VirtualPath,
    there: Stats | undefined,
    { uploader, prefersPartial }: StatOptions,
  ): Promise<Entry | undefined> {
    if (there !== undefined && prefersPartial !== true) return undefined;
    const found = lookForPart(this.#uploads, folder, path, uploader, there);
    if (found.state !== "resumable") return undefined;
    const { kept } = found;
    const part = await this.#calls.present(`${folder.base}${kept.part.name}`);
    if (part !== undefined) {
      return { name: baseName(path), kind: "file", size: part.size, modified: kept.since, partial: true };
    }
    // Somebody tidied up.
    this.#kept.discard(uploader, kept);
    return undefined;
  }

  #discardPart(folder: Folder, path: VirtualPath, uploader: string | undefined): boolean {
    const found = lookForPart(this.#uploads, folder, path, uploader, undefined);
    return found.state === "resumable" && this.#kept.discard(uploader, found.kept);
  }

  /** Something was put under a name, or taken away: no broken upload stands under it any more. */
  #changed(folder: Folder, path: VirtualPath, there: boolean): void {
    if (!this.#kept.isEmpty) this.#kept.changed(keptPlace(folder, path), there);
  }

  /** Has the parts below a directory found where it is now. */
  async #directoryMoved(from: string, to: string): Promise<void> {
    for (const { part } of this.#kept.all()) {
      const { directory } = part;
      if (directory === from || directory.startsWith(`${from}${sep}`))
        part.directory = to + directory.slice(from.length);
    }
    await this.#journal.noteMove(from, to);
  }

  /**
   * Removes the hidden parts of a directory that has nothing else, where nobody is writing them.
   *
   * @returns Whether the directory is empty now.
   * @throws StorageError `busy` where an upload is under way.
   */
  async #clearHidden(path: VirtualPath): Promise<boolean> {
    const folder = await this.#jail.folder(path);
    try {
      const cleared = await clearHidden(this.#uploads, folder, path);
      if (cleared) this.#kept.directoryRemoved(folder.identity());
      return cleared;
    } finally {
      folder.release();
    }
  }

  /** Removes a part that is not kept any more. Never rejects. */
  async #removePart({ directory, name }: LocalPart): Promise<void> {
    try {
      await this.#calls.unlink(join(directory, name), Infinity);
    } catch (error) {
      if (systemCode(error) === "ENOENT") this.#lost = true;
    }
  }
}

function nameOf(path: VirtualPath): string {
  return path === "/" ? "/" : baseName(path);
}

async function removeFolder(calls: SystemCalls, folder: Folder, path: VirtualPath): Promise<void> {
  await calls.rmdir(place(folder, path));
  folderMoved();
}

function ignore(): void {
  // See where it is used.
}

/** @returns Whether it was a directory. */
async function renameIn(
  { calls, favours }: UploadSurroundings,
  source: Folder,
  from: VirtualPath,
  target: Folder,
  to: VirtualPath,
  replace: boolean,
  clear: () => Promise<boolean>,
): Promise<boolean> {
  const stats = await calls.lstat(place(source, from));
  const there = await calls.present(place(target, to));
  if (stats.isDirectory()) {
    // An empty directory gives way to another one, as rename(2) has it.
    if (there !== undefined && !there.isDirectory()) throw storageError("already-exists", to);
    await renameDirectory(calls, place(source, from), place(target, to), to, clear);
    folderMoved();
    return true;
  }
  if (there !== undefined && (!replace || there.isDirectory())) throw storageError("already-exists", to);
  if (replace) {
    await calls.rename(place(source, from), place(target, to), there?.size ?? 0);
    return false;
  }
  await takeFreeName(calls, favours, place(source, from), place(target, to));
  return false;
}

/** @throws StorageError `directory-not-empty` where another directory with something in it has the name. */
async function renameDirectory(
  calls: SystemCalls,
  from: string,
  at: string,
  to: VirtualPath,
  clear: () => Promise<boolean>,
): Promise<void> {
  try {
    await calls.rename(from, at, 0);
  } catch (error) {
    const code = systemCode(error);
    if (code !== "ENOTEMPTY" && code !== "EEXIST") throw error;
    if (!(await clear())) throw storageError("directory-not-empty", to, error);
    await calls.rename(from, at, 0);
  }
}

/** Where a name lies on the host now: for the journal, not for system calls. */
function placeOnHost(folder: Folder, path: VirtualPath): string {
  return join(folder.now() ?? folder.real, baseName(path));
}
