/**
 * The open files of a storage, each of which holds a session of the pool until it is closed.
 *
 * Where all sessions are held by open files, another operation waits for one to be closed. That is as it should be while
 * somebody works with them. Where nobody does, whoever has them open may be waiting for this very operation: it is
 * refused then, rather than wait for ever.
 */
import { storageErrorText, StorageError, type VirtualPath } from "../../storage/index.ts";
import type { FtpPool } from "../pool/ftp-pool.ts";

/** A file that is open, and whether it is used. */
export class OpenFile {
  /** Resolves once it is closed. */
  readonly closed: Promise<void>;
  /** Closes it; may be called more than once. */
  close: () => void = () => undefined;
  #calls = 0;
  #last: number = performance.now();

  constructor() {
    this.closed = new Promise((resolve) => {
      this.close = resolve;
    });
  }

  /** Milliseconds since it was used last; 0 while a call is under way. */
  get quiet(): number {
    return this.#calls > 0 ? 0 : performance.now() - this.#last;
  }

  /** Runs a call of whoever uses the file. */
  async use<T>(call: () => Promise<T>): Promise<T> {
    this.#calls++;
    try {
      return await call();
    } finally {
      this.#calls--;
      this.#last = performance.now();
    }
  }
}

/** The open files of all storages that work by one pool: what holds its sessions, whichever storage waits for one. */
export class HeldFiles {
  readonly files: Set<OpenFile> = new Set<OpenFile>();
  /** When an operation was refused last for their sake. Its caller may close files then: the next one waits a little. */
  refusedAt: number = Number.NEGATIVE_INFINITY;
}

/** The open files of one storage, among those of its pool. */
export class OpenFiles {
  readonly #held: HeldFiles;
  readonly #wait: number;

  /** @param wait - Milliseconds that an operation waits for files that nobody uses. */
  constructor(held: HeldFiles, wait: number) {
    this.#held = held;
    this.#wait = wait;
  }

  /** One more, which has its session. */
  open(): OpenFile {
    const file = new OpenFile();
    const { files } = this.#held;
    files.add(file);
    void file.closed.then(() => files.delete(file));
    return file;
  }

  /**
   * Waits with an operation for its session.
   *
   * @param run - Is given a signal that ends the wait, and what to call once the session is there.
   * @throws What `run` throws; the signal's reason is a StorageError `too-many-open` where the wait would not end.
   */
  async waiting<T>(
    pool: FtpPool,
    path: VirtualPath,
    outer: AbortSignal | undefined,
    run: (signal: AbortSignal, begun: () => void) => Promise<T>,
  ): Promise<T> {
    const inner = new AbortController();
    const abort = (): void => inner.abort(outer?.reason);
    if (outer?.aborted === true) abort();
    else outer?.addEventListener("abort", abort, { once: true });
    const timer = setInterval(() => {
      if (!this.#isStuck(pool)) return;
      this.#held.refusedAt = performance.now();
      inner.abort(new StorageError("too-many-open", storageErrorText("too-many-open", path), { path }));
    }, this.#wait / 4);
    timer.unref();
    try {
      return await run(inner.signal, () => clearInterval(timer));
    } finally {
      clearInterval(timer);
      outer?.removeEventListener("abort", abort);
    }
  }

  #isStuck(pool: FtpPool): boolean {
    const { files, refusedAt } = this.#held;
    if (files.size < pool.limit || performance.now() - refusedAt < this.#wait / 4) return false;
    return [...files].every(({ quiet }) => quiet >= this.#wait);
  }
}
