/**
 * What data is made of between the file and the connection (RFC 959 §3.1.2, §3.4, §3.5): octets, ends of records, restart
 * markers, and the end of the file.
 *
 * Each stage of a transfer takes elements and tells the next stage what they become:
 *
 *     outwards  file → structure → type → mode → octets of the connection
 *     inwards   octets of the connection → mode → type → structure → file
 */

/** A stage that takes the elements of a file, in order. */
export interface DataElements {
  /**
   * The next octets of the file, or of the record where there are records.
   *
   * @param bytes - Any number of them; the memory is the caller's again on return.
   */
  octets(bytes: Uint8Array): void;
  /** The record ends here; one without octets is a record too. */
  endOfRecord(): void;
  /**
   * A restart marker stands here (RFC 959 §3.5).
   *
   * @param text - Printable characters without a space.
   */
  marker(text: string): void;
  /** The file ends here. Nothing follows. */
  endOfFile(): void;
}

/** A stage that takes a stored file's octets, and tells the next stage its elements. */
export interface StructureEncoder {
  /** @param chunk - The file's next octets; the memory is the caller's again on return. */
  push(chunk: Uint8Array): void;
  /** The stored file ends here. */
  finish(): void;
}

/** What the elements of a file are stored by. */
export interface FileContent {
  /** The next octets, to be stored at the position. @param bytes - The memory is the caller's again on return. */
  octets(bytes: Uint8Array): void;
  /** The position is set; what is left out reads as zeros. @param position - Octets from the file's beginning. */
  seek(position: number): void;
  /** A restart marker stands at the position. */
  marker(text: string): void;
}

/** A stage that reads what a data connection brings, and tells the next stage its elements. */
export interface ModeDecoder {
  /**
   * @param octets - What the connection brought next; the memory is the caller's again on return.
   * @returns Octets that were read: fewer than there are when the file ended before.
   * @throws DataFormatError for what no sender may send.
   */
  push(octets: Uint8Array): number;
  /** Whether the file has ended: `perhaps` when it has unless more octets follow (RFC 959 §3.4.3). */
  readonly end: "no" | "perhaps" | "yes";
  /**
   * The connection was closed, or `end` is `perhaps` and nothing followed.
   *
   * @throws DataFormatError `truncated` when the file had not ended.
   */
  finish(): void;
}
