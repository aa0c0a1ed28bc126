/**
 * The end of a transfer that has the file: RFC 1350 §2, §6, RFC 1123 §4.2.3.1, RFC 7440 §4.
 *
 * Packets and time go in, packets and a deadline come out. Blocks are put in with `room` and `supply`, as far ahead of the
 * peer as there is memory for. A window is sent back to back, and an ACK inside it means that what follows was lost: it is
 * sent again from there.
 *
 * A duplicate ACK sends nothing (the Sorcerer's Apprentice would double every packet after it), but for one case: with
 * windows it is also how a receiver says that the first block of a window is missing. It is believed once, and not again
 * before two windows went through without, so that a doubled ACK cannot start a chain.
 */
import { distanceOf, toWireNumber, type Rollover } from "./block-numbers.ts";
import { noCounts, type TftpCounts, type TftpFailure, type TftpMachineOptions, type TftpState } from "./machine.ts";
import {
  blockOf,
  isNoise,
  dataHeaderLength,
  opcodeOf,
  parseError,
  tftpErrorCode,
  tftpOpcode,
  writeBlockHeader,
} from "./packet.ts";
import { defaultRetries, RetransmissionTimer } from "./retransmission-timer.ts";

/** Options of `TftpSender`. */
export interface TftpSenderOptions extends TftpMachineOptions {
  /** An OACK that goes before the first block, and that ACK 0 answers; without it, DATA 1 is the first packet. */
  readonly first?: Uint8Array | undefined;
  /** Memory for a packet of so many octets. Default: any. */
  readonly memory?: ((size: number) => Uint8Array) | undefined;
  /** Blocks of the largest window, where ACKs tell the size of the next one in a fifth octet (msftwindow). */
  readonly largestWindow?: number | undefined;
}

/** Octets of packets that are read ahead only as far as they stay in the processor's cache with those that are sent. */
const cachedOctets = 256 * 1024;

/** Windows that go through before a duplicate ACK is believed again. */
const windowsOfDoubt = 2;

/** Milliseconds between the answers of a receiver to two copies of a block that waited for it. */
const secondAnswer = 100;

interface Slot {
  /** A whole DATA packet: header and block. */
  readonly packet: Uint8Array;
  /** The block's place in it. */
  readonly block: Uint8Array;
  length: number;
}

/** Sends a file's blocks. */
export class TftpSender {
  readonly counts: TftpCounts = noCounts();
  readonly #options: TftpSenderOptions;
  readonly #timer: RetransmissionTimer;
  readonly #rollover: Rollover;
  #window: number;
  readonly #slots: Slot[] = [];
  readonly #slotCount: number;
  #first: Uint8Array | undefined;
  #state: TftpState = "running";
  #failure: TftpFailure | undefined;
  /** The last block that the peer acknowledged. */
  #acknowledged = 0;
  /** The last block that was sent since the last time it was gone back. */
  #sent = 0;
  /** The last block that was ever sent: below it, sending is sending again. */
  #highest = 0;
  /** The last block that was supplied. */
  #supplied = 0;
  #last: number | undefined;
  #timed = 0;
  #timedAt = 0;
  /** When the first block that was sent again because of a timeout had been sent first; undefined when none was. */
  #repeatedSince: number | undefined;
  /** The block whose ACK may have answered the first copy, and how long after that it came. */
  #doubtful = 0;
  #doubtfulTook = 0;
  #doubtfulAt = 0;
  #doubt = 0;
  #heard = false;
  #started = false;

  constructor(options: TftpSenderOptions) {
    this.#options = options;
    this.#rollover = options.rollover ?? 0;
    this.#window = options.windowSize;
    this.#slotCount = slotsFor(options);
    this.#first = options.first;
    this.#timer = new RetransmissionTimer({ ...options, retries: options.firstRetries ?? options.retries });
  }

  get state(): TftpState {
    return this.#state;
  }

  /** Why it failed. */
  get failure(): TftpFailure | undefined {
    return this.#failure;
  }

  /** When `expire` is to be called, in milliseconds; undefined for never. */
  get deadline(): number | undefined {
    return this.#timer.deadline;
  }

  /** Blocks that the peer acknowledged. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** Octets that the peer acknowledged. */
  get octetsAcknowledged(): number {
    if (this.#last === undefined || this.#acknowledged < this.#last)
      return this.#acknowledged * this.#options.blockSize;
    return (this.#last - 1) * this.#options.blockSize + this.#slot(this.#last).length;
  }

  /** The estimate of the round trip, in milliseconds. */
  get roundTrip(): number | undefined {
    return this.#timer.roundTrip;
  }

  /** Begins: sends the OACK, or whatever of the first window was supplied. */
  start(now: number): void {
    this.#started = true;
    if (this.#first !== undefined) this.#sendFirst(now);
    else this.#sendWindow(now);
  }

  /** Where the next block is to be put, `blockSize` octets; undefined when there is no room, or the last was supplied. */
  room(): Uint8Array | undefined {
    if (this.#last !== undefined || this.#supplied - this.#acknowledged >= Math.min(this.#slotCount, 2 * this.#window))
      return undefined;
    return this.#slot(this.#supplied + 1).block;
  }

  /**
   * The block that `room` gave is filled. It goes out with `flush`, or with the next ACK.
   *
   * @param length - Its octets; a block that is not full is the last.
   */
  supply(length: number): void {
    const block = ++this.#supplied;
    const slot = this.#slot(block);
    slot.length = length;
    writeBlockHeader(slot.packet, tftpOpcode.data, toWireNumber(block, this.#rollover));
    if (length < this.#options.blockSize) this.#last = block;
  }

  /** Sends what the window allows and was not sent. */
  flush(now: number): void {
    if (this.#started && this.#state === "running" && this.#first === undefined) this.#sendWindow(now);
  }

  /** A packet of the peer came. */
  receive(packet: Uint8Array, now: number): void {
    if (this.#state !== "running" || isNoise(packet)) return;
    const opcode = opcodeOf(packet);
    if (opcode === tftpOpcode.acknowledgment) this.#acknowledge(packet, now);
    else if (opcode === tftpOpcode.error) {
      this.#fail({ kind: "peer-error", ...parseError(packet) });
    } else if (opcode !== tftpOpcode.optionAcknowledgment) {
      const message = "An ACK was expected";
      this.#fail({ kind: "protocol", code: tftpErrorCode.illegalOperation, message });
    }
  }

  /** The deadline came. */
  expire(now: number): void {
    if (this.#state !== "running") return;
    this.counts.timeouts++;
    if (!this.#timer.expire(now)) {
      this.#fail({ kind: "timeout", message: `No answer after ${this.#timer.retransmissions} retransmissions` });
      return;
    }
    this.#repeatedSince ??= this.#timedAt;
    this.#timed = 0;
    if (this.#first !== undefined) {
      this.counts.resent++;
      this.#transmit(this.#first, this.#first.length);
      return;
    }
    // Where it was only late, the window sent again brings duplicate ACKs, which tell of no loss.
    this.#doubt = windowsOfDoubt;
    // What was sent may all be lost, or only its ACK: the window's first block finds out which.
    this.#sent = this.#acknowledged;
    this.#transmitWindow(now);
  }

  #acknowledge(packet: Uint8Array, now: number): void {
    const wire = blockOf(packet);
    const outstanding = this.#highest - this.#acknowledged;
    const distance = distanceOf(wire, this.#acknowledged, this.#rollover, outstanding);
    this.counts.packetsIn++;
    if (this.#first !== undefined) {
      if (wire !== 0) return;
      this.#heedWindow(packet);
      this.#first = undefined;
      // How soon options are acknowledged tells nothing of how long a block takes: it is not measured.
      this.#endRepetition(0, now);
      this.#progress(now);
      return;
    }
    if (distance < 0) {
      this.counts.duplicates++;
      return;
    }
    this.#heedWindow(packet);
    if (distance === 0) {
      this.counts.duplicates++;
      this.#learn(now);
      this.#hearDuplicate(now);
      return;
    }
    const block = this.#acknowledged + distance;
    if (this.#timed !== 0 && block >= this.#timed) {
      if (block === this.#timed) this.#timer.measure(now - this.#timedAt);
      this.#timed = 0;
    }
    this.#endRepetition(block, now);
    this.#acknowledged = block;
    // Inside a window: what followed was lost. Beyond what was sent again: the first copies had arrived.
    if (block !== this.#sent) {
      if (block < this.#sent) this.#timed = 0;
      this.#sent = block;
    }
    if (this.#doubt > 0) this.#doubt--;
    this.#progress(now);
  }

  /** An ACK came after something was sent again: nobody knows yet which copy it answers. */
  #endRepetition(block: number, now: number): void {
    if (this.#repeatedSince === undefined) return;
    this.#doubtful = block;
    this.#doubtfulTook = now - this.#repeatedSince;
    this.#doubtfulAt = now;
    this.#repeatedSince = undefined;
  }

  /**
   * The same ACK came once more: it answers the second copy, and the one before answered the first. But a receiver also
   * repeats an ACK after a while, and with windows for a gap in what was sent since then: neither comes this soon.
   */
  #learn(now: number): void {
    if (this.#doubtfulTook === 0 || this.#acknowledged !== this.#doubtful) return;
    const soon = Math.max((this.#timer.roundTrip ?? 0) / 2, this.#window > 1 ? 0 : secondAnswer);
    if (now - this.#doubtfulAt > soon) return;
    this.#timer.spurious(this.#doubtfulTook);
    this.#doubtfulTook = 0;
  }

  /** The ACK's fifth octet, where there is one: blocks of the next window. */
  #heedWindow(packet: Uint8Array): void {
    const { largestWindow } = this.#options;
    const told = packet[dataHeaderLength];
    if (largestWindow !== undefined && told !== undefined) this.#window = Math.max(1, Math.min(told, largestWindow));
  }

  #progress(now: number): void {
    if (!this.#heard) {
      this.#heard = true;
      this.#timer.allow(this.#options.retries ?? defaultRetries);
    }
    if (this.#last !== undefined && this.#acknowledged === this.#last) {
      this.#timer.stop();
      this.#state = "complete";
      return;
    }
    // The wait begins here, and needs no other beginning for what is sent now.
    const next = Math.max(1, Math.min(this.#window, this.#supplied - this.#acknowledged));
    this.#timer.progress(now, this.#timer.retransmissions === 0, next);
    if (!this.#transmitWindow(now) && this.#sent === this.#acknowledged) this.#timer.stop();
  }

  #hearDuplicate(now: number): void {
    if (this.#window === 1 || this.#doubt > 0 || this.#sent === this.#acknowledged) return;
    this.#doubt = windowsOfDoubt;
    this.#timed = 0;
    this.#sent = this.#acknowledged;
    this.#timer.arm(now);
    this.#transmitWindow(now);
  }

  #sendFirst(now: number): void {
    if (this.#first === undefined) return;
    this.#timed = -1;
    this.#timedAt = now;
    this.#timer.arm(now);
    this.#transmit(this.#first, this.#first.length);
  }

  /** Sends, and waits for the answer from now on. With nothing to send there is nothing to wait for. */
  #sendWindow(now: number): void {
    if (this.#transmitWindow(now)) this.#timer.arm(now, this.#sent - this.#acknowledged);
    else if (this.#sent === this.#acknowledged) this.#timer.stop();
  }

  #transmitWindow(now: number): boolean {
    const end = Math.min(this.#acknowledged + this.#window, this.#supplied);
    if (this.#sent >= end) return false;
    const fresh = this.#sent >= this.#highest;
    while (this.#sent < end) {
      const block = ++this.#sent;
      if (block > this.#highest) this.#highest = block;
      else this.counts.resent++;
      const slot = this.#slot(block);
      this.#transmit(slot.packet, dataHeaderLength + slot.length);
    }
    // Only what was sent once can be timed: nobody knows which copy an ACK answers (RFC 6298 §3).
    if (fresh && (this.#window === 1 || end === this.#acknowledged + this.#window || end === this.#last)) {
      this.#timed = end;
      this.#timedAt = now;
    }
    return true;
  }

  #transmit(memory: Uint8Array, length: number): void {
    this.counts.packetsOut++;
    this.#options.transmit(memory, length);
  }

  #slot(block: number): Slot {
    const index = (block - 1) % this.#slotCount;
    const there = this.#slots[index];
    if (there !== undefined) return there;
    const size = dataHeaderLength + this.#options.blockSize;
    const packet = this.#options.memory?.(size) ?? new Uint8Array(size);
    const slot: Slot = { packet, block: packet.subarray(dataHeaderLength), length: 0 };
    this.#slots[index] = slot;
    return slot;
  }

  #fail(failure: TftpFailure): void {
    this.#failure = failure;
    this.#state = "failed";
    this.#timer.stop();
  }
}

/** Packets that are kept: a window, and as many to read ahead as are worth it, one at least. */
function slotsFor({ windowSize, largestWindow = 1, blockSize }: TftpSenderOptions): number {
  const window = Math.max(windowSize, largestWindow);
  const cached = Math.floor(cachedOctets / blockSize);
  return window + Math.min(window, Math.max(1, cached - window));
}
