/** A sink that finds out by itself where the file in a connection ends. */
import type { WritableFile } from "../bytes/index.ts";

/** A file that is stored as it comes to be understood. */
export interface FramedSink<Committed = unknown> extends WritableFile<Committed> {
  /** Whether the file has ended; `perhaps` when it has unless more follows. */
  readonly end: "no" | "perhaps" | "yes";
  /** Octets of the last `write` that lie beyond the file's end. */
  readonly rest: Uint8Array;
  /**
   * Nothing follows: stores what was held back. Does not commit.
   *
   * @throws DataFormatError `truncated` when the file had not ended.
   */
  finish(): Promise<void>;
}
