/** Whether a file is to be copied, judged by what the two ends tell of it. */
import type { CopyReason, MirrorComparison, MirrorStamp } from "./mirror-plan.ts";
import { relateTimes } from "./stamps.ts";

/** How files are compared. */
export interface ComparisonRule {
  readonly compare: MirrorComparison;
  /** Whether the target keeps the source's times, so that another time means another content. */
  readonly keepsTimes: boolean;
  /** Milliseconds that count as nothing. */
  readonly tolerance: number;
}

/** What to do with a file: nothing, copy it, look what is in it, or tell that nobody knows. */
export type Verdict = "unchanged" | "cannot-tell" | "read" | CopyReason;

/** Judges a file that both ends have. */
export function judge(from: MirrorStamp, to: MirrorStamp, rule: ComparisonRule): Verdict {
  const sameSize = from.size === to.size;
  const times = relateTimes(from, to, rule.tolerance);
  switch (rule.compare) {
    case "missing":
      return "unchanged";
    case "size":
      return sameSize ? "unchanged" : "size";
    case "checksum":
      return sameSize ? "read" : "size";
    case "newer":
      if (times === "newer") return "newer";
      return times === "unknown" && !sameSize ? "cannot-tell" : "unchanged";
    case "changed":
      if (!sameSize) return "size";
      if (times === "newer") return "time";
      // The time of a copy that could not be set is that of the copying.
      return times === "older" && rule.keepsTimes ? "time" : "unchanged";
  }
}

/** Milliseconds between two times that a FAT file system knows. */
const fatStep = 2_000;
/** Files whose times are seen before anything is concluded from them. */
const enoughTimes = 8;

/**
 * Whether the target counts every other second only, as FAT does. Its listings look exact, so all times of the tree are the
 * evidence: of eight or more that are all even, one in 256 trees at most is so by chance.
 */
export class EvenSeconds {
  #seen = 0;
  #odd = false;

  /** Sees a time of the target. */
  see({ modified }: MirrorStamp): void {
    if (modified === undefined) return;
    this.#seen++;
    if (modified % fatStep !== 0) this.#odd = true;
  }

  /** Whether all that was seen is even. */
  get isLikely(): boolean {
    return !this.#odd && this.#seen >= enoughTimes;
  }

  /** Whether the target's time is the source's, put on an even second. */
  explains(from: MirrorStamp, to: MirrorStamp): boolean {
    if (from.modified === undefined || to.modified === undefined || from.size !== to.size) return false;
    return to.modified % fatStep === 0 && Math.abs(from.modified - to.modified) < fatStep;
  }
}
