/** A listing in a charset other than UTF-8, read as a file. */
import type { ReadableFile } from "../../bytes/index.ts";
import { encodeOctetText, type NameCodec } from "../../protocol/index.ts";

/** Text in pieces, encoded line by line: one name that the charset has no room for is in UTF-8, and spoils no other. */
export class EncodedSource implements ReadableFile {
  readonly #pieces: AsyncGenerator<string>;
  readonly #codec: NameCodec;
  #rest: Uint8Array = new Uint8Array(0);
  #ended = false;

  /** @param pieces - Whole lines with their line ends, any number in a piece. */
  constructor(pieces: AsyncGenerator<string>, codec: NameCodec) {
    this.#pieces = pieces;
    this.#codec = codec;
  }

  async read(into: Uint8Array): Promise<number> {
    while (this.#rest.length === 0 && !this.#ended) {
      const next = await this.#pieces.next();
      if (next.done === true) this.#ended = true;
      else this.#rest = this.#encode(next.value);
    }
    const count = Math.min(this.#rest.length, into.length);
    into.set(this.#rest.subarray(0, count));
    this.#rest = this.#rest.subarray(count);
    return count;
  }

  async close(): Promise<void> {
    this.#ended = true;
    this.#rest = new Uint8Array(0);
    await this.#pieces.return(undefined);
  }

  #encode(piece: string): Uint8Array {
    const whole = this.#codec.encode(piece);
    if (whole !== undefined) return whole;
    return Buffer.concat(piece.split(/(?<=\n)/).map((line) => this.#codec.encode(line) ?? encodeOctetText(line)));
  }
}
