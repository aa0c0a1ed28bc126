/** The line between a stored file and a data connection, both ways: what `FileEncoder`, `FileDecoder` and zlib do in turn. */
import type { ReadableFile, WritableFile } from "../bytes/index.ts";
import {
  FileDecoder,
  FileEncoder,
  type DataFormat,
  type DataFormatOptions,
  type EncoderStart,
  type Station,
} from "../protocol/index.ts";
import { DecodingSink, type DecodingOptions } from "./decoding-sink.ts";
import { DeflatingSource } from "./deflating-source.ts";
import type { FramedSink } from "./framed-sink.ts";
import { InflatingSink, type InflateLimits } from "./inflating-sink.ts";

/** What an outward pump is given. */
export interface OutwardLine {
  readonly source: ReadableFile;
  readonly station: Station | undefined;
}

/** How an outward line begins. */
export interface OutwardStart extends EncoderStart {
  /** Octets of what travels, before it is deflated, that are left out at the beginning. Default 0. */
  readonly skip?: number;
}

/**
 * The outward line of a file.
 *
 * @param file - The file, from the start's offset. The line's source closes it.
 * @throws DataFormatError `not-representable` when the transfer cannot begin there.
 */
export function outwardLine(
  file: ReadableFile,
  format: DataFormat,
  options: DataFormatOptions,
  start: OutwardStart,
): OutwardLine {
  const encoder = new FileEncoder(format, options, start);
  const station = start.skip === undefined || start.skip === 0 ? encoder : new SkippingStation(encoder, start.skip);
  if (format.mode !== "Z") return { source: file, station };
  return { source: new DeflatingSource(file, station, options.deflateLevel), station: undefined };
}

/** An inward line. */
export interface InwardLine<Committed> {
  readonly sink: FramedSink<Committed>;
  /** Octets of the stored file so far, those before the offset included. */
  stored(): number;
  /** The lengths of the records that came, where their layout is `index`. */
  recordIndex(): Uint8Array | undefined;
}

/** The inward line to a file. @param limits - For what is sent in few octets and stored in many. */
export function inwardLine<Committed>(
  file: WritableFile<Committed>,
  format: DataFormat,
  options: DataFormatOptions,
  decoding: DecodingOptions,
  limits: InflateLimits,
): InwardLine<Committed> {
  const decoder = new FileDecoder(format, options);
  const sink = new DecodingSink(file, decoder, { ...decoding, largest: limits.inflatedSize });
  return {
    sink: format.mode === "Z" ? new InflatingSink(sink, limits) : sink,
    stored: () => sink.size,
    recordIndex: () => decoder.recordIndex,
  };
}

/** A station without the first octets of what it makes: how a restart is counted in stream mode (RFC 3659 §5.3). */
class SkippingStation implements Station {
  readonly #station: Station;
  #left: number;

  constructor(station: Station, skip: number) {
    this.#station = station;
    this.#left = skip;
  }

  push(chunk: Uint8Array): Uint8Array {
    return this.#skip(this.#station.push(chunk));
  }

  finish(): Uint8Array {
    const last = this.#skip(this.#station.finish());
    if (this.#left > 0) throw new OffsetBeyondEndError();
    return last;
  }

  #skip(octets: Uint8Array): Uint8Array {
    if (this.#left === 0) return octets;
    const skipped = Math.min(this.#left, octets.length);
    this.#left -= skipped;
    return octets.subarray(skipped);
  }
}

/** What travels has fewer octets than a restart was to skip. */
export class OffsetBeyondEndError extends Error {
  override readonly name = "OffsetBeyondEndError";

  constructor() {
    super("The file has fewer octets in this type");
  }
}
