/** What a mirror is going to do, as plain data: it can be looked at, saved as JSON, and applied later. */

/**
 * Which files are copied.
 *
 * - `changed`: those that are missing, or differ in size or time. Where the target does not keep the source's times, one
 *   that is newer there than here counts as unchanged.
 * - `newer`: those that are missing, or newer at the source.
 * - `missing`: those that are missing.
 * - `size`: those that are missing, or differ in size.
 * - `checksum`: those that are missing, or differ in what is in them, whatever their times.
 */
export type MirrorComparison = "changed" | "newer" | "missing" | "size" | "checksum";

/** What an end tells of a file without having it read. */
export interface MirrorStamp {
  /** Octets. */
  readonly size: number;
  /** Milliseconds since 1970-01-01 UTC; missing where the end does not tell. */
  readonly modified?: number;
  /** Milliseconds by which `modified` may be short of the true time. Default 1. */
  readonly precision?: number;
}

/** Makes a folder. */
export interface MakeDirectoryStep {
  readonly action: "make-directory";
  /** From the root of the tree, without a slash at either end; empty for the root itself. */
  readonly path: string;
  /** Unix permission bits that it is to have. */
  readonly mode?: number;
  readonly modified?: number;
  /** True when another name of this folder differs in case or composition only. */
  readonly sharesName?: true;
}

/** Why a file is copied. */
export type CopyReason = "missing" | "size" | "time" | "newer" | "content" | "kind";

/** Copies a file. */
export interface CopyStep {
  readonly action: "copy";
  readonly path: string;
  readonly reason: CopyReason;
  readonly from: MirrorStamp;
  /** What lies there now, to be replaced. */
  readonly to?: MirrorStamp;
  /** Unix permission bits that a new file is to have. */
  readonly mode?: number;
  /** True when the file that is replaced has others. */
  readonly setsMode?: true;
  readonly sharesName?: true;
}

/** Makes a symbolic link. */
export interface LinkStep {
  readonly action: "link";
  readonly path: string;
  /** Where it leads: a path as `path` is one. */
  readonly target: string;
  /** True when there is a link already, which leads elsewhere. */
  readonly replaces?: true;
}

/** Sets the permission bits of what is otherwise as it should be. */
export interface SetModeStep {
  readonly action: "set-mode";
  readonly path: string;
  readonly mode: number;
}

/** Removes what the source does not have. */
export interface RemoveStep {
  readonly action: "remove";
  readonly path: string;
  readonly kind: "file" | "symlink" | "other";
  readonly to?: MirrorStamp;
  /** True when something else is to come in its place: it goes before anything is copied. */
  readonly first?: true;
}

/** Removes a folder that is empty by then. */
export interface RemoveDirectoryStep {
  readonly action: "remove-directory";
  readonly path: string;
  readonly first?: true;
}

/** One thing to do. */
export type MirrorStep = MakeDirectoryStep | CopyStep | LinkStep | SetModeStep | RemoveStep | RemoveDirectoryStep;

/** Why something is told. */
export type MirrorNoteReason =
  /** A symbolic link that is not copied or followed. */
  | "link"
  /** Neither file nor folder nor link. */
  | "special"
  /** A name that must not be used. */
  | "unsafe-name"
  /** The target takes two names of the source for one. */
  | "same-name"
  /** Something else has the name at the target, and nothing is to be removed. */
  | "in-the-way"
  /** The times do not tell which of the two is newer. */
  | "cannot-tell"
  /** It was gone when it was to be copied. */
  | "vanished"
  /** It was changed at the source after the plan was made; what is there now was copied. */
  | "source-changed"
  /** It was changed at the target after the plan was made; it was left alone. */
  | "target-changed"
  /** Its times or its mode could not be set. */
  | "attributes";

/** Something that was not done, or not as foreseen. */
export interface MirrorNote {
  readonly path: string;
  readonly reason: MirrorNoteReason;
  /** The reason in words. */
  readonly message: string;
}

/** A folder that could not be listed, or a file that could not be compared: what is in it is not in the plan. */
export interface PlanFailure {
  readonly path: string;
  readonly end: "source" | "target";
  readonly message: string;
}

/** What is as it should be. */
export interface MirrorUnchanged {
  readonly files: number;
  readonly directories: number;
  readonly links: number;
  /** Octets of the files. */
  readonly bytes: number;
}

/** What a mirror is going to do. */
export interface MirrorPlan {
  readonly version: 1;
  /** When planning began, in milliseconds since 1970-01-01 UTC. */
  readonly planned: number;
  /** What people call the two ends, where they were told. */
  readonly names?: { readonly from: string; readonly to: string };
  readonly compare: MirrorComparison;
  /** In the order in which they are done. */
  readonly steps: readonly MirrorStep[];
  readonly unchanged: MirrorUnchanged;
  readonly notes: readonly MirrorNote[];
  readonly failures: readonly PlanFailure[];
  /** Removals that were left out of the plan, because not all of the source could be listed. */
  readonly heldBack: number;
}

/** What the steps of a plan come to. */
export interface MirrorCounts {
  readonly copies: number;
  /** Octets of the copies. */
  readonly bytes: number;
  readonly directories: number;
  readonly links: number;
  readonly modes: number;
  readonly removals: number;
}

/** Counts the steps of a plan. */
export function countSteps(plan: MirrorPlan): MirrorCounts {
  const counts = { copies: 0, bytes: 0, directories: 0, links: 0, modes: 0, removals: 0 };
  for (const step of plan.steps) {
    switch (step.action) {
      case "copy":
        counts.copies++;
        counts.bytes += step.from.size;
        break;
      case "make-directory":
        counts.directories++;
        break;
      case "link":
        counts.links++;
        break;
      case "set-mode":
        counts.modes++;
        break;
      case "remove":
      case "remove-directory":
        counts.removals++;
    }
  }
  return counts;
}
