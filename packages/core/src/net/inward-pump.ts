/**
 * The hot loop inwards: what a data connection brings, into an open file.
 *
 * A file that can take bytes at once gets them in large pieces straight from the memory that the kernel filled, which
 * serves again for the next piece. Other files are handed the socket's own chunks in one gathered write, while the next
 * ones are collected: the faster they come, the larger the writes.
 */
import { isCallbackError, type WritableFile } from "../bytes/index.ts";
import type { DataConnection } from "./data-connection.ts";
import type { FramedSink } from "./framed-sink.ts";
import { readIntoOwnMemory } from "./own-memory.ts";
import type { PumpOptions } from "./pump-options.ts";
import { settledWithin } from "./settled-within.ts";
import { SocketWatch } from "./socket-watch.ts";

/** Octets that are collected while a gathered write runs; then the socket is paused. */
export const gatherLimit: number = 1024 * 1024;

/**
 * Octets that are written without waiting for more. Fewer wait for what else this round of the event loop brings: TLS
 * hands over records of 16 KiB, and a write of each, with the promises around it, costs as much as deciphering it.
 */
const worthWriting = 256 * 1024;

/**
 * Milliseconds without octets after which a file that perhaps has ended has (RFC 959 §3.4.3, an end with no string): some
 * retransmissions long, since a string that comes later would be lost.
 */
export const quietEnd = 5_000;

/** Milliseconds in which a write that is under way may still end, after the connection has. */
export const writeWait = 2_000;

/**
 * Moves what a connection brings into `sink` until the peer ends it. Neither commits nor abandons the sink. What arrived
 * before a failure is written before the promise rejects, so that a resumable upload keeps it. The connection's socket
 * may be another one afterwards.
 *
 * @returns Octets written to the sink.
 * @throws DataConnectionError when the connection breaks, stalls or the signal fires; what `sink` throws. A write may still be
 *   under way then, if it hangs.
 */
export async function pumpFromSocket(
  connection: DataConnection,
  sink: WritableFile,
  options: PumpOptions,
): Promise<number> {
  return run(new InwardPump(connection, sink, undefined, options));
}

/**
 * As `pumpFromSocket`, until the file ends by what the sink understands of it, or the peer ends the connection. What the
 * connection brought beyond the file's end is left in its socket, which is paused.
 *
 * @throws DataFormatError too, for what no sender may send, and when the connection ends before the file.
 */
export async function pumpFileFromSocket(
  connection: DataConnection,
  sink: FramedSink,
  options: PumpOptions,
): Promise<number> {
  return run(new InwardPump(connection, sink, sink, options));
}

async function run(pump: InwardPump): Promise<number> {
  try {
    return await pump.run();
  } finally {
    pump.dispose();
  }
}

class InwardPump {
  readonly #connection: DataConnection;
  readonly #sink: WritableFile;
  /** The sink, where it tells the end of the file. */
  readonly #framed: FramedSink | undefined;
  readonly #options: PumpOptions;
  readonly #watch: SocketWatch;
  /** Memory that the connection is read into, where it can be. */
  #memory: Uint8Array | undefined;
  #parts: Uint8Array[] = [];
  #collected = 0;
  /** What came after the end of the file. */
  readonly #beyond: Uint8Array[] = [];
  /** A file that perhaps had ended was followed by nothing. */
  #quiet = false;
  #writing = false;
  /** More came than the pace allows so far: the connection is not read until it does. */
  #held = false;
  #disposed = false;
  #ended = false;
  /** What the sink threw when it was to take bytes at once, or whoever is told of them. */
  #refused: { readonly cause: unknown } | undefined;
  #wake: (() => void) | undefined;
  /** Whoever waits is woken at the end of this round of the event loop. */
  #wakesSoon = false;
  /** Ends the wait for a write. */
  #interrupt: (() => void) | undefined;
  #total = 0;

  constructor(connection: DataConnection, sink: WritableFile, framed: FramedSink | undefined, options: PumpOptions) {
    this.#connection = connection;
    this.#sink = sink;
    this.#framed = framed;
    this.#options = options;
    let early: Uint8Array | undefined;
    if (sink.writeNow !== undefined) {
      const memory = options.buffers.acquire();
      // At a slow pace a large piece would be a long silence.
      const used = options.pace === undefined ? memory : memory.subarray(0, options.pace.piece);
      early = readIntoOwnMemory(connection, used, this.#received);
      if (early === undefined) options.buffers.release(memory);
      else this.#memory = memory;
    }
    const { socket } = connection;
    this.#watch = new SocketWatch(connection, options, () => {
      this.#wakeUp();
      this.#interrupt?.();
    });
    if (this.#memory === undefined) socket.on("data", this.#collect);
    socket.on("end", this.#end);
    if (early !== undefined && early.length > 0) this.#received(early);
  }

  async run(): Promise<number> {
    const { socket } = this.#connection;
    // The end of a connection that brought nothing is told without anybody asking: it may have been before now.
    if (socket.readableEnded) this.#end();
    this.#watch.start();
    // What was read before may have to be paid for first.
    if (!this.#held && this.#refused === undefined) socket.resume();
    for (;;) {
      while (!this.#isOver() && this.#collected === 0 && !this.#quiet) await this.#wait();
      if (this.#refused !== undefined) throw this.#refused.cause;
      if (this.#collected > 0) await this.#flushUnlessHung();
      if (this.#watch.failure?.kind === "aborted") throw this.#watch.failure;
      if (this.#framed?.end === "yes" || this.#quiet) break;
      if (this.#collected > 0) continue;
      if (this.#watch.failure !== undefined) throw this.#watch.failure;
      else if (this.#ended) break;
    }
    await this.#framed?.finish();
    // An end that was guessed may be followed by octets of the same file: they must not become the next one's.
    if (this.#quiet) this.#connection.servesAgain = false;
    else if (this.#framed !== undefined) this.#giveBack();
    return this.#total;
  }

  dispose(): void {
    const { socket } = this.#connection;
    socket.off("data", this.#collect);
    socket.off("end", this.#end);
    this.#watch.dispose();
    this.#disposed = true;
    this.#options.pace?.close();
    if (this.#memory === undefined) return;
    // The handle keeps the memory until the socket is gone: before that nobody else may have it.
    const { buffers } = this.#options;
    const memory = this.#memory;
    if (socket.closed) buffers.release(memory);
    else socket.once("close", () => buffers.release(memory));
  }

  async #understand(sink: FramedSink, parts: readonly Uint8Array[]): Promise<void> {
    for (const part of parts) {
      // What was told of the parts before may have made the caller give up.
      if (this.#watch.failure?.kind === "aborted") throw this.#watch.failure;
      if (sink.end === "yes") this.#beyond.push(part);
      else await sink.write(part);
      if (sink.end === "yes" && sink.rest.length > 0 && this.#beyond.length === 0) this.#beyond.push(sink.rest);
    }
  }

  /** What lies beyond the file's end is the next transfer's. */
  #giveBack(): void {
    const { socket } = this.#connection;
    socket.off("data", this.#collect);
    socket.pause();
    const beyond = [...this.#beyond, ...this.#parts];
    if (beyond.length > 0 && !socket.readableEnded) socket.unshift(Buffer.concat(beyond));
  }

  /** Waits for octets, or an end; where the file perhaps has ended, not for long. */
  async #wait(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (this.#framed?.end !== "perhaps") return;
      const silence = (): void => {
        timer = setTimeout(() => {
          // Who does not listen hears no silence.
          if (this.#held) return silence();
          this.#quiet = true;
          this.#wakeUp();
        }, this.#options.quietEnd ?? quietEnd);
      };
      silence();
    });
    clearTimeout(timer);
  }

  #isOver(): boolean {
    return this.#ended || this.#watch.failure !== undefined || this.#refused !== undefined;
  }

  /** Where a write hangs, the end of the connection ends the wait for it. @throws DataConnectionError that end. */
  async #flushUnlessHung(): Promise<void> {
    const progress = { over: false };
    const flushing = this.#flush().finally(() => {
      progress.over = true;
    });
    if (this.#watch.failure === undefined) {
      const interrupted = new Promise<void>((resolve) => {
        this.#interrupt = resolve;
      });
      await Promise.race([flushing, interrupted]);
      this.#interrupt = undefined;
    }
    if (!progress.over) await settledWithin(flushing, writeWait);
    if (progress.over || this.#watch.failure === undefined) return flushing;
    // What comes of it is nobody's any more.
    flushing.catch(() => undefined);
    throw this.#watch.failure;
  }

  async #flush(): Promise<void> {
    const parts = this.#parts;
    const bytes = this.#collected;
    this.#parts = [];
    this.#collected = 0;
    this.#writing = true;
    if (this.#framed !== undefined) {
      await this.#understand(this.#framed, parts);
    } else if (parts.length === 1 || this.#sink.writev === undefined) {
      for (const part of parts) await this.#sink.write(part);
    } else {
      await this.#sink.writev(parts);
    }
    this.#writing = false;
    this.#total += bytes;
    this.#readOn();
  }

  /** Reads the connection again, once there is room for what comes and the pace allows it. */
  #readOn(): void {
    const { socket } = this.#connection;
    if (!socket.isPaused() || this.#held || this.#collected >= gatherLimit || this.#refused !== undefined) return;
    this.#watch.waiting = true;
    socket.resume();
  }

  /** The connection is not read until what came is paid for: so the sender is slowed, not only the file. */
  #spend(count: number): void {
    const allowed = this.#options.pace?.spend(count);
    if (allowed === undefined || this.#held) return;
    this.#held = true;
    this.#watch.waiting = false;
    this.#connection.socket.pause();
    void allowed.then(() => {
      this.#held = false;
      if (!this.#disposed) this.#readOn();
    });
  }

  #wakeUp(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  /** A piece in our own memory: it goes on at once, or its bytes are copied. */
  readonly #received = (chunk: Uint8Array): void => {
    if (this.#writing || this.#collected > 0 || this.#refused !== undefined) {
      this.#collect(Buffer.from(chunk));
      return;
    }
    try {
      this.#options.onBytes?.(chunk.length);
      this.#spend(chunk.length);
      if (this.#sink.writeNow?.(chunk) === true) this.#total += chunk.length;
      else this.#keep(Buffer.from(chunk));
    } catch (cause) {
      this.#refuse(cause);
    }
  };

  /** A chunk of the socket's, whose memory is ours from now on. */
  readonly #collect = (chunk: Uint8Array): void => {
    if (this.#refused !== undefined) return;
    try {
      this.#options.onBytes?.(chunk.length);
      this.#spend(chunk.length);
      this.#keep(chunk);
    } catch (cause) {
      this.#refuse(cause);
    }
  };

  /** What is thrown while the socket hands its octets over is thrown by `run`: here nobody would catch it. */
  #refuse(cause: unknown): void {
    this.#refused = { cause };
    this.#connection.socket.pause();
    this.#wakeUp();
  }

  #keep(bytes: Uint8Array): void {
    this.#parts.push(bytes);
    this.#collected += bytes.length;
    if (this.#collected >= gatherLimit) {
      this.#watch.waiting = false;
      this.#connection.socket.pause();
    }
    if (this.#collected >= worthWriting) this.#wakeUp();
    else this.#wakeUpSoon();
  }

  #wakeUpSoon(): void {
    if (this.#wakesSoon || this.#wake === undefined) return;
    this.#wakesSoon = true;
    setImmediate(() => {
      this.#wakesSoon = false;
      this.#wakeUp();
    });
  }

  /**
   * The end came, or so it is told: a reset that overtook unread data looks the same, since what polls the connection
   * reports both as a hang-up. Writing nothing asks the system, which fails on a connection that was reset.
   *
   * Under TLS it is the connection below that is asked: Node tells the end of that as TLS's own.
   */
  readonly #end = (): void => {
    const { socket } = this.#connection;
    if (socket.destroyed || socket.writableEnded) {
      this.#finish();
      return;
    }
    this.#connection.probe((error) => {
      if (isCallbackError(error)) this.#watch.broke(error);
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
