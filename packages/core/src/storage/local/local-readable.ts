/** An open local file, read by position with the caller's buffers. */
import fs from "node:fs";
import { isCallbackError, type InlinePace, type ReadableFile } from "../../bytes/index.ts";
import type { SystemCalls } from "./system-calls.ts";
import { fromSystemError } from "./system-errors.ts";

/** A local file that is open for reading. */
export class LocalReadable implements ReadableFile {
  readonly size: number;
  readonly #fd: number;
  readonly #path: string;
  readonly #pace: InlinePace;
  readonly #calls: SystemCalls;
  #position: number;
  #into: Uint8Array = new Uint8Array(0);
  #resolve: (count: number) => void = ignore;
  #reject: (error: Error) => void = ignore;
  #closed = false;

  /**
   * @param fd - A descriptor of a regular file; it is this object's from now on.
   * @param path - The virtual path, for errors.
   * @param offset - Octets to skip.
   * @param size - Octets from there to the end.
   * @param calls - What it is closed by.
   * @param pace - Whether the device answers quickly.
   */
  constructor(fd: number, path: string, offset: number, size: number, calls: SystemCalls, pace: InlinePace) {
    this.#fd = fd;
    this.#path = path;
    this.#calls = calls;
    this.#pace = pace;
    this.#position = offset;
    this.size = size;
  }

  read(into: Uint8Array): Promise<number> {
    this.#into = into;
    return new Promise(this.#start);
  }

  readNow(into: Uint8Array): number | undefined {
    this.#into = into;
    return this.#pace.attempt(this.#fill);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#calls.close(this.#fd);
  }

  /** As those below made once a file, so that a chunk costs a promise at most. */
  readonly #fill = (): number => {
    try {
      const count = fs.readSync(this.#fd, this.#into, 0, this.#into.length, this.#position);
      this.#position += count;
      return count;
    } catch (error) {
      throw fromSystemError(error, this.#path);
    }
  };

  readonly #start = (resolve: (count: number) => void, reject: (error: Error) => void): void => {
    this.#resolve = resolve;
    this.#reject = reject;
    fs.read(this.#fd, this.#into, 0, this.#into.length, this.#position, this.#done);
  };

  readonly #done = (error: NodeJS.ErrnoException | null | undefined, count: number): void => {
    if (isCallbackError(error)) {
      this.#reject(fromSystemError(error, this.#path));
      return;
    }
    this.#position += count;
    this.#resolve(count);
  };
}

function ignore(): void {
  // Stands there until the first read.
}
