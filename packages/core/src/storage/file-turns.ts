/**
 * Turns at files that are written within: an append, and an upload that begins in the middle of a file, wait for the one
 * before to end.
 */
import { usualText } from "./error-texts.ts";
import { StorageError } from "./errors.ts";

/** Milliseconds that an append waits for the one before, unless an option says otherwise: clients wait about that long. */
export const appendWait = 30_000;

/** Who writes within which file now, and who waits. */
export class FileTurns {
  /** From a file to the end of the last turn that was asked for. */
  readonly #last = new Map<string, Promise<unknown>>();

  /**
   * Waits for a turn at a file.
   *
   * @param file - What identifies it.
   * @param wait - Milliseconds to wait at most.
   * @returns Gives the turn back.
   * @throws StorageError `busy` when the one before takes longer, `aborted` for an aborted signal.
   */
  async take(file: string, path: string, wait: number, signal: AbortSignal | undefined): Promise<() => void> {
    const before = this.#last.get(file);
    let release: () => void = ignore;
    const over = new Promise<void>((resolve) => {
      release = resolve;
    });
    const last = before === undefined ? over : Promise.all([before, over]);
    this.#last.set(file, last);
    void last.then(() => {
      if (this.#last.get(file) === last) this.#last.delete(file);
    });
    if (before === undefined) return release;
    try {
      await waitFor(before, path, wait, signal);
      return release;
    } catch (error) {
      release();
      throw error;
    }
  }
}

/** @throws StorageError `busy`, `aborted`. */
function waitFor(before: Promise<unknown>, path: string, wait: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
      settle();
    };
    const abort = (): void => {
      end(() => {
        reject(new StorageError("aborted", usualText("aborted", path), { path, cause: signal?.reason }));
      });
    };
    const timer = setTimeout(() => {
      end(() => {
        reject(new StorageError("busy", usualText("busy", path), { path }));
      });
    }, wait);
    signal?.addEventListener("abort", abort, { once: true });
    void before.then(() => {
      end(resolve);
    });
    if (signal?.aborted === true) abort();
  });
}

function ignore(): void {
  // Stands there until the promise has been made.
}
