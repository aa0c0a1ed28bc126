/**
 * STRU R for binary files (RFC 959 §3.1.2.2) that have no ends of records in them: one record, or records of one length.
 *
 * Octets after the last end of record are a last record, which lacks its end; it comes back with one.
 */
import { DataFormatError } from "../data-format-error.ts";
import { message } from "../message.ts";
import type { DataElements, FileContent, StructureEncoder } from "./data-elements.ts";

/** Where the ends of a binary file's records are. */
export type RecordLayout =
  /** The whole file is one record. */
  | { readonly layout: "single" }
  /** Each record has `length` octets; the last may have fewer. */
  | { readonly layout: "fixed"; readonly length: number }
  /** An index beside the file has the lengths: see `RecordLengths`. */
  | { readonly layout: "index" };

/** From the store to the wire: the whole file is one record. An empty file has none. */
export class SingleRecordEncoder implements StructureEncoder {
  readonly #next: DataElements;
  #empty = true;

  /** @param next - Takes the record. */
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

/** From the wire to the store: records are joined, and their borders forgotten. */
export class SingleRecordDecoder implements DataElements {
  readonly #content: FileContent;

  /** @param content - What the octets are stored by. */
  constructor(content: FileContent) {
    this.#content = content;
  }

  octets(bytes: Uint8Array): void {
    this.#content.octets(bytes);
  }

  endOfRecord(): void {
    // The next record follows without a border.
  }

  marker(text: string): void {
    this.#content.marker(text);
  }

  endOfFile(): void {
    // All octets are stored already.
  }
}

/** From the store to the wire: records of one length, the last perhaps shorter. */
export class FixedRecordEncoder implements StructureEncoder {
  readonly #next: DataElements;
  readonly #length: number;
  /** Octets of the record so far. */
  #filled = 0;

  /**
   * @param next - Takes the records.
   * @param length - Octets of a record.
   */
  constructor(next: DataElements, length: number) {
    this.#next = next;
    this.#length = checkedLength(length);
  }

  push(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length;) {
      const end = Math.min(chunk.length, at + this.#length - this.#filled);
      this.#next.octets(chunk.subarray(at, end));
      this.#filled += end - at;
      at = end;
      if (this.#filled === this.#length) this.#endOfRecord();
    }
  }

  finish(): void {
    if (this.#filled > 0) this.#endOfRecord();
    this.#next.endOfFile();
  }

  #endOfRecord(): void {
    this.#filled = 0;
    this.#next.endOfRecord();
  }
}

/** From the wire to the store: records of one length, the last perhaps shorter, but not empty. */
export class FixedRecordDecoder implements DataElements {
  readonly #content: FileContent;
  readonly #length: number;
  #filled = 0;
  /** A record was shorter: it must have been the last. */
  #short = false;

  /**
   * @param content - What the records are stored by.
   * @param length - Octets of a record.
   */
  constructor(content: FileContent, length: number) {
    this.#content = content;
    this.#length = checkedLength(length);
  }

  /** @throws DataFormatError `record-too-long`, or `not-representable` after a record that was shorter. */
  octets(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    if (this.#short) throw this.#tooShort();
    this.#filled += bytes.length;
    if (this.#filled > this.#length) {
      throw new DataFormatError(
        "record-too-long",
        message("A record is longer than the file's records of {length}", { length: this.#length }),
      );
    }
    this.#content.octets(bytes);
  }

  /** @throws DataFormatError `not-representable` for an empty record, or after one that was shorter. */
  endOfRecord(): void {
    // An empty record leaves nothing in the file that it could come back from.
    if (this.#short || this.#filled === 0) throw this.#tooShort();
    this.#short = this.#filled < this.#length;
    this.#filled = 0;
  }

  marker(text: string): void {
    this.#content.marker(text);
  }

  endOfFile(): void {
    this.#filled = 0;
  }

  #tooShort(): DataFormatError {
    return new DataFormatError(
      "not-representable",
      message("A record is shorter than the file's records of {length}", { length: this.#length }),
    );
  }
}

function checkedLength(length: number): number {
  if (!Number.isSafeInteger(length) || length < 1) throw new RangeError("A record has one octet at least");
  return length;
}
