/** A plan while it is applied: what is done so far, what failed, and who is told. */
import type { Storage } from "../../storage/index.ts";
import { bandwidthLimits, type BandwidthLimit } from "../../net/index.ts";
import { LinkedSignal } from "../linked-signal.ts";
import { ProgressMeter } from "../progress-meter.ts";
import { withRetries, type RetryEvent } from "../retry/retry.ts";
import { ContentComparison } from "./content-comparison.ts";
import { CopyBuffers } from "./copy-content.ts";
import { demandGoing, isPassing, messageOf } from "./mirror-error.ts";
import type { MirrorFailure, MirrorResult } from "./mirror-events.ts";
import type { MirrorApplyOptions } from "./mirror-options.ts";
import { countSteps, type MirrorNote, type MirrorNoteReason, type MirrorPlan, type MirrorStep } from "./mirror-plan.ts";
import { MirrorEnd } from "./plan-context.ts";
import type { TargetAbilities } from "./target-abilities.ts";

/** Milliseconds between two reports of progress. */
const progressInterval = 100;

/** What applying a plan works with. */
export class MirrorRun {
  readonly plan: MirrorPlan;
  readonly from: MirrorEnd;
  readonly to: MirrorEnd;
  readonly options: MirrorApplyOptions;
  readonly can: TargetAbilities;
  readonly buffers: CopyBuffers = new CopyBuffers();
  readonly contents: ContentComparison = new ContentComparison();
  readonly bandwidth: readonly BandwidthLimit[];
  /** Fires when the caller gives up, or when a failure ends it all. */
  readonly signal: AbortSignal;
  /** What the target refused to set at all, so that it is not asked again. */
  readonly refused: Set<"times" | "mode"> = new Set<"times" | "mode">();
  readonly done: { copied: number; directories: number; links: number; modes: number; removed: number } = {
    copied: 0,
    directories: 0,
    links: 0,
    modes: 0,
    removed: 0,
  };
  heldBack: number;
  notTried = 0;
  readonly #halt = new AbortController();
  readonly #notes: MirrorNote[];
  readonly #failures: MirrorFailure[];
  readonly #badFolders = new Set<string>();
  readonly #meter: ProgressMeter = new ProgressMeter();
  readonly #linked: LinkedSignal;
  readonly #begun: number = performance.now();
  readonly #files: number;
  readonly #bytes: number;
  #filesDone = 0;
  /** Octets that are not to come any more, of all that were planned. */
  #settled = 0;
  #toldAt = -Infinity;

  constructor(plan: MirrorPlan, from: Storage, to: Storage, options: MirrorApplyOptions, can: TargetAbilities) {
    this.plan = plan;
    this.can = can;
    this.options = options;
    this.from = new MirrorEnd(from, options.fromPath);
    this.to = new MirrorEnd(to, options.toPath);
    this.bandwidth = bandwidthLimits(options.bandwidth);
    this.#linked = new LinkedSignal([options.signal, this.#halt.signal]);
    this.signal = this.#linked.signal;
    this.heldBack = plan.heldBack;
    this.#notes = [...plan.notes];
    this.#failures = plan.failures.map(({ path, end, message }) => {
      return { path, action: end === "source" ? "list-source" : "list-target", message };
    });
    const counts = countSteps(plan);
    this.#files = counts.copies;
    this.#bytes = counts.bytes;
  }

  /** Whether the plan is old enough to be held against what is there. */
  get looksAgain(): boolean {
    return Date.now() - this.plan.planned >= (this.options.trustFor ?? 0);
  }

  /** Whether anything failed, planning included. */
  get hasFailed(): boolean {
    return this.#failures.length > 0;
  }

  /** Whether a failure has ended it all. */
  isHalted(): boolean {
    return this.#halt.signal.aborted;
  }

  /**
   * Runs a step, and tells how it went.
   *
   * @param run - Gives the octets that moved; undefined for a step that turned out not to be done, which it told itself.
   * @throws FtpTransferError `aborted` when the caller has given up; never what `run` throws.
   */
  async step(step: MirrorStep, run: () => Promise<number | undefined>): Promise<void> {
    if (this.isHalted() || this.#isInBadFolder(step.path)) {
      this.notTried++;
      return;
    }
    demandGoing(this.options.signal);
    this.options.onEvent?.({ type: "begin", step });
    try {
      const bytes = await run();
      if (bytes !== undefined) this.options.onEvent?.({ type: "done", step, bytes });
    } catch (error) {
      demandGoing(this.options.signal);
      if (this.isHalted()) this.notTried++;
      else this.fail(step.path, step.action, error);
    }
  }

  /** Runs one operation as often as the policy says. */
  retrying<T>(path: string, run: (retry: number) => Promise<T>): Promise<T> {
    const { retry, onEvent } = this.options;
    const onRetry = (event: RetryEvent): void => {
      retry?.onRetry?.(event);
      onEvent?.({ type: "retry", path, ...event });
    };
    return withRetries((count) => run(count), { retryable: isPassing, ...retry, onRetry }, this.signal);
  }

  /** Something failed for good. With a folder fails what is in it. */
  fail(path: string, action: MirrorFailure["action"], error: unknown): void {
    const failure = { path, action, message: messageOf(error), error };
    this.#failures.push(failure);
    if (action === "make-directory") this.#badFolders.add(path);
    this.options.onEvent?.({ type: "failed", failure });
    if (this.options.onError === "stop") this.#halt.abort(error);
  }

  /** Nothing is done in this folder. */
  leaveOut(path: string): void {
    this.#badFolders.add(path);
  }

  note(path: string, reason: MirrorNoteReason, message: string): undefined {
    const note = { path, reason, message };
    this.#notes.push(note);
    this.options.onEvent?.({ type: "note", note });
  }

  /** Octets were written. */
  moved(count: number): void {
    this.#meter.add(count);
    this.#settled += count;
    this.#tell(false);
  }

  /** A file is done, or given up. @param rest - Octets of the plan that did not move, or moved more than once, below 0. */
  fileDone(rest: number): void {
    this.#filesDone++;
    this.#settled += rest;
    this.#tell(true);
  }

  /** Lets go of the caller's signal. */
  close(): void {
    this.#linked.release();
  }

  result(): MirrorResult {
    return {
      ...this.done,
      bytes: this.#meter.moved,
      unchanged: this.plan.unchanged,
      notes: this.#notes,
      failures: this.#failures,
      heldBack: this.heldBack,
      notTried: this.notTried,
      milliseconds: Math.round(performance.now() - this.#begun),
    };
  }

  #tell(always: boolean): void {
    const { onProgress } = this.options;
    const now = performance.now();
    if (onProgress === undefined || (!always && now - this.#toldAt < progressInterval)) return;
    this.#toldAt = now;
    const remaining = this.#meter.remaining(Math.max(0, this.#bytes - this.#settled));
    onProgress({
      files: this.#files,
      filesDone: this.#filesDone,
      bytes: this.#bytes,
      bytesDone: Math.min(this.#bytes, Math.max(0, this.#settled)),
      bytesPerSecond: this.#meter.rate,
      secondsLeft: remaining === undefined ? undefined : remaining / 1000,
    });
  }

  #isInBadFolder(path: string): boolean {
    if (this.#badFolders.size === 0) return false;
    if (this.#badFolders.has("")) return true;
    for (let end = path.length; end > 0; end = path.lastIndexOf("/", end - 1)) {
      if (this.#badFolders.has(path.slice(0, end))) return true;
    }
    return false;
  }
}
