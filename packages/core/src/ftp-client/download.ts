/**
 * An open download: the one primitive that all forms of download are carried by.
 *
 * It is a `ReadableFile` and an async iterable, it makes streams of either kind, and moves itself into a sink by the
 * fast loop. Whatever form is used, its end checks the number of octets.
 */
import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import type { ReadableFile, WritableFile } from "../bytes/index.ts";
import { pumpFromSocket, type PumpOptions } from "../net/index.ts";
import type { Transfer } from "./transfer.ts";

/** What a download needs of its client. */
export interface DownloadParts {
  readonly transfer: Transfer;
  readonly path: string;
  readonly offset: number;
  /** Octets that are to come, as the server named them; undefined when it did not. */
  readonly announced: number | undefined;
  readonly pump: PumpOptions;
  /** Checks the number of octets against the server. @throws FtpTransferError `size-mismatch`. */
  readonly check: (received: number) => Promise<void>;
  /** Lets the next operation begin. */
  readonly release: () => void;
  readonly onBytes: (count: number) => void;
}

/** A file of the server that is open for reading. */
export class FtpDownload implements ReadableFile, AsyncIterable<Uint8Array> {
  readonly path: string;
  /** Octets that are to come, where the server named them. */
  readonly size?: number;
  readonly #parts: DownloadParts;
  #iterator: AsyncIterator<Uint8Array> | undefined;
  #rest: Uint8Array = new Uint8Array(0);
  #received = 0;
  #over: Promise<void> | undefined;

  /** Made by `FtpClient.openRead`. */
  constructor(parts: DownloadParts) {
    this.#parts = parts;
    this.path = parts.path;
    if (parts.announced !== undefined) this.size = parts.announced;
  }

  /** As `ReadableFile.read`; the end is told once the server has confirmed it. */
  async read(into: Uint8Array): Promise<number> {
    if (this.#rest.length === 0) this.#rest = (await this.#next()) ?? this.#rest;
    const part = this.#rest.subarray(0, into.length);
    into.set(part);
    this.#rest = this.#rest.subarray(part.length);
    return part.length;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for (let chunk = await this.#next(); chunk !== undefined; chunk = await this.#next()) yield chunk;
    } finally {
      await this.close();
    }
  }

  /** As a stream of Node's. Destroying it closes the download. */
  toNodeStream(): Readable {
    return Readable.from(this, { objectMode: false });
  }

  /** As a web stream. Cancelling it closes the download. */
  toWebStream(): ReadableStream<Uint8Array> {
    return Readable.toWeb(this.toNodeStream()) as ReadableStream<Uint8Array>; // Node's types do not say of what it is.
  }

  /** Moves everything into a sink, by the fast loop, and commits it once the number of octets is right. */
  async into<T>(sink: WritableFile<T>): Promise<T> {
    try {
      const { transfer, pump, onBytes } = this.#parts;
      await pumpFromSocket(transfer.connection, sink, {
        ...pump,
        onBytes: (count) => {
          this.#received += count;
          onBytes(count);
        },
      }).catch(async (error: unknown) => {
        throw await transfer.failed(error);
      });
      await this.#complete();
      return await sink.commit();
    } catch (error) {
      await sink.abandon();
      throw error;
    } finally {
      await this.close();
    }
  }

  /** Closes: before the end, the transfer is aborted and the client brought back into step. May be called more than once. */
  close(): Promise<void> {
    this.#over ??= this.#parts.transfer.abort().finally(() => {
      this.#parts.transfer.connection.socket.destroy();
      this.#parts.release();
    });
    return this.#over;
  }

  async #next(): Promise<Uint8Array | undefined> {
    if (this.#over !== undefined) return undefined;
    const { transfer, pump, onBytes } = this.#parts;
    try {
      this.#iterator ??= chunksOf(transfer, pump);
      const next = await this.#iterator.next();
      if (next.done !== true) {
        this.#received += next.value.length;
        onBytes(next.value.length);
        const { station } = pump;
        return station === undefined ? next.value : station.push(next.value);
      }
    } catch (error) {
      const failure = await transfer.failed(error);
      await this.close();
      throw failure;
    }
    const last = pump.station?.finish();
    try {
      await this.#complete();
    } finally {
      await this.close();
    }
    return last === undefined || last.length === 0 ? undefined : last;
  }

  async #complete(): Promise<void> {
    const { transfer, check } = this.#parts;
    await transfer.finish();
    await check(this.#received);
  }
}

/** The chunks of a data connection, with the stall and abort rules of the pump, unconverted. */
async function* chunksOf(transfer: Transfer, pump: PumpOptions): AsyncGenerator<Uint8Array, void, undefined> {
  const handover = new Handover();
  const plain = { buffers: pump.buffers, stallTimeout: pump.stallTimeout, signal: pump.signal };
  pumpFromSocket(transfer.connection, handover, plain).then(
    () => {
      handover.end();
    },
    (cause: unknown) => {
      handover.end(cause instanceof Error ? cause : new Error("The data connection broke", { cause }));
    },
  );
  for (let chunk = await handover.next(); chunk !== undefined; chunk = await handover.next()) {
    yield chunk;
    handover.taken();
  }
}

/** A sink that hands over a chunk at a time, and holds the pump back until it is taken. */
class Handover implements WritableFile<void> {
  #chunk: Uint8Array | undefined;
  #ended = false;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;
  #room: (() => void) | undefined;

  write(from: Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      this.#chunk = from;
      this.#room = resolve;
      this.#wake?.();
    });
  }

  /** The next chunk; undefined at the end. @throws what ended the pump. */
  async next(): Promise<Uint8Array | undefined> {
    while (this.#chunk === undefined && !this.#ended) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const chunk = this.#chunk;
    this.#chunk = undefined;
    if (chunk === undefined && this.#failure !== undefined) throw this.#failure;
    return chunk;
  }

  /** The chunk that was handed over is done with. */
  taken(): void {
    this.#room?.();
  }

  end(failure?: Error): void {
    this.#ended = true;
    this.#failure = failure;
    this.#wake?.();
  }

  commit(): Promise<void> {
    return Promise.resolve();
  }

  abandon(): Promise<void> {
    return Promise.resolve();
  }
}
