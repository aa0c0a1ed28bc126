/**
 * Whether file calls are made at once or given to the thread pool.
 *
 * What the system's page cache answers takes microseconds, and a hop to another thread costs more than that. What a disk
 * or a network file system answers takes as long as it takes, and would hold up every session. So calls are made at once
 * as long as they turn out quick, and a slow one keeps the next ones off for a multiple of the time it took.
 */

/** Milliseconds that a call may take before it counts as slow. */
export const slowCall = 2;

/** The share of its time that a thread may spend in slow calls, as its inverse. */
export const slowCallDivisor = 20;

/** Milliseconds that one slow call keeps others off at most. */
export const longestPause = 30_000;

/** Remembers how quickly a place answers. One may serve all files of that place. */
export class InlinePace {
  #notBefore = 0;
  readonly #clock: () => number;

  /**
   * @param options - `never`: no call is ever made at once. `clock`: milliseconds that only grow, for tests.
   */
  constructor(options: { readonly never?: boolean; readonly clock?: () => number } = {}) {
    if (options.never === true) this.#notBefore = Infinity;
    this.#clock = options.clock ?? (() => performance.now());
  }

  /**
   * Makes a call at once, unless calls are to be kept off now.
   *
   * @param call - One closure for many calls: the hot loops allocate nothing.
   * @returns What it gave; undefined when it was not made.
   * @throws what it throws; a call that fails slowly is a slow call too.
   */
  attempt<T>(call: () => T): T | undefined {
    const begun = this.#clock();
    if (begun < this.#notBefore) return undefined;
    try {
      return call();
    } finally {
      const now = this.#clock();
      const took = now - begun;
      if (took > slowCall) this.#notBefore = now + Math.min(took * slowCallDivisor, longestPause);
    }
  }
}
