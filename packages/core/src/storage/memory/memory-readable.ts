/** A file in memory, open for reading: it goes on with the content it was opened with, whatever becomes of the name. */
import type { ReadableFile } from "../../bytes/index.ts";
import type { Content } from "./content.ts";

/** A reader of content. */
export class MemoryReadable implements ReadableFile {
  readonly size: number;
  readonly #content: Content;
  #index = 0;
  /** Octets of the chunk at `#index` that were read or skipped. */
  #at: number;
  #left: number;

  constructor(content: Content, offset: number) {
    this.#content = content;
    this.#at = offset;
    this.#left = content.size - offset;
    this.size = this.#left;
  }

  async read(into: Uint8Array): Promise<number> {
    return this.readNow(into);
  }

  readNow(into: Uint8Array): number {
    let filled = 0;
    while (filled < into.length && this.#left > 0) {
      const chunk = this.#content.chunk(this.#index);
      if (chunk === undefined) break;
      if (this.#at >= chunk.length) {
        this.#at -= chunk.length;
        this.#index++;
        continue;
      }
      const part = chunk.subarray(this.#at, this.#at + Math.min(into.length - filled, this.#left));
      into.set(part, filled);
      filled += part.length;
      this.#at += part.length;
      this.#left -= part.length;
    }
    return filled;
  }

  async close(): Promise<void> {
    this.#left = 0;
  }
}
