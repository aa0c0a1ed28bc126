/**
 * An open download: the one primitive that all forms of download are carried by.
 *
 * It is a `ReadableFile` and an async iterable, it makes streams of either kind, and moves itself into a sink by the
 * fast loop. Whatever form is used, its end checks the number of octets.
 */
import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import type { ReadableFile, WritableFile } from "../bytes/index.ts";
import { pumpFileFromSocket, pumpFromSocket, type InwardLine, type PumpOptions } from "../net/index.ts";
import type { Transfer } from "./transfer.ts";

/** What a download needs of its client. */
export interface DownloadParts {
  readonly transfer: Transfer;
  readonly path: string;
  readonly offset: number;
  /** Octets that are to come, as the server named them; undefined when it did not. */
  readonly announced: number | undefined;
  readonly pump: PumpOptions;
  /** The way of what travels into a sink; undefined where octets travel as they are stored. */
  readonly line: (<T>(sink: WritableFile<T>) => InwardLine<T>) | undefined;
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
  #line: InwardLine<unknown> | undefined;
  #over: Promise<void> | undefined;
  #handover: Handover | undefined;

  /** Made by `FtpClient.openRead`. */
  constructor(parts: DownloadParts) {
    this.#parts = parts;
    this.path = parts.path;
    if (parts.announced !== undefined) this.size = parts.announced;
  }

  /** The lengths of the records that came, as an index of four octets each, where their layout is `index`. */
  get recordIndex(): Uint8Array | undefined {
    return this.#line?.recordIndex();
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
      const { transfer } = this.#parts;
      await this.#pump(sink).catch(async (error: unknown) => {
        throw await transfer.failed(error);
      });
      await this.#complete();
      return await sink.commit();
    } catch (error) {
      await (this.#line?.sink ?? sink).abandon();
      throw error;
    } finally {
      await this.close();
    }
  }

  /** Closes: before the end, the transfer is aborted and the client brought back into step. May be called more than once. */
  close(): Promise<void> {
    this.#over ??= this.#parts.transfer.abort().finally(() => {
      this.#parts.transfer.dispose();
      // The pump ends once it is rid of its chunk.
      this.#handover?.taken();
      // What is read by chunks has no other end; a sink of the caller's has its own.
      if (this.#iterator !== undefined) void this.#line?.sink.abandon();
      this.#parts.release();
    });
    return this.#over;
  }

  async #next(): Promise<Uint8Array | undefined> {
    if (this.#over !== undefined) return undefined;
    const { transfer } = this.#parts;
    try {
      this.#iterator ??= this.#chunks();
      const next = await this.#iterator.next();
      if (next.done !== true) return next.value;
    } catch (error) {
      const failure = await transfer.failed(error);
      await this.close();
      throw failure;
    }
    try {
      await this.#complete();
    } finally {
      await this.close();
    }
    return undefined;
  }

  /** Moves what comes into a sink, by the way that the format asks for. */
  #pump(sink: WritableFile): Promise<number> {
    const { transfer, pump, onBytes, line } = this.#parts;
    const options: PumpOptions = {
      ...pump,
      onBytes: (count) => {
        this.#received += count;
        onBytes(count);
      },
    };
    this.#line = line?.(sink);
    return this.#line === undefined
      ? pumpFromSocket(transfer.connection, sink, options)
      : pumpFileFromSocket(transfer.connection, this.#line.sink, options);
  }

  /** The file's octets as they come, each chunk once the one before is taken. */
  async *#chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    const handover = new Handover();
    this.#handover = handover;
    this.#pump(handover).then(
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

  async #complete(): Promise<void> {
    const { transfer, check } = this.#parts;
    await transfer.finish();
    await check(this.#received);
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
