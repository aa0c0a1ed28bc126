/** Tells how a transfer goes: not of each piece that moves, for what is told costs more than a piece does. */
import type { ClientContext } from "./client-context.ts";
import { measured, type ProgressEvent } from "./events.ts";
import { ProgressMeter } from "./progress-meter.ts";

/** Octets after which it is told of. */
const toldOctets = 256 * 1024;
/** Milliseconds after which it is told of, however little moved. */
const toldInterval = 50;

/** What a transfer tells of itself. */
export type ProgressSubject = Pick<ProgressEvent, "path" | "direction" | "offset" | "size">;

/** The progress of one transfer. */
export class ProgressTeller {
  readonly #context: ClientContext;
  readonly #subject: ProgressSubject;
  readonly #onProgress: ((event: ProgressEvent) => void) | undefined;
  readonly #meter = new ProgressMeter();
  #bytes = 0;
  #told = 0;
  #toldAt = -Infinity;

  constructor(
    context: ClientContext,
    subject: ProgressSubject,
    onProgress: ((event: ProgressEvent) => void) | undefined,
  ) {
    this.#context = context;
    this.#subject = subject;
    this.#onProgress = onProgress;
  }

  /** Octets that moved. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Octets moved. */
  add(count: number): void {
    this.#bytes += count;
    this.#meter.add(count);
    if (this.#bytes - this.#told >= toldOctets || performance.now() - this.#toldAt >= toldInterval) this.flush();
  }

  /** Tells of what was not told of yet: at the end of a transfer, whichever it is. */
  flush(): void {
    if (this.#bytes === this.#told) return;
    this.#told = this.#bytes;
    this.#toldAt = performance.now();
    if (this.#onProgress === undefined && !this.#context.hearsProgress()) return;
    const event = measured({ ...this.#subject, bytes: this.#bytes }, this.#meter);
    this.#onProgress?.(event);
    this.#context.progress(event);
  }
}
