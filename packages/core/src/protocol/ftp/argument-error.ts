/** What is wrong with the argument of a command. Kinds are closed: the server's 501, 504, 521 and 522 follow from them. */
import { renderText, type Text } from "./message.ts";

/** Why an argument was refused. */
export type ArgumentErrorKind =
  /** It is not written as the verb's RFC has it. */
  | "syntax"
  /** It is well written, and names something this project does not have. */
  | "not-implemented-for-parameter"
  /** It names a network protocol other than IPv4 and IPv6 (RFC 2428 §2). */
  | "unsupported-protocol"
  /** It names an address family other than those of IPv4 and IPv6 (RFC 1639). */
  | "unsupported-family";

/** An argument was refused. */
export class ArgumentError extends Error {
  override readonly name = "ArgumentError";
  readonly kind: ArgumentErrorKind;
  /** What the peer is told: `message` before it is in a language. */
  readonly text: Text;

  /**
   * @param kind - Why, from a closed set.
   * @param text - What was expected.
   */
  constructor(kind: ArgumentErrorKind, text: Text) {
    super(renderText(text));
    this.kind = kind;
    this.text = text;
  }
}
