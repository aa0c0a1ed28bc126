/**
 * STRU R for text (RFC 959 §3.1.2.2): each line is a record, without its line end.
 *
 * In the store a line ends in LF or CR LF; inwards the end of a record becomes LF. A last line without a line end is
 * octets without an end of record, and comes back like that. What does not come back: a CR before the LF, and the
 * borders of records that hold an LF themselves.
 */
import { DataFormatError } from "../data-format-error.ts";
import { message } from "../message.ts";
import type { DataElements, FileContent, StructureEncoder } from "./data-elements.ts";

const CR = 13;
const LF = 10;

/** From the store to the wire. */
export class TextRecordEncoder implements StructureEncoder {
  readonly #next: DataElements;
  readonly #cr: Uint8Array = Uint8Array.of(CR);
  #heldCR = false;

  /** @param next - Takes the records. */
  constructor(next: DataElements) {
    this.#next = next;
  }

  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    if (this.#heldCR && chunk[0] !== LF) this.#next.octets(this.#cr);
    this.#heldCR = false;
    let start = 0;
    for (let lf = chunk.indexOf(LF); lf !== -1; lf = chunk.indexOf(LF, start)) {
      this.#octets(chunk.subarray(start, lf > start && chunk[lf - 1] === CR ? lf - 1 : lf));
      this.#next.endOfRecord();
      start = lf + 1;
    }
    this.#heldCR = start < chunk.length && chunk[chunk.length - 1] === CR;
    this.#octets(chunk.subarray(start, this.#heldCR ? chunk.length - 1 : chunk.length));
  }

  finish(): void {
    if (this.#heldCR) this.#next.octets(this.#cr);
    this.#heldCR = false;
    this.#next.endOfFile();
  }

  #octets(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#next.octets(bytes);
  }
}

/** From the wire to the store. */
export class TextRecordDecoder implements DataElements {
  readonly #content: FileContent;
  readonly #limit: number;
  readonly #lf: Uint8Array = Uint8Array.of(LF);
  #length = 0;

  /**
   * @param content - What the lines are stored by.
   * @param limit - The longest record, in octets.
   */
  constructor(content: FileContent, limit: number) {
    this.#content = content;
    this.#limit = limit;
  }

  /** @throws DataFormatError `record-too-long` when the record is over the limit. */
  octets(bytes: Uint8Array): void {
    this.#length += bytes.length;
    if (this.#length > this.#limit) {
      throw new DataFormatError(
        "record-too-long",
        message("A record is longer than {limit} octets", { limit: this.#limit }),
      );
    }
    this.#content.octets(bytes);
  }

  endOfRecord(): void {
    this.#length = 0;
    this.#content.octets(this.#lf);
  }

  marker(text: string): void {
    this.#content.marker(text);
  }

  endOfFile(): void {
    this.#length = 0;
  }
}
