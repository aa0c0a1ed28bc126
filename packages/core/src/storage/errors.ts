/** The one error type of storages. Its kinds are closed: the server's reply and the client's advice follow from them. */
import { renderText, type Text } from "../protocol/index.ts";

/** Why a storage could not do what was asked. */
export type StorageErrorKind =
  | "not-found"
  | "already-exists"
  | "not-a-directory"
  | "is-a-directory"
  | "directory-not-empty"
  | "permission-denied"
  | "read-only"
  | "name-not-allowed"
  | "offset-out-of-range"
  | "too-large"
  | "no-space"
  | "quota-exceeded"
  | "busy"
  | "too-many-open"
  | "not-supported"
  | "unavailable"
  | "aborted"
  | "input-output";

/** A storage could not do what was asked. The message never names a path of the host. */
export class StorageError extends Error {
  override readonly name = "StorageError";
  /** Why, from a closed set. */
  readonly kind: StorageErrorKind;
  /** What the peer is told: `message` before it is in a language. */
  readonly text: Text;
  /** The virtual path in question, where there is one. */
  readonly path: string | undefined;

  /**
   * @param kind - Why, from a closed set.
   * @param text - What was tried and what stood in the way, in words for the peer.
   * @param options - The virtual path in question, and the error that caused this one.
   */
  constructor(kind: StorageErrorKind, text: Text, options: { path?: string; cause?: unknown } = {}) {
    super(renderText(text), options.cause === undefined ? undefined : { cause: options.cause });
    this.kind = kind;
    this.text = text;
    this.path = options.path;
  }
}
