/**
 * When to send again (RFC 1123 §4.2.3.2): the estimate of the round trip that RFC 6298 §2 describes, waits that double
 * and are spread at random, so that a room full of machines does not send again in step, and an end to it.
 *
 * What was measured counts for the first two retransmissions, which make up for a packet that was lost. A peer that is silent
 * for longer erases its flash or wakes its disk: from then on the waits are those for a peer of which nothing is known.
 *
 * The wait is never less than a quarter of a second longer than the round trip: a device answers one block at once, and the
 * next only when its flash is written. Whatever turns out to have been sent again in vain makes the waits longer for the
 * rest of the transfer (`spurious`), since Karn's rule keeps just those answers from being measured (RFC 6298 §3).
 */

/** How long is waited. */
export interface RetransmissionOptions {
  /** Milliseconds before the first retransmission as long as nothing was measured. Default 1,000. */
  readonly initialTimeout?: number | undefined;
  /** Milliseconds that are waited at least, and beyond the round trip. Default 250. */
  readonly shortestTimeout?: number | undefined;
  /** Milliseconds that are waited at most, but for the random part. Default 10,000. */
  readonly longestTimeout?: number | undefined;
  /** Retransmissions without an answer before the peer is given up. Default 6. */
  readonly retries?: number | undefined;
  /**
   * Milliseconds that are waited at least after the third retransmission, so that the peer's own clock can run out.
   * Default 6,000, and no more than `longestTimeout`.
   */
  readonly patience?: number | undefined;
  /** Numbers from 0 to below 1. */
  readonly random: () => number;
}

/** Retransmissions without an answer, unless an option says otherwise. */
export const defaultRetries = 6;
/** Milliseconds before the first retransmission, unless an option says otherwise. */
export const defaultInitialTimeout = 1_000;
/** Milliseconds that are waited at least, unless an option says otherwise. */
export const defaultShortestTimeout = 250;
/**
 * Milliseconds before an ACK is repeated at least: the sender, who knows what it sent, is to be the first to do something,
 * and both at once disturb each other.
 */
export const shortestReceiverTimeout: number = 2 * defaultShortestTimeout;
/** Milliseconds that a peer of which nothing is known may take for each block of a window but the first. */
const blockAllowance = 300;
/** How much longer than the answer that was slowest the waits are, after something was sent again in vain. */
const spuriousMargin = 1.5;
/**
 * Milliseconds of patience, unless an option says otherwise. Most peers send again after 5 s without a packet, and some at
 * no other occasion: tftp-hpa as a sender answers no ACK that it has had, atftp as a receiver no block. What comes closer
 * than that keeps them silent for ever.
 */
export const defaultPatience = 6_000;
/** Retransmissions that do not wait for the peer's own clock. */
const hastyRetransmissions = 3;
/** The share of a wait that is added at random, at most. */
const jitter = 0.25;

/** The clock of one transfer. All times are milliseconds of one clock. */
export class RetransmissionTimer {
  #shortest: number;
  readonly #longest: number;
  readonly #random: () => number;
  readonly #initial: number;
  readonly #patience: number;
  #retries: number;
  #smoothed: number | undefined;
  #variation = 0;
  #sent = 0;
  /** How often the wait was doubled. It stays so until an answer shows that the wait was long enough (RFC 6298 §5). */
  #backoff = 0;
  #deadline: number | undefined;
  /** Blocks that have one answer. */
  #blocks = 1;
  /** What a wait is multiplied by; drawn anew for each retransmission, and not for each packet. */
  #spread: number;

  constructor(options: RetransmissionOptions) {
    this.#initial = options.initialTimeout ?? defaultInitialTimeout;
    this.#longest = Math.max(options.longestTimeout ?? 10_000, 1);
    this.#shortest = Math.min(options.shortestTimeout ?? defaultShortestTimeout, this.#longest);
    this.#retries = options.retries ?? defaultRetries;
    this.#patience = options.patience ?? Math.min(defaultPatience, this.#longest);
    this.#random = options.random;
    this.#spread = this.#draw();
  }

  /** When something is to be sent again; undefined when nothing is waited for. */
  get deadline(): number | undefined {
    return this.#deadline;
  }

  /** Retransmissions since the last answer. */
  get retransmissions(): number {
    return this.#sent;
  }

  /** The estimate of the round trip, in milliseconds; undefined before the first measurement. */
  get roundTrip(): number | undefined {
    return this.#smoothed;
  }

  /** Sets how many retransmissions are allowed from now on. */
  allow(retries: number): void {
    this.#retries = retries;
  }

  /** An answer to what was sent once only came after so many milliseconds (RFC 6298 §2). */
  measure(milliseconds: number): void {
    this.#backoff = 0;
    if (this.#smoothed === undefined) {
      this.#smoothed = milliseconds;
      this.#variation = milliseconds / 2;
      return;
    }
    this.#variation = 0.75 * this.#variation + 0.25 * Math.abs(this.#smoothed - milliseconds);
    this.#smoothed = 0.875 * this.#smoothed + 0.125 * milliseconds;
  }

  /**
   * What was sent again was sent in vain: the peer had the first copy, and answered so many milliseconds after that. From
   * now on nothing is sent again that soon; but the waits are no longer for it than for a peer of which nothing is known.
   */
  spurious(milliseconds: number): void {
    const most = Math.min(Math.max(this.#initial, this.#shortest), this.#longest);
    this.#shortest = Math.max(this.#shortest, Math.min(milliseconds * spuriousMargin, most));
  }

  /**
   * The peer answered: the count begins anew, and so does the wait.
   *
   * @param sure - What it answers was sent once, so that the wait was long enough. Default false: an answer to what was sent
   *   again may be one to the first copy.
   * @param blocks - As for `arm`.
   */
  progress(now: number, sure = false, blocks = 1): void {
    if (sure) this.#backoff = 0;
    this.#sent = 0;
    this.#blocks = blocks;
    this.#deadline = now + this.#wait();
  }

  /** Waits from now on, without counting anything. @param blocks - Blocks with one answer. Default 1. */
  arm(now: number, blocks = 1): void {
    this.#blocks = blocks;
    this.#deadline = now + this.#wait();
  }

  /** Nothing is waited for. */
  stop(): void {
    this.#deadline = undefined;
  }

  /** The deadline came. @returns Whether to send again; when false, the peer is to be given up. */
  expire(now: number): boolean {
    if (this.#sent >= this.#retries) {
      this.stop();
      return false;
    }
    this.#sent++;
    this.#backoff++;
    this.#spread = this.#draw();
    this.#deadline = now + this.#wait();
    return true;
  }

  #wait(): number {
    // The margin of RFC 6298 §2 shrinks to nothing where the round trip is steady, and the least delay would be a timeout.
    const estimate =
      this.#smoothed === undefined
        ? this.#initial + (this.#blocks - 1) * blockAllowance
        : this.#smoothed + Math.max(4 * this.#variation, this.#shortest);
    const backedOff = Math.min(estimate * 2 ** this.#backoff, this.#longest);
    if (this.#sent < hastyRetransmissions) return backedOff * this.#spread;
    const patient = Math.min(this.#patience * 2 ** (this.#sent - hastyRetransmissions), this.#longest);
    return Math.max(backedOff, patient, this.#patience) * this.#spread;
  }

  #draw(): number {
    return 1 + jitter * this.#random();
  }
}
