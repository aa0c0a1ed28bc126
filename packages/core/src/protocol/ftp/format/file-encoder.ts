/** From a stored file to what travels: structure, type and mode in a line (RFC 959 §3). MODE Z's deflating comes after. */
import { OctetWriter } from "../../octet-writer.ts";
import type { RepresentationType } from "../arguments/type-code.ts";
import { BlockEncoder } from "../mode/block.ts";
import { CompressedEncoder } from "../mode/compressed.ts";
import { NetxBlockEncoder } from "../mode/netx-block.ts";
import { StreamEncoder } from "../mode/stream.ts";
import { AsciiEncoder } from "../representation/ascii.ts";
import type { DataElements, StructureEncoder } from "../representation/data-elements.ts";
import { EbcdicEncoder } from "../representation/ebcdic.ts";
import { LocalByteEncoder } from "../representation/local-byte.ts";
import { PageEncoder } from "../representation/page.ts";
import { FixedRecordEncoder, SingleRecordEncoder } from "../representation/binary-records.ts";
import { IndexedRecordEncoder } from "../representation/indexed-records.ts";
import type { Station } from "../representation/station.ts";
import { TextRecordEncoder } from "../representation/text-records.ts";
import {
  byteSizeOf,
  hasMarkers,
  isPlain,
  isText,
  pageLengthOf,
  unitOf,
  type DataFormat,
  type DataFormatOptions,
} from "./data-format.ts";
import { FileStructureEncoder } from "./file-structure.ts";
import { MarkingEncoder, type MarkerPlaces } from "./marking.ts";
import { TypeStage } from "./type-stage.ts";

/** Where a transfer begins, and what it needs to know of the stored file. */
export interface EncoderStart {
  /** Octets of the stored file before the first that is pushed. */
  readonly offset: number;
  /** Octets from there to its end, where known. */
  readonly size?: number | undefined;
  /** The lengths of its records, where the layout is `index`. */
  readonly recordIndex?: Uint8Array | undefined;
}

/** A stored file on its way out. What `push` and `finish` give holds until the next call. */
export class FileEncoder implements Station {
  readonly #out: OctetWriter = new OctetWriter();
  readonly #structure: StructureEncoder;

  /** @throws DataFormatError `not-representable` when the transfer cannot begin at the offset. */
  constructor(format: DataFormat, options: DataFormatOptions, start: EncoderStart) {
    const mode = modeEncoder(format, options, start, this.#out);
    const type = outwardType(format, options);
    const next = type === undefined ? mode : new TypeStage(type, mode);
    const structure = structureEncoder(format, options, start, next);
    const places =
      options.markerInterval > 0 && hasMarkers(format, options) ? markerPlaces(format, options) : undefined;
    this.#structure =
      places === undefined
        ? structure
        : new MarkingEncoder(structure, next, places, options.markerInterval, start.offset);
  }

  push(chunk: Uint8Array): Uint8Array {
    this.#structure.push(chunk);
    return this.#out.take();
  }

  finish(): Uint8Array {
    this.#structure.finish();
    return this.#out.take();
  }
}

/** The octet that MODE C's filler stands for (RFC 959 §3.4.3). */
export function fillerOf(type: RepresentationType): number {
  return type.type === "A" ? 0x20 : type.type === "E" ? 0x40 : 0;
}

function modeEncoder(
  format: DataFormat,
  options: DataFormatOptions,
  { size }: EncoderStart,
  out: OctetWriter,
): DataElements {
  const { type, structure, mode } = format;
  switch (mode) {
    case "S":
    case "Z":
      return new StreamEncoder(out, structure === "R");
    case "B":
      // NetX Duo takes one block and no more; where the size is not known, blocks are as they come.
      return options.blocks === "netx" && size !== undefined && isPlain({ ...format, mode: "S" })
        ? new NetxBlockEncoder(out, size)
        : new BlockEncoder(out);
    case "C":
      return new CompressedEncoder(out, fillerOf(type));
  }
}

function outwardType({ type, structure }: DataFormat, options: DataFormatOptions): Station | undefined {
  switch (type.type) {
    case "A":
      // Where lines are records, their ends say what CR LF says elsewhere.
      return structure === "R" ? undefined : new AsciiEncoder();
    case "E":
      return new EbcdicEncoder(options.codePage);
    case "I":
      return undefined;
    case "L":
      return type.byteSize % 8 === 0 ? undefined : new LocalByteEncoder(type.byteSize);
  }
}

function structureEncoder(
  { type, structure }: DataFormat,
  options: DataFormatOptions,
  start: EncoderStart,
  next: DataElements,
): StructureEncoder {
  switch (structure) {
    case "F":
      return new FileStructureEncoder(next);
    case "R":
      return isText(type) ? new TextRecordEncoder(next) : binaryRecordEncoder(options, start, next);
    case "P": {
      const pageLength = pageLengthOf(type, options);
      const firstPage = start.offset / (pageLength * unitOf(type));
      return new PageEncoder(next, { byteSize: byteSizeOf(type), pageLength, firstPage });
    }
  }
}

function binaryRecordEncoder(
  { records }: DataFormatOptions,
  { recordIndex = new Uint8Array(0) }: EncoderStart,
  next: DataElements,
): StructureEncoder {
  switch (records.layout) {
    case "single":
      return new SingleRecordEncoder(next);
    case "fixed":
      return new FixedRecordEncoder(next, records.length);
    case "index":
      return new IndexedRecordEncoder(recordIndex, next);
  }
}

/** Octets of the stored file that a transfer's beginning must be a multiple of; undefined where it must begin at 0. */
export function restartUnit({ type, structure }: DataFormat, options: DataFormatOptions): number | undefined {
  const unit = unitOf(type);
  // Logical bytes of odd sizes end on an octet's border after eight of them at the latest.
  const bytes = byteSizeOf(type) % 8 === 0 ? unit : unit * 8;
  switch (structure) {
    case "F":
      return bytes;
    case "R":
      if (isText(type)) return 1;
      if (options.records.layout === "index") return undefined;
      return options.records.layout === "fixed" ? options.records.length : bytes;
    case "P":
      // The bits of a page are packed with those before it.
      return byteSizeOf(type) % 8 === 0 ? pageLengthOf(type, options) * unit : undefined;
  }
}

function markerPlaces(format: DataFormat, options: DataFormatOptions): MarkerPlaces | undefined {
  if (isText(format.type)) return "after-lines";
  const multiplesOf = restartUnit(format, options);
  if (multiplesOf === undefined) return undefined;
  return { multiplesOf, held: format.structure === "P" ? multiplesOf : 0 };
}
