/** A file in memory, open for writing; what its end means is the storage's to say. */
import type { WritableFile } from "../../bytes/index.ts";
import type { Entry } from "../storage.ts";
import type { Content } from "./content.ts";

/** How an upload into memory goes on and ends. */
export interface MemoryEnding {
  /** Counts octets in. @throws StorageError `no-space`. */
  take(count: number): void;
  commit(): Entry;
  /** @param cause - What broke it, where something did. */
  abandon(cause: unknown): void;
}

/** A writer of content. */
export class MemoryWritable implements WritableFile<Entry> {
  readonly #content: Content;
  readonly #ending: MemoryEnding;
  #failure: unknown;
  #end: Promise<Entry | undefined> | undefined;

  constructor(content: Content, ending: MemoryEnding) {
    this.#content = content;
    this.#ending = ending;
  }

  async write(from: Uint8Array): Promise<void> {
    this.writeNow(from);
  }

  writeNow(from: Uint8Array): boolean {
    try {
      this.#ending.take(from.length);
    } catch (error) {
      this.#failure = error;
      throw error;
    }
    this.#content.append(from);
    return true;
  }

  async commit(): Promise<Entry> {
    this.#end ??= new Promise((resolve) => resolve(this.#ending.commit()));
    const entry = await this.#end;
    if (entry === undefined) throw new Error("This upload was given up");
    return entry;
  }

  async abandon(cause?: unknown): Promise<void> {
    if (this.#end !== undefined) return;
    this.#end = Promise.resolve(undefined);
    this.#ending.abandon(this.#failure ?? cause);
  }
}
