/** The usual words for each kind of storage error. */
import { message, type Message, type MessageId } from "../protocol/index.ts";
import type { StorageErrorKind } from "./errors.ts";

const texts = {
  "not-found": "{path}: no such file or directory",
  "already-exists": "{path}: exists already",
  "not-a-directory": "{path}: not a directory",
  "is-a-directory": "{path}: is a directory",
  "directory-not-empty": "{path}: the directory is not empty",
  "permission-denied": "{path}: permission denied",
  "read-only": "{path}: this storage is read-only",
  "name-not-allowed": "{path}: this name is not possible here",
  "offset-out-of-range": "{path}: the file is shorter than that",
  "too-large": "{path}: too large",
  "no-space": "{path}: no space is left",
  "quota-exceeded": "{path}: the quota is used up",
  busy: "{path}: busy; try again later",
  "too-many-open": "{path}: too many files are open; try again later",
  "not-supported": "{path}: not possible on this storage",
  unavailable: "{path}: the storage is not available just now",
  aborted: "{path}: aborted",
  "input-output": "{path}: the storage failed",
} as const satisfies Readonly<Record<StorageErrorKind, MessageId>>;

/** What the peer is told of an error of this kind, unless there is more to tell. */
export function usualText(kind: StorageErrorKind, path: string): Message {
  return message(texts[kind], { path });
}
