/**
 * TYPE L n (RFC 959 §3.1.1.4): logical bytes of n bits, packed with no gap on the wire, the highest bit first.
 *
 * In the store each lies in as many octets as it needs, right-justified, the highest first:
 *
 *     store  0000 aaaa aaaa aaaa  0000 bbbb bbbb bbbb      n = 12
 *     wire   aaaa aaaa aaaa bbbb  bbbb bbbb
 *
 * Padding at the end is zeros. Sizes that are multiples of eight need no conversion and are not made here. Below eight bits
 * the padding may be as long as a logical byte, which then comes out as one: the wire does not tell the two apart.
 */
import { OctetWriter } from "../../octet-writer.ts";
import { DataFormatError } from "../data-format-error.ts";
import type { Station } from "./station.ts";

/** From the store to the wire. What `push` gives holds until the next call. */
export class LocalByteEncoder implements Station {
  readonly #out: OctetWriter = new OctetWriter();
  readonly #unit: number;
  /** Bits of a unit's first octet. */
  readonly #firstBits: number;
  readonly #byteSize: number;
  /** Octets of the logical byte under way. */
  #at = 0;
  /** Bits that do not fill an octet yet, and how many. */
  #bits = 0;
  #bitCount = 0;

  /** @param byteSize - Bits of a logical byte, from 1 to 255. */
  constructor(byteSize: number) {
    this.#byteSize = byteSize;
    this.#unit = Math.ceil(byteSize / 8);
    this.#firstBits = byteSize - (this.#unit - 1) * 8;
  }

  push(chunk: Uint8Array): Uint8Array {
    for (const octet of chunk) {
      if (this.#at === 0) {
        if (octet >>> this.#firstBits !== 0) {
          throw new DataFormatError(
            "not-representable",
            `The file holds a byte of more than ${this.#byteSize} bits: TYPE L ${this.#byteSize} cannot tell it`,
          );
        }
        this.#add(octet, this.#firstBits);
      } else this.#add(octet, 8);
      this.#at = this.#at + 1 === this.#unit ? 0 : this.#at + 1;
    }
    return this.#out.take();
  }

  finish(): Uint8Array {
    if (this.#at !== 0) {
      throw new DataFormatError(
        "not-representable",
        `The file does not end with a whole byte of ${this.#byteSize} bits`,
      );
    }
    if (this.#bitCount > 0) this.#add(0, 8 - this.#bitCount);
    return this.#out.take();
  }

  #add(value: number, count: number): void {
    this.#bits = (this.#bits << count) | value;
    this.#bitCount += count;
    if (this.#bitCount < 8) return;
    this.#bitCount -= 8;
    this.#out.octet((this.#bits >>> this.#bitCount) & 0xff);
    this.#bits &= (1 << this.#bitCount) - 1;
  }
}

/** From the wire to the store. What `push` gives holds until the next call. */
export class LocalByteDecoder implements Station {
  readonly #out: OctetWriter = new OctetWriter();
  readonly #unit: number;
  readonly #firstBits: number;
  /** Octets of the logical byte under way, which is told once it is whole. */
  readonly #held: Uint8Array;
  #at = 0;
  #bits = 0;
  #bitCount = 0;

  /** @param byteSize - Bits of a logical byte, from 1 to 255. */
  constructor(byteSize: number) {
    this.#unit = Math.ceil(byteSize / 8);
    this.#firstBits = byteSize - (this.#unit - 1) * 8;
    this.#held = new Uint8Array(this.#unit);
  }

  push(chunk: Uint8Array): Uint8Array {
    for (const octet of chunk) {
      this.#bits = (this.#bits << 8) | octet;
      this.#bitCount += 8;
      this.#take();
    }
    return this.#out.take();
  }

  /** @throws DataFormatError `malformed` for padding that is not zero, `truncated` for more of it than there can be. */
  finish(): Uint8Array {
    const held = this.#held.subarray(0, this.#at);
    if (this.#bits !== 0 || held.some((octet) => octet !== 0)) {
      throw new DataFormatError("malformed", "The padding after the last logical byte is not zero");
    }
    const bits = this.#at === 0 ? this.#bitCount : this.#firstBits + (this.#at - 1) * 8 + this.#bitCount;
    if (bits >= 8) throw new DataFormatError("truncated", "The data ends within a logical byte");
    return this.#out.take();
  }

  #take(): void {
    for (;;) {
      const wanted = this.#at === 0 ? this.#firstBits : 8;
      if (this.#bitCount < wanted) return;
      this.#bitCount -= wanted;
      this.#held[this.#at] = this.#bits >>> this.#bitCount;
      this.#bits &= (1 << this.#bitCount) - 1;
      this.#at++;
      if (this.#at < this.#unit) continue;
      this.#at = 0;
      this.#out.octets(this.#held);
    }
  }
}
