/** Options of mirrors. */
import type { Bandwidth } from "../../net/index.ts";
import type { RetryPolicy } from "../retry/retry.ts";
import type { MirrorComparison } from "./mirror-plan.ts";
import type { MirrorEvent, MirrorProgress } from "./mirror-events.ts";

/**
 * What becomes of symbolic links.
 *
 * - `skip`: they are left out, and told.
 * - `follow`: what they lead to is copied in their place.
 * - `copy`: they are made anew, where they lead to something inside the tree and the target can make links.
 */
export type LinkPolicy = "skip" | "follow" | "copy";

/** An entry, as a filter is asked about it. */
export interface FilteredEntry {
  /** From the root of the tree, without a slash at either end. */
  readonly path: string;
  readonly kind: "file" | "directory" | "symlink" | "other";
  /** Octets. */
  readonly size: number;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly modified: number;
}

/** What planning and applying have in common. */
export interface MirrorEnds {
  /** The folder of the source that is mirrored. Default its root. */
  readonly fromPath?: string;
  /** The folder of the target that becomes like it. It is made where it is missing. Default its root. */
  readonly toPath?: string;
  /** Files that are copied, and folders that are listed, at once. Default 4. */
  readonly parallel?: number;
  /** Keeps modification times where the target can. Default true. */
  readonly preserveTimes?: boolean;
  /** Keeps Unix permission bits where both ends have them. Default true. */
  readonly preserveModes?: boolean;
  /** How listings and files are tried again. Default: see `RetryPolicy`; `isPassing` says which failures may pass. */
  readonly retry?: RetryPolicy;
  /** `continue` goes on after a failure, which the result tells; `stop` does not. Default `continue`. */
  readonly onError?: "stop" | "continue";
  readonly signal?: AbortSignal;
  /** Told of each thing that happens. */
  readonly onEvent?: (event: MirrorEvent) => void;
}

/** Options of `planMirror`. */
export interface MirrorPlanOptions extends MirrorEnds {
  /** Which files are copied. Default `changed`. */
  readonly compare?: MirrorComparison;
  /** Removes at the target what the source does not have. Default false. */
  readonly delete?: boolean;
  /** Default `skip`. */
  readonly links?: LinkPolicy;
  /** Only files that match one of these patterns. Default: all files. */
  readonly include?: readonly string[];
  /** Neither files nor folders that match one of these patterns; they are not removed either. */
  readonly exclude?: readonly string[];
  /** Whether an entry is mirrored at all; asked after the patterns, for entries of both ends. */
  readonly filter?: (entry: FilteredEntry) => boolean;
  /** Milliseconds that two times may differ and count as one, beyond what the ends' listings leave out. Default 0. */
  readonly timeTolerance?: number;
  /** Entries of both ends together that are looked at. More: `MirrorError` of kind `too-large`. Default 10,000,000. */
  readonly maxEntries?: number;
  /** What people call the ends; only told in the plan. */
  readonly names?: { readonly from: string; readonly to: string };
}

/** Options of `applyMirror`. */
export interface MirrorApplyOptions extends MirrorEnds {
  /** Refuses a plan with more removals than that, before anything is done. Default: no limit. */
  readonly maxDelete?: number;
  /** Removes although some copies failed. Default false: what was renamed at the source may be nowhere else. */
  readonly deleteAfterFailures?: boolean;
  /** Overwrites and removes what was changed at the target after the plan was made. Default false. */
  readonly overwriteChanged?: boolean;
  /** Milliseconds after planning for which the plan is believed without looking again. Default 0. */
  readonly trustFor?: number;
  /** Takes a smaller file at the target for the beginning of the source's, as a broken mirror leaves it. Default false. */
  readonly resume?: boolean;
  /** Compares hashes after each file. Default: of files that were gone on with, where the ends count hashes themselves. */
  readonly verify?: boolean;
  /** Octets a second, of all files together; or a limit that is shared with others. Default: as fast as it goes. */
  readonly bandwidth?: Bandwidth;
  readonly onProgress?: (progress: MirrorProgress) => void;
}

/** Options of `mirror`. `trustFor` is 5,000 by default here. */
export interface MirrorOptions extends MirrorPlanOptions, MirrorApplyOptions {}
