/**
 * MODE Z inwards: zlib's stream, and what would have travelled in stream mode (draft-preston-ftpext-deflate §3).
 *
 * A little of it can stand for a thousand times as much: so what comes out is stored as it comes out, with bounded memory,
 * and both its size and its ratio to what came have a limit.
 */
import { createInflate, type Inflate } from "node:zlib";
import { DataFormatError, message } from "../protocol/index.ts";
import { feedZlib } from "./feed-zlib.ts";
import type { FramedSink } from "./framed-sink.ts";

/** Octets that zlib gives at once. */
const piece: number = 64 * 1024;

/** Octets that may come out before their ratio is looked at: short files of zeros are no attack. */
export const unratedOctets: number = 16 * 1024 * 1024;

/** How much may come out. */
export interface InflateLimits {
  /** Octets that come out, in all. */
  readonly inflatedSize: number;
  /** Octets that come out for one that came, once `unratedOctets` have. */
  readonly inflateRatio: number;
}

/** Inflates what it is given, and writes it on. */
export class InflatingSink<Committed> implements FramedSink<Committed> {
  readonly end = "no";
  readonly rest: Uint8Array = new Uint8Array(0);
  readonly #next: FramedSink<Committed>;
  readonly #limits: InflateLimits;
  readonly #inflate: Inflate;
  readonly #storing: Promise<void>;
  #given = 0;
  #made = 0;

  constructor(next: FramedSink<Committed>, limits: InflateLimits) {
    this.#next = next;
    this.#limits = limits;
    this.#inflate = createInflate({ chunkSize: piece });
    this.#storing = this.#store();
    // Told by `write` and `finish`.
    this.#storing.catch(() => undefined);
  }

  async write(from: Uint8Array): Promise<void> {
    this.#given += from.length;
    // A failure to store closes the stream, and tells more than that does.
    await feedZlib(this.#inflate, from).catch(() => this.#storing);
    if (this.#inflate.destroyed) await this.#storing;
    // zlib ends its output by itself only when octets follow its end.
    if (this.#inflate.readableEnded) throw afterEnd();
  }

  async finish(): Promise<void> {
    // A connection that brought nothing is an empty file, as in stream mode.
    if (this.#given > 0) {
      this.#inflate.end();
      await this.#storing;
      if (this.#inflate.bytesWritten < this.#given) throw afterEnd();
    } else {
      this.#inflate.destroy();
    }
    await this.#next.finish();
  }

  commit(): Promise<Committed> {
    return this.#next.commit();
  }

  async abandon(cause?: unknown): Promise<void> {
    this.#inflate.destroy();
    await this.#storing.catch(() => undefined);
    await this.#next.abandon(cause);
  }

  async #store(): Promise<void> {
    try {
      for await (const chunk of this.#inflate as AsyncIterable<Uint8Array>) {
        this.#made += chunk.length;
        this.#check();
        await this.#next.write(chunk);
        if (this.#next.rest.length > 0) {
          throw new DataFormatError("malformed", message("Octets follow the end of the file"));
        }
      }
    } catch (cause) {
      throw isZlibError(cause) ? formatError(cause) : cause;
    }
  }

  #check(): void {
    const { inflatedSize, inflateRatio } = this.#limits;
    if (this.#made > inflatedSize) {
      throw new DataFormatError(
        "too-large",
        message("The file inflates to more than {limit} octets", { limit: inflatedSize }),
      );
    }
    if (this.#made > unratedOctets && this.#made > this.#given * inflateRatio) {
      throw new DataFormatError(
        "too-large",
        message("The file inflates to more than {ratio} times what was sent; send it in mode S", {
          ratio: inflateRatio,
        }),
      );
    }
  }
}

function afterEnd(): DataFormatError {
  return new DataFormatError("malformed", message("Octets follow the end of the deflated file"));
}

function isZlibError(cause: unknown): cause is Error & { readonly code: string } {
  return cause instanceof Error && "code" in cause && typeof cause.code === "string" && cause.code.startsWith("Z_");
}

function formatError(cause: Error & { readonly code: string }): DataFormatError {
  return cause.code === "Z_BUF_ERROR"
    ? new DataFormatError("truncated", message("The connection ended before the deflated file did"), { cause })
    : new DataFormatError(
        "malformed",
        message("What came in mode Z is not zlib's: {message}", { message: cause.message }),
        { cause },
      );
}
