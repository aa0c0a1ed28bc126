/** What can go wrong with a data connection. Kinds are closed: the server's replies and the client's errors follow from them. */
import { renderText, type Text } from "../protocol/index.ts";

/** Why a data connection failed. */
export type DataConnectionErrorKind =
  /** The peer reset it, or it broke. */
  | "reset"
  /** The peer moved nothing for the stall limit. */
  | "stalled"
  /** This end gave it up. */
  | "aborted"
  /** The peer did not connect in time. */
  | "not-arrived"
  /** The peer refused to be connected to. */
  | "refused"
  /** No passive port was free. */
  | "no-port"
  /** Anything else: see `cause`. */
  | "failed";

/** A data connection could not be made, or broke. */
export class DataConnectionError extends Error {
  override readonly name = "DataConnectionError";
  readonly kind: DataConnectionErrorKind;
  /** What the peer is told: `message` before it is in a language. */
  readonly text: Text;

  /**
   * @param kind - Why, from a closed set.
   * @param text - What was tried and what stood in the way.
   * @param cause - The error below.
   */
  constructor(kind: DataConnectionErrorKind, text: Text, cause?: unknown) {
    super(renderText(text), cause === undefined ? undefined : { cause });
    this.kind = kind;
    this.text = text;
  }
}
