/** A listing out over the data connection. Its lines end in CR LF whatever the type (RFC 959 §3.1.1.1, RFC 3659 §7.1). */
import type { ReadableFile } from "../../bytes/index.ts";
import { beginFile, outwardLine, pumpToSocket } from "../../net/index.ts";
import { encodeOctetText, keepsConnection, largestBlock, message } from "../../protocol/index.ts";
import type { Session } from "../session/session.ts";
import { EncodedSource } from "./encoded-source.ts";
import { listingFormat } from "./session-format.ts";
import { runTransfer, type TransferJob } from "./transfer.ts";

/** A listing that is about to be sent. */
export interface ListingPlan {
  readonly verb: string;
  /** The path as it was asked for. */
  readonly path: string;
  /** Finds what is to be listed. @param signal - Ends the finding, and the listing. */
  readonly find: (signal: AbortSignal) => Promise<FoundListing>;
}

/** What a listing has. */
export interface FoundListing {
  /** What is listed. */
  readonly path: string;
  /** Whole lines with their line ends, any number in a piece. */
  pieces(): AsyncGenerator<string>;
}

/** Sends a listing. */
export function sendListing(session: Session, { verb, path, find }: ListingPlan): Promise<void> {
  const open = async (signal: AbortSignal): Promise<TransferJob> => {
    const found = await find(signal);
    return listingJob(session, verb, found.path, found.pieces());
  };
  return runTransfer(session, { verb, path, open });
}

async function listingJob(
  session: Session,
  verb: string,
  path: string,
  pieces: AsyncGenerator<string>,
): Promise<TransferJob> {
  const { format, options: how } = listingFormat(session);
  const { nameCodec } = session;
  const ebcdic = format.type.type === "E";
  // EBCDIC is a charset itself, and made from UTF-8.
  const inUtf8 = nameCodec === undefined || ebcdic;
  const text = inUtf8 ? new TextSource(pieces, ebcdic) : new EncodedSource(pieces, nameCodec);
  // The usual listing needs no conversion: its lines have the network's ends already.
  const plain = format.type.type === "A" && format.structure === "F" && format.mode === "S";
  // NetX Duo takes one block and no more: the size of a short listing is to be known.
  const oneBlock = format.mode === "B" && how.blocks === "netx";
  const listing: ReadableFile = oneBlock ? await beginFile(text, largestBlock) : text;
  const { source, station } = plain
    ? { source: listing, station: undefined }
    : outwardLine(listing, format, how, { offset: 0, size: listing.size });
  return {
    verb,
    path,
    direction: "listing",
    offset: 0,
    opening: message("Here comes the directory listing"),
    keepsConnection: keepsConnection(format, how),
    move: (connection, options) => pumpToSocket(source, connection, { ...options, station }),
    complete: async () => {
      await source.close();
      return message("Directory listing sent");
    },
    // A listing that is being read for the next piece ends after that: nobody waits for it.
    abandon: () => {
      void source.close().catch((cause: unknown) => {
        session.host.fault("ending a listing", cause, session.id);
      });
      return Promise.resolve();
    },
  };
}

/** Text in pieces, read as a file. */
class TextSource implements ReadableFile {
  readonly #pieces: AsyncGenerator<string>;
  readonly #encoder = new TextEncoder();
  readonly #bareLines: boolean;
  #rest = "";
  /** A piece with names that are no UTF-8, encoded as a whole: an encoder of UTF-8 would lose their octets. */
  #octets: Uint8Array | undefined;
  #ended = false;

  /** @param bareLines - Lines end in LF alone, which the representation type makes its own end of. */
  constructor(pieces: AsyncGenerator<string>, bareLines: boolean) {
    this.#pieces = pieces;
    this.#bareLines = bareLines;
  }

  async read(into: Uint8Array): Promise<number> {
    let filled = 0;
    // A listing that is still being read goes out as far as it is; only what is at hand is gathered into one write.
    while (filled < into.length / 2) {
      if (this.#rest === "" && this.#octets === undefined) {
        if (this.#ended) break;
        const next = await this.#pieces.next();
        if (next.done === true) this.#ended = true;
        else this.#take(next.value);
        continue;
      }
      const written = this.#fill(into.subarray(filled));
      filled += written;
      if (filled > 0 && filled >= firstWrite && !this.#begun) break;
      if (written === 0) break;
    }
    this.#begun = true;
    return filled;
  }

  #begun = false;

  #take(piece: string): void {
    const text = this.#bareLines ? piece.replaceAll("\r\n", "\n") : piece;
    if (text.isWellFormed()) this.#rest = text;
    else this.#octets = encodeOctetText(text);
  }

  /** @returns Octets that were written. */
  #fill(into: Uint8Array): number {
    if (this.#octets === undefined) {
      const { read, written } = this.#encoder.encodeInto(this.#rest, into);
      this.#rest = read === this.#rest.length ? "" : this.#rest.slice(read);
      return written;
    }
    const part = this.#octets.subarray(0, into.length);
    into.set(part);
    this.#octets = part.length === this.#octets.length ? undefined : this.#octets.subarray(part.length);
    return part.length;
  }

  async close(): Promise<void> {
    this.#ended = true;
    this.#rest = "";
    this.#octets = undefined;
    await this.#pieces.return(undefined);
  }
}

/** Octets after which the first part of a listing goes out: a long one shows its start at once. */
const firstWrite = 8 * 1024;
