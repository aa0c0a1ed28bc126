/**
 * STRU R of octets (RFC 959 §3.1.2.2): where records end is told by a layout. An index has four octets a record, its
 * length, the highest first.
 *
 * Refuses records that the layout cannot hold: what comes is never cut, filled or joined behind anybody's back.
 */
import { OctetWriter } from "../../octet-writer.ts";
import { DataFormatError } from "../data-format-error.ts";
import type { DataElements, FileContent, StructureEncoder } from "./data-elements.ts";
import { maxIndexedRecords } from "./record-layout.ts";

/** Octets of a length in an index. */
const lengthOctets = 4;

/** The whole file is one record; an empty file has none. */
export class SingleRecordEncoder implements StructureEncoder {
  readonly #next: DataElements;
  #empty = true;

  constructor(next: DataElements) {
    this.#next = next;
  }

  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#empty = false;
    this.#next.octets(chunk);
  }

  finish(): void {
    if (!this.#empty) this.#next.endOfRecord();
    this.#next.endOfFile();
  }
}

/** Joins the records that come. */
export class SingleRecordDecoder implements DataElements {
  readonly #content: FileContent;

  constructor(content: FileContent) {
    this.#content = content;
  }

  octets(bytes: Uint8Array): void {
    this.#content.octets(bytes);
  }

  endOfRecord(): void {
    // The layout has no place for it.
  }

  marker(text: string): void {
    this.#content.marker(text);
  }

  endOfFile(): void {
    // As above.
  }
}

/** Records of one length; the last may be shorter. */
export class FixedRecordEncoder implements StructureEncoder {
  readonly #length: number;
  readonly #next: DataElements;
  /** Octets of the record under way. */
  #filled = 0;

  /** @param length - Octets of a record. */
  constructor(length: number, next: DataElements) {
    this.#length = length;
    this.#next = next;
  }

  push(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length;) {
      const part = chunk.subarray(at, at + this.#length - this.#filled);
      this.#next.octets(part);
      at += part.length;
      this.#filled += part.length;
      if (this.#filled === this.#length) this.#end();
    }
  }

  finish(): void {
    if (this.#filled > 0) this.#end();
    this.#next.endOfFile();
  }

  #end(): void {
    this.#filled = 0;
    this.#next.endOfRecord();
  }
}

/** Takes records of one length; the last may be shorter. */
export class FixedRecordDecoder implements DataElements {
  readonly #length: number;
  readonly #content: FileContent;
  #filled = 0;
  /** A record that was shorter: nothing may follow it. */
  #short = false;

  /** @param length - Octets of a record. */
  constructor(length: number, content: FileContent) {
    this.#length = length;
    this.#content = content;
  }

  octets(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    if (this.#short) this.#refuseShort();
    this.#filled += bytes.length;
    if (this.#filled > this.#length) {
      throw new DataFormatError("record-too-long", `A record has more than the ${this.#length} octets of each here`);
    }
    this.#content.octets(bytes);
  }

  endOfRecord(): void {
    if (this.#short) this.#refuseShort();
    this.#short = this.#filled < this.#length;
    this.#filled = 0;
  }

  marker(text: string): void {
    this.#content.marker(text);
  }

  endOfFile(): void {
    // The last record may be short, and need not be ended.
  }

  #refuseShort(): never {
    throw new DataFormatError(
      "not-representable",
      `A record other than the last has fewer than the ${this.#length} octets of each here`,
    );
  }
}

/** Records as an index tells their lengths. */
export class IndexedRecordEncoder implements StructureEncoder {
  readonly #index: DataView;
  readonly #next: DataElements;
  #record = 0;
  #left: number;

  /** @param index - The lengths of the records. */
  constructor(index: Uint8Array, next: DataElements) {
    this.#index = new DataView(index.buffer, index.byteOffset, index.byteLength);
    this.#next = next;
    this.#left = this.#lengthOf(0);
  }

  push(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length;) {
      this.#endFullRecords();
      if (this.#left === -1) throw disagreement();
      const part = chunk.subarray(at, at + this.#left);
      this.#next.octets(part);
      at += part.length;
      this.#left -= part.length;
    }
    this.#endFullRecords();
  }

  finish(): void {
    this.#endFullRecords();
    if (this.#left !== -1) throw disagreement();
    this.#next.endOfFile();
  }

  #endFullRecords(): void {
    while (this.#left === 0) {
      this.#next.endOfRecord();
      this.#left = this.#lengthOf(++this.#record);
    }
  }

  /** -1 after the last. */
  #lengthOf(record: number): number {
    const at = record * lengthOctets;
    return at + lengthOctets > this.#index.byteLength ? -1 : this.#index.getUint32(at);
  }
}

function disagreement(): DataFormatError {
  return new DataFormatError("not-representable", "The file and its index of records have different lengths");
}

/** Takes records of any length, and makes their index. */
export class IndexedRecordDecoder implements DataElements {
  readonly #content: FileContent;
  readonly #lengths: OctetWriter = new OctetWriter();
  #length = 0;

  constructor(content: FileContent) {
    this.#content = content;
  }

  octets(bytes: Uint8Array): void {
    this.#length += bytes.length;
    if (this.#length >= 2 ** 32) throw new DataFormatError("record-too-long", "A record has 4 GiB or more");
    this.#content.octets(bytes);
  }

  endOfRecord(): void {
    if (this.#lengths.length === maxIndexedRecords * lengthOctets) {
      throw new DataFormatError("too-large", `There are more than ${maxIndexedRecords} records`);
    }
    for (const shift of [24, 16, 8, 0]) this.#lengths.octet((this.#length >>> shift) & 0xff);
    this.#length = 0;
  }

  marker(text: string): void {
    this.#content.marker(text);
  }

  endOfFile(): void {
    // A record that was not ended is one nevertheless: its octets must be somebody's.
    if (this.#length > 0) this.endOfRecord();
  }

  /** The lengths of the records that came. Asked once, at the end. */
  index(): Uint8Array {
    return this.#lengths.take().slice();
  }
}
