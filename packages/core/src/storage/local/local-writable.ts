/** An open local file, written by position; what its end means is the opener's to say. */
import fs from "node:fs";
import { isCallbackError, type InlinePace, type WritableFile } from "../../bytes/index.ts";
import type { Entry } from "../storage.ts";
import { fromSystemError, storageError } from "./system-errors.ts";

/** How an upload ends. */
export interface UploadEnding {
  /** Makes the file visible. @param size - Octets of the whole file. */
  commit(fd: number, size: number): Promise<Entry>;
  /** Gives it up. @param cause - What broke it, where something did. */
  abandon(fd: number, size: number, cause: unknown): Promise<void>;
}

/** Where writing begins. */
export interface WritingStart {
  /** Bytes of the whole file that stay before what is written. */
  readonly position: number;
  /** Bytes of the whole file that the open one leaves out at its beginning. Default 0. */
  readonly origin?: number;
  /** Whether the system puts everything at the file's end. Default false. */
  readonly appends?: boolean;
}

/** A local file that is open for writing. */
export class LocalWritable implements WritableFile<Entry> {
  readonly #fd: number;
  readonly #path: string;
  readonly #ending: UploadEnding;
  readonly #pace: InlinePace;
  /** Where the next byte goes in the whole file, and where the whole file's first byte would be in this one. */
  #position: number;
  readonly #origin: number;
  readonly #appends: boolean;
  /** What `writeNow` was given last. */
  #from: Uint8Array = new Uint8Array(0);
  #failure: Error | undefined;
  #end: Promise<Entry | undefined> | undefined;
  /** A write by another thread. */
  #writing: Promise<number> | undefined;

  /**
   * @param fd - A descriptor; it is this object's from now on.
   * @param path - The virtual path, for errors.
   * @param start - Where writing begins.
   * @param ending - What commit and abandon do.
   * @param pace - Whether the device answers quickly.
   */
  constructor(fd: number, path: string, start: WritingStart, ending: UploadEnding, pace: InlinePace) {
    this.#fd = fd;
    this.#path = path;
    this.#position = start.position;
    this.#origin = start.origin ?? 0;
    this.#appends = start.appends === true;
    this.#ending = ending;
    this.#pace = pace;
  }

  async write(from: Uint8Array): Promise<void> {
    this.#demandOpen();
    if (this.writeNow(from)) return;
    for (let at = 0; at < from.length;) at += await this.#alone(() => this.#writeOnce(from, at));
  }

  async writev(from: readonly Uint8Array[]): Promise<void> {
    let parts = from;
    for (;;) {
      const waiting = parts;
      let left = await this.#alone(() => this.#writevOnce(waiting));
      let first = 0;
      for (let part = parts[first]; part !== undefined && left >= part.length; part = parts[++first])
        left -= part.length;
      const rest = parts[first];
      if (rest === undefined) return;
      // A short write: the disk filled up, or a signal came; what is left says which.
      parts = [rest.subarray(left), ...parts.slice(first + 1)];
    }
  }

  async writeAt(from: Uint8Array, position: number): Promise<void> {
    if (this.#appends || position < this.#origin) throw storageError("offset-out-of-range", this.#path);
    const end = Math.max(this.#position, position + from.length);
    this.#position = position;
    try {
      await this.write(from);
    } finally {
      this.#position = end;
    }
  }

  writeNow(from: Uint8Array): boolean {
    this.#from = from;
    return this.#pace.attempt(this.#put) ?? false;
  }

  async commit(): Promise<Entry> {
    this.#end ??= this.#ending.commit(this.#fd, this.#position);
    const entry = await this.#end;
    if (entry === undefined) throw fromSystemError(new Error("abandoned"), this.#path);
    return entry;
  }

  async abandon(cause?: unknown): Promise<void> {
    this.#end ??= this.#giveUp(this.#failure ?? cause);
    await this.#end.catch(ignore);
  }

  /** The descriptor is closed once no write uses its number any more; a write that hangs is not waited for. */
  async #giveUp(cause: unknown): Promise<undefined> {
    const close = (): Promise<void> => this.#ending.abandon(this.#fd, this.#position, cause);
    if (this.#writing === undefined) await close();
    else void this.#writing.catch(ignore).then(close).catch(ignore);
    return undefined;
  }

  #demandOpen(): void {
    if (this.#end !== undefined) throw fromSystemError(new Error("abandoned"), this.#path);
  }

  /** Made once a file, so that a chunk costs no closure. */
  readonly #put = (): boolean => {
    const from = this.#from;
    try {
      for (let at = 0; at < from.length;) {
        const count = fs.writeSync(this.#fd, from, at, from.length - at, this.#position - this.#origin);
        this.#position += count;
        at += count;
      }
      return true;
    } catch (error) {
      throw this.#failed(error);
    }
  };

  async #alone(write: () => Promise<number>): Promise<number> {
    this.#demandOpen();
    this.#writing = write();
    try {
      return await this.#writing;
    } finally {
      this.#writing = undefined;
    }
  }

  #writeOnce(from: Uint8Array, at: number): Promise<number> {
    return new Promise((resolve, reject) => {
      fs.write(this.#fd, from, at, from.length - at, this.#position - this.#origin, (error, count) => {
        if (isCallbackError(error)) {
          reject(this.#failed(error));
          return;
        }
        this.#position += count;
        resolve(count);
      });
    });
  }

  #writevOnce(parts: readonly Uint8Array[]): Promise<number> {
    return new Promise((resolve, reject) => {
      fs.writev(this.#fd, parts, this.#position - this.#origin, (error, count) => {
        if (isCallbackError(error)) {
          reject(this.#failed(error));
          return;
        }
        this.#position += count;
        resolve(count);
      });
    });
  }

  #failed(error: unknown): Error {
    this.#failure = fromSystemError(error, this.#path);
    return this.#failure;
  }
}

function ignore(): void {
  // A commit that failed has told so to its own caller.
}
