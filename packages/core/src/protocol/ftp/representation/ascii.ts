/**
 * TYPE A (RFC 959 §3.1.1.1): lines end in CR LF on the wire, and in LF in the store.
 *
 * Outwards an LF becomes CR LF; one that has its CR already stays, so that a file with CR LF ends is not doubled.
 * Inwards CR LF becomes LF, and CR NUL a CR (RFC 854); a lone CR or LF stays. Pairs may be split over chunks.
 */
import type { Station } from "./station.ts";

const CR = 13;
const LF = 10;
const NUL = 0;
const nothing = new Uint8Array(0);

/** From the store to the wire. */
export class AsciiEncoder implements Station {
  #afterCR = false;

  push(chunk: Uint8Array): Uint8Array {
    let bare = 0;
    let before = this.#afterCR ? CR : 0;
    for (const byte of chunk) {
      if (byte === LF && before !== CR) bare++;
      before = byte;
    }
    const afterCR = this.#afterCR;
    if (chunk.length > 0) this.#afterCR = before === CR;
    if (bare === 0) return chunk;
    const out = new Uint8Array(chunk.length + bare);
    let at = 0;
    before = afterCR ? CR : 0;
    for (const byte of chunk) {
      if (byte === LF && before !== CR) out[at++] = CR;
      out[at++] = byte;
      before = byte;
    }
    return out;
  }

  finish(): Uint8Array {
    return nothing;
  }
}

/** From the wire to the store. */
export class AsciiDecoder implements Station {
  #heldCR = false;

  get holds(): boolean {
    return this.#heldCR;
  }

  push(chunk: Uint8Array): Uint8Array {
    if (!this.#heldCR && !chunk.includes(CR)) return chunk;
    const out = new Uint8Array(chunk.length + 1);
    let at = 0;
    for (const byte of chunk) {
      if (this.#heldCR) {
        this.#heldCR = false;
        if (byte === LF || byte === NUL) {
          out[at++] = byte === LF ? LF : CR;
          continue;
        }
        out[at++] = CR;
      }
      if (byte === CR) this.#heldCR = true;
      else out[at++] = byte;
    }
    return out.subarray(0, at);
  }

  finish(): Uint8Array {
    if (!this.#heldCR) return nothing;
    this.#heldCR = false;
    return Uint8Array.of(CR);
  }
}
