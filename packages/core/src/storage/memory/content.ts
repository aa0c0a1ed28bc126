/** The octets of a file in memory: a list of chunks that is only ever appended to. */

/** Octets of a chunk that small pieces share: each of its own would cost many times what it holds. */
const sharedChunk = 4096;

/** Octets in chunks. */
export class Content {
  readonly #chunks: Uint8Array[] = [];
  #size = 0;
  /** The memory of the last chunk, where that may grow. */
  #tail: Uint8Array | undefined;

  /** Octets in all. */
  get size(): number {
    return this.#size;
  }

  /** Appends a copy: the memory given is the caller's. */
  append(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    if (!this.#grow(bytes)) {
      this.#tail = undefined;
      // Not slice: that of a Buffer shares its memory.
      this.#chunks.push(new Uint8Array(bytes));
    }
    this.#size += bytes.length;
  }

  /** Puts a small piece behind a small chunk. What others hold of that does not change. @returns Whether both are small. */
  #grow(bytes: Uint8Array): boolean {
    const last = this.#chunks[this.#chunks.length - 1];
    if (last === undefined) return false;
    const length = last.length + bytes.length;
    if (length > sharedChunk) return false;
    if (this.#tail === undefined || length > this.#tail.length) {
      this.#tail = new Uint8Array(Math.min(sharedChunk, 2 * length));
      this.#tail.set(last);
    }
    this.#tail.set(bytes, last.length);
    this.#chunks[this.#chunks.length - 1] = this.#tail.subarray(0, length);
    return true;
  }

  /** New content with the first octets of this one; the chunks themselves are shared, since nobody changes them. */
  start(length: number): Content {
    const copy = new Content();
    for (const chunk of this.#chunks) {
      const left = length - copy.#size;
      if (left <= 0) break;
      const part = chunk.length <= left ? chunk : chunk.subarray(0, left);
      copy.#chunks.push(part);
      copy.#size += part.length;
    }
    return copy;
  }

  /** The chunk with this number. */
  chunk(index: number): Uint8Array | undefined {
    return this.#chunks[index];
  }
}
