/**
 * A file that is open for reading: the source end of a transfer.
 *
 * The caller owns the memory: `read` fills the caller's buffer, so that a transfer needs one buffer however long
 * the file is. One call may be outstanding at a time.
 */
export interface ReadableFile {
  /** Bytes from the offset at which the file was opened to its end, where that is known. */
  readonly size?: number;

  /**
   * Fills the start of `into` with the next bytes.
   *
   * @param into - Memory to fill; at least one byte long.
   * @returns How many bytes were filled in; fewer than `into.length` is no sign of the end, 0 is the end.
   */
  read(into: Uint8Array): Promise<number>;

  /** Gives back what the open file holds. May be called more than once. */
  close(): Promise<void>;
}
