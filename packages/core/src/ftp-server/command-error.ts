/** The server's own refusals: what stands between a command and its doing. Handlers throw; one place makes the reply. */
import { renderText, type Text } from "../protocol/index.ts";

/** Why a command was refused. */
export type CommandErrorKind =
  | "line-too-long"
  | "not-a-command"
  | "not-in-charset"
  | "unknown-verb"
  | "not-offered"
  | "unknown-host"
  | "tls-required"
  | "data-protection-required"
  | "protection-denied"
  | "denied-by-policy"
  | "protection-not-supported"
  | "foreign-protocol"
  | "not-supported-by-storage"
  | "bad-sequence"
  | "parameter-not-implemented"
  | "not-logged-in"
  | "login-refused"
  | "too-many-sessions"
  | "accounts-unavailable"
  | "permission-denied"
  | "foreign-address"
  | "protocol-not-supported"
  | "extended-passive-only"
  | "name-not-usable"
  | "reserved-elsewhere"
  | "transfer-aborted"
  | "size-not-told";

/** A command was refused by the server itself. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly kind: CommandErrorKind;
  /** What the peer is told: `message` before it is in a language. */
  readonly text: Text;

  /**
   * @param kind - Why, from a closed set.
   * @param text - The reply's text: what was tried and what to do.
   */
  constructor(kind: CommandErrorKind, text: Text) {
    super(renderText(text));
    this.kind = kind;
    this.text = text;
  }
}
