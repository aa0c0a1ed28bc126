/**
 * A file on its way to the peer: read ahead in large pieces, sent from memory that is used again.
 *
 * Large blocks are read straight into the packets. Small ones come from a piece that is read at once: a system call a
 * block would cost more than to copy it.
 */
import { dataHeaderLength, TftpSender, type TftpSenderOptions } from "../../protocol/index.ts";
import { offPageMemory } from "../../bytes/index.ts";
import type { ReadableFile } from "../../storage/index.ts";
import { failureFor } from "./error-codes.ts";
import { TransferFate } from "./fate.ts";
import {
  clock,
  DeadlineTimer,
  tellFailure,
  type SendPacket,
  type TransferEnd,
  type TransferFailure,
} from "./transfer.ts";

/** Octets that are read at once where blocks are small. */
const pieceSize = 64 * 1024;
/** Octets of a block that is read straight into its packet. */
const directBlock = 8 * 1024;

/** Sends a file. */
export class SendingTransfer {
  /** Settles when the file is sent or given up; it never rejects. */
  readonly finished: Promise<TransferEnd>;
  /** Settles when the file is closed, too. */
  readonly closed: Promise<void>;
  readonly #fate = new TransferFate();
  readonly #file: ReadableFile;
  readonly #sender: TftpSender;
  readonly #send: SendPacket;
  readonly #timer: DeadlineTimer;
  /** Whether the peer is known to be where its packets say, before it answers. */
  readonly #proven: boolean;
  /** An OACK goes before the first block. */
  readonly #asksFirst: boolean;
  readonly #piece: Uint8Array | undefined;
  /** Octets of the file that are yet to be read: what is appended meanwhile was not announced. */
  #left: number;
  #pieceAt = 0;
  #pieceEnd = 0;
  #room: Uint8Array | undefined;
  #filled = 0;
  #ended = false;
  #reading = false;

  /** @param file - Is closed at the end. */
  constructor(file: ReadableFile, options: Omit<TftpSenderOptions, "transmit">, send: SendPacket) {
    this.#file = file;
    this.#send = send;
    this.#left = file.size ?? Infinity;
    this.#proven = options.firstRetries === undefined;
    this.#asksFirst = options.first !== undefined;
    const direct = options.blockSize >= directBlock;
    const memory = direct ? (size: number) => offPageMemory(size, dataHeaderLength) : undefined;
    this.#sender = new TftpSender({ ...options, transmit: send, memory });
    this.finished = this.#fate.finished;
    this.closed = this.#fate.closed;
    this.#timer = new DeadlineTimer(
      this.#sender,
      () => this.#look(),
      () => true,
    );
    if (!direct) this.#piece = Buffer.allocUnsafe(Math.min(pieceSize, Math.max(1, file.size ?? pieceSize)));
  }

  /** Octets that the peer acknowledged. */
  get octets(): number {
    return this.#sender.octetsAcknowledged;
  }

  /** Whether the peer answered at all. */
  get heard(): boolean {
    return this.#sender.counts.packetsIn > 0;
  }

  /** Whether it is over. */
  get over(): boolean {
    return this.#fate.settled;
  }

  /** Begins. */
  start(): void {
    const now = clock();
    // Before an answer nobody knows whether the address was forged: neither the file is read nor memory filled for it.
    if (this.#proven) this.#fill();
    else if (!this.#asksFirst) this.#fill(1);
    if (this.over) return;
    this.#sender.start(now);
    this.#rearm(now);
  }

  /** A packet of the peer came. */
  receive(packet: Uint8Array): void {
    if (this.over) return;
    const now = clock();
    this.#sender.receive(packet, now);
    if (this.#sender.state === "running") {
      this.#fill();
      this.#rearm(now);
    } else this.#look();
  }

  /** Gives up: the peer is told. */
  abort(message: string, cause?: unknown): void {
    this.#end({ kind: "aborted", message, cause });
  }

  /** @param most - Blocks at most. */
  #fill(most = Infinity): void {
    if (this.#reading || this.#ended) return;
    try {
      for (let count = 0; count < most; count++) {
        this.#room ??= this.#sender.room();
        if (this.#room === undefined) break;
        if (!this.#fillNow(this.#room)) {
          void this.#readMore(this.#room);
          break;
        }
        const last = this.#filled < this.#room.length;
        this.#sender.supply(this.#filled);
        this.#filled = 0;
        this.#room = undefined;
        if (last) break;
        // A large block goes out while it is in the processor's cache, and the peer has it while the next is read.
        if (this.#piece === undefined) this.#sender.flush(clock());
      }
    } catch (cause) {
      this.#fail(cause);
      return;
    }
    this.#sender.flush(clock());
  }

  /** Fills a block. @returns false when the file has to be waited for. */
  #fillNow(room: Uint8Array): boolean {
    const piece = this.#piece;
    while (this.#filled < room.length && !this.#ended) {
      if (piece !== undefined && this.#pieceAt < this.#pieceEnd) {
        const count = Math.min(room.length - this.#filled, this.#pieceEnd - this.#pieceAt);
        room.set(piece.subarray(this.#pieceAt, this.#pieceAt + count), this.#filled);
        this.#pieceAt += count;
        this.#filled += count;
        continue;
      }
      if (this.#left === 0) {
        this.#ended = true;
        break;
      }
      const count = this.#file.readNow?.(this.#target(room));
      if (count === undefined) return false;
      this.#took(count);
    }
    return true;
  }

  #target(room: Uint8Array): Uint8Array {
    const target = this.#piece ?? (this.#filled === 0 ? room : room.subarray(this.#filled));
    return this.#left < target.length ? target.subarray(0, this.#left) : target;
  }

  #took(count: number): void {
    this.#left -= count;
    if (count === 0) this.#ended = true;
    else if (this.#piece === undefined) this.#filled += count;
    else {
      this.#pieceAt = 0;
      this.#pieceEnd = count;
    }
  }

  /** Never rejects. */
  async #readMore(room: Uint8Array): Promise<void> {
    this.#reading = true;
    try {
      this.#took(await this.#file.read(this.#target(room)));
    } catch (cause) {
      this.#reading = false;
      if (this.over) this.#close();
      else this.#fail(cause);
      return;
    }
    this.#reading = false;
    if (this.over) {
      this.#close();
      return;
    }
    const ended = this.#ended;
    // The last block may be waiting for just this end.
    if (ended) this.#supplyLast();
    else this.#fill(this.#proven || this.heard ? Infinity : 1);
    this.#rearm(clock());
  }

  #supplyLast(): void {
    this.#sender.supply(this.#filled);
    this.#room = undefined;
    this.#sender.flush(clock());
  }

  #rearm(now: number): void {
    if (!this.over) this.#timer.update(now);
  }

  #fail(cause: unknown): void {
    this.#end(failureFor(cause));
  }

  #look(): void {
    const { state, failure } = this.#sender;
    if (state === "complete" || state === "failed") this.#end(failure);
  }

  #end(failure: TransferFailure | undefined): void {
    if (this.over) return;
    this.#timer.stop();
    if (failure !== undefined) tellFailure(failure, this.#proven || this.heard, this.#send);
    if (!this.#reading) this.#close();
    const { counts, roundTrip, octetsAcknowledged } = this.#sender;
    this.#fate.settle({ failure, octets: octetsAcknowledged, counts, roundTrip });
  }

  #close(): void {
    // What was read is read: a file that fails to close has failed nobody.
    void this.#file
      .close()
      .catch(() => undefined)
      .then(() => this.#fate.close());
  }
}
