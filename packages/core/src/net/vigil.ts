/**
 * Busy polling: keeping the event loop awake for a moment, because something is about to come.
 *
 * A processor that sleeps takes some 50 µs to wake, in a virtual machine more: several times what a command takes. A
 * client that sends its next command right after a reply would pay that for each.
 */

/** How time passes; another one for tests. */
export interface VigilClock {
  /** Milliseconds, never going back. */
  now(): number;
  /** Calls back in the event loop's next round. */
  nextRound(callback: () => void): void;
}

const systemClock: VigilClock = {
  now: () => performance.now(),
  nextRound: (callback) => void setImmediate(callback),
};

/** Milliseconds of busy polling: a little more than a client on the same network needs between two turns. */
const defaultBusyPoll = 0.2;
const longestBusyPoll = 10;

/** The option's value, or 0.2 ms. @throws RangeError for a span that nobody can mean. */
export function resolveBusyPoll(busyPoll: number = defaultBusyPoll): number {
  if (busyPoll >= 0 && busyPoll <= longestBusyPoll) return busyPoll;
  throw new RangeError(`busyPoll must be from 0 to ${longestBusyPoll} milliseconds`);
}

/** Keeps the event loop awake. One serves all connections. */
export class Vigil {
  readonly #span: number;
  readonly #clock: VigilClock;
  #end = 0;
  #awake = false;

  /** @param span - Milliseconds that the loop is kept awake for; 0 is never. */
  constructor(span: number, clock: VigilClock = systemClock) {
    this.#span = span;
    this.#clock = clock;
  }

  /** The time, in milliseconds, for `isBrisk`. */
  now(): number {
    return this.#span === 0 ? 0 : this.#clock.now();
  }

  /** Whether what came now would have been seen by a loop that was kept awake since then. */
  isBrisk(since: number): boolean {
    return this.#span > 0 && this.#clock.now() - since <= this.#span;
  }

  /** Keeps the loop awake for the span from `now` on. */
  keep(now: number): void {
    if (this.#span === 0) return;
    this.#end = now + this.#span;
    if (this.#awake) return;
    this.#awake = true;
    this.#clock.nextRound(this.#round);
  }

  readonly #round = (): void => {
    if (this.#clock.now() < this.#end) this.#clock.nextRound(this.#round);
    else this.#awake = false;
  };
}

/** The turns that this end and one peer take. Behind an answer to a peer that was brisk the loop is kept awake. */
export class Turns {
  readonly #vigil: Vigil;
  /** When this end had last answered. */
  #answeredAt = -Infinity;
  #brisk = false;

  /** @param vigil - Is shared by all peers. */
  constructor(vigil: Vigil) {
    this.#vigil = vigil;
  }

  /** Something of the peer came. */
  heard(): void {
    this.#brisk = this.#vigil.isBrisk(this.#answeredAt);
  }

  /** All that came was answered, and more is awaited. */
  answered(): void {
    this.#answeredAt = this.#vigil.now();
    if (this.#brisk) this.#vigil.keep(this.#answeredAt);
  }
}
