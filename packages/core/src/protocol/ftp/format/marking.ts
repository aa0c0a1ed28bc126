/**
 * Restart markers as a sender puts them (RFC 959 §3.5): a marker is the decimal offset in the stored file from which the
 * transfer can begin anew, so that it needs no table to be understood again.
 *
 * They stand only where every later stage has told all that it holds: at the beginning of a line, of a record of fixed
 * length, of a logical byte that begins on an octet.
 */
import type { DataElements, StructureEncoder } from "../representation/data-elements.ts";

const LF = 10;

/** Where markers may stand: after a line, or at multiples of so many octets of the stored file. */
export type MarkerPlaces =
  | "after-lines"
  | {
      readonly multiplesOf: number;
      /** Octets that the structure may still hold: the marker names the place before them. */
      readonly held: number;
    };

/** Hands a stored file to the structure, and markers to the stage that follows it. */
export class MarkingEncoder implements StructureEncoder {
  readonly #structure: StructureEncoder;
  readonly #next: DataElements;
  readonly #places: MarkerPlaces;
  readonly #interval: number;
  #offset: number;
  #last: number;

  /**
   * @param interval - Octets of the stored file between markers, at least.
   * @param offset - Where in the stored file the transfer begins.
   */
  constructor(structure: StructureEncoder, next: DataElements, places: MarkerPlaces, interval: number, offset: number) {
    this.#structure = structure;
    this.#next = next;
    this.#places = places;
    this.#interval = interval;
    this.#offset = offset;
    this.#last = offset;
  }

  push(chunk: Uint8Array): void {
    let rest = chunk;
    while (rest.length > 0) {
      const count = this.#untilPlace(rest);
      const part = count === undefined ? rest : rest.subarray(0, count);
      this.#structure.push(part);
      this.#offset += part.length;
      if (count !== undefined) this.#mark();
      rest = rest.subarray(part.length);
    }
  }

  finish(): void {
    this.#structure.finish();
  }

  /** Octets from here to the next place for a marker that is due; undefined when that is not in `rest`. */
  #untilPlace(rest: Uint8Array): number | undefined {
    const due = Math.max(1, this.#last + this.#interval - this.#offset);
    if (due > rest.length) return undefined;
    if (this.#places === "after-lines") {
      const end = rest.indexOf(LF, due - 1);
      return end === -1 ? undefined : end + 1;
    }
    const { multiplesOf } = this.#places;
    const beyond = (this.#offset + due) % multiplesOf;
    const count = beyond === 0 ? due : due + multiplesOf - beyond;
    return count > rest.length ? undefined : count;
  }

  #mark(): void {
    this.#last = this.#offset;
    const held = this.#places === "after-lines" ? 0 : this.#places.held;
    if (this.#offset > held) this.#next.marker(String(this.#offset - held));
  }
}
