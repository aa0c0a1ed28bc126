/** A file that is received with others (RFC 2090): the blocks by the group's socket, OACKs and ERRORs by the client's own. */
import type { RemoteInfo, Socket } from "node:dgram";
import { dataHeaderLength, TftpGroupReceiver, type TftpGroupReceiverOptions } from "../../../protocol/index.ts";
import type { WritableFile } from "../../../storage/index.ts";
import { refusalFor } from "../../transfer/error-codes.ts";
import {
  clock,
  DeadlineTimer,
  tellFailure,
  type SendPacket,
  type TransferEnd,
  type TransferFailure,
} from "../../transfer/transfer.ts";
import { BlockSink } from "./block-sink.ts";

/** How a file is received with others. */
export interface GroupTransferOptions extends Omit<TftpGroupReceiverOptions, "transmit" | "deliver"> {
  /** The group's socket; it is closed at the end. */
  readonly socket: Socket;
  /** Whether a packet to the group is of this transfer: its address and port tell (RFC 2090). */
  readonly isServer: (from: RemoteInfo) => boolean;
  /** Octets that may wait in memory for those before them. */
  readonly heldOctets: number;
  /** Octets that the file may have. */
  readonly maxSize: number;
  /** A block came. */
  readonly progress: () => void;
}

/** Receives a file with others. */
export class GroupTransfer {
  /** Settles when the file is stored or given up; it never rejects. The receiver may still dally. */
  readonly finished: Promise<TransferEnd>;
  /** Settles when no packet is answered any more. */
  readonly closed: Promise<void>;
  readonly #options: GroupTransferOptions;
  readonly #sink: BlockSink;
  readonly #receiver: TftpGroupReceiver;
  readonly #timer: DeadlineTimer;
  readonly #send: SendPacket;
  #storing = false;
  #settled = false;
  #over = false;
  #settle: ((end: TransferEnd) => void) | undefined;
  #close: (() => void) | undefined;

  /** @param file - Is committed or abandoned at the end. */
  constructor(file: WritableFile, options: GroupTransferOptions, send: SendPacket) {
    this.#options = options;
    this.#send = send;
    this.#sink = new BlockSink(file, {
      ...options,
      failed: (cause) => this.#fail(cause),
      drained: () => this.#drained(),
    });
    this.#receiver = new TftpGroupReceiver({
      ...options,
      transmit: send,
      deliver: (packet, block) => this.#sink.take(block, packet.subarray(dataHeaderLength)),
    });
    this.finished = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.closed = new Promise((resolve) => {
      this.#close = resolve;
    });
    this.#timer = new DeadlineTimer(
      this.#receiver,
      () => this.#look(),
      () => !this.#settled,
    );
    options.socket.on("message", (packet, from) => {
      if (!options.isServer(from)) return;
      this.receive(packet);
      if (!this.#over) options.progress();
    });
    options.socket.on("error", () => undefined);
  }

  /** Octets of the blocks that came. */
  get octets(): number {
    return this.#receiver.octetsReceived;
  }

  /** Whether it is over. */
  get over(): boolean {
    return this.#over;
  }

  /** A packet of the server came; the OACK that told the group is the first. */
  receive(packet: Uint8Array): void {
    if (this.#over) return;
    const now = clock();
    if (this.#sink.full) this.#receiver.hold();
    this.#receiver.receive(packet, now);
    if (this.#receiver.state !== "running") this.#look();
    else if (this.#receiver.ended) void this.#store();
    if (!this.over) this.#timer.update(now);
  }

  /** Gives up: the server is told. */
  abort(message: string, cause?: unknown): void {
    this.#end({ kind: "aborted", message, cause });
  }

  #drained(): void {
    const now = clock();
    this.#receiver.release(now);
    this.#timer.update(now);
  }

  /** Never rejects. */
  async #store(): Promise<void> {
    if (this.#storing) return;
    this.#storing = true;
    try {
      await this.#sink.commit();
    } catch (cause) {
      this.#fail(cause);
    }
    if (this.#settled) return;
    const now = clock();
    this.#receiver.stored(now);
    this.#finish(undefined);
    // Nobody waits for the dallying: the file is there.
    this.#options.socket.unref();
    this.#timer.update(now);
  }

  #fail(cause: unknown): void {
    this.#end({ kind: "file", message: refusalFor(cause).message, cause });
  }

  #look(): void {
    const { state, failure } = this.#receiver;
    if (state === "failed") this.#end(failure);
    else if (state === "complete") this.#shut();
  }

  #end(failure: TransferFailure | undefined): void {
    if (!this.#settled) {
      if (failure !== undefined) tellFailure(failure, true, this.#send, (cause) => refusalFor(cause).code);
      void this.#sink.abandon();
      this.#finish(failure);
    }
    this.#shut();
  }

  #finish(failure: TransferFailure | undefined): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#timer.stop();
    const { counts, roundTrip, octetsReceived } = this.#receiver;
    this.#settle?.({ failure, octets: octetsReceived, counts, roundTrip });
  }

  #shut(): void {
    if (this.#over) return;
    this.#over = true;
    this.#timer.stop();
    this.#options.socket.close();
    this.#close?.();
  }
}
