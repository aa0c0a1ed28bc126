/** One client of a group, as the group's sender keeps it (RFC 2090). */
import { noCounts, type TftpCounts, type TftpFailure } from "./machine.ts";
import { defaultRetries, RetransmissionTimer, type RetransmissionOptions } from "./retransmission-timer.ts";

/** What a client is to its group. */
export interface TftpGroupMemberOptions extends RetransmissionOptions {
  /** Retransmissions before its first answer: until then the request's address may be forged. */
  readonly firstRetries?: number | undefined;
  /** Sends the client its OACK. @param master - Whether it is told to acknowledge. */
  readonly acknowledge: (master: boolean) => void;
  /** The client has the file, or is given up. */
  readonly ended: (failure: TftpFailure | undefined) => void;
}

/** One client. Its group alone calls what changes it. */
export class TftpGroupMember {
  readonly counts: TftpCounts = noCounts();
  readonly timer: RetransmissionTimer;
  readonly ended: (failure: TftpFailure | undefined) => void;
  readonly #options: TftpGroupMemberOptions;
  #acknowledged = -1;
  #heard = false;
  #answered = false;
  #silentTurns = 0;
  #strays = 0;
  #timedAt: number | undefined;

  constructor(options: TftpGroupMemberOptions) {
    this.#options = options;
    this.ended = options.ended;
    this.timer = new RetransmissionTimer(options);
  }

  /** Whether it ever acknowledged anything. */
  get heard(): boolean {
    return this.#heard;
  }

  /** The block up to which it has all, as far as it told; 0 for none. */
  get acknowledged(): number {
    return Math.max(0, this.#acknowledged);
  }

  /** Whether it answered since it became the master. */
  get answered(): boolean {
    return this.#answered;
  }

  /** ACKs that it sent since it was the master last. */
  get strays(): number {
    return this.#strays;
  }

  /** Sends the OACK. */
  acknowledge(master: boolean): void {
    this.counts.packetsOut++;
    this.#options.acknowledge(master);
  }

  /** Becomes the master. */
  beginTurn(now: number): void {
    const { retries = defaultRetries, firstRetries = retries } = this.#options;
    this.#answered = false;
    this.#timedAt = undefined;
    this.#strays = 0;
    this.timer.allow(this.#heard ? retries : firstRetries);
    this.timer.progress(now);
    this.acknowledge(true);
  }

  /** A block was sent for the first time: its ACK is timed. That of the OACK is not: the client may be joining first. */
  begin(now: number): void {
    this.counts.packetsOut++;
    this.#timedAt = now;
    this.timer.progress(now);
  }

  /** It is silent. @returns Whether to send again. */
  expire(now: number): boolean {
    this.counts.timeouts++;
    this.#timedAt = undefined;
    if (!this.timer.expire(now)) return false;
    this.counts.resent++;
    return true;
  }

  /** Its turn ended in silence. @returns How many did so without a block between them. */
  endSilentTurn(): number {
    this.timer.stop();
    return ++this.#silentTurns;
  }

  /** An ACK of it came. */
  hear(): void {
    this.counts.packetsIn++;
    if (this.#heard) return;
    this.#heard = true;
    this.timer.allow(this.#options.retries ?? defaultRetries);
  }

  /** It acknowledged while another is the master. */
  stray(): void {
    this.#strays++;
  }

  /**
   * It acknowledged as the master. What was acknowledged before is no news, but for the first answer of a turn: that may
   * be where the turn before ended. It ends no silence either: a client that never gets a block is not kept for ever.
   *
   * @returns Whether this asks for a block.
   */
  take(block: number, now: number): boolean {
    const news = block > this.#acknowledged;
    if (!news && (this.#answered || block < this.#acknowledged)) {
      this.counts.duplicates++;
      return false;
    }
    this.#answered = true;
    if (this.#timedAt !== undefined) this.timer.measure(now - this.#timedAt);
    this.#timedAt = undefined;
    if (news) {
      this.#acknowledged = block;
      this.#silentTurns = 0;
    }
    return true;
  }

  /** It has the file. */
  finish(lastBlock: number): void {
    this.#acknowledged = lastBlock;
    this.timer.stop();
  }
}
