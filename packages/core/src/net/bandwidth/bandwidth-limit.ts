/**
 * A limit of octets a second that transfers share: a token bucket, which its waiting users empty in turns.
 *
 * A transfer tells what it moves, or is about to move, and goes on once that is paid for. Whoever waits is served a small
 * quantum at a time, one after the other: large pieces get no more than small ones.
 */

/** How time passes; another one for tests. */
export interface BandwidthClock {
  /** Milliseconds, never going back. */
  now(): number;
  /** Calls back after so many milliseconds. @returns A function that takes that back. */
  after(milliseconds: number, callback: () => void): () => void;
}

/** Options of `BandwidthLimit`. */
export interface BandwidthLimitOptions {
  /** Octets that may move at once after a pause. Default: those of a quarter of a second. */
  readonly burst?: number;
  /** Default: the system's. */
  readonly clock?: BandwidthClock;
}

/** Octets that a waiting transfer is granted before the next one has its turn. */
export const bandwidthQuantum: number = 16 * 1024;

/** The default burst, in seconds of the rate. */
const burstSeconds = 0.25;
/** Seconds of the rate that one read or write is to hold at most, so that slow transfers move steadily. */
const pieceSeconds = 0.05;
/** Octets of one read or write: fewer cost more than they smooth. */
const smallestPiece = 1024;
/** What sums of fractions may be wrong by: octets. */
const tolerance = 1e-6;

const systemClock: BandwidthClock = {
  now: () => performance.now(),
  after: (milliseconds, callback) => {
    // Not unreferenced: a connection that is not read keeps no process alive, and somebody waits for its file.
    const timer = setTimeout(callback, milliseconds);
    return () => clearTimeout(timer);
  },
};

/** One user of a limit. */
export interface BandwidthClaim {
  /** Resolves once all that was spent is paid for; undefined when it is. */
  readonly paid: Promise<void> | undefined;
  /** Takes octets: what the bucket does not hold is waited for. */
  spend(octets: number): void;
  /** Ends the use: nobody waits any more, and what is not paid for stays a debt of the bucket. */
  drop(): void;
}

/** A limit that any number of transfers, clients and pools may share. */
export class BandwidthLimit {
  /** Octets a second. */
  readonly octetsPerSecond: number;
  /** Octets that may move at once after a pause. */
  readonly burst: number;
  readonly #clock: BandwidthClock;
  readonly #waiting: Claim[] = [];
  /** Octets in the bucket; fewer than none is a debt. */
  #tokens: number;
  #filled: number;
  #cancel: (() => void) | undefined;

  /** @throws RangeError for a rate or burst that is no number above 0, or less than an octet. */
  constructor(octetsPerSecond: number, options: BandwidthLimitOptions = {}) {
    const burst = options.burst ?? Math.max(1, octetsPerSecond * burstSeconds);
    for (const [name, value] of Object.entries({ octetsPerSecond, burst })) {
      if (!(value >= 1 && value < Infinity)) throw new RangeError(`${name} must be a number of 1 or more`);
    }
    this.octetsPerSecond = octetsPerSecond;
    this.burst = burst;
    this.#clock = options.clock ?? systemClock;
    this.#tokens = burst;
    this.#filled = this.#clock.now();
  }

  /** Octets of one read or write that suit the rate. */
  get piece(): number {
    return Math.max(smallestPiece, Math.floor(this.octetsPerSecond * pieceSeconds));
  }

  /** A use of this limit by one transfer. */
  claim(): BandwidthClaim {
    return new Claim(
      (claim, octets) => this.#spend(claim, octets),
      (claim) => this.#drop(claim),
    );
  }

  #spend(claim: Claim, octets: number): void {
    this.#fill();
    if (this.#waiting.length === 0 && this.#tokens + tolerance >= octets) {
      this.#tokens -= octets;
      return;
    }
    if (claim.owed === 0) this.#waiting.push(claim);
    claim.owed += octets;
    this.#serve();
  }

  #drop(claim: Claim): void {
    const index = this.#waiting.indexOf(claim);
    if (index === -1) return;
    this.#waiting.splice(index, 1);
    this.#fill();
    this.#tokens -= claim.owed;
    claim.settle();
    this.#serve();
  }

  /** Gives out what is there, a quantum to each in turn, and comes back when there is more. */
  #serve(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#fill();
    for (let claim = this.#waiting[0]; claim !== undefined; claim = this.#waiting[0]) {
      const wanted = Math.min(claim.owed, bandwidthQuantum, this.burst);
      if (this.#tokens + tolerance < wanted) {
        const wait = Math.ceil(((wanted - this.#tokens) / this.octetsPerSecond) * 1000 - tolerance);
        this.#cancel = this.#clock.after(Math.max(1, wait), () => this.#serve());
        return;
      }
      this.#tokens -= wanted;
      claim.owed -= wanted;
      this.#waiting.shift();
      if (claim.owed > tolerance) this.#waiting.push(claim);
      else claim.settle();
    }
  }

  #fill(): void {
    const now = this.#clock.now();
    const earned = ((now - this.#filled) / 1000) * this.octetsPerSecond;
    this.#tokens = Math.min(this.burst, this.#tokens + earned);
    this.#filled = now;
  }
}

class Claim implements BandwidthClaim {
  owed = 0;
  paid: Promise<void> | undefined;
  readonly #take: (claim: Claim, octets: number) => void;
  readonly #leave: (claim: Claim) => void;
  #resolve: (() => void) | undefined;

  constructor(take: (claim: Claim, octets: number) => void, leave: (claim: Claim) => void) {
    this.#take = take;
    this.#leave = leave;
  }

  spend(octets: number): void {
    this.#take(this, octets);
    if (this.owed === 0) return;
    this.paid ??= new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  drop(): void {
    this.#leave(this);
  }

  settle(): void {
    this.owed = 0;
    this.paid = undefined;
    this.#resolve?.();
    this.#resolve = undefined;
  }
}
