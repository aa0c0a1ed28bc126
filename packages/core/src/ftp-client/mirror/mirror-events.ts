/** What a mirror tells while it works, and in the end. */
import type { ProgressEvent } from "../events.ts";
import type { CopyStep, MirrorNote, MirrorStep, MirrorUnchanged } from "./mirror-plan.ts";

/** Something happened. */
export type MirrorEvent =
  /** A folder was compared; how many entries its two sides have. */
  | { readonly type: "listed"; readonly path: string; readonly source: number; readonly target: number }
  | { readonly type: "begin"; readonly step: MirrorStep }
  | MirrorFileProgress
  /** @remarks `bytes` are the octets that moved. */
  | { readonly type: "done"; readonly step: MirrorStep; readonly bytes: number }
  | { readonly type: "note"; readonly note: MirrorNote }
  /** It failed, and is tried again after `delay` milliseconds. */
  | {
      readonly type: "retry";
      readonly path: string;
      readonly retry: number;
      readonly delay: number;
      readonly error: unknown;
    }
  | { readonly type: "failed"; readonly failure: MirrorFailure };

/** Octets of a file moved on. */
export interface MirrorFileProgress extends Pick<ProgressEvent, "rate" | "remaining"> {
  readonly type: "progress";
  readonly step: CopyStep;
  /** Octets of this attempt so far. */
  readonly bytes: number;
  /** Octets from before it. */
  readonly offset: number;
  /** Octets of the whole file, as the source told last. */
  readonly size: number;
}

/** Something failed for good. */
export interface MirrorFailure {
  readonly path: string;
  readonly action: MirrorStep["action"] | "list-source" | "list-target";
  readonly message: string;
  /** What was thrown; missing where it comes from a plan. */
  readonly error?: unknown;
}

/** How far copying is. */
export interface MirrorProgress {
  /** Files that are to be copied. */
  readonly files: number;
  readonly filesDone: number;
  /** Octets of them, as the plan tells. */
  readonly bytes: number;
  readonly bytesDone: number;
  /** Octets a second over the last seconds. */
  readonly bytesPerSecond: number;
  /** Seconds that the rest will take at this rate; undefined while that is not known. */
  readonly secondsLeft: number | undefined;
}

/** What a mirror did. */
export interface MirrorResult {
  /** Files. */
  readonly copied: number;
  /** Octets that moved. */
  readonly bytes: number;
  /** Folders that were made. */
  readonly directories: number;
  /** Links that were made. */
  readonly links: number;
  /** Modes that were set alone. */
  readonly modes: number;
  /** Entries that were removed. */
  readonly removed: number;
  readonly unchanged: MirrorUnchanged;
  /** What was not done, or not as foreseen: the plan's notes and those of applying it. */
  readonly notes: readonly MirrorNote[];
  readonly failures: readonly MirrorFailure[];
  /** Removals that were not done, because something failed before. */
  readonly heldBack: number;
  /** Steps that were not tried: after a failure with `stop`, or in a folder that could not be made. */
  readonly notTried: number;
  readonly milliseconds: number;
}
