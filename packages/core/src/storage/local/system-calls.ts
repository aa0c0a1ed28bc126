/**
 * The system calls of this storage: made at once while the file system answers within microseconds, since a hop to another
 * thread costs several times what the page cache takes, and by other threads once it does not (`bytes/inline-pace.ts`).
 *
 * Calls that take long by their nature (fsync, copying, giving back a large file's space) go to other threads always; those are functions here.
 */
import fs, { type Dir, type Dirent, type PathLike, type Stats } from "node:fs";
import { promisify } from "node:util";
import type { InlinePace } from "../../bytes/index.ts";
import { decodeOctetText } from "../../protocol/index.ts";
import { hostPath } from "../local-files/host-path.ts";

/** As promises of the callback forms: in loops they cost less than FileHandle. */
const threads = {
  open: promisify(fs.open) as (path: PathLike, flags: number, mode?: number) => Promise<number>,
  close: promisify(fs.close),
  fstat: promisify(fs.fstat) as (fd: number) => Promise<Stats>,
  lstat: promisify(fs.lstat) as (path: PathLike) => Promise<Stats>,
  unlink: promisify(fs.unlink),
  rename: promisify(fs.rename),
  link: promisify(fs.link),
  symlink: promisify(fs.symlink),
  rmdir: promisify(fs.rmdir),
  opendir: promisify(fs.opendir),
  mkdir: promisify(fs.mkdir) as (path: PathLike, options: { readonly mode: number }) => Promise<unknown>,
  fchmod: promisify(fs.fchmod),
  fchown: promisify(fs.fchown),
  futimes: promisify(fs.futimes),
  copyFile: promisify(fs.copyFile),
};

// All paths here are text as `decodeOctetText` makes it: what is no UTF-8 on the disk comes and goes unchanged.

export async function realpath(path: string): Promise<string> {
  return decodeOctetText(await fs.promises.realpath(hostPath(path), "buffer"));
}

export async function readlink(path: string): Promise<string> {
  return decodeOctetText(await fs.promises.readlink(hostPath(path), "buffer"));
}

/** As `readlink`, at once. */
export function readlinkNow(path: string): string {
  const target = fs.readlinkSync(hostPath(path));
  // What Node could not decode has become U+FFFD; only then is it read again, as bytes.
  return target.includes("\uFFFD") ? decodeOctetText(fs.readlinkSync(hostPath(path), "buffer")) : target;
}

export const fsync: (fd: number) => Promise<void> = promisify(fs.fsync);
export const ftruncate: (fd: number, length: number) => Promise<void> = promisify(fs.ftruncate);

export async function copyFile(from: string, to: string, mode: number): Promise<void> {
  await threads.copyFile(hostPath(from), hostPath(to), mode);
}

/** Octets that a file system gives back within microseconds. */
const quicklyFreed: number = 4 * 1024 * 1024;

/** Linux's O_PATH: a descriptor that stands for a file without opening it, which takes no rights and wakes no device. */
const pathOnly: number | undefined = process.platform === "linux" ? 0o10000000 : undefined;

/** Keeps a file in being while it loses its name. @returns A descriptor; undefined where that cannot be. */
function held(path: string, flags: number): Promise<number | undefined> {
  return threads.open(hostPath(path), flags | fs.constants.O_NOFOLLOW).catch(() => undefined);
}

function ignore(): void {
  // Whatever becomes of a descriptor that only stood for a file, the file has lost its name as it should.
}

/**
 * The calls that a place may answer at once. Each throws what the system says, by its promise. Paths are text that may hold
 * octets: each call passes on what `hostPath` makes of them.
 */
export class SystemCalls {
  readonly #pace: InlinePace;

  /** @param pace - How quickly the place answers. */
  constructor(pace: InlinePace) {
    this.#pace = pace;
  }

  /** @param truncated - Octets that are given back by it. @returns A descriptor. */
  async open(path: string, flags: number, mode?: number, truncated = 0): Promise<number> {
    const host = hostPath(path);
    if (truncated > quicklyFreed) return threads.open(host, flags, mode);
    return this.#pace.attempt(() => fs.openSync(host, flags, mode)) ?? threads.open(host, flags, mode);
  }

  async close(fd: number): Promise<void> {
    if (!this.#done(() => fs.closeSync(fd))) await threads.close(fd);
  }

  async fstat(fd: number): Promise<Stats> {
    return this.#pace.attempt(() => fs.fstatSync(fd)) ?? threads.fstat(fd);
  }

  async lstat(path: string): Promise<Stats> {
    const host = hostPath(path);
    return this.#pace.attempt(() => fs.lstatSync(host)) ?? threads.lstat(host);
  }

  /** As `lstat`; undefined where nothing is, which is no error and costs none. */
  async present(path: string): Promise<Stats | undefined> {
    const host = hostPath(path);
    let stats: Stats | undefined;
    if (this.#done(() => void (stats = fs.lstatSync(host, { throwIfNoEntry: false })))) return stats;
    return threads.lstat(host).catch((error: unknown) => {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
      throw error;
    });
  }

  /** As `present`, at once and without a promise; null where nothing is, undefined where it has to be waited for. */
  presentNow(path: string): Stats | null | undefined {
    return this.#pace.attempt(() => fs.lstatSync(hostPath(path), { throwIfNoEntry: false }) ?? null);
  }

  /** @param size - Octets of the file: to give many back takes its time. */
  async unlink(path: string, size: number): Promise<void> {
    const host = hostPath(path);
    if (size > quicklyFreed || !this.#done(() => fs.unlinkSync(host))) await threads.unlink(host);
  }

  /** @param replaced - Octets of the file that is replaced. Many are given back after the rename. */
  async rename(from: string, to: string, replaced: number): Promise<void> {
    const [source, target] = [hostPath(from), hostPath(to)];
    if (replaced <= quicklyFreed && this.#done(() => fs.renameSync(source, target))) return;
    const old = replaced > quicklyFreed && pathOnly !== undefined ? await held(to, pathOnly) : undefined;
    try {
      await threads.rename(source, target);
    } finally {
      // The file's space is given back now, and nobody waits for that: its name is the new one's already.
      if (old !== undefined) threads.close(old).catch(ignore);
    }
  }

  async link(from: string, to: string): Promise<void> {
    const [source, target] = [hostPath(from), hostPath(to)];
    if (!this.#done(() => fs.linkSync(source, target))) await threads.link(source, target);
  }

  async symlink(target: string, path: string): Promise<void> {
    const [leads, host] = [hostPath(target), hostPath(path)];
    if (!this.#done(() => fs.symlinkSync(leads, host))) await threads.symlink(leads, host);
  }

  async mkdir(path: string, mode: number): Promise<void> {
    const host = hostPath(path);
    if (!this.#done(() => fs.mkdirSync(host, { mode }))) await threads.mkdir(host, { mode });
  }

  async rmdir(path: string): Promise<void> {
    const host = hostPath(path);
    if (!this.#done(() => fs.rmdirSync(host))) await threads.rmdir(host);
  }

  /**
   * @param bufferSize - Entries that one call to the system reads.
   * @param encoding - `latin1`: each character of a name is a byte of it. By `utf8` what is no UTF-8 becomes U+FFFD.
   */
  async opendir(path: string, bufferSize: number, encoding: "utf8" | "latin1" = "utf8"): Promise<Dir> {
    const host = hostPath(path);
    const options = { bufferSize, encoding };
    return this.#pace.attempt(() => fs.opendirSync(host, options)) ?? threads.opendir(host, options);
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
