/**
 * The end of a transfer that gets the file: RFC 1350 §2, §6, RFC 1123 §4.2.3.1, RFC 7440 §4.
 *
 * Packets and time go in; blocks in order, ACKs and a deadline come out. The last block in order is acknowledged at the end
 * of a window, at a gap, when what came had been there before, and when nothing came for a while. After the last ACK the
 * receiver dallies, to repeat it should it be lost.
 *
 * `hold` keeps ACKs back as long as the file cannot take more; the last one is always held until `release`, so that a peer
 * never hears of a file as complete that could not be stored.
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
import { defaultRetries, RetransmissionTimer, shortestReceiverTimeout } from "./retransmission-timer.ts";

/** Options of `TftpReceiver`. */
export interface TftpReceiverOptions extends TftpMachineOptions {
  /** The packet that asks for the first block: an OACK to a WRQ. Without it, ACK 0. */
  readonly first?: Uint8Array | undefined;
  /** Milliseconds for which the last ACK can be repeated. Default: 8 round trips, 3,000 at least. */
  readonly dally?: number | undefined;
  /**
   * Takes a block.
   *
   * @param packet - The DATA packet; the block follows its header. The memory is the receiver's no more.
   */
  readonly deliver: (packet: Uint8Array) => void;
}

/** ACKs after a repeated one that are not repeated for a block that comes again within a round trip. */
const acknowledgmentsOfDoubt = 2;
/** Milliseconds of dallying at least. */
const shortestDally = 3_000;

/** Receives a file's blocks. */
export class TftpReceiver {
  readonly counts: TftpCounts = noCounts();
  readonly #options: TftpReceiverOptions;
  readonly #timer: RetransmissionTimer;
  readonly #rollover: Rollover;
  readonly #window: number;
  readonly #acknowledgment: Uint8Array = new Uint8Array(dataHeaderLength);
  #state: TftpState = "running";
  #failure: TftpFailure | undefined;
  /** The last block that came in order. */
  #received = 0;
  #octets = 0;
  /** The block after which the sender's window begins, as far as is known. */
  #windowStart = 0;
  /** The nearest block beyond a gap since the gap was acknowledged; one that is no farther is a new round. */
  #beyondGap: number | undefined;
  /** The run of duplicates that came last. */
  #repeatedFrom: number | undefined;
  #repeatedTo: number | undefined;
  #ended = false;
  #held = false;
  /** An ACK is owed once the hold ends. */
  #owed = false;
  #timedAt: number | undefined;
  /** When the last ACK went out. */
  #answeredAt = -Infinity;
  /** ACKs that are to go out before one is repeated at once. */
  #doubt = 0;
  #dallyUntil: number | undefined;

  constructor(options: TftpReceiverOptions) {
    this.#options = options;
    this.#rollover = options.rollover ?? 0;
    this.#window = options.windowSize;
    this.#timer = new RetransmissionTimer({
      ...options,
      shortestTimeout: Math.max(shortestReceiverTimeout, options.shortestTimeout ?? 0),
      retries: options.firstRetries ?? options.retries,
    });
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
    if (this.#state === "dallying") return this.#dallyUntil;
    return this.#held || this.#ended ? undefined : this.#timer.deadline;
  }

  /** Blocks that came in order. */
  get received(): number {
    return this.#received;
  }

  /** Octets that came in order. */
  get octetsReceived(): number {
    return this.#octets;
  }

  /** Whether the last block came: what remains is to store the file, and to `release` its ACK. */
  get ended(): boolean {
    return this.#ended;
  }

  /** The estimate of the round trip, in milliseconds. */
  get roundTrip(): number | undefined {
    return this.#timer.roundTrip;
  }

  /** Begins: asks for the first block. */
  start(now: number): void {
    this.#timedAt = now;
    this.#timer.arm(now);
    this.#answer();
  }

  /** Waits for the first block without asking: it is known to have come, or the request asked for it. */
  startSilently(now: number): void {
    this.#timer.arm(now);
  }

  /** The peer asked again what `first` answers (a WRQ or an OACK that came twice). */
  repeatFirst(): void {
    this.counts.duplicates++;
    if (this.#state === "running" && this.#received === 0 && !this.#ended) {
      this.counts.resent++;
      this.#answer();
    }
  }

  /** Keeps ACKs back. */
  hold(): void {
    this.#held = true;
  }

  /** Lets ACKs go; after the last block, sends the last ACK and begins to dally. */
  release(now: number): void {
    this.#held = false;
    if (this.#state !== "running") return;
    if (this.#ended) {
      this.#state = "dallying";
      const roundTrip = this.#timer.roundTrip ?? 0;
      this.#dallyUntil = now + (this.#options.dally ?? Math.max(shortestDally, 8 * roundTrip));
      this.#timer.stop();
      this.#answer();
      return;
    }
    this.#timer.arm(now);
    if (this.#owed) this.#acknowledge(now);
  }

  /** This end gives up: nothing is sent any more. What the peer is told is the caller's to say. */
  stop(): void {
    if (this.#state !== "complete") this.#state = "failed";
    this.#timer.stop();
  }

  /** A packet of the peer came. */
  receive(packet: Uint8Array, now: number): void {
    if (this.#state === "complete" || this.#state === "failed" || isNoise(packet)) return;
    const opcode = opcodeOf(packet);
    if (opcode === tftpOpcode.data) this.#data(packet, now);
    else if (opcode === tftpOpcode.error) {
      // Once the file is whole, the peer's trouble is its own.
      if (this.#state === "running") this.#fail({ kind: "peer-error", ...parseError(packet) });
    } else if (opcode === tftpOpcode.optionAcknowledgment) this.repeatFirst();
    else if (this.#state === "running") this.#breach("DATA was expected");
  }

  /** The deadline came. */
  expire(now: number): void {
    if (this.#state === "dallying") {
      this.#state = "complete";
      return;
    }
    if (this.#state !== "running" || this.#held || this.#ended) return;
    this.counts.timeouts++;
    if (!this.#timer.expire(now)) {
      this.#fail({ kind: "timeout", message: `No answer after ${this.#timer.retransmissions} retransmissions` });
      return;
    }
    this.#timedAt = undefined;
    this.counts.resent++;
    this.#beginWindow();
    this.#beyondGap = undefined;
    this.#answer();
  }

  #data(packet: Uint8Array, now: number): void {
    this.counts.packetsIn++;
    const distance = distanceOf(blockOf(packet), this.#received, this.#rollover, this.#window);
    if (distance === 1 && !this.#ended) this.#inOrder(packet, now);
    else if (distance > 1 && !this.#ended) this.#gap(this.#received + distance, now);
    else if (this.#isOneTooMany(packet, distance)) this.#answer(this.#received + 1);
    else this.#duplicate(distance, now);
  }

  /**
   * tftp-hpa's client takes block number 1 for that of its request: after a last block with number 0 (65,535 × 512 octets)
   * it sends an empty block 1, and fails when nobody acknowledges it. The file is whole all the same.
   */
  #isOneTooMany(packet: Uint8Array, distance: number): boolean {
    const isRolled = toWireNumber(this.#received, this.#rollover) === 0;
    return this.#state === "dallying" && isRolled && distance === 1 && packet.length === dataHeaderLength;
  }

  #inOrder(packet: Uint8Array, now: number): void {
    // Nobody asked for more than the window that waits: a peer that does not wait must not fill the memory.
    if (this.#held && this.#owed) return;
    const length = packet.length - dataHeaderLength;
    if (length > this.#options.blockSize) {
      this.#breach(`A block of ${length} octets came; ${this.#options.blockSize} were agreed on`);
      return;
    }
    if (this.#timedAt !== undefined) {
      this.#timer.measure(now - this.#timedAt);
      this.#timedAt = undefined;
    }
    if (this.#received === 0) this.#timer.allow(this.#options.retries ?? defaultRetries);
    this.#followSender();
    this.#received++;
    this.#octets += length;
    this.#beyondGap = undefined;
    this.#timer.progress(now);
    if (length < this.#options.blockSize) {
      this.#ended = true;
      this.#options.deliver(packet);
      return;
    }
    this.#options.deliver(packet);
    if (this.#state !== "running") return;
    if (this.#received - this.#windowStart >= this.#window) this.#acknowledge(now);
  }

  #gap(block: number, now: number): void {
    const again = this.#beyondGap === undefined || block <= this.#beyondGap;
    this.#beyondGap = block;
    if (again) this.#acknowledge(now);
  }

  #duplicate(distance: number, now: number): void {
    this.counts.duplicates++;
    if (this.#state === "dallying") {
      if (distance === 0) this.#repeat(now);
      return;
    }
    const block = this.#received + distance;
    if (this.#repeatedTo !== undefined && block === this.#repeatedTo + 1) this.#repeatedTo = block;
    else this.#repeatedFrom = this.#repeatedTo = block;
    // Inside a window an ACK would send the sender back; a block that the network doubled must not do that.
    if (distance === 0 && this.#received > 0 && this.#received === this.#windowStart && !this.#ended) this.#repeat(now);
  }

  /** A run of duplicates before a new block: the sender went back, and its window ends as much earlier. */
  #followSender(): void {
    const start = this.#repeatedFrom;
    const end = this.#repeatedTo;
    this.#repeatedFrom = this.#repeatedTo = undefined;
    if (start === undefined || end === undefined || end === start || end !== this.#received) return;
    const before = Math.max(start - 1, this.#received - this.#window + 1);
    if (before < this.#windowStart) this.#windowStart = before;
  }

  #repeat(now: number): void {
    if (this.#held) {
      this.#owed = true;
      return;
    }
    // A sender that answers each ACK, doubled ones too, would double every block from here on (RFC 1123 §4.2.3.1).
    if (this.#doubt > 0 && now - this.#answeredAt < (this.#timer.roundTrip ?? 0)) return;
    this.#doubt = acknowledgmentsOfDoubt;
    this.#answeredAt = now;
    this.counts.resent++;
    this.#timedAt = undefined;
    this.#beginWindow();
    this.#answer();
  }

  /** The sender goes on from here, as soon as it hears so. */
  #beginWindow(): void {
    this.#windowStart = this.#received;
    this.#repeatedFrom = this.#repeatedTo = undefined;
  }

  #acknowledge(now: number): void {
    if (this.#held) {
      this.#owed = true;
      return;
    }
    this.#owed = false;
    this.#beginWindow();
    if (this.#doubt > 0) this.#doubt--;
    this.#timedAt = this.#answeredAt = now;
    this.#answer();
  }

  #answer(block: number = this.#received): void {
    this.counts.packetsOut++;
    const { first } = this.#options;
    if (this.#received === 0 && first !== undefined) {
      this.#options.transmit(first, first.length);
      return;
    }
    const wire = toWireNumber(block, this.#rollover);
    writeBlockHeader(this.#acknowledgment, tftpOpcode.acknowledgment, wire);
    this.#options.transmit(this.#acknowledgment, dataHeaderLength);
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
