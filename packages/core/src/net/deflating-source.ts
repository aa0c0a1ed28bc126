/** MODE Z outwards: what would travel in stream mode, through zlib (draft-preston-ftpext-deflate §3). */
import { createDeflate, type Deflate } from "node:zlib";
import type { ReadableFile } from "../bytes/index.ts";
import type { Station } from "../protocol/index.ts";
import { feedZlib } from "./feed-zlib.ts";
import { readWait } from "./outward-pump.ts";
import { settledWithin } from "./settled-within.ts";

/** Octets that are read, and given to zlib, at once. */
const piece: number = 64 * 1024;

/** A file, deflated as it is read. Its size is not known beforehand. */
export class DeflatingSource implements ReadableFile {
  readonly #file: ReadableFile;
  readonly #station: Station | undefined;
  readonly #deflate: Deflate;
  #feeding: Promise<void> | undefined;
  #failure: Error | undefined;
  #ended = false;
  #rest: Uint8Array = new Uint8Array(0);
  #wake: (() => void) | undefined;

  /**
   * @param station - What the octets pass through before.
   * @param level - Effort, from 1 to 9.
   */
  constructor(file: ReadableFile, station: Station | undefined, level: number) {
    this.#file = file;
    this.#station = station;
    this.#deflate = createDeflate({ level, chunkSize: piece });
    const wake = (): void => {
      const waiting = this.#wake;
      this.#wake = undefined;
      waiting?.();
    };
    this.#deflate.on("readable", wake);
    this.#deflate.on("end", () => {
      this.#ended = true;
      wake();
    });
    this.#deflate.on("error", (error) => {
      this.#failure ??= error;
      wake();
    });
  }

  async read(into: Uint8Array): Promise<number> {
    this.#feeding ??= this.#feed().catch((cause: unknown) => {
      this.#deflate.destroy(cause instanceof Error ? cause : new Error("Reading failed", { cause }));
    });
    while (this.#rest.length === 0) {
      if (this.#failure !== undefined) throw this.#failure;
      const chunk = this.#deflate.read() as Uint8Array | null; // A stream of octets gives octets.
      if (chunk !== null) this.#rest = chunk;
      else if (this.#ended) return 0;
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    }
    const part = this.#rest.subarray(0, into.length);
    into.set(part);
    this.#rest = this.#rest.subarray(part.length);
    return part.length;
  }

  /** Waits for the read under way, then closes the file. */
  async close(): Promise<void> {
    this.#failure ??= new Error("The file was closed");
    this.#deflate.destroy();
    // Wakes a read that waits for output.
    this.#wake?.();
    if (this.#feeding !== undefined) await settledWithin(this.#feeding, readWait);
    await this.#file.close();
  }

  async #feed(): Promise<void> {
    const buffer = new Uint8Array(piece);
    for (;;) {
      const count = this.#file.readNow?.(buffer) ?? (await this.#file.read(buffer));
      const chunk = buffer.subarray(0, count);
      const octets =
        this.#station === undefined ? chunk : count === 0 ? this.#station.finish() : this.#station.push(chunk);
      if (octets.length > 0) await feedZlib(this.#deflate, octets);
      if (count === 0) break;
    }
    this.#deflate.end();
  }
}
