/** How fast something goes: over the last seconds, so that the rest is told as it is now. */

/** Milliseconds that count. */
const window = 5_000;
/** Milliseconds between two samples at least. */
const spacing = 100;

/** Counts octets. */
export class RateMeter {
  readonly #samples: { readonly at: number; readonly total: number }[];
  #total = 0;

  /** @param now - Milliseconds of any clock that only goes forward. */
  constructor(now: number) {
    this.#samples = [{ at: now, total: 0 }];
  }

  get total(): number {
    return this.#total;
  }

  add(count: number, now: number): void {
    this.#total += count;
    const last = this.#samples.at(-1);
    if (last === undefined || now - last.at < spacing) return;
    this.#samples.push({ at: now, total: this.#total });
    while (this.#samples.length > 2 && now - (this.#samples[0]?.at ?? now) > window) this.#samples.shift();
  }

  /** Octets a second. */
  rate(now: number): number {
    const [first] = this.#samples;
    if (first === undefined || now <= first.at) return 0;
    return ((this.#total - first.total) * 1000) / (now - first.at);
  }
}
