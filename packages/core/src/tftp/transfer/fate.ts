/** The two moments that a transfer comes to, each once: how it ended is known, and nothing of it remains. */
import type { TransferEnd } from "./transfer.ts";

/** A transfer's fate. */
export class TransferFate {
  /** Settles with the end; it never rejects. */
  readonly finished: Promise<TransferEnd>;
  /** Settles when nothing of the transfer remains: no packet is answered any more, and nothing is done to the file. */
  readonly closed: Promise<void>;
  #settled = false;
  #resolveFinished: (end: TransferEnd) => void = () => undefined;
  #resolveClosed: () => void = () => undefined;

  constructor() {
    this.finished = new Promise((resolve) => {
      this.#resolveFinished = resolve;
    });
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
  }

  /** Whether the end is known. */
  get settled(): boolean {
    return this.#settled;
  }

  /** The transfer ended so. Only the first end counts. */
  settle(end: TransferEnd): void {
    this.#settled = true;
    this.#resolveFinished(end);
  }

  /** Nothing of the transfer remains. */
  close(): void {
    this.#resolveClosed();
  }
}
