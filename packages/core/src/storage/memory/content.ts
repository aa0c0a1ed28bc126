/** The octets of a file in memory: a list of chunks that is only ever appended to. */

/** Octets in chunks. */
export class Content {
  readonly #chunks: Uint8Array[] = [];
  #size = 0;

  /** Octets in all. */
  get size(): number {
    return this.#size;
  }

  /** Appends a copy: the memory given is the caller's. */
  append(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    // Not slice: that of a Buffer shares its memory.
    this.#chunks.push(new Uint8Array(bytes));
    this.#size += bytes.length;
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
