/** Options and results of segmented downloads. */
import type { RetryPolicy } from "../retry/retry.ts";
import type { DownloadOptions, TransferResult } from "../transfer-options.ts";

/** Options of `FtpPool.downloadSegmented`. */
export interface SegmentedOptions extends Pick<
  DownloadOptions,
  "signal" | "onProgress" | "bandwidth" | "preserveTime"
> {
  /** Parts that are fetched at once, each in a session of its own: as many as the pool can have. Default 4. */
  readonly segments?: number;
  /** Octets that a part is worth being one for. A file of fewer than two such parts is fetched whole. Default 4 MiB. */
  readonly minSegment?: number;
  /** Where what is done is written down. Default: beside the file, `<name>.segments.json`. */
  readonly stateFile?: string;
  /**
   * Compares the server's hash with that of the file, before it takes its name. Default: where the server has one. Size and
   * time are compared in any case.
   */
  readonly verify?: boolean;
  /** How each part is tried again; a part that came further begins to count anew. Default: the pool's policy. */
  readonly retry?: RetryPolicy;
}

/** Why what an earlier download had left was not gone on with. */
export type DiscardedState =
  /** The server's file is another one now. */
  | "changed"
  /** The state file is none, or not whole. */
  | "unreadable"
  /** The file that it belongs to is not there, or was changed. */
  | "no-part";

/** What a segmented download did. */
export interface SegmentedResult extends TransferResult {
  /** Parts that moved; 1 where the file was fetched whole. */
  readonly segments: number;
  /** Why an earlier download was not gone on with, where there was one. */
  readonly discarded: DiscardedState | undefined;
}

/** Options with every default in place. */
export interface ResolvedSegmentedOptions extends SegmentedOptions {
  readonly segments: number;
  readonly minSegment: number;
}

/** Parts at once at most: more are more than any server likes. */
export const mostSegments = 64;
/** Octets of a part at least: fewer are more work to ask for than to send. */
export const smallestSegment: number = 64 * 1024;

/** Applies the defaults. @throws RangeError. */
export function resolveSegmentedOptions(options: SegmentedOptions): ResolvedSegmentedOptions {
  const { segments = 4, minSegment = 4 * 1024 * 1024 } = options;
  if (!Number.isInteger(segments) || segments < 1 || segments > mostSegments) {
    throw new RangeError(`segments must be a whole number from 1 to ${mostSegments}`);
  }
  if (!Number.isSafeInteger(minSegment) || minSegment < smallestSegment) {
    throw new RangeError(`minSegment must be a whole number of ${smallestSegment} or more`);
  }
  return { ...options, segments, minSegment };
}
