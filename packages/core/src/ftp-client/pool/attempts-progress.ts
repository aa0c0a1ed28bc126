/** The progress of a transfer that takes several attempts, told as one. */
import { measured, type ProgressEvent } from "../events.ts";
import { ProgressMeter } from "../progress-meter.ts";

/**
 * One progress out of those of the attempts: it goes on where the attempt before stopped, and stands still while an attempt
 * repeats what was there already. The rate is that of all attempts, with the pauses between them.
 */
export class AttemptsProgress {
  readonly #onProgress: ((event: ProgressEvent) => void) | undefined;
  readonly #meter = new ProgressMeter();
  /** Octets that were there before the first attempt. */
  #offset: number | undefined;
  /** The end of what was told of: octets of the file. */
  #reached = 0;
  /** Octets of the attempt under way that the meter knows. */
  #told = 0;

  constructor(onProgress: ((event: ProgressEvent) => void) | undefined) {
    this.#onProgress = onProgress;
  }

  /** Another attempt begins, which counts from its own beginning. */
  begin(): void {
    this.#told = 0;
  }

  /** Takes an event of the attempt under way. */
  tell(event: ProgressEvent): void {
    this.#meter.add(event.bytes - this.#told);
    this.#told = event.bytes;
    this.#offset ??= event.offset;
    this.#reached = Math.max(this.#reached, event.offset + event.bytes);
    this.#onProgress?.(
      measured({ ...event, offset: this.#offset, bytes: Math.max(0, this.#reached - this.#offset) }, this.#meter),
    );
  }
}
