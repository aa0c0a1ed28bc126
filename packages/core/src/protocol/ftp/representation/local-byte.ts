/**
 * TYPE L n (RFC 959 §3.1.1.4): logical bytes of n bits, 1 to 255.
 *
 * In the store each logical byte has whole octets of its own, a unit: big-endian, right-justified. On the wire logical
 * bytes are packed one after the other, the most significant bit first, and zeros fill the last octet. Two of 12 bits:
 *
 *     store   0000 aaaa  aaaa aaaa    0000 bbbb  bbbb bbbb
 *     wire    aaaa aaaa  aaaa bbbb  bbbb bbbb
 *
 * Where n is a multiple of eight the two are the same, and octets pass as they are, however many.
 *
 * Below eight bits, padding of n bits or more looks like logical bytes of zero: the file may come back with up to
 * 7 / n of them more at its end. From eight bits on it comes back as it was.
 */
import { DataFormatError } from "../data-format-error.ts";
import { message } from "../message.ts";
import type { Station } from "./station.ts";

const largestByteSize = 255;
const nothing = new Uint8Array(0);

/**
 * How long a logical byte is in the store.
 *
 * @param byteSize - Bits of a logical byte, 1 to 255.
 * @returns Octets.
 * @throws RangeError for another byte size.
 */
export function unitLength(byteSize: number): number {
  if (!Number.isInteger(byteSize) || byteSize < 1 || byteSize > largestByteSize) {
    throw new RangeError("A byte size is from 1 to 255 bits");
  }
  return Math.ceil(byteSize / 8);
}

/** From the store to the wire. After `finish` it may begin anew. */
export class LocalByteEncoder implements Station {
  readonly #byteSize: number;
  readonly #unitLength: number;
  /** Octets of the unit that went by. */
  #place = 0;
  /** Bits that fill no octet yet, right-justified, and how many. */
  #bits = 0;
  #bitCount = 0;

  /** @param byteSize - Bits of a logical byte, 1 to 255. */
  constructor(byteSize: number) {
    this.#unitLength = unitLength(byteSize);
    this.#byteSize = byteSize;
  }

  /** @throws DataFormatError `not-representable` when a unit is too large for a logical byte. */
  push(chunk: Uint8Array): Uint8Array {
    const firstBits = this.#byteSize % 8;
    if (firstBits === 0) return chunk;
    const out = new Uint8Array(Math.ceil(((chunk.length / this.#unitLength + 1) * this.#byteSize) / 8) + 1);
    let length = 0;
    for (const octet of chunk) {
      const width = this.#place === 0 ? firstBits : 8;
      if (octet >> width !== 0) throw this.#tooLarge();
      this.#place = this.#place + 1 === this.#unitLength ? 0 : this.#place + 1;
      this.#bits = (this.#bits << width) | octet;
      this.#bitCount += width;
      if (this.#bitCount < 8) continue;
      this.#bitCount -= 8;
      out[length++] = this.#bits >> this.#bitCount;
      this.#bits &= (1 << this.#bitCount) - 1;
    }
    return out.subarray(0, length);
  }

  /** @throws DataFormatError `not-representable` when the file ends within a unit. */
  finish(): Uint8Array {
    if (this.#place !== 0) {
      throw new DataFormatError(
        "not-representable",
        message("The file is not a whole number of {unitLength}-octet units, as TYPE L {byteSize} needs", {
          unitLength: this.#unitLength,
          byteSize: this.#byteSize,
        }),
      );
    }
    if (this.#bitCount === 0) return nothing;
    const last = Uint8Array.of(this.#bits << (8 - this.#bitCount));
    this.#bits = 0;
    this.#bitCount = 0;
    return last;
  }

  #tooLarge(): DataFormatError {
    return new DataFormatError(
      "not-representable",
      message("The file has a {unitLength}-octet unit of more than {byteSize} bits", {
        unitLength: this.#unitLength,
        byteSize: this.#byteSize,
      }),
    );
  }
}

/** From the wire to the store. What is no whole logical byte at the end is padding. After `finish` it may begin anew. */
export class LocalByteDecoder implements Station {
  readonly #byteSize: number;
  /** The unit that is not complete, and how many of its octets there are. */
  readonly #held: Uint8Array;
  #place = 0;
  /** Bits that fill no octet of a unit yet, right-justified, and how many. */
  #bits = 0;
  #bitCount = 0;

  /** @param byteSize - Bits of a logical byte, 1 to 255. */
  constructor(byteSize: number) {
    this.#held = new Uint8Array(unitLength(byteSize));
    this.#byteSize = byteSize;
  }

  push(chunk: Uint8Array): Uint8Array {
    const firstBits = this.#byteSize % 8;
    if (firstBits === 0) return chunk;
    const unit = this.#held.length;
    // What is held is less than a logical byte, so that at most one more is completed, and one begun.
    const out = new Uint8Array((Math.floor((chunk.length * 8) / this.#byteSize) + 2) * unit);
    out.set(this.#held.subarray(0, this.#place));
    let length = this.#place;
    for (const octet of chunk) {
      this.#bits = (this.#bits << 8) | octet;
      this.#bitCount += 8;
      let width = this.#place === 0 ? firstBits : 8;
      while (this.#bitCount >= width) {
        this.#bitCount -= width;
        out[length++] = this.#bits >> this.#bitCount;
        this.#bits &= (1 << this.#bitCount) - 1;
        this.#place = this.#place + 1 === unit ? 0 : this.#place + 1;
        width = this.#place === 0 ? firstBits : 8;
      }
    }
    const complete = length - this.#place;
    this.#held.set(out.subarray(complete, length));
    return out.subarray(0, complete);
  }

  get holds(): boolean {
    return this.#place > 0 || this.#bitCount > 0;
  }

  /** @throws DataFormatError `malformed` when the padding is not zero, `truncated` when it is an octet or more. */
  finish(): Uint8Array {
    const held = this.#place === 0 ? 0 : (this.#byteSize % 8) + (this.#place - 1) * 8;
    const left = held + this.#bitCount;
    const zero = this.#bits === 0 && this.#held.subarray(0, this.#place).every((octet) => octet === 0);
    this.#place = 0;
    this.#bits = 0;
    this.#bitCount = 0;
    const text = message("The data ends within a byte of {byteSize} bits", { byteSize: this.#byteSize });
    if (!zero) throw new DataFormatError("malformed", text);
    if (left >= 8) throw new DataFormatError("truncated", text);
    return nothing;
  }
}
