/**
 * A file that is open for writing: the sink end of a transfer.
 *
 * What is written becomes visible under its name only by `commit`. Exactly one of `commit` and `abandon` ends it;
 * later calls of either do nothing more. One call may be outstanding at a time.
 *
 * @typeParam Committed - What `commit` tells of the finished file; storages give an `Entry`.
 */
export interface WritableFile<Committed = unknown> {
  /**
   * Takes all bytes of `from`.
   *
   * @param from - The bytes; the caller may use the memory again once the promise settles.
   */
  write(from: Uint8Array): Promise<void>;

  /**
   * Takes all bytes of all parts, in order, where the storage can do so in one call.
   *
   * @param from - The parts; the caller may use their memory again once the promise settles.
   */
  writev?(from: readonly Uint8Array[]): Promise<void>;

  /**
   * As `write`, but before it returns, where the bytes can be put down without waiting for a device. Not while another
   * call is outstanding.
   *
   * @returns false when nothing was taken, and `write` is to be asked.
   */
  writeNow?(from: Uint8Array): boolean;

  /**
   * Takes all bytes of `from`, to lie at a place of its own; where nothing was ever written, zeros are read. What `write`
   * takes afterwards goes on at the file's end.
   *
   * @param from - As for `write`.
   * @param position - Octets from the file's beginning.
   */
  writeAt?(from: Uint8Array, position: number): Promise<void>;

  /** Completes the file: it is now visible under its name, whole. */
  commit(): Promise<Committed>;

  /**
   * Gives the upload up: nothing changes under the name. What arrived may be kept for the uploader to resume.
   *
   * @param cause - What broke it, where something did: what a quota ended is not kept, since it would count against that.
   */
  abandon(cause?: unknown): Promise<void>;
}
