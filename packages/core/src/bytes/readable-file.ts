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

  /**
   * As `read`, but before it returns, for bytes that are at hand: a hop to another thread costs more than to copy them.
   * Not while a `read` is outstanding.
   *
   * @returns As `read` gives; undefined when it might have to wait for a device and would rather be asked by `read`.
   */
  readNow?(into: Uint8Array): number | undefined;

  /** Gives back what the open file holds. May be called more than once. */
  close(): Promise<void>;
}
