/**
 * The system calls of this storage: made at once while the file system answers within microseconds, since a hop to another
 * thread costs several times what the page cache takes, and by other threads once it does not (`bytes/inline-pace.ts`).
 *
 * Calls that take long by their nature (fsync, copying, giving back a large file's space) go to other threads always; those are functions here.
 */
import fs, { type Dir, type Dirent, type Stats } from "node:fs";
import { promisify } from "node:util";
import type { InlinePace } from "../../bytes/index.ts";

/** As promises of the callback forms: in loops they cost less than FileHandle. */
const threads = {
  open: promisify(fs.open) as (path: string, flags: number, mode?: number) => Promise<number>,
  close: promisify(fs.close),
  fstat: promisify(fs.fstat) as (fd: number) => Promise<Stats>,
  lstat: promisify(fs.lstat) as (path: string) => Promise<Stats>,
  unlink: promisify(fs.unlink),
  rename: promisify(fs.rename),
  link: promisify(fs.link),
  symlink: promisify(fs.symlink) as (target: string, path: string) => Promise<void>,
  rmdir: promisify(fs.rmdir) as (path: string) => Promise<void>,
  opendir: promisify(fs.opendir),
  mkdir: promisify(fs.mkdir) as (path: string, options: { readonly mode: number }) => Promise<unknown>,
  fchmod: promisify(fs.fchmod),
  fchown: promisify(fs.fchown),
  futimes: promisify(fs.futimes),
};

export const realpath: (path: string) => Promise<string> = promisify(fs.realpath.native);
export const readlink: (path: string) => Promise<string> = promisify(fs.readlink);
export const fsync: (fd: number) => Promise<void> = promisify(fs.fsync);
export const ftruncate: (fd: number, length: number) => Promise<void> = promisify(fs.ftruncate);
export const copyFile: (from: string, to: string, mode: number) => Promise<void> = promisify(fs.copyFile);

/** Octets that a file system gives back within microseconds. */
const quicklyFreed: number = 4 * 1024 * 1024;

/** Linux's O_PATH: a descriptor that stands for a file without opening it, which takes no rights and wakes no device. */
const pathOnly: number | undefined = process.platform === "linux" ? 0o10000000 : undefined;

/** Keeps a file in being while it loses its name. @returns A descriptor; undefined where that cannot be. */
function held(path: string, flags: number): Promise<number | undefined> {
  return threads.open(path, flags | fs.constants.O_NOFOLLOW).catch(() => undefined);
}

function ignore(): void {
  // Whatever becomes of a descriptor that only stood for a file, the file has lost its name as it should.
}

/** The calls that a place may answer at once. Each throws what the system says, by its promise. */
export class SystemCalls {
  readonly #pace: InlinePace;

  /** @param pace - How quickly the place answers. */
  constructor(pace: InlinePace) {
    this.#pace = pace;
  }

  /** @param truncated - Octets that are given back by it. @returns A descriptor. */
  async open(path: string, flags: number, mode?: number, truncated = 0): Promise<number> {
    if (truncated > quicklyFreed) return threads.open(path, flags, mode);
    return this.#pace.attempt(() => fs.openSync(path, flags, mode)) ?? threads.open(path, flags, mode);
  }

  async close(fd: number): Promise<void> {
    if (!this.#done(() => fs.closeSync(fd))) await threads.close(fd);
  }

  async fstat(fd: number): Promise<Stats> {
    return this.#pace.attempt(() => fs.fstatSync(fd)) ?? threads.fstat(fd);
  }

  async lstat(path: string): Promise<Stats> {
    return this.#pace.attempt(() => fs.lstatSync(path)) ?? threads.lstat(path);
  }

  /** As `lstat`; undefined where nothing is, which is no error and costs none. */
  async present(path: string): Promise<Stats | undefined> {
    let stats: Stats | undefined;
    if (this.#done(() => void (stats = fs.lstatSync(path, { throwIfNoEntry: false })))) return stats;
    return threads.lstat(path).catch((error: unknown) => {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
      throw error;
    });
  }

  /** As `present`, at once and without a promise; null where nothing is, undefined where it has to be waited for. */
  presentNow(path: string): Stats | null | undefined {
    return this.#pace.attempt(() => fs.lstatSync(path, { throwIfNoEntry: false }) ?? null);
  }

  /** @param size - Octets of the file: to give many back takes its time. */
  async unlink(path: string, size: number): Promise<void> {
    if (size > quicklyFreed || !this.#done(() => fs.unlinkSync(path))) await threads.unlink(path);
  }

  /** @param replaced - Octets of the file that is replaced. Many are given back after the rename. */
  async rename(from: string, to: string, replaced: number): Promise<void> {
    if (replaced <= quicklyFreed && this.#done(() => fs.renameSync(from, to))) return;
    const old = replaced > quicklyFreed && pathOnly !== undefined ? await held(to, pathOnly) : undefined;
    try {
      await threads.rename(from, to);
    } finally {
      // The file's space is given back now, and nobody waits for that: its name is the new one's already.
      if (old !== undefined) threads.close(old).catch(ignore);
    }
  }

  async link(from: string, to: string): Promise<void> {
    if (!this.#done(() => fs.linkSync(from, to))) await threads.link(from, to);
  }

  async symlink(target: string, path: string): Promise<void> {
    if (!this.#done(() => fs.symlinkSync(target, path))) await threads.symlink(target, path);
  }

  async mkdir(path: string, mode: number): Promise<void> {
    if (!this.#done(() => fs.mkdirSync(path, { mode }))) await threads.mkdir(path, { mode });
  }

  async rmdir(path: string): Promise<void> {
    if (!this.#done(() => fs.rmdirSync(path))) await threads.rmdir(path);
  }

  /** @param bufferSize - Entries that one call to the system reads. */
  async opendir(path: string, bufferSize: number): Promise<Dir> {
    return this.#pace.attempt(() => fs.opendirSync(path, { bufferSize })) ?? threads.opendir(path, { bufferSize });
  }

  /** The next entry of a folder; null at its end. A promise only where it has to be waited for. */
  readdir(directory: Dir): Dirent | null | Promise<Dirent | null> {
    const next = this.#pace.attempt(() => directory.readSync());
    return next === undefined ? directory.read() : next;
  }

  async closedir(directory: Dir): Promise<void> {
    if (!this.#done(() => directory.closeSync())) await directory.close();
  }

  async fchmod(fd: number, mode: number): Promise<void> {
    if (!this.#done(() => fs.fchmodSync(fd, mode))) await threads.fchmod(fd, mode);
  }

  async fchown(fd: number, uid: number, gid: number): Promise<void> {
    if (!this.#done(() => fs.fchownSync(fd, uid, gid))) await threads.fchown(fd, uid, gid);
  }

  async futimes(fd: number, accessed: Date, modified: Date): Promise<void> {
    if (!this.#done(() => fs.futimesSync(fd, accessed, modified))) await threads.futimes(fd, accessed, modified);
  }

  /** @returns Whether the call was made at once. */
  #done(call: () => void): boolean {
    const made = this.#pace.attempt(() => {
      call();
      return true;
    });
    return made === true;
  }
}
