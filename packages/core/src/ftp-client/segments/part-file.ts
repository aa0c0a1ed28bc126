/** The local file that segments are written into, each at its place, before it takes its name. */
import fs from "node:fs";
import { constants } from "node:fs";
import { lstat, open, rename, rm, utimes, type FileHandle } from "node:fs/promises";
import { InlinePace, isCallbackError } from "../../bytes/index.ts";
import type { Destination } from "../../storage/index.ts";
import { LocalFileError } from "../errors.ts";

/** The bits of a mode that a file which replaces another takes over. */
const permissions = 0o777;

/**
 * Where a segmented download to `path` lies until it is whole. Not under the name that other broken downloads have: those
 * are gone on with from their end, and this one has gaps.
 */
export function segmentsPath(path: string): string {
  return `${path}.segments.part`;
}

/** Where its state lies, unless told otherwise. */
export function statePath(path: string): string {
  return `${path}.segments.json`;
}

/** An open file with gaps. */
export class PartFile {
  readonly file: string;
  readonly #path: string;
  readonly #handle: FileHandle;
  readonly #pace = new InlinePace();
  readonly #tried: string;
  #closed = false;

  private constructor(handle: FileHandle, file: string, path: string) {
    this.#handle = handle;
    this.file = file;
    this.#path = path;
    this.#tried = `Writing ${path}`;
  }

  /** Opens a new one of that size, in the place of what was left under its name. @throws LocalFileError. */
  static async create(destination: Destination, size: number): Promise<PartFile> {
    const { path, present } = destination;
    const file = segmentsPath(path);
    return guarded(`Writing ${path}`, async () => {
      await rm(file, { force: true });
      const handle = await open(file, "wx", present === undefined ? 0o666 : present.mode & permissions);
      try {
        await handle.truncate(size);
      } catch (error) {
        await handle.close();
        throw error;
      }
      return new PartFile(handle, file, path);
    });
  }

  /** Opens the one that is there. @returns Undefined where there is none of that size. */
  static async reopen({ path }: Destination, size: number): Promise<PartFile | undefined> {
    const file = segmentsPath(path);
    const stats = await lstat(file).catch(() => undefined);
    if (stats?.isFile() !== true || stats.size !== size) return undefined;
    return guarded(`Writing ${path}`, async () => {
      const handle = await open(file, constants.O_RDWR | constants.O_NOFOLLOW);
      return new PartFile(handle, file, path);
    });
  }

  /** Writes all of `from` at a place. @throws LocalFileError. */
  async write(from: Uint8Array, position: number): Promise<void> {
    for (let at = 0; at < from.length;) {
      at += await guarded(this.#tried, () => this.#put(from, at, position + at));
    }
  }

  /** As `write`, before it returns, where the file system answers at once. @returns false when nothing was written. */
  writeNow(from: Uint8Array, position: number): boolean {
    try {
      return this.#pace.attempt(() => this.#putNow(from, position)) ?? false;
    } catch (cause) {
      throw localError(this.#tried, cause);
    }
  }

  /** Has the system bring to the disk what was written. @throws LocalFileError. */
  async sync(): Promise<void> {
    if (!this.#closed) await guarded(this.#tried, () => this.#handle.datasync());
  }

  /** Closes it. May be called more than once. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#handle.close();
  }

  /** It is whole, and takes its name. @param modified - Its time, in milliseconds. @throws LocalFileError. */
  async commit(destination: Destination, modified: number | undefined): Promise<void> {
    await guarded(this.#tried, async () => {
      const { present } = destination;
      if (present !== undefined) await this.#handle.chmod(present.mode & permissions).catch(() => undefined);
      await this.close();
      if (modified !== undefined) await utimes(this.file, modified / 1000, modified / 1000);
      await rename(this.file, this.#path);
    });
  }

  /** Closes and removes it. */
  async remove(): Promise<void> {
    await this.close();
    await rm(this.file, { force: true });
  }

  #put(from: Uint8Array, at: number, position: number): Promise<number> {
    return new Promise((resolve, reject) => {
      fs.write(this.#handle.fd, from, at, from.length - at, position, (cause, count) => {
        if (isCallbackError(cause)) reject(cause);
        else resolve(count);
      });
    });
  }

  #putNow(from: Uint8Array, position: number): true {
    for (let at = 0; at < from.length;) {
      at += fs.writeSync(this.#handle.fd, from, at, from.length - at, position + at);
    }
    return true;
  }
}

async function guarded<T>(tried: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw localError(tried, cause);
  }
}

function localError(tried: string, cause: unknown): LocalFileError {
  return new LocalFileError(tried, cause instanceof Error ? cause.message : String(cause), { cause });
}
