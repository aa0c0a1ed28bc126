/** A station of the transfer line: bytes pass through it between the file and the connection. Pure and streaming. */

/** What the bytes of a transfer pass through. */
export interface Station {
  /**
   * @param chunk - The next bytes.
   * @returns What they became: fresh memory, or a part of `chunk`.
   */
  push(chunk: Uint8Array): Uint8Array;
  /** Whether bytes are held back: what was given so far is not all in what came out. */
  readonly holds?: boolean;
  /** The end of the bytes; others may follow, as those of the next record. @returns What was still held back. */
  finish(): Uint8Array;
}
