/** Options and results of whole trees. */
import type { Entry } from "../../storage/index.ts";
import type { ProgressEvent } from "../events.ts";
import type { FormatOptions } from "../format-options.ts";
import type { OperationOptions } from "../transfer-options.ts";

/** Folders that a tree goes down, unless told otherwise. */
export const treeDepth = 64;

/**
 * What a tree is sifted by: a pattern, or a function.
 *
 * A pattern without a slash is held against names, in whatever folder; one with a slash against paths from the top of the
 * tree (a slash in front is for that alone). One with a slash at its end means folders only. See `compileGlob`.
 */
export type TreeFilter = string | ((entry: WalkedEntry) => boolean);

/** What is done about symbolic links: left out, entered and read as what they lead to, or told as links. */
export type SymlinkPolicy = "skip" | "follow" | "keep";

/** An entry of a tree. */
export interface WalkedEntry {
  /** The path, as the source of the tree takes it. */
  readonly path: string;
  /** The path from the top of the tree, with `/` between its components. */
  readonly relative: string;
  /** 1 for what lies in the folder at the top. */
  readonly depth: number;
  /** What it is; of a link that is followed, what it leads to. */
  readonly entry: Entry;
}

/** What was left out of a tree, and why. */
export interface SkippedEntry {
  readonly path: string;
  readonly reason: string;
}

/** What of a tree failed, where the rest went on. */
export interface TreeFailure {
  readonly path: string;
  readonly error: unknown;
}

/** What a tree is sifted by, and how far it goes. */
export interface TreeSelection extends OperationOptions {
  /** Only files that one of these takes; folders are entered all the same. Default: all. */
  readonly include?: readonly TreeFilter[];
  /** Neither files that one of these takes, nor folders and what is in them; counts over `include`. Default: none. */
  readonly exclude?: readonly TreeFilter[];
  /** Folders that it goes down at most; more is an error. Default 64. */
  readonly depth?: number;
  /** Default `skip`. */
  readonly symlinks?: SymlinkPolicy;
}

/** Options of `walk`. */
export interface WalkOptions extends TreeSelection {
  /** Told of what is left out, but for what the filters leave out. */
  readonly onSkipped?: (skipped: SkippedEntry) => void;
  /**
   * Told as well of what is left out because it is not known well enough: a line of a listing that is not understood, a name
   * that cannot be used, an entry of which nobody knows what it is. The tree is not whole then.
   */
  readonly onMissing?: (missing: SkippedEntry) => void;
  /** Told of folders that cannot be read, which are then passed over. Without it they end the walk. */
  readonly onFailure?: (failure: TreeFailure) => void;
}

/** What trees that work at many files at once share. */
export interface TreeWork {
  /** Files at once, in a pool. Default: as many as the pool may have sessions. */
  readonly concurrency?: number;
  /** What one failure means: the end of all, or an entry of `failures` in the result. Default `stop`. */
  readonly onError?: "stop" | "continue";
}

/** Options of `downloadTree` and `uploadTree`. */
export interface TreeOptions
  extends TreeSelection, TreeWork, Omit<FormatOptions, "restart" | "onMarker" | "recordLengths"> {
  /** Goes on where a file ends already. Default false. */
  readonly resume?: boolean;
  /** Keeps modification times. Default false. */
  readonly preserveTime?: boolean;
  /** Compares hashes after each file. Default false. */
  readonly verify?: boolean;
  readonly onProgress?: (event: ProgressEvent) => void;
  /** Told of each file once it is done. */
  readonly onFile?: (file: { readonly path: string; readonly bytes: number }) => void;
}

/** Options of `removeTree`. */
export interface RemoveTreeOptions extends OperationOptions, TreeWork {}

/** What a tree moved, or removed. */
export interface TreeResult {
  readonly files: number;
  readonly directories: number;
  /** Links that were made, where links are kept. */
  readonly links: number;
  /** Octets that moved now. */
  readonly bytes: number;
  /** What was left out, and why. */
  readonly skipped: readonly SkippedEntry[];
  /**
   * What of `skipped` should have come and did not: lines of listings that are not understood, names that cannot be used,
   * files whose place here something else has. Links and devices, which the options leave out, are not among them.
   */
  readonly missing: readonly SkippedEntry[];
  /** What failed; empty unless `onError` is `continue`. */
  readonly failures: readonly TreeFailure[];
}

/** With none at once nothing would ever be done. @throws RangeError. */
export function demandConcurrency({ concurrency = 1 }: Pick<TreeWork, "concurrency">): void {
  if (!Number.isInteger(concurrency) || concurrency < 1)
    throw new RangeError("concurrency must be a whole number of 1 or more");
}
