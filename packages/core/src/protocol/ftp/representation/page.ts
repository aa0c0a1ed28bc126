/**
 * STRU P (RFC 959 §3.1.2.3): pages that are told by their index, so that holes are not sent.
 *
 * A page is a header and data. All fields of the header are logical bytes of the size that TYPE has:
 *
 *     | header length | page index | data length | page type | more fields | data ...              |
 *     |   4 or more   |   from 0   |             |           | length - 4  | data length           |
 *
 * This works on units, as TYPE L has them in the store (see `local-byte.ts`): a logical byte in ceil(n / 8) octets.
 *
 * Outwards, pages of zeros only are left out, but for the file's last one: with it the length comes back. The end is a
 * page of type 0, whose index is one more than the last one's. Inwards, pages come in any order.
 */
import { DataFormatError } from "../data-format-error.ts";
import { message, type PlainMessageId } from "../message.ts";
import type { DataElements, FileContent, StructureEncoder } from "./data-elements.ts";
import { unitLength } from "./local-byte.ts";

/** Fields that each header has. */
const headerLength = 4;
/** Fields of an access controlled page's header, at least. */
const accessControlledHeaderLength = 5;
/** Fields that a header may have. */
const headerLengthLimit = 1024;

const lastPage = 0;
const simplePage = 1;
const descriptorPage = 2;
const accessControlledPage = 3;

/** How a file is cut into pages. */
export interface PageFormat {
  /** Bits of a logical byte, 1 to 255: n of TYPE L n, 8 in other types. */
  readonly byteSize: number;
  /** Logical bytes of a page; the file's last may have fewer. */
  readonly pageLength: number;
}

/** How a file is sent in pages. */
export interface PageEncoderOptions extends PageFormat {
  /** The index of the page that the octets begin with. 0 by default. */
  readonly firstPage?: number;
}

/** From the store to the wire. Holds one page, to know whether there is anything in it, and whether it is the last. */
export class PageEncoder implements StructureEncoder {
  readonly #next: DataElements;
  readonly #byteSize: number;
  readonly #unitLength: number;
  readonly #header: Uint8Array;
  readonly #page: Uint8Array;
  #filled = 0;
  #index: number;

  /**
   * @param next - Takes the units of headers and data.
   * @throws RangeError for a byte size or a page length that cannot be.
   */
  constructor(next: DataElements, options: PageEncoderOptions) {
    const unit = checkedUnitLength(options);
    this.#next = next;
    this.#byteSize = options.byteSize;
    this.#unitLength = unit;
    this.#header = new Uint8Array(headerLength * unit);
    this.#page = new Uint8Array(options.pageLength * unit);
    this.#index = options.firstPage ?? 0;
  }

  /** @throws DataFormatError `not-representable` when a header's field does not fit into a logical byte. */
  push(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length;) {
      if (this.#filled === this.#page.length) this.#endPage();
      const end = Math.min(chunk.length, at + this.#page.length - this.#filled);
      this.#page.set(chunk.subarray(at, end), this.#filled);
      this.#filled += end - at;
      at = end;
    }
  }

  /** @throws DataFormatError `not-representable` as `push` does, and when the file ends within a unit. */
  finish(): void {
    if (this.#filled % this.#unitLength !== 0) {
      throw new DataFormatError(
        "not-representable",
        message("The file is not a whole number of {unitLength}-octet units, as TYPE L {byteSize} needs", {
          unitLength: this.#unitLength,
          byteSize: this.#byteSize,
        }),
      );
    }
    if (this.#filled > 0) this.#sendPage();
    // The index of the end says nothing: where it has outgrown its field, it is 0.
    if (this.#index >= 2 ** this.#byteSize) this.#index = 0;
    this.#sendHeader(0, lastPage);
    this.#next.endOfFile();
  }

  /** Others follow this page: it may be left out. */
  #endPage(): void {
    if (isZero(this.#page)) {
      this.#filled = 0;
      this.#index++;
    } else {
      this.#sendPage();
    }
  }

  #sendPage(): void {
    this.#sendHeader(this.#filled / this.#unitLength, simplePage);
    this.#next.octets(this.#page.subarray(0, this.#filled));
    this.#filled = 0;
    this.#index++;
  }

  #sendHeader(dataLength: number, type: number): void {
    this.#field(0, headerLength, "A page's header length");
    this.#field(1, this.#index, "The page index");
    this.#field(2, dataLength, "The page length");
    this.#field(3, type, "The page type");
    this.#next.octets(this.#header);
  }

  #field(place: number, value: number, field: PlainMessageId): void {
    const bits = value.toString(2).length;
    if (bits > this.#byteSize) {
      throw new DataFormatError(
        "not-representable",
        message("{name} {value} does not fit into TYPE L {byteSize}; TYPE L {enough} has room", {
          name: message(field),
          value,
          byteSize: this.#byteSize,
          enough: Math.ceil(bits / 8) * 8,
        }),
      );
    }
    let rest = value;
    for (let at = (place + 1) * this.#unitLength - 1; at >= place * this.#unitLength; at--) {
      this.#header[at] = rest % 256;
      rest = Math.floor(rest / 256);
    }
  }
}

/** From the wire to the store. Fields and octets go by; no page is held. */
export class PageDecoder implements DataElements {
  readonly #content: FileContent;
  readonly #unitLength: number;
  readonly #pageLength: number;
  /** Fields of the header that are complete, the one that is not, and its octets so far. */
  #fields: number[] = [];
  #field = 0;
  #fieldOctets = 0;
  /** Octets to come of the header's other fields, and of the data. */
  #extra = 0;
  #data = 0;
  /** Whether the page's data is part of the file. */
  #stored = false;
  #ended = false;
  /** Units of padding that may follow the last page, which TYPE L below eight bits cannot tell from zeros. */
  #padding: number;

  /**
   * @param content - What the pages are stored by.
   * @throws RangeError for a byte size or a page length that cannot be.
   */
  constructor(content: FileContent, format: PageFormat) {
    this.#content = content;
    this.#unitLength = checkedUnitLength(format);
    this.#pageLength = format.pageLength;
    this.#padding = Math.floor(7 / format.byteSize);
  }

  /** @throws DataFormatError `malformed`, `page-type-unknown`, or `too-large` for a page beyond what a file can have. */
  octets(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      if (this.#ended) {
        this.#afterLastPage(bytes.subarray(at));
        return;
      }
      if (this.#extra > 0) {
        const count = Math.min(this.#extra, bytes.length - at);
        this.#extra -= count;
        at += count;
      } else if (this.#data > 0) {
        const count = Math.min(this.#data, bytes.length - at);
        if (this.#stored) this.#content.octets(bytes.subarray(at, at + count));
        this.#data -= count;
        at += count;
      } else {
        this.#headerOctet(bytes[at] ?? 0);
        at++;
      }
    }
  }

  /** @throws DataFormatError `malformed`: pages have no records. */
  endOfRecord(): void {
    throw new DataFormatError("malformed", message("A file of pages has no records"));
  }

  /** A marker within a page is passed over: pages cannot begin again there. */
  marker(text: string): void {
    if (this.#betweenPages()) this.#content.marker(text);
  }

  /** @throws DataFormatError `truncated` when the last page did not come. */
  endOfFile(): void {
    if (this.#ended) return;
    throw new DataFormatError(
      "truncated",
      this.#betweenPages() ? message("The file ends without a last page") : message("The file ends within a page"),
    );
  }

  #betweenPages(): boolean {
    return this.#fields.length === 0 && this.#fieldOctets === 0 && this.#extra === 0 && this.#data === 0;
  }

  #headerOctet(octet: number): void {
    // A field beyond 2 ** 53 is not exact, but stays beyond every limit.
    this.#field = this.#field * 256 + octet;
    if (++this.#fieldOctets < this.#unitLength) return;
    this.#fields.push(this.#field);
    this.#field = 0;
    this.#fieldOctets = 0;
    if (this.#fields.length < headerLength) return;
    const [header = 0, index = 0, length = 0, type = 0] = this.#fields;
    this.#fields = [];
    this.#beginPage(header, index, length, type);
  }

  #beginPage(header: number, index: number, length: number, type: number): void {
    if (header < headerLength || header > headerLengthLimit) {
      throw new DataFormatError("malformed", message("A page's header length is {header}", { header }));
    }
    if (type === lastPage) {
      if (header !== headerLength || length !== 0)
        throw new DataFormatError("malformed", message("The last page is not empty"));
      this.#ended = true;
      return;
    }
    if (type !== simplePage && type !== descriptorPage && type !== accessControlledPage) {
      throw new DataFormatError(
        "page-type-unknown",
        message("Page type {type} is not known; 0, 1, 2 and 3 are", { type }),
      );
    }
    if (type === accessControlledPage && header < accessControlledHeaderLength) {
      throw new DataFormatError("malformed", message("An access controlled page lacks its access field"));
    }
    if (length > this.#pageLength) {
      throw new DataFormatError(
        "malformed",
        message("A page of {length} is longer than pages of {pageLength}", { length, pageLength: this.#pageLength }),
      );
    }
    this.#extra = (header - headerLength) * this.#unitLength;
    this.#data = length * this.#unitLength;
    this.#stored = type !== descriptorPage && length > 0;
    if (this.#stored) this.#seek(index);
  }

  #seek(index: number): void {
    const position = index * this.#pageLength * this.#unitLength;
    if (position + this.#data > Number.MAX_SAFE_INTEGER) {
      throw new DataFormatError("too-large", message("Page {index} lies beyond what a file can have", { index }));
    }
    this.#content.seek(position);
  }

  #afterLastPage(bytes: Uint8Array): void {
    this.#padding -= bytes.length;
    if (this.#padding < 0 || !isZero(bytes)) {
      throw new DataFormatError("malformed", message("Something follows the last page"));
    }
  }
}

/** Octets of a unit, when the format is one that can be. */
function checkedUnitLength({ byteSize, pageLength }: PageFormat): number {
  if (!Number.isSafeInteger(pageLength) || pageLength < 1) throw new RangeError("A page has one logical byte at least");
  return unitLength(byteSize);
}

function isZero(bytes: Uint8Array): boolean {
  for (const octet of bytes) if (octet !== 0) return false;
  return true;
}
