/** One signal for several, for as long as something takes: `AbortSignal.any` would stay with signals that live long. */

/** Signals as one. */
export class LinkedSignal {
  readonly #controller = new AbortController();
  readonly #sources: readonly AbortSignal[];

  /** @param sources - Whichever fires first is the one; undefined is none. */
  constructor(sources: readonly (AbortSignal | undefined)[]) {
    this.#sources = sources.filter((source) => source !== undefined);
    for (const source of this.#sources) {
      if (source.aborted) this.#controller.abort(source.reason);
      else source.addEventListener("abort", this.#fire, { once: true });
    }
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Lets go of the sources. */
  release(): void {
    for (const source of this.#sources) source.removeEventListener("abort", this.#fire);
  }

  readonly #fire = (event: Event): void => {
    this.#controller.abort((event.target as AbortSignal).reason); // It is added to signals only.
  };
}
