/**
 * The jail: paths of users become places inside the root, and no link leads out, not even one swapped in between.
 *
 * On Linux the folder is opened once, `readlink /proc/self/fd/<n>` tells where it really lies, and all work is done on
 * `/proc/self/fd/<n>/<name>`, which is openat(2) in plain Node. Elsewhere the real path is looked up before, and again
 * after an opening. Open folders are kept for a while; one is used again only while the system still tells the same
 * place for it, and only when no link was on the way, so that a folder renamed or a link switched is noticed:
 * at once where a storage of this process did it, within `recheckAfter` otherwise.
 */
import { constants, existsSync, fstatSync, readlinkSync, type Stats } from "node:fs";
import { baseName, parentPath, type VirtualPath } from "../virtual-path.ts";
import { readlinkNow, realpath, type SystemCalls } from "./system-calls.ts";
import { fromSystemError, storageError, systemCode } from "./system-errors.ts";

/** Open folders that are kept. */
export const foldersKept = 32;
/** Milliseconds after which a folder that is not used is closed. */
export const folderIdle = 10_000;
/**
 * Milliseconds after which a folder is opened anew, however much it is used: another disk may have been mounted over it, which
 * the open one does not tell.
 */
export const folderAge = 1_000;
/**
 * Milliseconds for which the system's word for a folder's place holds. An upload asks several times within one, and each
 * time costs as much as the opening itself; a rename by another process within them might as well have come after.
 */
export const recheckAfter = 1;
/** Links that are followed in a row. */
export const linkHops = 16;

/** O_PATH of Linux, which Node has no name for: the place alone, without a right to read it. */
const O_PATH = 0o10000000;
const { O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;

/** A folder inside the root that stays the same while it is held. */
export interface Folder {
  /** The virtual path that it was opened by. */
  readonly path: VirtualPath;
  /** What a name is appended to for system calls. */
  readonly base: string;
  /** Where it really lay on the host when it was opened. */
  readonly real: string;
  /** What identifies it whatever it is called: device and inode number. */
  identity(): string;
  /** Where it lies on the host now; undefined when it was removed. Without descriptors of directories: `real`. */
  now(): string | undefined;
  /** Gives it back. */
  readonly release: () => void;
}

interface Kept {
  readonly fd: number;
  readonly real: string;
  readonly opened: number;
  /** When the system told its place last, and how many moves there were by then. */
  checked: number;
  moves: number;
  users: number;
  lastUsed: number;
  evicted: boolean;
  /** Asked of the system when somebody needs it. */
  identity: string | undefined;
}

/** Where the system shows this process's descriptors; undefined where it does not. */
const descriptors = descriptorsFolder();

function descriptorsFolder(): string | undefined {
  if (process.platform !== "linux" || !existsSync("/proc/self/fd")) return undefined;
  // One link less on the way of each call, where /proc counts processes as this one does.
  return readlinkSync("/proc/self") === String(process.pid) ? `/proc/${process.pid}/fd/` : "/proc/self/fd/";
}

/** Folders that storages of this process moved or removed: each is noticed at once by all of them. */
let moves = 0;

/** A folder was moved or removed: what is kept open is looked at again before its next use. */
export function folderMoved(): void {
  moves++;
}

/** Opens folders and files inside a root. */
export class Jail {
  readonly #givenRoot: string;
  readonly #calls: SystemCalls;
  readonly #byDescriptor = descriptors !== undefined;
  readonly #kept = new Map<VirtualPath, Kept>();
  #root: Promise<string> | undefined;
  #sweep: NodeJS.Timeout | undefined;
  #closed = false;

  /** @param root - A folder of the host. @param calls - How it is reached. */
  constructor(root: string, calls: SystemCalls) {
    this.#givenRoot = root;
    this.#calls = calls;
  }

  /** The root's real path on the host. @throws StorageError when it is not there. */
  root(): Promise<string> {
    this.#root ??= realpath(this.#givenRoot).catch((error: unknown) => {
      this.#root = undefined;
      throw storageError("unavailable", "/", error);
    });
    return this.#root;
  }

  /** Opens the folder at `path`. @throws StorageError `not-found`, `not-a-directory`, `permission-denied`. */
  async folder(path: VirtualPath): Promise<Folder> {
    const root = await this.root();
    const kept = this.#kept.get(path);
    if (kept !== undefined) {
      if (isInPlace(kept)) return this.#hold(path, kept);
      this.#evict(path, kept);
    }
    return this.#byDescriptor ? this.#openFolder(root, path) : this.#resolveFolder(root, path);
  }

  /** Opens the folder that holds `path`, for work on its last component. */
  async parent(path: VirtualPath): Promise<Folder> {
    try {
      return await this.folder(parentPath(path));
    } catch (error) {
      // Told of the path that was asked for.
      throw storageError(fromSystemError(error, path).kind, path, error);
    }
  }

  /**
   * Opens the file at `path` for reading, links inside the root followed.
   *
   * @returns A descriptor of a regular file or folder.
   * @throws StorageError; special files are refused without being opened for good.
   */
  async openForReading(path: VirtualPath, hops: number = linkHops): Promise<number> {
    const folder = await this.parent(path);
    try {
      return await this.#calls.open(place(folder, path), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    } catch (error) {
      // Somebody who switches links as fast as they are followed gets no file.
      if (systemCode(error) !== "ELOOP" || hops === 0) throw fromSystemError(error, path);
    } finally {
      folder.release();
    }
    return this.openForReading(await this.followed(path), hops - 1);
  }

  /**
   * Where the link at `path` leads, as a virtual path without any link in it.
   *
   * @throws StorageError `not-found` when it leads nowhere, or out of the root: the peer learns no difference.
   */
  async followed(path: VirtualPath): Promise<VirtualPath> {
    const root = await this.root();
    const folder = await this.parent(path);
    try {
      const real = await realpath(place(folder, path));
      const inside = virtualPathOf(root, real);
      if (inside === undefined) throw storageError("not-found", path);
      return inside;
    } catch (error) {
      throw fromSystemError(error, path);
    } finally {
      folder.release();
    }
  }

  /** Tells whether a directory that was held for a while still lies inside the root. */
  async holds(folder: Folder): Promise<boolean> {
    const now = folder.now();
    return now !== undefined && virtualPathOf(await this.root(), now) !== undefined;
  }

  /** Closes the folders that are kept. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#sweep);
    this.#sweep = undefined;
    for (const [path, kept] of [...this.#kept]) this.#evict(path, kept);
  }

  async #openFolder(root: string, path: VirtualPath): Promise<Folder> {
    const asked = root === "/" ? path : path === "/" ? root : `${root}${path}`;
    let fd: number;
    try {
      fd = await this.#calls.open(asked, O_PATH | O_DIRECTORY);
    } catch (error) {
      throw fromSystemError(error, path);
    }
    const before = moves;
    const real = placeOf(fd);
    if (real === undefined || virtualPathOf(root, real) === undefined) {
      await this.#calls.close(fd);
      throw storageError("not-found", path);
    }
    const now = performance.now();
    const kept: Kept = {
      fd,
      real,
      opened: now,
      checked: now,
      moves: before,
      users: 0,
      lastUsed: 0,
      evicted: true,
      identity: undefined,
    };
    // Only a way without links is remembered: a link may be switched while its old target stays where it is.
    if (real === asked && !this.#closed) this.#keep(path, kept);
    return this.#hold(path, kept);
  }

  #hold(path: VirtualPath, kept: Kept): Folder {
    kept.users++;
    kept.lastUsed = performance.now();
    let held = true;
    const release = (): void => {
      if (!held) return;
      held = false;
      kept.users--;
      if (kept.evicted && kept.users === 0) this.#closeQuietly(kept.fd);
    };
    // The directory was opened a moment ago, so the system answers from memory.
    const identity = (): string => (kept.identity ??= identityOf(fstatSync(kept.fd)));
    const now = (): string | undefined => placeOf(kept.fd);
    return { path, base: `${descriptors ?? ""}${kept.fd}/`, real: kept.real, identity, now, release };
  }

  #keep(path: VirtualPath, kept: Kept): void {
    const before = this.#kept.get(path);
    if (before !== undefined) this.#evict(path, before);
    kept.evicted = false;
    this.#kept.set(path, kept);
    if (this.#kept.size > foldersKept) {
      const oldest = [...this.#kept].reduce((a, b) => (b[1].lastUsed < a[1].lastUsed && b[1] !== kept ? b : a));
      this.#evict(...oldest);
    }
    this.#sweep ??= setInterval(() => {
      this.#closeIdle(performance.now());
    }, folderIdle).unref();
  }

  #evict(path: VirtualPath, kept: Kept): void {
    if (this.#kept.get(path) === kept) this.#kept.delete(path);
    if (kept.evicted) return;
    kept.evicted = true;
    if (kept.users === 0) this.#closeQuietly(kept.fd);
  }

  #closeIdle(now: number): void {
    for (const [path, kept] of [...this.#kept]) if (now - kept.lastUsed > folderIdle) this.#evict(path, kept);
    if (this.#kept.size > 0) return;
    clearInterval(this.#sweep);
    this.#sweep = undefined;
  }

  /** Without descriptors of folders: the real path, looked up before each use. */
  async #resolveFolder(root: string, path: VirtualPath): Promise<Folder> {
    try {
      const real = await realpath(path === "/" ? root : `${root}${path}`);
      if (virtualPathOf(root, real) === undefined) throw storageError("not-found", path);
      const fd = await this.#calls.open(real, O_RDONLY);
      const stats = await this.#calls.fstat(fd).finally(() => this.#calls.close(fd));
      if (!stats.isDirectory()) throw storageError("not-a-directory", path);
      const identity = (): string => identityOf(stats);
      return { path, base: `${real}${separator}`, real, identity, now: () => real, release: ignore };
    } catch (error) {
      throw fromSystemError(error, path);
    }
  }

  /** Nobody waits for it, and closing a folder that was only looked at cannot lose anything. */
  #closeQuietly(fd: number): void {
    this.#calls.close(fd).catch(ignore);
  }
}

/** Whether an open folder is still where it was, and nothing can have been mounted over it for long. */
function isInPlace(kept: Kept): boolean {
  const now = performance.now();
  if (now - kept.opened >= folderAge) return false;
  if (now - kept.checked < recheckAfter && kept.moves === moves) return true;
  const before = moves;
  if (placeOf(kept.fd) !== kept.real) return false;
  kept.checked = now;
  kept.moves = before;
  return true;
}

/** The place of the last component of `path` in its folder, for system calls. The root is `.` in itself. */
export function place(folder: Folder, path: VirtualPath): string {
  const name = baseName(path);
  return `${folder.base}${name === "" ? "." : name}`;
}

/** What identifies the name `path`, whichever links led to its directory and whatever that is called now. */
export function lockName(folder: Folder, path: VirtualPath): string {
  return `${folder.identity()}/${baseName(path)}`;
}

function identityOf({ dev, ino }: Stats): string {
  return `${dev}:${ino}`;
}

/** The virtual path of a real one, compared by components; undefined outside the root. */
export function virtualPathOf(root: string, real: string): VirtualPath | undefined {
  if (real === root) return "/" as VirtualPath;
  const prefix = root.endsWith("/") || root.endsWith("\\") ? root : `${root}${separator}`;
  if (!real.startsWith(prefix)) return undefined;
  return `/${real.slice(prefix.length).replaceAll(separator, "/")}` as VirtualPath;
}

const separator = process.platform === "win32" ? "\\" : "/";

/** Where an open descriptor lies now. This asks the kernel's memory only, so that it may be synchronous. */
function placeOf(fd: number): string | undefined {
  try {
    return readlinkNow(`${descriptors ?? ""}${fd}`);
  } catch {
    return undefined;
  }
}

function ignore(): void {
  // See where it is used.
}
