/** What an upload can come from, as open files: paths, bytes, Node and web streams, async iterables. */
import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import type { ReadableFile } from "../bytes/index.ts";
import { openLocalRead } from "./local-file.ts";

/** A path of this machine, bytes, a stream of either kind, or anything that is iterated asynchronously. */
export type UploadSource =
  string | Uint8Array | Readable | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array | string>;

/** Whether the caller drives the source: other calls must not wait behind it. */
export function isDriven(source: UploadSource): boolean {
  return typeof source !== "string" && !(source instanceof Uint8Array);
}

/** An open source. */
export interface OpenSource extends ReadableFile {
  /** When it was modified, where it is a file: milliseconds. */
  readonly modified?: number;
}

/** Octets of a source, where it knows before it is opened. */
export function sizeOf(source: UploadSource): number | undefined {
  return source instanceof Uint8Array ? source.length : undefined;
}

/** Opens a source after its first `offset` octets. @throws LocalFileError. */
export async function openSource(source: UploadSource, offset: number): Promise<OpenSource> {
  if (typeof source === "string") return openLocalRead(source, offset);
  if (source instanceof Uint8Array) return new BytesSource(source.subarray(offset));
  return new IteratedSource(source, offset);
}

class BytesSource implements ReadableFile {
  readonly size: number;
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.size = bytes.length;
  }

  read(into: Uint8Array): Promise<number> {
    const part = this.#bytes.subarray(this.#at, this.#at + into.length);
    into.set(part);
    this.#at += part.length;
    return Promise.resolve(part.length);
  }

  async close(): Promise<void> {
    this.#at = this.#bytes.length;
  }
}

class IteratedSource implements ReadableFile {
  readonly #iterator: AsyncIterator<Uint8Array | string>;
  #rest: Uint8Array = new Uint8Array(0);
  #skip: number;
  #ended = false;
  #waiting = false;

  constructor(source: AsyncIterable<Uint8Array | string>, offset: number) {
    this.#iterator = source[Symbol.asyncIterator]();
    this.#skip = offset;
  }

  async read(into: Uint8Array): Promise<number> {
    while (this.#rest.length === 0 && !this.#ended) {
      this.#waiting = true;
      const next = await this.#iterator.next().finally(() => {
        this.#waiting = false;
      });
      if (next.done === true) this.#ended = true;
      else {
        const bytes = typeof next.value === "string" ? new TextEncoder().encode(next.value) : next.value;
        const skipped = Math.min(this.#skip, bytes.length);
        this.#skip -= skipped;
        this.#rest = bytes.subarray(skipped);
      }
    }
    const part = this.#rest.subarray(0, into.length);
    into.set(part);
    this.#rest = this.#rest.subarray(part.length);
    return part.length;
  }

  async close(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    const returned = this.#iterator.return?.();
    // An iterator that still waits for its next value is asked to end, and may do so whenever it likes.
    if (this.#waiting) void Promise.resolve(returned).catch(() => undefined);
    else await returned;
  }
}
