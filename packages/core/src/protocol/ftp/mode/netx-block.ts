/**
 * Block mode (RFC 959 §3.4.2) as NetX Duo FTP speaks it, read from its client's and server's sources.
 *
 * Its senders write one header for the whole file, whose count is the file's size cut to 16 bits, the file, and `40 00 00`:
 *
 *     00 hh ll   octets, as many as 65,536 k + count   40 00 00
 *
 * Up to 65,535 octets that is RFC 959's block mode. A larger file looks like one block, and then octets that are no header.
 *
 * - The server sends RETR, LIST and NLST so, and only `40 00 00` for what is empty. It sends `40 00 00` after a read error,
 *   too: too few octets tell that one. Then it closes the connection, and replies. The count of a LIST of one file is wrong.
 * - The client sends STOR so once it was told the size, and closes the connection after `40 00 00`. It cannot say a size of
 *   zero: an empty file is a connection that is closed without an octet.
 *
 * Its receivers read the count of the first header, which must lie in one segment, take so many octets, and drop all that
 * comes later, without a look at any descriptor:
 *
 * - The client sees the end when a segment arrives after the counted octets, or when the connection is closed: where
 *   `40 00 00` shares a segment with the last octets, only the close is left. Then it closes the connection, too.
 * - The server waits until the client closes, and replies 226 when it counted all octets of the first block, 550 else. After
 *   that it is back in stream mode.
 *
 * So a receiver never gets more than the first block, from NetX Duo neither, and calls that a success: what is sent to one
 * goes in a single block, and a file over 65,535 octets not at all. (A count of 0 is worse: the next segment's first octets
 * are then taken for the header.)
 *
 * A decoder cannot tell the two framings of a large file apart. Where the counted octets end, a header follows in one and the
 * file's next octets in the other, and those may well look like a header: all zeros do. Which it was shows at the end only,
 * when the octets are long told. So the codec here is a choice of whoever knows the peer.
 */
import { DataFormatError } from "../data-format-error.ts";
import { message } from "../message.ts";
import type { DataElements, ModeDecoder } from "../representation/data-elements.ts";
import type { OctetWriter } from "../../octet-writer.ts";
import { BlockDecoder, blockHeaderLength, largestBlock, writeBlockHeader } from "./block.ts";
import { descriptor } from "./descriptor.ts";

/** What a count of 16 bits is cut by. */
const countModulus = 0x1_0000;

/**
 * What a NetX Duo peer sends, to elements. A first header that NetX Duo never writes begins RFC 959's blocks, which are read as
 * such. Several blocks that begin with plain data are refused at the end, as their lengths do not fit (in 1 of 65,536 cases
 * they do): this decoder is for peers that are known.
 */
export class NetxBlockDecoder implements ModeDecoder {
  readonly #next: DataElements;
  /** The first header; later the last octets, which may be the end. */
  readonly #held = new Uint8Array(blockHeaderLength);
  #heldLength = 0;
  /** The first header's count; undefined until it was read. */
  #count: number | undefined;
  /** Octets that were told. */
  #told = 0;
  /** Reads what begins as NetX Duo never does. */
  #blocks: BlockDecoder | undefined;
  #ended = false;

  /** @param next - What the elements are told to. */
  constructor(next: DataElements) {
    this.#next = next;
  }

  get end(): "no" | "perhaps" | "yes" {
    if (this.#blocks !== undefined) return this.#blocks.end;
    if (this.#ended) return "yes";
    // In a larger file the same octets may be data: there the close alone tells.
    return this.#isWhole() && this.#told === this.#count ? "perhaps" : "no";
  }

  push(octets: Uint8Array): number {
    if (this.#blocks !== undefined) return this.#blocks.push(octets);
    if (this.#ended) return 0;
    if (this.#count !== undefined) {
      this.#data(octets);
      return octets.length;
    }
    const header = octets.subarray(0, blockHeaderLength - this.#heldLength);
    this.#hold(header);
    if (this.#heldLength < blockHeaderLength) return header.length;
    this.#begin();
    return header.length + this.push(octets.subarray(header.length));
  }

  finish(): void {
    if (this.#blocks !== undefined) {
      this.#blocks.finish();
      return;
    }
    if (this.#ended) return;
    const nothingCame = this.#count === undefined && this.#heldLength === 0;
    if (!nothingCame && !this.#isWhole()) {
      throw new DataFormatError(
        "truncated",
        this.#endIsHeld()
          ? message("The file is not as long as its block header says")
          : message("The connection was closed before the end of the file"),
      );
    }
    this.#ended = true;
    this.#next.endOfFile();
  }

  /** Whether the octets are as many as the header says, if nothing follows. */
  #isWhole(): boolean {
    return this.#endIsHeld() && this.#told % countModulus === this.#count;
  }

  #begin(): void {
    const [bits = 0, high = 0, low = 0] = this.#held;
    if (bits === 0) {
      this.#count = (high << 8) | low;
      this.#heldLength = 0;
    } else {
      this.#blocks = new BlockDecoder(this.#next);
      this.#blocks.push(this.#held);
    }
  }

  /** Tells all but the last three octets so far. */
  #data(octets: Uint8Array): void {
    const surplus = Math.max(0, this.#heldLength + octets.length - blockHeaderLength);
    const fromHeld = Math.min(surplus, this.#heldLength);
    this.#tell(this.#held.subarray(0, fromHeld));
    this.#held.copyWithin(0, fromHeld, this.#heldLength);
    this.#heldLength -= fromHeld;
    this.#tell(octets.subarray(0, surplus - fromHeld));
    this.#hold(octets.subarray(surplus - fromHeld));
  }

  #tell(octets: Uint8Array): void {
    if (octets.length > 0) this.#next.octets(octets);
    this.#told += octets.length;
  }

  #hold(octets: Uint8Array): void {
    this.#held.set(octets, this.#heldLength);
    this.#heldLength += octets.length;
  }

  #endIsHeld(): boolean {
    const [bits, high, low] = this.#held;
    const full = this.#count !== undefined && this.#heldLength === blockHeaderLength;
    return full && bits === descriptor.endOfFile && high === 0 && low === 0;
  }
}

/**
 * A file for a NetX Duo peer: one block, and the end in a block of its own. That is RFC 959's block mode, so any peer reads it.
 * There are no records and no markers.
 */
export class NetxBlockEncoder implements DataElements {
  readonly #out: OctetWriter;
  /** Octets that are still to come. */
  #left: number;
  #begun = false;

  /**
   * @param out - Where the octets go.
   * @param size - Octets of the file.
   * @throws DataFormatError `too-large` for more than 65,535: a NetX Duo peer would keep a part and report success.
   */
  constructor(out: OctetWriter, size: number) {
    if (size > largestBlock) {
      throw new DataFormatError(
        "too-large",
        message("Files over {limit} octets cannot go to this peer in block mode", { limit: largestBlock }),
      );
    }
    this.#out = out;
    this.#left = size;
  }

  /** @throws DataFormatError `not-representable` when the file is longer than was said. */
  octets(bytes: Uint8Array): void {
    if (bytes.length > this.#left) {
      throw new DataFormatError("not-representable", message("The file is longer than it was at the beginning"));
    }
    if (bytes.length === 0) return;
    if (!this.#begun) writeBlockHeader(this.#out, 0, this.#left);
    this.#begun = true;
    this.#out.octets(bytes);
    this.#left -= bytes.length;
  }

  endOfRecord(): void {
    throw new RangeError("NetX Duo has no records");
  }

  marker(): void {
    throw new RangeError("NetX Duo has no restart markers");
  }

  /** @throws DataFormatError `not-representable` when the file is shorter than was said. */
  endOfFile(): void {
    if (this.#left > 0) {
      throw new DataFormatError("not-representable", message("The file is shorter than it was at the beginning"));
    }
    writeBlockHeader(this.#out, descriptor.endOfFile, 0);
  }
}
