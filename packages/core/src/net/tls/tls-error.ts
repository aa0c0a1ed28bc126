/** What can go wrong with TLS. */
import { renderText, type Text } from "../../protocol/index.ts";

/** Why a connection did not become secure. */
export type TlsErrorKind =
  /** The peers did not agree, or what came was no TLS. */
  | "handshake"
  /** The connection ended before they could. */
  | "broken"
  /** It took too long. */
  | "timeout"
  /** The peer's certificate is not to be trusted. */
  | "unverified"
  /** The data connection did not take the control connection's session up. */
  | "not-resumed";

/** A connection could not be made secure. */
export class TlsError extends Error {
  override readonly name = "TlsError";
  readonly kind: TlsErrorKind;
  /** What the peer is told: `message` before it is in a language. */
  readonly text: Text;

  /**
   * @param kind - Why, from a closed set.
   * @param text - What was tried and what stood in the way.
   * @param cause - The error below.
   */
  constructor(kind: TlsErrorKind, text: Text, cause?: unknown) {
    super(renderText(text), cause === undefined ? undefined : { cause });
    this.kind = kind;
    this.text = text;
  }
}
