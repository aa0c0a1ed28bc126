/** Large buffers that transfers borrow and give back, so that a transfer allocates none in the long run. */

import { offPageMemory } from "../bytes/index.ts";

/** Octets of one pooled buffer: measured on loopback, larger brings nothing and smaller costs system calls. */
export const defaultBufferSize: number = 2 * 1024 * 1024;

/** How many idle buffers are kept for the next transfers. */
export const defaultBuffersKept = 16;

/** A pool of equal buffers. */
export class BufferPool {
  readonly size: number;
  readonly #keep: number;
  readonly #idle: Uint8Array[] = [];

  /** @param options - Octets of a buffer, and how many idle ones are kept. */
  constructor(options: { readonly size?: number; readonly keep?: number } = {}) {
    this.size = options.size ?? defaultBufferSize;
    this.#keep = options.keep ?? defaultBuffersKept;
  }

  /** A buffer of `size` octets with any content. Give it back with `release`. */
  acquire(): Uint8Array {
    return this.#idle.pop() ?? offPageMemory(this.size);
  }

  /** Takes a buffer back; nobody may use it any more. */
  release(buffer: Uint8Array): void {
    if (buffer.length === this.size && this.#idle.length < this.#keep) this.#idle.push(buffer);
  }
}
