/**
 * A client's end of a transfer to a group (RFC 2090): which blocks it has, and whether it is the master client.
 *
 * Packets and time go in; blocks in any order, ACKs and a deadline come out. The master acknowledges the block before the
 * first that it lacks, and so asks for that one; the others are silent. Whoever has all blocks acknowledges the last one,
 * master or not, and then dallies: an OACK that makes it the master is answered the same way.
 *
 * A master whose ACKs nobody answers may have been passed over without hearing of it: it goes on as one of the others, and
 * is asked again. One of the others gives up after a long silence; a master to whom nothing ever came does so at once.
 */
import { noCounts, type TftpCounts, type TftpFailure, type TftpState } from "./machine.ts";
import { multicastBlockLimit, parseMulticastAnswer } from "./multicast-option.ts";
import {
  blockOf,
  dataHeaderLength,
  opcodeOf,
  parseError,
  parseOptionAcknowledgment,
  tftpErrorCode,
  tftpOpcode,
  writeBlockHeader,
} from "./packet.ts";
import { RetransmissionTimer, type RetransmissionOptions } from "./retransmission-timer.ts";

/** Options of `TftpGroupReceiver`. */
export interface TftpGroupReceiverOptions extends RetransmissionOptions {
  /** Octets of a full block. */
  readonly blockSize: number;
  /** Milliseconds of silence before a client that is not the master gives up. */
  readonly patience: number;
  /** Milliseconds for which the last ACK can be repeated. Default 3,000. */
  readonly dally?: number | undefined;
  /** Sends one packet to the server. The memory may be used again for a packet that comes later. */
  readonly transmit: (memory: Uint8Array, length: number) => void;
  /**
   * Takes a block.
   *
   * @param packet - The DATA packet; the block follows its header. The memory is the receiver's no more.
   * @param block - Its number: it lies at (number - 1) × blockSize.
   * @returns false when there is no room for it: it is then asked for later.
   */
  readonly deliver: (packet: Uint8Array, block: number) => boolean;
}

const usualDally = 3_000;
/** How often the last ACK is sent by a client that is not the master: nothing would tell it that one was lost. */
const lastAcknowledgments = 3;

/** Receives a file's blocks with others. */
export class TftpGroupReceiver {
  readonly counts: TftpCounts = noCounts();
  readonly #options: TftpGroupReceiverOptions;
  readonly #timer: RetransmissionTimer;
  readonly #acknowledgment: Uint8Array = new Uint8Array(dataHeaderLength);
  /** A bit a block. */
  readonly #has: Uint8Array = new Uint8Array((multicastBlockLimit + 1) / 8);
  #state: TftpState = "running";
  #failure: TftpFailure | undefined;
  #master = false;
  #inOrder = 0;
  #highest = 0;
  #last: number | undefined;
  #octets = 0;
  #ended = false;
  #held = false;
  #owed = false;
  #timedAt: number | undefined;
  /** Whether anything came since the ACK that is waited for was sent first. */
  #heardSince = false;
  #silentAfter = Infinity;
  #dallyUntil = 0;
  #repeatAt: number | undefined;
  #repeats = 0;

  constructor(options: TftpGroupReceiverOptions) {
    this.#options = options;
    this.#timer = new RetransmissionTimer(options);
  }

  get state(): TftpState {
    return this.#state;
  }

  /** Why it failed. */
  get failure(): TftpFailure | undefined {
    return this.#failure;
  }

  /** Whether this client is to acknowledge. */
  get master(): boolean {
    return this.#master;
  }

  /** Octets of the blocks that came. */
  get octetsReceived(): number {
    return this.#octets;
  }

  /** Whether all blocks came: what remains is to store the file, and to call `stored`. */
  get ended(): boolean {
    return this.#ended;
  }

  /** The estimate of the round trip, in milliseconds. */
  get roundTrip(): number | undefined {
    return this.#timer.roundTrip;
  }

  /** When `expire` is to be called, in milliseconds; undefined for never. */
  get deadline(): number | undefined {
    if (this.#state === "dallying") return Math.min(this.#dallyUntil, this.#repeatAt ?? Infinity);
    if (this.#state !== "running" || this.#ended) return undefined;
    if (!this.#master) return this.#silentAfter;
    return this.#held ? undefined : this.#timer.deadline;
  }

  /** Keeps ACKs back: the file cannot take more. */
  hold(): void {
    this.#held = true;
  }

  /** Lets ACKs go. */
  release(now: number): void {
    if (!this.#held) return;
    this.#held = false;
    if (this.#state !== "running" || this.#ended || !this.#master) return;
    if (this.#owed) this.#ask(now);
    else this.#timer.arm(now);
  }

  /** The file is stored: sends the last ACK and begins to dally. */
  stored(now: number): void {
    if (this.#state !== "running" || !this.#ended) return;
    const { dally = usualDally } = this.#options;
    this.#state = "dallying";
    this.#dallyUntil = now + dally;
    this.#repeats = this.#master ? 0 : lastAcknowledgments - 1;
    this.#timer.stop();
    this.#acknowledge();
    this.#armRepeat(now);
  }

  /** A packet of the server came, to this client or to the group; the OACK that told the group is the first. */
  receive(packet: Uint8Array, now: number): void {
    if (this.#state === "complete" || this.#state === "failed") return;
    const opcode = opcodeOf(packet);
    this.counts.packetsIn++;
    this.#heardSince = true;
    this.#silentAfter = now + this.#options.patience;
    if (opcode === tftpOpcode.data && packet.length >= dataHeaderLength) this.#data(packet, now);
    else if (opcode === tftpOpcode.optionAcknowledgment) this.#appoint(packet, now);
    else if (this.#state !== "running") return;
    else if (opcode === tftpOpcode.error && packet.length >= dataHeaderLength) {
      this.#fail({ kind: "peer-error", ...parseError(packet) });
    } else this.#breach("DATA was expected");
  }

  /** The deadline came. */
  expire(now: number): void {
    if (this.#state === "dallying") {
      if (now >= this.#dallyUntil) this.#state = "complete";
      else if (this.#repeatAt !== undefined && now >= this.#repeatAt) {
        this.counts.resent++;
        this.#repeats--;
        this.#acknowledge();
        this.#armRepeat(now);
      }
      return;
    }
    if (this.#state !== "running" || this.#ended) return;
    if (!this.#master) {
      if (now < this.#silentAfter) return;
      this.counts.timeouts++;
      const seconds = Math.round(this.#options.patience / 100) / 10;
      const what = this.#highest === 0 ? "No block came" : "Nothing more came";
      this.#fail({ kind: "timeout", message: `${what} by multicast within ${seconds} s` });
      return;
    }
    if (this.#held) return;
    this.counts.timeouts++;
    this.#timedAt = undefined;
    if (this.#timer.expire(now)) {
      this.counts.resent++;
      this.#acknowledge();
    } else if (this.#heardSince || this.#highest > 0) {
      this.#master = false;
      this.#silentAfter = now + this.#options.patience;
    } else {
      const message = `No block came by multicast after ${this.#timer.retransmissions} retransmissions`;
      this.#fail({ kind: "timeout", message });
    }
  }

  #appoint(packet: Uint8Array, now: number): void {
    const [, text = ""] = parseOptionAcknowledgment(packet).find(([name]) => name === "multicast") ?? [];
    const answer = parseMulticastAnswer(text);
    if (answer === undefined) return;
    if (this.#state === "dallying") {
      if (answer.master) {
        this.counts.resent++;
        this.#acknowledge();
      } else {
        // This server takes the last ACK from the master only: it will ask.
        this.#dallyUntil = Math.max(this.#dallyUntil, now + this.#options.patience);
        this.#repeats = 0;
        this.#repeatAt = undefined;
      }
      return;
    }
    const again = this.#master && answer.master;
    this.#master = answer.master;
    if (this.#ended || !answer.master) return;
    if (again) this.counts.duplicates++;
    this.#ask(now);
  }

  #data(packet: Uint8Array, now: number): void {
    const block = blockOf(packet);
    const length = packet.length - dataHeaderLength;
    const { blockSize } = this.#options;
    if (block !== 0 && this.#knows(block)) {
      this.counts.duplicates++;
      if (this.#state === "dallying" && this.#master && block === this.#last) {
        this.counts.resent++;
        this.#acknowledge();
      }
      return;
    }
    if (this.#state !== "running") return;
    const last = length < blockSize ? block : undefined;
    if (length > blockSize) this.#breach(`A block of ${length} octets came; ${blockSize} were agreed on`);
    else if (block === 0) this.#breach("Block 0 came");
    else if (block > (this.#last ?? block) || this.#highest > (last ?? this.#highest)) {
      this.#breach("A block came from beyond the file's end");
    } else if (this.#options.deliver(packet, block)) this.#took(block, length, now);
  }

  #took(block: number, length: number, now: number): void {
    this.#has[block >> 3] = (this.#has[block >> 3] ?? 0) | (1 << (block & 7));
    this.#octets += length;
    this.#highest = Math.max(this.#highest, block);
    if (length < this.#options.blockSize) this.#last = block;
    if (block !== this.#inOrder + 1) return;
    while (this.#knows(this.#inOrder + 1)) this.#inOrder++;
    if (this.#timedAt !== undefined) this.#timer.measure(now - this.#timedAt);
    this.#timedAt = undefined;
    if (this.#inOrder === this.#last) this.#ended = true;
    else if (this.#master) this.#ask(now);
  }

  #knows(block: number): boolean {
    return block <= this.#highest && ((this.#has[block >> 3] ?? 0) & (1 << (block & 7))) !== 0;
  }

  /** Asks for the first block that is missing. */
  #ask(now: number): void {
    if (this.#held) {
      this.#owed = true;
      return;
    }
    this.#owed = false;
    this.#heardSince = false;
    this.#timedAt = now;
    this.#timer.progress(now);
    this.#acknowledge();
  }

  #acknowledge(): void {
    this.counts.packetsOut++;
    writeBlockHeader(this.#acknowledgment, tftpOpcode.acknowledgment, this.#inOrder);
    this.#options.transmit(this.#acknowledgment, dataHeaderLength);
  }

  #armRepeat(now: number): void {
    const { dally = usualDally } = this.#options;
    this.#repeatAt = this.#repeats > 0 ? now + dally / lastAcknowledgments : undefined;
  }

  #breach(message: string): void {
    this.#fail({ kind: "protocol", code: tftpErrorCode.illegalOperation, message });
  }

  #fail(failure: TftpFailure): void {
    this.#failure = failure;
    this.#state = "failed";
    this.#timer.stop();
  }
}
