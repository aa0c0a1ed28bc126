/**
 * The hot loop outwards: an open file into a data connection's socket, without a copy of ours.
 *
 * Bytes that are at hand are read at once, in pieces small enough to stay in the processor's cache between the read and
 * the write: that is what makes this as fast as the kernel's own way from file to socket. Where a device has to be waited
 * for, large pieces are read by another thread, the next one while this one is on its way.
 */
import { setImmediate as turn } from "node:timers/promises";
import type { ReadableFile } from "../bytes/index.ts";
import type { Station } from "../protocol/index.ts";
import type { DataConnection } from "./data-connection.ts";
import type { PumpOptions } from "./pump-options.ts";
import { settledWithin } from "./settled-within.ts";
import { SocketWatch } from "./socket-watch.ts";

/** Octets of a piece that is read at once: measured, see docs/performance.md. */
export const inlinePiece: number = 48 * 1024;

/** Octets after which other sessions get their turn. */
export const inlineTurn: number = 1024 * 1024;

/** Large pieces that are read elsewhere before the file is asked anew whether its bytes are at hand. */
export const piecesElsewhere = 16;

/** How an outward pump runs. */
export interface OutwardOptions extends PumpOptions {
  /** What the bytes pass through on their way; none is the fast lane. */
  readonly station?: Station | undefined;
}

/**
 * Moves all of `source` into a connection, which stays open.
 *
 * @returns Octets written, once all are with the kernel.
 * @throws DataConnectionError when the connection breaks, stalls or the signal fires; what `source` throws.
 */
export async function pumpToSocket(
  source: ReadableFile,
  connection: DataConnection,
  options: OutwardOptions,
): Promise<number> {
  const pump = new OutwardPump(source, connection, options);
  try {
    return await pump.run();
  } finally {
    await pump.dispose();
  }
}

/** Milliseconds in which a read that is under way may still end, after the connection has. */
export const readWait = 2_000;

class OutwardPump {
  readonly #source: ReadableFile;
  readonly #connection: DataConnection;
  readonly #options: OutwardOptions;
  readonly #watch: SocketWatch;
  readonly #first: Uint8Array;
  #second: Uint8Array | undefined;
  /** A read by another thread, which holds the source and a buffer. */
  #reading: Promise<number> | undefined;
  #settle: (() => void) | undefined;
  /** Ends the wait for a read, or for bandwidth. */
  #interrupt: ((cause: Error) => void) | undefined;
  #taken = 0;
  #total = 0;

  constructor(source: ReadableFile, connection: DataConnection, options: OutwardOptions) {
    this.#source = source;
    this.#connection = connection;
    this.#options = options;
    this.#watch = new SocketWatch(connection, options, this.#wake);
    this.#first = options.buffers.acquire();
  }

  async run(): Promise<number> {
    const { station } = this.#options;
    this.#watch.start();
    this.#watch.waiting = false;
    this.#watch.check();
    // A file whose size is known needs no read to find its end.
    while (await this.#sendAtHand()) if (await this.#sendFromElsewhere()) break;
    if (station !== undefined) await this.#send(station.finish());
    // With nothing left to write, a failure that came during the last read still counts.
    this.#watch.check();
    return this.#total;
  }

  async dispose(): Promise<void> {
    this.#watch.dispose();
    this.#options.pace?.close();
    // The file is the caller's to close only once no read is under way; but some wait for what never comes.
    if (this.#reading !== undefined) await settledWithin(this.#reading, readWait);
    // A destroyed socket may still be about to read a buffer in the kernel call under way: only quiet ones go back.
    if (this.#watch.failure !== undefined) return;
    this.#options.buffers.release(this.#first);
    if (this.#second !== undefined) this.#options.buffers.release(this.#second);
  }

  /** Sends what can be read at once. @returns Whether there is more, to be read elsewhere. */
  async #sendAtHand(): Promise<boolean> {
    const source = this.#source;
    if (source.readNow === undefined) return true;
    const piece = this.#paced(this.#first).subarray(0, inlinePiece);
    let sinceTurn = 0;
    for (;;) {
      const count = source.readNow(piece);
      if (count === undefined) return true;
      this.#taken += count;
      if (count > 0) await this.#push(piece, count);
      if (count === 0 || this.#taken === source.size) return false;
      sinceTurn += count;
      if (sinceTurn >= inlineTurn) {
        sinceTurn = 0;
        await turn();
        this.#watch.check();
      }
    }
  }

  /** Sends some large pieces that another thread reads. @returns Whether that was the end. */
  async #sendFromElsewhere(): Promise<boolean> {
    const source = this.#source;
    this.#second ??= this.#options.buffers.acquire();
    let [here, there] = [this.#paced(this.#first), this.#paced(this.#second)];
    let left = source.readNow === undefined ? Infinity : piecesElsewhere;
    this.#reading = source.read(here);
    while (this.#reading !== undefined) {
      const count = await this.#interruptible(this.#reading);
      this.#reading = undefined;
      this.#watch.check();
      if (count === 0) return true;
      this.#taken += count;
      const sending = this.#push(here, count);
      if (this.#taken === source.size) {
        await sending;
        return true;
      }
      [here, there] = [there, here];
      if (--left > 0) this.#reading = source.read(here);
      await sending;
    }
    return false;
  }

  /** A read or a wait, or what ended the connection meanwhile. */
  #interruptible<T>(awaited: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#interrupt = reject;
      awaited.then(resolve, reject);
    });
  }

  /** As much of a buffer as goes at one time: at a slow pace a large piece would be a long silence. */
  #paced(buffer: Uint8Array): Uint8Array {
    const { pace } = this.#options;
    return pace === undefined ? buffer : buffer.subarray(0, pace.piece);
  }

  #push(buffer: Uint8Array, count: number): Promise<void> {
    const { station } = this.#options;
    const chunk = count === buffer.length ? buffer : buffer.subarray(0, count);
    return this.#send(station === undefined ? chunk : station.push(chunk));
  }

  async #send(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    const allowed = this.#options.pace?.spend(bytes.length);
    if (allowed !== undefined) {
      await this.#interruptible(allowed);
      this.#watch.check();
    }
    this.#watch.waiting = true;
    const done = new Promise<void>(this.#written);
    this.#connection.socket.write(bytes, this.#wake);
    await done;
    this.#watch.waiting = false;
    this.#watch.check();
    this.#total += bytes.length;
    this.#options.onBytes?.(bytes.length);
  }

  readonly #written = (resolve: () => void): void => {
    this.#settle = resolve;
  };

  readonly #wake = (): void => {
    const settle = this.#settle;
    this.#settle = undefined;
    settle?.();
    if (this.#watch.failure !== undefined) this.#interrupt?.(this.#watch.failure);
  };
}
