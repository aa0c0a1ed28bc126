/**
 * The hot loops: bytes between an open file and a data connection's socket.
 *
 * Outwards one pooled buffer is filled from the file and written, then filled again. Inwards the socket's own chunks are
 * handed to the file in one gathered write, while the next ones are collected: the faster they come, the larger the
 * writes. Neither loop copies.
 */
import type { Socket } from "node:net";
import type { ReadableFile, WritableFile } from "../bytes/index.ts";
import type { Station } from "../protocol/index.ts";
import type { BufferPool } from "./buffer-pool.ts";
import { DataConnectionError } from "./data-connection-error.ts";

/** How a pump runs. */
export interface PumpOptions {
  /** Where the outward pump borrows its buffer. */
  readonly buffers: BufferPool;
  /** What the bytes pass through on their way; none is the fast lane. */
  readonly station?: Station | undefined;
  /** Milliseconds without progress of the peer after which the pump fails; 0 is never. */
  readonly stallTimeout: number;
  /** Called with the octets of each chunk that moved over the connection. */
  readonly onBytes?: ((count: number) => void) | undefined;
  /** Ends the pump with kind `aborted`. */
  readonly signal?: AbortSignal | undefined;
}

/** Octets that are collected while a gathered write runs; then the socket is paused. */
export const gatherLimit: number = 1024 * 1024;

/**
 * Watches a socket for the length of a pump: errors, close, stall and abort all end it in one way, by `fail`.
 * The stall clock is the socket's own timeout, and counts only while `waiting` on the peer.
 */
class SocketWatch {
  failure: DataConnectionError | undefined;
  waiting = true;
  readonly #socket: Socket;
  readonly #options: PumpOptions;
  readonly #onFailure: () => void;
  #disposed = false;

  constructor(socket: Socket, options: PumpOptions, onFailure: () => void) {
    this.#socket = socket;
    this.#options = options;
    this.#onFailure = onFailure;
    socket.on("error", this.#error);
    socket.on("close", this.#close);
    socket.on("timeout", this.#timeout);
    socket.setTimeout(options.stallTimeout);
    options.signal?.addEventListener("abort", this.#abort, { once: true });
  }

  /** Looks at what happened before the watch began. */
  start(): void {
    if (this.#disposed) return;
    if (this.#options.signal?.aborted === true) this.#abort();
    else if (this.#socket.destroyed) this.#fail("reset", "The data connection was closed by the peer");
  }

  /** @throws DataConnectionError what ended the connection, if something did. */
  check(): void {
    if (this.failure !== undefined) throw this.failure;
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#socket.off("close", this.#close);
    this.#socket.off("timeout", this.#timeout);
    this.#socket.setTimeout(0);
    this.#options.signal?.removeEventListener("abort", this.#abort);
    // The error listener stays: a late reset after the pump is done is nobody's failure and must not crash anything.
  }

  #fail(kind: "reset" | "stalled" | "aborted", message: string, cause?: unknown): void {
    if (this.#disposed || this.failure !== undefined) return;
    this.failure = new DataConnectionError(kind, message, cause);
    // A reset, not a close: in stream mode a close is the end of a file, and half a file would look whole.
    this.#socket.resetAndDestroy();
    this.#onFailure();
  }

  /** The connection turned out to be broken. */
  broke(cause: Error): void {
    this.#fail("reset", "The data connection broke", cause);
  }

  readonly #error = (cause: Error): void => {
    this.broke(cause);
  };
  readonly #close = (): void => {
    this.#fail("reset", "The data connection was closed by the peer");
  };
  readonly #timeout = (): void => {
    if (this.waiting) this.#fail("stalled", "The peer moved no data for too long");
  };
  readonly #abort = (): void => {
    this.#fail("aborted", "The transfer was aborted", this.#options.signal?.reason);
  };
}

/**
 * Moves all of `source` into `socket`, which stays open.
 *
 * @returns Octets written to the socket, once all are with the kernel.
 * @throws DataConnectionError when the connection breaks, stalls or the signal fires; what `source` throws.
 */
export async function pumpToSocket(source: ReadableFile, socket: Socket, options: PumpOptions): Promise<number> {
  let settle: (() => void) | undefined;
  const wake = (): void => {
    const now = settle;
    settle = undefined;
    now?.();
  };
  const watch = new SocketWatch(socket, options, wake);
  const { station, onBytes, buffers } = options;
  const borrowed = [buffers.acquire(), buffers.acquire()] as const;
  const written = (resolve: () => void): void => {
    settle = resolve;
  };
  let total = 0;
  const send = async (bytes: Uint8Array): Promise<void> => {
    if (bytes.length === 0) return;
    watch.waiting = true;
    const done = new Promise<void>(written);
    socket.write(bytes, wake);
    await done;
    watch.waiting = false;
    watch.check();
    total += bytes.length;
    onBytes?.(bytes.length);
  };
  let reading: Promise<number> | undefined;
  try {
    watch.start();
    watch.waiting = false;
    let into: 0 | 1 = 0;
    let taken = 0;
    reading = source.read(borrowed[into]);
    while (reading !== undefined) {
      watch.check();
      const count: number = await reading;
      reading = undefined;
      if (count === 0) break;
      taken += count;
      const chunk = borrowed[into].subarray(0, count);
      const sending = send(station === undefined ? chunk : station.push(chunk));
      into = into === 0 ? 1 : 0;
      // The next chunk is read while this one is on its way. A file whose size is known needs no read to find its end.
      if (taken !== source.size) reading = source.read(borrowed[into]);
      await sending;
    }
    if (station !== undefined) await send(station.finish());
    // With nothing left to write, a failure that came during the last read still counts.
    watch.check();
    return total;
  } finally {
    watch.dispose();
    // The file is the caller's to close only once no read is under way.
    await reading?.catch(() => undefined);
    // A destroyed socket may still be about to read a buffer in the kernel call under way: only quiet ones go back.
    if (watch.failure === undefined) for (const buffer of borrowed) buffers.release(buffer);
  }
}

/**
 * Moves what `socket` brings into `sink` until the peer ends it. Neither commits nor abandons the sink. What arrived
 * before a failure is written before the promise rejects, so that a resumable upload keeps it.
 *
 * @returns Octets written to the sink.
 * @throws DataConnectionError when the connection breaks, stalls or the signal fires; what `sink` throws.
 */
export async function pumpFromSocket(socket: Socket, sink: WritableFile, options: PumpOptions): Promise<number> {
  const inward = new InwardPump(socket, sink, options);
  try {
    return await inward.run();
  } finally {
    inward.dispose();
  }
}

class InwardPump {
  readonly #socket: Socket;
  readonly #sink: WritableFile;
  readonly #options: PumpOptions;
  readonly #watch: SocketWatch;
  #parts: Uint8Array[] = [];
  #collected = 0;
  #ended = false;
  #wake: (() => void) | undefined;
  #total = 0;

  constructor(socket: Socket, sink: WritableFile, options: PumpOptions) {
    this.#socket = socket;
    this.#sink = sink;
    this.#options = options;
    this.#watch = new SocketWatch(socket, options, () => this.#wakeUp());
    socket.on("data", this.#data);
    socket.on("end", this.#end);
  }

  async run(): Promise<number> {
    // The end of a connection that brought nothing is told without anybody asking: it may have been before now.
    if (this.#socket.readableEnded) this.#end();
    this.#watch.start();
    this.#socket.resume();
    for (;;) {
      while (!this.#ended && this.#watch.failure === undefined && this.#collected === 0) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
      if (this.#collected > 0) await this.#flush();
      else if (this.#watch.failure !== undefined) throw this.#watch.failure;
      else if (this.#ended) break;
    }
    const rest = this.#options.station?.finish();
    if (rest !== undefined && rest.length > 0) {
      await this.#sink.write(rest);
      this.#total += rest.length;
    }
    return this.#total;
  }

  dispose(): void {
    this.#socket.off("data", this.#data);
    this.#socket.off("end", this.#end);
    this.#watch.dispose();
  }

  async #flush(): Promise<void> {
    const parts = this.#parts;
    const bytes = this.#collected;
    this.#parts = [];
    this.#collected = 0;
    if (parts.length === 1 || this.#sink.writev === undefined) {
      for (const part of parts) await this.#sink.write(part);
    } else {
      await this.#sink.writev(parts);
    }
    this.#total += bytes;
    if (this.#socket.isPaused() && this.#collected < gatherLimit) {
      this.#watch.waiting = true;
      this.#socket.resume();
    }
  }

  #wakeUp(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  readonly #data = (chunk: Uint8Array): void => {
    this.#options.onBytes?.(chunk.length);
    const bytes = this.#options.station === undefined ? chunk : this.#options.station.push(chunk);
    if (bytes.length === 0) return;
    this.#parts.push(bytes);
    this.#collected += bytes.length;
    if (this.#collected >= gatherLimit) {
      this.#watch.waiting = false;
      this.#socket.pause();
    }
    this.#wakeUp();
  };

  /**
   * The end came, or so it is told: a reset that overtook unread data looks the same, since what polls the connection
   * reports both as a hang-up. Writing nothing asks the system, which fails on a connection that was reset.
   */
  readonly #end = (): void => {
    if (this.#socket.destroyed || this.#socket.writableEnded) {
      this.#finish();
      return;
    }
    this.#socket.write(nothing, (error) => {
      if (error !== null && error !== undefined) this.#watch.broke(error);
      else this.#finish();
    });
  };

  /** After the end nothing is awaited from the peer: its close is no failure any more. */
  #finish(): void {
    if (this.#watch.failure !== undefined) return;
    this.#ended = true;
    this.#watch.dispose();
    this.#wakeUp();
  }
}

const nothing = new Uint8Array(0);
