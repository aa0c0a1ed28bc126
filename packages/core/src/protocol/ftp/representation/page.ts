/**
 * STRU P (RFC 959 §3.1.2.3): pages that have their place in the file, so that those of zeros can be left out.
 *
 *     ┌───────────────┬────────────┬─────────────┬───────────┬─────────────────┬──────┐
 *     │ header length │ page index │ data length │ page type │ optional fields │ data │
 *     └───────────────┴────────────┴─────────────┴───────────┴─────────────────┴──────┘
 *
 * Each field is one logical byte, as TYPE says; here as it lies in the store, in whole octets. Types are 0, the end of the
 * file (length 4, no data), 1 simple, 2 descriptor, 3 access controlled (length 5). What descriptors say of the file as a
 * whole has no place in a store and is passed over, as is the access of a single page.
 */
import { DataFormatError } from "../data-format-error.ts";
import type { DataElements, FileContent, StructureEncoder } from "./data-elements.ts";

/** How pages are made. */
export interface PageOptions {
  /** Bits of a logical byte. */
  readonly byteSize: number;
  /** Logical bytes of a page. */
  readonly pageLength: number;
  /** The number of the first page that is pushed. Default 0. */
  readonly firstPage?: number;
}

/** Logical bytes of a header without optional fields. */
const headerLength = 4;
const lastPage = 0;
const simplePage = 1;
const descriptorPage = 2;
const accessControlledPage = 3;

/** From a stored file to pages: all but those of zeros, and always the last, so that the size comes back. */
export class PageEncoder implements StructureEncoder {
  readonly #next: DataElements;
  readonly #byteSize: number;
  readonly #unit: number;
  /** The page under way; a full one waits until it is known whether it is the last. */
  readonly #page: Uint8Array;
  #filled = 0;
  #number: number;

  constructor(next: DataElements, options: PageOptions) {
    this.#next = next;
    this.#byteSize = options.byteSize;
    this.#unit = Math.ceil(options.byteSize / 8);
    this.#page = new Uint8Array(options.pageLength * this.#unit);
    this.#number = options.firstPage ?? 0;
  }

  push(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length;) {
      if (this.#filled === this.#page.length) {
        if (this.#page.some((octet) => octet !== 0)) this.#tell();
        this.#filled = 0;
        this.#number++;
      }
      const part = chunk.subarray(at, at + this.#page.length - this.#filled);
      this.#page.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
    }
  }

  finish(): void {
    if (this.#filled % this.#unit !== 0) {
      throw new DataFormatError(
        "not-representable",
        `The file does not end with a whole byte of ${this.#byteSize} bits`,
      );
    }
    if (this.#filled > 0) {
      this.#tell();
      this.#number++;
    }
    // The number of the last page says nothing: where it has become too large for its field, 0 will do.
    this.#header(this.#number < 2 ** this.#byteSize ? this.#number : 0, 0, lastPage);
    this.#next.endOfFile();
  }

  #tell(): void {
    if (this.#number >= 2 ** this.#byteSize) {
      throw new DataFormatError(
        "not-representable",
        `The file has more pages than a byte of ${this.#byteSize} bits can number; use a larger TYPE L, as L 32`,
      );
    }
    this.#header(this.#number, this.#filled / this.#unit, simplePage);
    this.#next.octets(this.#page.subarray(0, this.#filled));
  }

  #header(number: number, length: number, type: number): void {
    const header = new Uint8Array(headerLength * this.#unit);
    [headerLength, number, length, type].forEach((value, field) => {
      let rest = value;
      for (let at = (field + 1) * this.#unit - 1; rest > 0; at--, rest = Math.floor(rest / 256))
        header[at] = rest % 256;
    });
    this.#next.octets(header);
  }
}

/** From pages to a stored file. */
export class PageDecoder implements DataElements {
  readonly #content: FileContent;
  readonly #unit: number;
  readonly #pageLength: number;
  #field = 0;
  #value = 0;
  #fieldOctets = 0;
  #header = { length: 0, number: 0, data: 0, type: 0 };
  /** Octets of data that are still to come, and whether they are stored. */
  #left = 0;
  #stores = false;
  #ended = false;

  constructor(content: FileContent, options: PageOptions) {
    this.#content = content;
    this.#unit = Math.ceil(options.byteSize / 8);
    this.#pageLength = options.pageLength;
  }

  octets(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      if (this.#left > 0) {
        const part = bytes.subarray(at, at + this.#left);
        if (this.#stores) this.#content.octets(part);
        this.#left -= part.length;
        at += part.length;
        continue;
      }
      if (this.#ended) return afterLastPage(bytes.subarray(at));
      this.#headerOctet(bytes[at] ?? 0);
      at++;
    }
  }

  endOfRecord(): void {
    throw new DataFormatError("malformed", "An end of record came, and structure P has no records");
  }

  marker(text: string): void {
    this.#content.marker(text);
  }

  endOfFile(): void {
    if (!this.#ended) throw new DataFormatError("truncated", "The data ends before the last page");
  }

  #headerOctet(octet: number): void {
    this.#value = this.#value * 256 + octet;
    if (!Number.isSafeInteger(this.#value))
      throw new DataFormatError("malformed", "A field of a page's header is too large");
    if (++this.#fieldOctets < this.#unit) return;
    const value = this.#value;
    this.#value = 0;
    this.#fieldOctets = 0;
    this.#takeField(value);
  }

  #takeField(value: number): void {
    switch (this.#field++) {
      case 0:
        if (value < headerLength)
          throw new DataFormatError("malformed", `A page's header has ${value} fields, not 4 or more`);
        this.#header.length = value;
        break;
      case 1:
        this.#header.number = value;
        break;
      case 2:
        this.#header.data = value;
        break;
      case 3:
        this.#header.type = value;
        break;
      default:
      // Optional fields have no place in a store.
    }
    if (this.#field >= headerLength && this.#field === this.#header.length) this.#begin();
  }

  #begin(): void {
    const { length, number, data, type } = this.#header;
    this.#field = 0;
    if (type > accessControlledPage)
      throw new DataFormatError("page-type-unknown", `Pages of type ${type} are not known`);
    if (type === lastPage) {
      if (length !== headerLength || data !== 0)
        throw new DataFormatError("malformed", "The last page must have no data");
      this.#ended = true;
      return;
    }
    if (data > this.#pageLength) {
      throw new DataFormatError("malformed", `A page has ${data} bytes; they have up to ${this.#pageLength} here`);
    }
    this.#stores = type !== descriptorPage;
    this.#left = data * this.#unit;
    if (!this.#stores) return;
    const position = number * this.#pageLength * this.#unit;
    if (!Number.isSafeInteger(position)) throw new DataFormatError("malformed", "A page lies too far away");
    this.#content.seek(position);
  }
}

/** What follows the last page is padding that looks like logical bytes of zero, or it is nothing. */
function afterLastPage(octets: Uint8Array): void {
  if (octets.some((octet) => octet !== 0)) throw new DataFormatError("malformed", "Octets follow the last page");
}
