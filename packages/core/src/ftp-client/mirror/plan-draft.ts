/** A plan while it is made. What was found is put in order at the end: folders are compared several at a time. */
import { EvenSeconds } from "./comparison.ts";
import type { MirrorEvent } from "./mirror-events.ts";
import type { CopyStep, MirrorNote, MirrorNoteReason, MirrorPlan, MirrorStep, PlanFailure } from "./mirror-plan.ts";

/** Collects what a mirror is to do. */
export class PlanDraft {
  readonly steps: MirrorStep[] = [];
  readonly even: EvenSeconds = new EvenSeconds();
  readonly unchanged: { files: number; directories: number; links: number; bytes: number } = {
    files: 0,
    directories: 0,
    links: 0,
    bytes: 0,
  };
  readonly #notes: MirrorNote[] = [];
  readonly #failures: PlanFailure[] = [];
  /** Copies whose only reason is a time that a target of even seconds could not have kept better. */
  readonly #inDoubt: CopyStep[] = [];
  /** Paths whose place something else has, which is to be removed first. */
  readonly #conflicts = new Map<string, MirrorNote>();
  readonly #onEvent: ((event: MirrorEvent) => void) | undefined;

  constructor(onEvent: ((event: MirrorEvent) => void) | undefined) {
    this.#onEvent = onEvent;
  }

  /** Tells of something that is not done. */
  note(path: string, reason: MirrorNoteReason, message: string): void {
    const note = { path, reason, message };
    this.#notes.push(note);
    this.#onEvent?.({ type: "note", note });
  }

  /** Tells of what could not be looked at. */
  fail(path: string, end: "source" | "target", message: string, error: unknown): void {
    this.#failures.push({ path, end, message });
    const action = end === "source" ? "list-source" : "list-target";
    this.#onEvent?.({ type: "failed", failure: { path, action, message, error } });
  }

  /** Adds a copy that is needed if the target's clock is what it seems. */
  copyInDoubt(step: CopyStep): void {
    this.#inDoubt.push(step);
  }

  /** What has this place is to be removed first; where that must not be, nothing below the path is done. */
  replaces(path: string): void {
    const message = "something else has this name at the target, and nothing is removed";
    this.#conflicts.set(path, { path, reason: "in-the-way", message });
  }

  /** The plan. @param isSelective - Whether folders are made only where something comes into them. */
  finish(head: Pick<MirrorPlan, "planned" | "compare" | "names">, isSelective: boolean): MirrorPlan {
    this.#settleDoubts();
    const isWhole = !this.#failures.some(({ end }) => end === "source");
    const heldBack = isWhole ? 0 : this.#holdBack();
    const steps = isSelective ? withoutEmptyFolders(this.steps) : this.steps;
    return {
      version: 1,
      ...head,
      steps: steps.sort(inOrder),
      unchanged: { ...this.unchanged },
      notes: this.#notes.sort(byPath),
      failures: this.#failures.sort(byPath),
      heldBack,
    };
  }

  #settleDoubts(): void {
    for (const step of this.#inDoubt) {
      if (!this.even.isLikely) this.steps.push(step);
      else {
        this.unchanged.files++;
        this.unchanged.bytes += step.from.size;
      }
    }
  }

  /** Takes all removals out, and what needed them. @returns How many. */
  #holdBack(): number {
    const all = this.steps.splice(0);
    let count = 0;
    for (const step of all) {
      if (step.action === "remove" || step.action === "remove-directory") count++;
      else if (!this.#isInConflict(step.path)) this.steps.push(step);
    }
    this.#notes.push(...this.#conflicts.values());
    return count;
  }

  #isInConflict(path: string): boolean {
    if (this.#conflicts.size === 0) return false;
    for (let end = path.length; end > 0; end = path.lastIndexOf("/", end - 1)) {
      if (this.#conflicts.has(path.slice(0, end))) return true;
    }
    return false;
  }
}

function withoutEmptyFolders(steps: readonly MirrorStep[]): MirrorStep[] {
  const filled = new Set<string>();
  for (const { action, path } of steps) {
    if (action !== "copy" && action !== "link") continue;
    for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) filled.add(path.slice(0, end));
  }
  return steps.filter(({ action, path }) => action !== "make-directory" || path === "" || filled.has(path));
}

const phases = { "make-directory": 1, copy: 2, link: 3, remove: 4, "remove-directory": 5, "set-mode": 6 } as const;

function phaseOf(step: MirrorStep): number {
  const isFirst = (step.action === "remove" || step.action === "remove-directory") && step.first === true;
  return isFirst ? phases[step.action] - 10 : phases[step.action];
}

/** Folders before what is in them; what is removed, after. */
function inOrder(one: MirrorStep, other: MirrorStep): number {
  const phase = phaseOf(one);
  const between = phase - phaseOf(other);
  if (between !== 0) return between;
  return one.action === "remove-directory" ? byPath(other, one) : byPath(one, other);
}

function byPath(one: { readonly path: string }, other: { readonly path: string }): number {
  return one.path < other.path ? -1 : one.path > other.path ? 1 : 0;
}
