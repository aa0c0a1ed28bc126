/**
 * STRU R of text (RFC 959 §3.1.2.2): each line of the stored file is a record, and its end travels as an end of record.
 *
 * A last line without an end is a record that is not ended before the file is, so that nothing is lost. Inwards each end
 * of record becomes an LF. Refuses a record over the limit.
 */
import { DataFormatError } from "../data-format-error.ts";
import type { DataElements, FileContent, StructureEncoder } from "./data-elements.ts";

const CR = 13;
const LF = 10;
const lineEnd = Uint8Array.of(LF);
const carriageReturn = Uint8Array.of(CR);

/** From lines to records. A line may end in LF or CR LF. */
export class TextRecordEncoder implements StructureEncoder {
  readonly #next: DataElements;
  /** A CR at the end of the last chunk, which may belong to a line's end. */
  #heldCR = false;

  constructor(next: DataElements) {
    this.#next = next;
  }

  push(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length;) {
      const found = chunk.indexOf(LF, at);
      if (found === -1) return this.#unended(chunk.subarray(at));
      this.#line(chunk.subarray(at, found));
      at = found + 1;
    }
  }

  finish(): void {
    this.#releaseCR();
    this.#next.endOfFile();
  }

  #line(octets: Uint8Array): void {
    if (octets.length > 0) {
      this.#releaseCR();
      const text = octets[octets.length - 1] === CR ? octets.subarray(0, -1) : octets;
      if (text.length > 0) this.#next.octets(text);
    }
    this.#heldCR = false;
    this.#next.endOfRecord();
  }

  #unended(octets: Uint8Array): void {
    this.#releaseCR();
    this.#heldCR = octets[octets.length - 1] === CR;
    const text = this.#heldCR ? octets.subarray(0, -1) : octets;
    if (text.length > 0) this.#next.octets(text);
  }

  #releaseCR(): void {
    if (!this.#heldCR) return;
    this.#heldCR = false;
    this.#next.octets(carriageReturn);
  }
}

/** From records to lines. */
export class TextRecordDecoder implements DataElements {
  readonly #content: FileContent;
  readonly #limit: number;
  #length = 0;

  /** @param limit - Octets of the longest record that is taken. */
  constructor(content: FileContent, limit: number) {
    this.#content = content;
    this.#limit = limit;
  }

  octets(bytes: Uint8Array): void {
    this.#length += bytes.length;
    if (this.#length > this.#limit) {
      throw new DataFormatError("record-too-long", `A record has more than ${this.#limit} octets`);
    }
    this.#content.octets(bytes);
  }

  endOfRecord(): void {
    this.#length = 0;
    this.#content.octets(lineEnd);
  }

  marker(text: string): void {
    this.#content.marker(text);
  }

  endOfFile(): void {
    // A record that is not ended is a line that is not.
  }
}
