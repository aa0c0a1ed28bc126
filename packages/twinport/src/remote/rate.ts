/** How fast something moves now: over the last seconds, not since its beginning. */

/** Milliseconds that are looked back on. */
const lookBack = 5_000;
/** Milliseconds between two samples. */
const sampleInterval = 100;

/** A rate of octets. */
export class Rate {
  readonly #samples: { readonly at: number; readonly count: number }[] = [];
  readonly #now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Notes how many octets there are by now. Fewer than before begin it anew. */
  note(count: number): void {
    const at = this.#now();
    const last = this.#samples.at(-1);
    if (last !== undefined && count < last.count) this.#samples.length = 0;
    else if (last !== undefined && at - last.at < sampleInterval) return;
    this.#samples.push({ at, count });
    while (this.#samples.length > 2 && at - (this.#samples[1]?.at ?? at) > lookBack) this.#samples.shift();
  }

  /** Octets a second; 0 as long as it cannot be told. @param count - Octets by now. */
  perSecond(count: number): number {
    const first = this.#samples[0];
    if (first === undefined) return 0;
    const seconds = (this.#now() - first.at) / 1000;
    return seconds <= 0 ? 0 : Math.max(0, (count - first.count) / seconds);
  }
}
