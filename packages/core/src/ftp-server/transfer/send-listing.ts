/** A listing out over the data connection. Its lines end in CR LF whatever the type (RFC 959 §3.1.1.1, RFC 3659 §7.1). */
import type { ReadableFile } from "../../bytes/index.ts";
import { pumpToSocket } from "../../net/index.ts";
import type { Session } from "../session/session.ts";
import { runTransfer } from "./transfer.ts";

/**
 * Sends text that comes in pieces.
 *
 * @param pieces - Whole lines with their line ends, any number in a piece.
 */
export function sendListing(
  session: Session,
  verb: string,
  path: string,
  pieces: AsyncGenerator<string>,
): Promise<void> {
  const source = new TextSource(pieces);
  return runTransfer(session, {
    verb,
    path,
    direction: "listing",
    offset: 0,
    opening: "Here comes the directory listing",
    move: (connection, options) => {
      connection.socket.resume();
      return pumpToSocket(source, connection, options);
    },
    complete: async () => {
      await source.close();
      return "Directory listing sent";
    },
    abandon: () => source.close(),
  });
}

/** Text in pieces, read as a file. */
class TextSource implements ReadableFile {
  readonly #pieces: AsyncGenerator<string>;
  readonly #encoder = new TextEncoder();
  #rest = "";
  #ended = false;

  constructor(pieces: AsyncGenerator<string>) {
    this.#pieces = pieces;
  }

  async read(into: Uint8Array): Promise<number> {
    let filled = 0;
    // A listing that is still being read goes out as far as it is; only what is at hand is gathered into one write.
    while (filled < into.length / 2) {
      if (this.#rest === "") {
        if (this.#ended) break;
        const next = await this.#pieces.next();
        if (next.done === true) this.#ended = true;
        else this.#rest = next.value;
        continue;
      }
      const { read, written } = this.#encoder.encodeInto(this.#rest, into.subarray(filled));
      this.#rest = read === this.#rest.length ? "" : this.#rest.slice(read);
      filled += written;
      if (filled > 0 && filled >= firstWrite && !this.#begun) break;
      if (read === 0) break;
    }
    this.#begun = true;
    return filled;
  }

  #begun = false;

  async close(): Promise<void> {
    this.#ended = true;
    this.#rest = "";
    await this.#pieces.return(undefined);
  }
}

/** Octets after which the first part of a listing goes out: a long one shows its start at once. */
const firstWrite = 8 * 1024;
