/** From what travels to a stored file: mode, type and structure in a line (RFC 959 §3). MODE Z's inflating comes before. */
import { OctetWriter } from "../../octet-writer.ts";
import { BlockDecoder } from "../mode/block.ts";
import { CompressedDecoder } from "../mode/compressed.ts";
import { NetxBlockDecoder } from "../mode/netx-block.ts";
import { StreamDecoder } from "../mode/stream.ts";
import { AsciiDecoder } from "../representation/ascii.ts";
import { FixedRecordDecoder, SingleRecordDecoder } from "../representation/binary-records.ts";
import { IndexedRecordDecoder } from "../representation/indexed-records.ts";
import type { DataElements, FileContent, ModeDecoder } from "../representation/data-elements.ts";
import { EbcdicDecoder } from "../representation/ebcdic.ts";
import { LocalByteDecoder } from "../representation/local-byte.ts";
import { PageDecoder } from "../representation/page.ts";
import type { Station } from "../representation/station.ts";
import { TextRecordDecoder } from "../representation/text-records.ts";
import { byteSizeOf, isText, pageLengthOf, type DataFormat, type DataFormatOptions } from "./data-format.ts";
import { fillerOf } from "./file-encoder.ts";
import { FileStructureDecoder } from "./file-structure.ts";
import { TypeStage } from "./type-stage.ts";

/** What became of the octets of a connection, in order. */
export interface DecodedOctets {
  /** To be stored; it holds until the next call. */
  readonly octets: Uint8Array;
  /** What stands between them. */
  readonly notes: readonly DecodedNote[];
}

/** Something that stands after the first `after` of the octets. */
export type DecodedNote =
  | { readonly note: "seek"; readonly after: number; readonly position: number }
  | { readonly note: "marker"; readonly after: number; readonly text: string };

const noNotes: readonly DecodedNote[] = [];

/** A stored file on its way in. */
export class FileDecoder {
  readonly #content: GatheredContent = new GatheredContent();
  readonly #mode: ModeDecoder;
  readonly #indexed: IndexedRecordDecoder | undefined;

  constructor(format: DataFormat, options: DataFormatOptions) {
    const structure = structureDecoder(format, options, this.#content);
    if (structure instanceof IndexedRecordDecoder) this.#indexed = structure;
    const type = inwardType(format, options);
    this.#mode = modeDecoder(format, options, type === undefined ? structure : new TypeStage(type, structure));
  }

  /**
   * @param octets - What the connection brought.
   * @returns Octets that were read: fewer than there are when the file ended before.
   * @throws DataFormatError for what no sender may send.
   */
  push(octets: Uint8Array): number {
    return this.#mode.push(octets);
  }

  /** Whether the file has ended; `perhaps` when it has unless more follows. */
  get end(): "no" | "perhaps" | "yes" {
    return this.#mode.end;
  }

  /** Nothing follows. @throws DataFormatError `truncated`. */
  finish(): void {
    this.#mode.finish();
  }

  /** What is to be stored since the last call. */
  take(): DecodedOctets {
    return this.#content.take();
  }

  /** The lengths of the records that came, where the layout is `index`. */
  get recordIndex(): Uint8Array | undefined {
    return this.#indexed?.index();
  }
}

class GatheredContent implements FileContent {
  readonly #out: OctetWriter = new OctetWriter();
  #notes: DecodedNote[] | undefined;

  octets(bytes: Uint8Array): void {
    this.#out.octets(bytes);
  }

  seek(position: number): void {
    (this.#notes ??= []).push({ note: "seek", after: this.#out.length, position });
  }

  marker(text: string): void {
    (this.#notes ??= []).push({ note: "marker", after: this.#out.length, text });
  }

  take(): DecodedOctets {
    const notes = this.#notes ?? noNotes;
    this.#notes = undefined;
    return { octets: this.#out.take(), notes };
  }
}

function modeDecoder(
  { type, structure, mode }: DataFormat,
  options: DataFormatOptions,
  next: DataElements,
): ModeDecoder {
  switch (mode) {
    case "S":
    case "Z":
      return new StreamDecoder(next, structure === "R");
    case "B":
      return options.blocks === "netx" ? new NetxBlockDecoder(next) : new BlockDecoder(next);
    case "C":
      return new CompressedDecoder(next, fillerOf(type));
  }
}

function inwardType({ type, structure }: DataFormat, options: DataFormatOptions): Station | undefined {
  switch (type.type) {
    case "A":
      return structure === "R" ? undefined : new AsciiDecoder();
    case "E":
      return new EbcdicDecoder(options.codePage);
    case "I":
      return undefined;
    case "L":
      return type.byteSize % 8 === 0 ? undefined : new LocalByteDecoder(type.byteSize);
  }
}

function structureDecoder(
  { type, structure }: DataFormat,
  options: DataFormatOptions,
  content: FileContent,
): DataElements {
  switch (structure) {
    case "F":
      return new FileStructureDecoder(content);
    case "R":
      return isText(type)
        ? new TextRecordDecoder(content, options.longestRecord)
        : binaryRecordDecoder(options, content);
    case "P":
      return new PageDecoder(content, { byteSize: byteSizeOf(type), pageLength: pageLengthOf(type, options) });
  }
}

function binaryRecordDecoder({ records }: DataFormatOptions, content: FileContent): DataElements {
  switch (records.layout) {
    case "single":
      return new SingleRecordDecoder(content);
    case "fixed":
      return new FixedRecordDecoder(content, records.length);
    case "index":
      return new IndexedRecordDecoder(content);
  }
}
