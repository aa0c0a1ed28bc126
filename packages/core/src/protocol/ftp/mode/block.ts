/**
 * Block mode (RFC 959 §3.4.2): blocks, each after a header that tells its length and what ends with it.
 *
 *      0            1            2            3
 *     +------------+------------+------------+----------//----------+
 *     | descriptor | count high | count low  | count octets         |
 *     +------------+------------+------------+----------//----------+
 *
 * The file is whole only when a block has said that it ends; the connection may stay open for the next one. Octets that the
 * sender suspects are data like others. Refused: unknown bits in a descriptor, a marker without text or with one that is not
 * printable or too long.
 */
import { DataFormatError } from "../data-format-error.ts";
import { message } from "../message.ts";
import type { DataElements, ModeDecoder } from "../representation/data-elements.ts";
import type { OctetWriter } from "../../octet-writer.ts";
import { checkDescriptor, descriptor } from "./descriptor.ts";
import { formatRestartMarker, restartMarkerLimit, RestartMarkerText } from "./restart-marker.ts";

/** Octets of a block at most: what its count can say. */
export const largestBlock = 65_535;

/** Octets of a block's header. */
export const blockHeaderLength = 3;

/** Writes a block's header. @param count - Octets of the block, up to `largestBlock`. */
export function writeBlockHeader(out: OctetWriter, bits: number, count: number): void {
  out.octet(bits);
  out.octet(count >> 8);
  out.octet(count & 0xff);
}

/** Elements to the octets of a data connection: one block for what each call of `octets` brings. */
export class BlockEncoder implements DataElements {
  readonly #out: OctetWriter;
  /** Where the header of the last element is, if that was data, and the writer's length after it: unless that was taken. */
  #header = 0;
  #lengthAfter = 0;

  /** @param out - Where the octets go; nobody else writes to it. */
  constructor(out: OctetWriter) {
    this.#out = out;
  }

  octets(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += largestBlock) {
      const block = bytes.subarray(at, at + largestBlock);
      this.#header = this.#out.length;
      writeBlockHeader(this.#out, 0, block.length);
      this.#out.octets(block);
      this.#lengthAfter = this.#out.length;
    }
  }

  endOfRecord(): void {
    if (this.#lengthAfter > 0 && this.#out.length === this.#lengthAfter) {
      this.#out.setBits(this.#header, descriptor.endOfRecord);
    } else {
      writeBlockHeader(this.#out, descriptor.endOfRecord, 0);
    }
    // A second end here is that of an empty record, which needs a block of its own.
    this.#lengthAfter = 0;
  }

  marker(text: string): void {
    const octets = formatRestartMarker(text);
    writeBlockHeader(this.#out, descriptor.marker, octets.length);
    this.#out.octets(octets);
    this.#lengthAfter = 0;
  }

  endOfFile(): void {
    // In a block of its own: a NetX Duo client learns that a block is over from what comes after it.
    writeBlockHeader(this.#out, descriptor.endOfFile, 0);
  }
}

/** The octets of a data connection to elements. */
export class BlockDecoder implements ModeDecoder {
  readonly #next: DataElements;
  readonly #markerText = new RestartMarkerText();
  /** Octets of the header that were read: all of them while a block's octets are. */
  #headerRead = 0;
  #descriptor = 0;
  /** Octets of the block that are still to come. */
  #count = 0;
  #ended = false;

  /** @param next - What the elements are told to. */
  constructor(next: DataElements) {
    this.#next = next;
  }

  get end(): "no" | "yes" {
    return this.#ended ? "yes" : "no";
  }

  push(octets: Uint8Array): number {
    let at = 0;
    while (at < octets.length && !this.#ended) {
      if (this.#headerRead === blockHeaderLength) at += this.#data(octets.subarray(at, at + this.#count));
      else this.#headerOctet(octets[at++] ?? 0);
      if (this.#headerRead === blockHeaderLength && this.#count === 0) this.#endBlock();
    }
    return at;
  }

  finish(): void {
    if (!this.#ended)
      throw new DataFormatError("truncated", message("The connection was closed before the end of the file"));
  }

  #headerOctet(octet: number): void {
    if (this.#headerRead === 0) this.#descriptor = checkDescriptor(octet);
    else this.#count = (this.#count << 8) | octet;
    this.#headerRead++;
    if (this.#isMarker() && this.#count > restartMarkerLimit) {
      throw new DataFormatError(
        "malformed",
        message("A restart marker is longer than {limit} characters", { limit: restartMarkerLimit }),
      );
    }
  }

  #data(octets: Uint8Array): number {
    if (this.#isMarker()) this.#markerText.push(octets);
    else this.#next.octets(octets);
    this.#count -= octets.length;
    return octets.length;
  }

  #endBlock(): void {
    const bits = this.#descriptor;
    this.#headerRead = 0;
    if (this.#isMarker()) this.#next.marker(this.#markerText.take());
    if ((bits & descriptor.endOfRecord) !== 0) this.#next.endOfRecord();
    if ((bits & descriptor.endOfFile) !== 0) {
      this.#ended = true;
      this.#next.endOfFile();
    }
  }

  #isMarker(): boolean {
    return (this.#descriptor & descriptor.marker) !== 0;
  }
}
