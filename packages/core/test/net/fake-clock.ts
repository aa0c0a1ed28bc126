/** A clock that goes when a test says so. */
import type { BandwidthClock } from "../../src/net/index.ts";

/** Calls back in the order of time, each call with the clock at its own time. */
export class FakeClock implements BandwidthClock {
  #now = 0;
  readonly #timers = new Set<{ readonly at: number; readonly callback: () => void }>();

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, callback: () => void): () => void {
    const timer = { at: this.#now + milliseconds, callback };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /** Callbacks that are still to come. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Lets so many milliseconds pass. */
  advance(milliseconds: number): void {
    const end = this.#now + milliseconds;
    for (;;) {
      const [next] = [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#now = next.at;
      next.callback();
    }
    this.#now = end;
  }
}
