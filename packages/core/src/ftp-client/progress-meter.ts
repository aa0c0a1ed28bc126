/**
 * How fast something goes and how long it still takes, from how much moved when. Pure but for its clock.
 *
 * The rate is a mean of what moved, in which what is older counts less, by `meterMemory`: it follows a line that becomes
 * faster or slower within seconds, and does not jump with every piece.
 */

/** Milliseconds after which what moved counts for a third of what it did. */
export const meterMemory = 3_000;
/** Milliseconds that are looked at together: a piece alone tells the speed of memory. */
export const meterSample = 100;

/** A progress's speed and the time that it still takes. */
export class ProgressMeter {
  readonly #now: () => number;
  #moved = 0;
  /** When the sample began that is being collected. */
  #since: number;
  #inSample = 0;
  /** Mean octets a millisecond, and the share of it that was measured at all: 1 after a while. */
  #mean = 0;
  #measured = 0;

  /** @param now - Milliseconds that only grow. Default: the system's. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#since = now();
  }

  /** Octets that moved so far. */
  get moved(): number {
    return this.#moved;
  }

  /** Tells of octets that moved. */
  add(octets: number): void {
    this.#moved += octets;
    this.#inSample += octets;
    const passed = this.#now() - this.#since;
    if (passed < meterSample) return;
    const [mean, measured] = this.#including(passed);
    this.#mean = mean;
    this.#measured = measured;
    this.#since += passed;
    this.#inSample = 0;
  }

  /** Octets a second; 0 before it can be told, and falling while nothing moves. */
  get rate(): number {
    const passed = this.#now() - this.#since;
    const [mean, measured] = passed < meterSample ? [this.#mean, this.#measured] : this.#including(passed);
    return measured === 0 ? 0 : (mean / measured) * 1000;
  }

  /**
   * Milliseconds that so many octets still take at this rate.
   *
   * @param octets - What is left; undefined where nobody knows.
   * @returns Undefined where it cannot be told; 0 for nothing.
   */
  remaining(octets: number | undefined): number | undefined {
    if (octets === undefined) return undefined;
    if (octets <= 0) return 0;
    const { rate } = this;
    return rate < 1 ? undefined : (octets / rate) * 1000;
  }

  #including(passed: number): readonly [mean: number, measured: number] {
    const kept = Math.exp(-passed / meterMemory);
    return [this.#mean * kept + (this.#inSample / passed) * (1 - kept), this.#measured * kept + (1 - kept)];
  }
}
