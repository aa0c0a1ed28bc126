/**
 * Stream mode (RFC 959 §3.4.1): the octets as they are.
 *
 * Without records the file ends where the connection is closed. With records two octets say what ends, so that a close alone
 * is a file that broke off:
 *
 *     FF 01   end of record
 *     FF 02   end of file
 *     FF 03   both
 *     FF FF   an octet FF of the data
 */
import { DataFormatError } from "../data-format-error.ts";
import { message } from "../message.ts";
import type { DataElements, ModeDecoder } from "../representation/data-elements.ts";
import type { OctetWriter } from "../../octet-writer.ts";

const escape = 0xff;
const endOfRecord = 1;
const endOfFile = 2;

/** Elements to the octets of a data connection. */
export class StreamEncoder implements DataElements {
  readonly #out: OctetWriter;
  readonly #records: boolean;
  /** A record has ended, and its end is not written: the end of the file may follow, and share its code. */
  #recordEnded = false;

  /**
   * @param out - Where the octets go.
   * @param records - Whether the file has record structure.
   */
  constructor(out: OctetWriter, records: boolean) {
    this.#out = out;
    this.#records = records;
  }

  octets(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    if (!this.#records) {
      this.#out.octets(bytes);
      return;
    }
    this.#writeEndOfRecord();
    let at = 0;
    for (let found = bytes.indexOf(escape); found !== -1; found = bytes.indexOf(escape, at)) {
      this.#out.octets(bytes.subarray(at, found + 1));
      this.#out.octet(escape);
      at = found + 1;
    }
    this.#out.octets(bytes.subarray(at));
  }

  endOfRecord(): void {
    if (!this.#records) throw new RangeError("A file without records has no end of record");
    this.#writeEndOfRecord();
    this.#recordEnded = true;
  }

  marker(): void {
    throw new RangeError("Stream mode has no restart markers");
  }

  endOfFile(): void {
    if (this.#records) this.#code(this.#recordEnded ? endOfRecord | endOfFile : endOfFile);
  }

  #writeEndOfRecord(): void {
    if (this.#recordEnded) this.#code(endOfRecord);
    this.#recordEnded = false;
  }

  #code(code: number): void {
    this.#out.octet(escape);
    this.#out.octet(code);
  }
}

/** The octets of a data connection to elements. */
export class StreamDecoder implements ModeDecoder {
  readonly #next: DataElements;
  readonly #records: boolean;
  #escaped = false;
  #ended = false;

  /**
   * @param next - What the elements are told to.
   * @param records - Whether the file has record structure.
   */
  constructor(next: DataElements, records: boolean) {
    this.#next = next;
    this.#records = records;
  }

  get end(): "no" | "yes" {
    return this.#ended ? "yes" : "no";
  }

  push(octets: Uint8Array): number {
    if (!this.#records) {
      if (this.#ended) return 0;
      if (octets.length > 0) this.#next.octets(octets);
      return octets.length;
    }
    let at = 0;
    while (at < octets.length && !this.#ended) {
      at = this.#escaped ? this.#code(octets, at) : this.#data(octets, at, at);
    }
    return at;
  }

  finish(): void {
    if (this.#ended) return;
    if (this.#records)
      throw new DataFormatError("truncated", message("The connection was closed before the end of the file"));
    this.#endFile();
  }

  /** Tells the octets up to the next escape, itself left out, and returns the place after it. @param from - Where to look. */
  #data(octets: Uint8Array, at: number, from: number): number {
    const found = octets.indexOf(escape, from);
    const to = found === -1 ? octets.length : found;
    if (to > at) this.#next.octets(octets.subarray(at, to));
    this.#escaped = found !== -1;
    return this.#escaped ? to + 1 : to;
  }

  #code(octets: Uint8Array, at: number): number {
    const code = octets[at] ?? 0;
    // The second FF is the octet itself: data begins with it.
    if (code === escape) return this.#data(octets, at, at + 1);
    if (code < endOfRecord || code > (endOfRecord | endOfFile)) {
      throw new DataFormatError("malformed", message("The control code {code} is unknown", { code }));
    }
    this.#escaped = false;
    if ((code & endOfRecord) !== 0) this.#next.endOfRecord();
    if ((code & endOfFile) !== 0) this.#endFile();
    return at + 1;
  }

  #endFile(): void {
    this.#ended = true;
    this.#next.endOfFile();
  }
}
