/**
 * STRU R for binary files (RFC 959 §3.1.2.2) whose records have any length: an index beside the file has the lengths.
 *
 * Octets after the last end of record are a last record, which lacks its end; it comes back with one.
 */
import { DataFormatError } from "../data-format-error.ts";
import { message } from "../message.ts";
import type { DataElements, FileContent, StructureEncoder } from "./data-elements.ts";
import { RecordLengths } from "./record-lengths.ts";

/** From the store to the wire. */
export class IndexedRecordEncoder implements StructureEncoder {
  readonly #next: DataElements;
  readonly #lengths: RecordLengths;
  /** The record that octets go to, and how many it still lacks. */
  #record = 0;
  #missing: number;

  /**
   * @param lengths - The file's index; it must not change while this is used.
   * @param next - Takes the records.
   * @throws DataFormatError as `RecordLengths` does.
   */
  constructor(lengths: Uint8Array, next: DataElements) {
    this.#next = next;
    this.#lengths = new RecordLengths(lengths);
    this.#missing = this.#lengths.at(0) ?? 0;
  }

  /** @throws DataFormatError `not-representable` when the file is longer than its index says. */
  push(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length;) {
      this.#endRecords();
      if (this.#record === this.#lengths.count) {
        throw new DataFormatError("not-representable", message("The file is longer than its record index says"));
      }
      const end = Math.min(chunk.length, at + this.#missing);
      this.#next.octets(chunk.subarray(at, end));
      this.#missing -= end - at;
      at = end;
    }
  }

  /** @throws DataFormatError `not-representable` when the file is shorter than its index says. */
  finish(): void {
    this.#endRecords();
    if (this.#record < this.#lengths.count) {
      throw new DataFormatError("not-representable", message("The file is shorter than its record index says"));
    }
    this.#next.endOfFile();
  }

  /** Ends the record that lacks nothing any more, and the empty ones after it. */
  #endRecords(): void {
    while (this.#record < this.#lengths.count && this.#missing === 0) {
      this.#next.endOfRecord();
      this.#record++;
      this.#missing = this.#lengths.at(this.#record) ?? 0;
    }
  }
}

/** From the wire to the store. */
export class IndexedRecordDecoder implements DataElements {
  readonly #content: FileContent;
  readonly #lengths = new RecordLengths();
  #length = 0;

  /** @param content - What the records are stored by. */
  constructor(content: FileContent) {
    this.#content = content;
  }

  octets(bytes: Uint8Array): void {
    this.#length += bytes.length;
    this.#content.octets(bytes);
  }

  /** @throws DataFormatError as `RecordLengths.add` does. */
  endOfRecord(): void {
    this.#lengths.add(this.#length);
    this.#length = 0;
  }

  marker(text: string): void {
    this.#content.marker(text);
  }

  /** @throws DataFormatError as `RecordLengths.add` does. */
  endOfFile(): void {
    if (this.#length > 0) this.endOfRecord();
  }

  /** The index to keep beside the file, whole after `endOfFile`. */
  index(): Uint8Array {
    return this.#lengths.index();
  }
}
