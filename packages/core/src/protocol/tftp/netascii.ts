/**
 * Mode netascii (RFC 1350 §1, RFC 764): lines end in CR LF on the wire, and a lone CR is CR NUL.
 *
 * The file has LF. Pairs may straddle blocks, so both ends remember one octet. A CR that neither LF nor NUL follows is
 * against the rule, and stays as it is.
 */
import { OctetWriter } from "../octet-writer.ts";

const LF = 0x0a;
const CR = 0x0d;
const NUL = 0x00;

/** From the file to the wire. */
export class NetasciiEncoder {
  readonly #out = new OctetWriter();

  /** @returns The octets for the wire; they hold until the next call. */
  encode(octets: Uint8Array): Uint8Array {
    for (const octet of octets) {
      if (octet === LF) this.#out.octet(CR);
      this.#out.octet(octet);
      if (octet === CR) this.#out.octet(NUL);
    }
    return this.#out.take();
  }
}

/** From the wire to the file. */
export class NetasciiDecoder {
  readonly #out = new OctetWriter();
  #afterCr = false;

  /** @returns The octets for the file; they hold until the next call. */
  decode(octets: Uint8Array): Uint8Array {
    for (const octet of octets) {
      if (this.#afterCr) {
        this.#afterCr = false;
        if (octet === LF || octet === NUL) {
          this.#out.octet(octet === LF ? LF : CR);
          continue;
        }
        this.#out.octet(CR);
      }
      if (octet === CR) this.#afterCr = true;
      else this.#out.octet(octet);
    }
    return this.#out.take();
  }

  /** The end of the file. @returns What was still held back; it holds until the next call. */
  end(): Uint8Array {
    if (this.#afterCr) this.#out.octet(CR);
    this.#afterCr = false;
    return this.#out.take();
  }
}
