/** A sink that takes a file as it travels, and stores it as it is kept: the inward line of a transfer (RFC 959 §3). */
import type { WritableFile } from "../bytes/index.ts";
import { DataFormatError, message, type DecodedNote, type FileDecoder } from "../protocol/index.ts";
import type { FramedSink } from "./framed-sink.ts";

/** Octets that are decoded before they are stored: what a few of them stand for is many times as long in MODE C. */
export const decodedSlice: number = 16 * 1024;

/** How a sink decodes. */
export interface DecodingOptions {
  /** Octets of the file that are there before those that come. */
  readonly offset: number;
  /**
   * Told of each restart marker, once all before it is stored.
   *
   * @param text - The sender's marker.
   * @param position - Octets of the stored file at it.
   */
  readonly onMarker?: ((text: string, position: number) => void) | undefined;
  /** Whether the sink keeps the memory that it is given. Default false. */
  readonly keepsMemory?: boolean;
  /** Octets that the file may come to have by holes. Default: any number. */
  readonly largest?: number;
}

/** Decodes what it is given, and writes it on. */
export class DecodingSink<Committed> implements FramedSink<Committed> {
  readonly #sink: WritableFile<Committed>;
  readonly #decoder: FileDecoder;
  readonly #options: DecodingOptions;
  #position: number;
  /** Octets of the stored file so far: positions beyond are holes. */
  #size: number;
  #rest: Uint8Array = nothing;
  /** Octets of zeros that were written in place of holes. */
  #filled = 0;

  constructor(sink: WritableFile<Committed>, decoder: FileDecoder, options: DecodingOptions) {
    this.#sink = sink;
    this.#decoder = decoder;
    this.#options = options;
    this.#position = options.offset;
    this.#size = options.offset;
  }

  get end(): "no" | "perhaps" | "yes" {
    return this.#decoder.end;
  }

  /** Octets of the stored file so far. */
  get size(): number {
    return this.#size;
  }

  get rest(): Uint8Array {
    return this.#rest;
  }

  async write(from: Uint8Array): Promise<void> {
    let at = 0;
    while (at < from.length && this.#decoder.end !== "yes") {
      const slice = from.subarray(at, at + decodedSlice);
      const count = this.#decoder.push(slice);
      await this.#store();
      at += count;
      if (count < slice.length) break;
    }
    this.#rest = from.subarray(at);
  }

  async finish(): Promise<void> {
    this.#decoder.finish();
    await this.#store();
  }

  commit(): Promise<Committed> {
    return this.#sink.commit();
  }

  abandon(cause?: unknown): Promise<void> {
    return this.#sink.abandon(cause);
  }

  async #store(): Promise<void> {
    const { octets, notes } = this.#decoder.take();
    let at = 0;
    for (const note of notes) {
      await this.#put(octets.subarray(at, note.after));
      at = note.after;
      this.#heed(note);
    }
    await this.#put(at === 0 ? octets : octets.subarray(at));
  }

  #heed(note: DecodedNote): void {
    if (note.note === "seek") this.#position = note.position;
    else this.#options.onMarker?.(note.text, this.#position);
  }

  async #put(octets: Uint8Array): Promise<void> {
    if (octets.length === 0) return;
    if (this.#position !== this.#size) return this.#putElsewhere(octets);
    await this.#sink.write(this.#given(octets));
    this.#position += octets.length;
    this.#size = this.#position;
  }

  /** Pages may come in any order, and leave out what is zero (RFC 959 §3.1.2.3). */
  async #putElsewhere(octets: Uint8Array): Promise<void> {
    const { largest = Infinity } = this.#options;
    if (this.#position + octets.length > largest) {
      throw new DataFormatError(
        "too-large",
        message("The file's pages reach beyond {limit} octets", { limit: largest }),
      );
    }
    if (this.#sink.writeAt !== undefined) {
      await this.#sink.writeAt(this.#given(octets), this.#position);
      this.#position += octets.length;
      this.#size = Math.max(this.#size, this.#position);
      return;
    }
    if (this.#position < this.#size) {
      throw new DataFormatError("not-representable", message("Pages must come in order for this storage"));
    }
    this.#filled += this.#position - this.#size;
    if (this.#filled > mostZeros) {
      throw new DataFormatError(
        "too-large",
        message("This storage has no holes, and the pages leave more than {most} octets", { most: mostZeros }),
      );
    }
    for (let left = this.#position - this.#size; left > 0; left -= zeros) {
      await this.#sink.write(new Uint8Array(Math.min(left, zeros)));
    }
    this.#size = this.#position;
    await this.#put(octets);
  }

  #given(octets: Uint8Array): Uint8Array {
    return this.#options.keepsMemory === true ? octets.slice() : octets;
  }
}

const nothing = new Uint8Array(0);
/** Octets of a hole that are written at once, where the sink cannot leave holes. */
const zeros: number = 64 * 1024;
/** Octets of holes that are written for a file, where the sink cannot leave them: a page of a few octets asks for as many. */
export const mostZeros: number = 64 * 1024 * 1024;
