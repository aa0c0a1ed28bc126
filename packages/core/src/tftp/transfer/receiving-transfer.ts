/**
 * A file on its way from the peer: blocks are gathered as they came and written many at once, and ACKs are held back while
 * more waits than may. The last ACK goes out once the file is stored under its name.
 */
import { dataHeaderLength, TftpReceiver, type TftpReceiverOptions } from "../../protocol/index.ts";
import { StorageError, type WritableFile } from "../../storage/index.ts";
import { failureFor } from "./error-codes.ts";
import { TransferFate } from "./fate.ts";
import { demandNoMore, demandSize, type ToldSize } from "./size-check.ts";
import {
  clock,
  DeadlineTimer,
  tellFailure,
  type SendPacket,
  type TransferEnd,
  type TransferFailure,
} from "./transfer.ts";

/** Octets that are gathered before they are written. */
const gatherLimit = 256 * 1024;
/** Octets that may wait for the file before ACKs are held back. */
const backlogLimit = 4 * gatherLimit;
/** Octets that a block costs in memory beside its own. */
const partOverhead = 256;
/** Parts of one write. */
const partsLimit = 512;

/** How a file is received. */
export interface ReceivingOptions extends Omit<TftpReceiverOptions, "transmit" | "deliver"> {
  /** Octets that the file may have; more is told with ERROR 3. */
  readonly maxSize?: number | undefined;
  /** The size that the peer told: a file of another is not stored. */
  readonly toldSize?: ToldSize | undefined;
}

/** Receives a file. */
export class ReceivingTransfer {
  /** Settles when the file is stored or given up; it never rejects. The receiver may still dally. */
  readonly finished: Promise<TransferEnd>;
  /** Settles when no packet is answered any more, and nothing is done to the file. */
  readonly closed: Promise<void>;
  readonly #fate = new TransferFate();
  readonly #file: WritableFile;
  readonly #receiver: TftpReceiver;
  readonly #send: SendPacket;
  readonly #timer: DeadlineTimer;
  /** Whether the peer is known to be where its packets say, before it answers. */
  readonly #proven: boolean;
  readonly #maxSize: number;
  readonly #toldSize: ToldSize | undefined;
  #parts: Uint8Array[] = [];
  #gathered = 0;
  #writing = false;
  #committing = false;
  /** Whether no packet is answered any more. */
  #silent = false;

  /** @param file - Is committed or abandoned at the end. */
  constructor(file: WritableFile, options: ReceivingOptions, send: SendPacket) {
    this.#file = file;
    this.#send = send;
    this.#proven = options.firstRetries === undefined;
    this.#maxSize = options.maxSize ?? Infinity;
    this.#toldSize = options.toldSize;
    this.#receiver = new TftpReceiver({ ...options, transmit: send, deliver: (packet) => this.#deliver(packet) });
    this.finished = this.#fate.finished;
    this.closed = this.#fate.closed;
    // Nobody waits for the dallying: the file is there.
    this.#timer = new DeadlineTimer(
      this.#receiver,
      () => this.#look(),
      () => !this.#fate.settled,
    );
  }

  /** Octets that came in order. */
  get octets(): number {
    return this.#receiver.octetsReceived;
  }

  /** Whether the peer sent a block. */
  get heard(): boolean {
    return this.#receiver.received > 0;
  }

  /** Whether it is over, but for the dallying. */
  get over(): boolean {
    return this.#fate.settled;
  }

  /** Begins: asks for the first block. */
  start(): void {
    const now = clock();
    this.#receiver.start(now);
    this.#rearm(now);
  }

  /** Begins with the first block, which answered the request. */
  startWith(packet: Uint8Array): void {
    this.#receiver.startSilently(clock());
    this.receive(packet);
  }

  /** The request came again. */
  repeatFirst(): void {
    this.#receiver.repeatFirst();
  }

  /** A packet of the peer came. */
  receive(packet: Uint8Array): void {
    // A file that takes its name right now is stored or not, whatever the peer says of it.
    if (this.#silent || this.#committing) return;
    const now = clock();
    this.#receiver.receive(packet, now);
    if (this.#receiver.state !== "running") this.#look();
    this.#rearm(now);
  }

  /** Gives up: the peer is told. */
  abort(message: string, cause?: unknown): void {
    // The same goes for what is said here: the peer must not be told otherwise.
    if (!this.#committing) this.#end({ kind: "aborted", message, cause });
  }

  #deliver(packet: Uint8Array): void {
    if (packet.length > dataHeaderLength) {
      const part = packet.subarray(dataHeaderLength);
      this.#parts.push(part);
      this.#gathered += part.length;
    }
    try {
      this.#demandRoom();
    } catch (cause) {
      this.#fail(cause);
      return;
    }
    if (this.#writing) {
      if (this.#gathered + partOverhead * this.#parts.length >= backlogLimit) this.#receiver.hold();
      return;
    }
    if (this.#receiver.ended || this.#isWorthWriting()) void this.#write();
  }

  /** @throws StorageError where the file is larger than it may be, SizeMismatchError where it is larger than was told. */
  #demandRoom(): void {
    const { octetsReceived } = this.#receiver;
    if (octetsReceived > this.#maxSize) throw new StorageError("too-large", "The file is too large");
    demandNoMore(this.#toldSize, octetsReceived);
  }

  #isWorthWriting(): boolean {
    if (this.#parts.length === 0) return false;
    return this.#receiver.ended || this.#gathered >= gatherLimit || this.#parts.length >= partsLimit;
  }

  /** Writes what was gathered, until there is too little left. Never rejects. */
  async #write(): Promise<void> {
    this.#writing = true;
    try {
      while (this.#isWorthWriting()) {
        const parts = this.#parts;
        this.#parts = [];
        this.#gathered = 0;
        if (this.#file.writev !== undefined) await this.#file.writev(parts);
        else for (const part of parts) await this.#file.write(part);
        if (this.#fate.settled) break;
        if (!this.#receiver.ended) this.#receiver.release(clock());
      }
      if (this.#receiver.ended && !this.#fate.settled) {
        demandSize(this.#toldSize, this.octets);
        this.#committing = true;
        await this.#file.commit();
      }
    } catch (cause) {
      this.#writing = this.#committing = false;
      if (this.#fate.settled) await this.#abandon();
      else this.#fail(cause);
      return;
    }
    this.#writing = this.#committing = false;
    if (this.#fate.settled) await this.#abandon();
    else if (this.#receiver.ended) {
      this.#receiver.release(clock());
      this.#finish(undefined);
    }
    this.#rearm(clock());
  }

  #rearm(now: number): void {
    if (!this.#silent) this.#timer.update(now);
  }

  #fail(cause: unknown): void {
    this.#end(failureFor(cause));
  }

  #look(): void {
    const { state, failure } = this.#receiver;
    if (state === "failed") this.#end(failure);
    else if (state === "complete") this.#shut();
  }

  #end(failure: TransferFailure | undefined): void {
    if (this.#fate.settled) {
      // The file is stored; only the dallying is given up.
      if (this.#receiver.state === "dallying") this.#shut();
      return;
    }
    this.#receiver.stop();
    if (failure !== undefined) tellFailure(failure, this.#proven || this.heard, this.#send);
    this.#finish(failure);
    // What is being written is abandoned once that is over.
    if (!this.#writing) void this.#abandon();
  }

  #finish(failure: TransferFailure | undefined): void {
    this.#timer.stop();
    const { counts, roundTrip, octetsReceived } = this.#receiver;
    this.#fate.settle({ failure, octets: octetsReceived, counts, roundTrip });
  }

  #shut(): void {
    this.#silent = true;
    this.#timer.stop();
    this.#fate.close();
  }

  async #abandon(): Promise<void> {
    // The failure that led here is the one to tell.
    await this.#file.abandon().catch(() => undefined);
    this.#shut();
  }
}
