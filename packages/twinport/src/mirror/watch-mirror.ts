/**
 * Mirrors again whenever something changes. A folder of this machine tells when it does, and everything is looked at now and
 * then all the same, since such tellings get lost; a server is looked at in turns.
 */
import { watch, type FSWatcher } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { exitCodeFor, exitCodes, explain, UsageError } from "../exit-codes.ts";
import type { MirrorJob } from "./run-mirror.ts";

/** Milliseconds of quiet after a change: who writes one file often writes another. */
const quiet = 500;
/** Milliseconds after the first change for which quiet is waited for. */
const longestUnrest = 5_000;
/** Milliseconds between two looks at everything, where changes are told and where they are not. */
const watchedInterval = 300_000;
const polledInterval = 30_000;

/** Runs until it is interrupted. @throws UsageError; the interruption, where it comes within a run. */
export async function watchMirror(job: MirrorJob, run: () => Promise<void>): Promise<void> {
  const { signal } = job.options;
  const changes = job.from.local === undefined ? undefined : new Changes(job.from.local, job.view.note);
  try {
    for (;;) {
      // What changes while a run goes on is for the next one.
      changes?.forget();
      try {
        await run();
      } catch (error) {
        if (error instanceof UsageError || exitCodeFor(error) === exitCodes.interrupted) throw error;
        job.view.note(explain(error), { event: "error", message: String(error) });
      }
      if (!(await nextTurn(job, changes, signal))) return;
    }
  } finally {
    changes?.close();
  }
}

/** Waits for the next run. @returns false when it was interrupted. */
async function nextTurn(job: MirrorJob, changes: Changes | undefined, signal: AbortSignal): Promise<boolean> {
  const interval = job.flags.interval ?? (changes?.isWatching === true ? watchedInterval : polledInterval);
  const wait = new AbortController();
  const timeout = pause(interval, undefined, { signal: AbortSignal.any([signal, wait.signal]) }).catch(() => undefined);
  try {
    await Promise.race([timeout, ...(changes === undefined ? [] : [changes.settled(wait.signal)])]);
  } finally {
    wait.abort();
  }
  return !signal.aborted;
}

/** Changes of a folder of this machine. */
class Changes {
  #watcher: FSWatcher | undefined;
  #first: number | undefined;
  #last = 0;
  #wake: (() => void) | undefined;

  constructor(folder: string, note: (text: string) => void) {
    const lost = (error: unknown): void => {
      const reason = error instanceof Error ? error.message : String(error);
      note(`twinport: changes are not told by this system (${reason}); the folder is looked at in turns`);
    };
    try {
      this.#watcher = watch(folder, { recursive: true }, () => this.#changed());
      this.#watcher.on("error", (error) => {
        lost(error);
        this.close();
      });
    } catch (error) {
      lost(error);
    }
  }

  get isWatching(): boolean {
    return this.#watcher !== undefined;
  }

  /** What has changed so far is known. */
  forget(): void {
    this.#first = undefined;
  }

  /** Resolves once something has changed and it is quiet again. */
  async settled(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const now = performance.now();
      if (this.#first !== undefined && (now - this.#last >= quiet || now - this.#first >= longestUnrest)) return;
      if (this.#first === undefined) await this.#change(signal);
      else await pause(quiet / 5, undefined, { signal }).catch(() => undefined);
    }
  }

  close(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
  }

  #changed(): void {
    this.#last = performance.now();
    this.#first ??= this.#last;
    this.#wake?.();
  }

  #change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
  }
}
