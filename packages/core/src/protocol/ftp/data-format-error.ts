/** What was wrong with the octets of a data connection. */
import { renderText, type Text } from "./message.ts";

/** What was wrong. */
export type DataFormatErrorKind =
  /** The connection ended before the file did. */
  | "truncated"
  /** Octets that no sender may send. */
  | "malformed"
  /** A record is longer than its limit, or than the file's records are. */
  | "record-too-long"
  /** A page of a type that RFC 959 §3.1.2.3 does not know. */
  | "page-type-unknown"
  /** The stored file cannot be told in this type or structure. */
  | "not-representable"
  /** What the data becomes is larger than it may be. */
  | "too-large";

/** The octets of a data connection, or of a file, are not what the transfer parameters say. */
export class DataFormatError extends Error {
  override readonly name = "DataFormatError";
  readonly kind: DataFormatErrorKind;
  /** What the peer is told: `message` before it is in a language. */
  readonly text: Text;

  /**
   * @param kind - What was wrong.
   * @param text - What was wrong, in a sentence for the peer.
   */
  constructor(kind: DataFormatErrorKind, text: Text, options?: ErrorOptions) {
    super(renderText(text), options);
    this.kind = kind;
    this.text = text;
  }
}
