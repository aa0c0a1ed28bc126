/** A file that is received with others (RFC 2090): the blocks by the group's socket, OACKs and ERRORs by the client's own. */
import type { RemoteInfo, Socket } from "node:dgram";
import {
  dataHeaderLength,
  opcodeOf,
  TftpGroupReceiver,
  tftpOpcode,
  type TftpGroupReceiverOptions,
} from "../../../protocol/index.ts";
import type { WritableFile } from "../../../storage/index.ts";
import { failureFor } from "../../transfer/error-codes.ts";
import { TransferFate } from "../../transfer/fate.ts";
import { demandSize, type ToldSize } from "../../transfer/size-check.ts";
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
  /** The size that the server told: a file of another is not stored. */
  readonly toldSize?: ToldSize | undefined;
  /** A block came. */
  readonly progress: () => void;
}

/** Receives a file with others. */
export class GroupTransfer {
  /** Settles when the file is stored or given up; it never rejects. The receiver may still dally. */
  readonly finished: Promise<TransferEnd>;
  /** Settles when no packet is answered any more, and nothing is done to the file. */
  readonly closed: Promise<void>;
  readonly #fate = new TransferFate();
  readonly #options: GroupTransferOptions;
  readonly #sink: BlockSink;
  readonly #receiver: TftpGroupReceiver;
  readonly #timer: DeadlineTimer;
  readonly #send: SendPacket;
  #storing = false;
  /** Whether no packet is answered any more. */
  #silent = false;

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
    this.finished = this.#fate.finished;
    this.closed = this.#fate.closed;
    this.#timer = new DeadlineTimer(
      this.#receiver,
      () => this.#look(),
      () => !this.#fate.settled,
    );
    options.socket.on("message", (packet, from) => {
      if (!options.isServer(from)) return;
      this.receive(packet);
      if (!this.over) options.progress();
    });
    options.socket.on("error", () => undefined);
  }

  /** Octets of the blocks that came. */
  get octets(): number {
    return this.#receiver.octetsReceived;
  }

  /** Whether it is over, but for the dallying. */
  get over(): boolean {
    return this.#fate.settled;
  }

  /** A packet of the server came; the OACK that told the group is the first. */
  receive(packet: Uint8Array): void {
    if (this.#silent || (this.#sink.committing && !isAppointment(packet))) return;
    const now = clock();
    if (this.#sink.full) this.#receiver.hold();
    this.#receiver.receive(packet, now);
    if (this.#receiver.state !== "running") this.#look();
    else if (this.#receiver.ended) void this.#store();
    this.#rearm(now);
  }

  /** Gives up: the server is told. */
  abort(message: string, cause?: unknown): void {
    // A file that takes its name right now is stored or not: the server must not be told otherwise.
    if (!this.#sink.committing) this.#end({ kind: "aborted", message, cause });
  }

  #drained(): void {
    const now = clock();
    this.#receiver.release(now);
    this.#rearm(now);
  }

  /** Never rejects. */
  async #store(): Promise<void> {
    if (this.#storing) return;
    this.#storing = true;
    try {
      demandSize(this.#options.toldSize, this.octets);
      await this.#sink.commit();
    } catch (cause) {
      this.#fail(cause);
    }
    if (this.over) return;
    const now = clock();
    this.#receiver.stored(now);
    this.#finish(undefined);
    // Nobody waits for the dallying: the file is there.
    this.#options.socket.unref();
    this.#rearm(now);
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
    else if (state === "complete") this.#end(undefined);
  }

  #end(failure: TransferFailure | undefined): void {
    if (this.#silent) return;
    this.#silence();
    if (this.over) {
      // The file is stored; only the dallying is over.
      this.#fate.close();
      return;
    }
    if (failure !== undefined) tellFailure(failure, true, this.#send);
    this.#finish(failure);
    void this.#sink.abandon().then(() => this.#fate.close());
  }

  #finish(failure: TransferFailure | undefined): void {
    this.#timer.stop();
    const { counts, roundTrip, octetsReceived } = this.#receiver;
    this.#fate.settle({ failure, octets: octetsReceived, counts, roundTrip });
  }

  #silence(): void {
    this.#silent = true;
    this.#timer.stop();
    this.#options.socket.close();
  }
}

/** Whether a packet may make this client the master, which no file that is being stored keeps it from. */
function isAppointment(packet: Uint8Array): boolean {
  return opcodeOf(packet) === tftpOpcode.optionAcknowledgment;
}
