/** One at a time on a path: looking whether a name is free and taking it are two commands, between which others may come. */
import type { VirtualPath } from "../../storage/index.ts";

/** Locks of paths, within one storage. */
export class PathLocks {
  readonly #tails = new Map<VirtualPath, Promise<void>>();

  /** Runs an operation after those before it on the same path. It must not wait for another lock, nor for a session. */
  async run<T>(path: VirtualPath, operation: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(path);
    const result = (before ?? Promise.resolve()).then(operation);
    const tail = result.then(ignore, ignore);
    this.#tails.set(path, tail);
    try {
      return await result;
    } finally {
      if (this.#tails.get(path) === tail) this.#tails.delete(path);
    }
  }
}

function ignore(): void {
  // Told to whoever asked for it.
}
