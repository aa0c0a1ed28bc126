/** How a verb's argument is written and read. Server and client use the same codec, each from its end. */

/** A pair of functions that undo each other. */
export interface ArgumentCodec<T> {
  /** As HELP shows it; empty for no argument. */
  readonly syntax: string;
  /**
   * @param text - What follows the verb and exactly one space; undefined when nothing does.
   * @throws ArgumentError when it is not as `syntax` says.
   */
  parse(text: string | undefined): T;
  /** The text that `parse` reads back as `value`; undefined for no argument. */
  format(value: T): string | undefined;
}
