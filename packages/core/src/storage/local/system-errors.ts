/** From the system's error codes to a storage's kinds of error. Messages name the virtual path, never the host's. */
import { StorageError, type StorageErrorKind } from "../errors.ts";

const kinds: Readonly<Record<string, StorageErrorKind>> = {
  ENOENT: "not-found",
  ENOTDIR: "not-a-directory",
  EISDIR: "is-a-directory",
  EEXIST: "already-exists",
  ENOTEMPTY: "directory-not-empty",
  EACCES: "permission-denied",
  EPERM: "permission-denied",
  ETXTBSY: "busy",
  EBUSY: "busy",
  EROFS: "read-only",
  ENOSPC: "no-space",
  EDQUOT: "quota-exceeded",
  EFBIG: "too-large",
  ENAMETOOLONG: "name-not-allowed",
  EINVAL: "name-not-allowed",
  EILSEQ: "name-not-allowed",
  EMFILE: "too-many-open",
  ENFILE: "too-many-open",
  // A link that leads in circles leads nowhere.
  ELOOP: "not-found",
  EXDEV: "not-supported",
  EOPNOTSUPP: "not-supported",
  ENOSYS: "not-supported",
  ESTALE: "unavailable",
  ENODEV: "unavailable",
  ENXIO: "permission-denied",
};

const words: Readonly<Record<StorageErrorKind, string>> = {
  "not-found": "no such file or directory",
  "already-exists": "exists already",
  "not-a-directory": "not a directory",
  "is-a-directory": "is a directory",
  "directory-not-empty": "the directory is not empty",
  "permission-denied": "permission denied",
  "read-only": "this storage is read-only",
  "name-not-allowed": "this name is not possible here",
  "offset-out-of-range": "the file is shorter than that",
  "too-large": "too large",
  "no-space": "no space is left",
  "quota-exceeded": "the quota is used up",
  busy: "busy; try again later",
  "too-many-open": "too many files are open; try again later",
  "not-supported": "not possible on this storage",
  unavailable: "the storage is not available just now",
  aborted: "aborted",
  "input-output": "the storage failed",
};

/** A storage error of this kind, in its usual words. */
export function storageError(kind: StorageErrorKind, path: string, cause?: unknown): StorageError {
  return new StorageError(kind, `${path}: ${words[kind]}`, cause === undefined ? { path } : { path, cause });
}

/** What a system call's failure means; a storage error comes back as it is. */
export function fromSystemError(error: unknown, path: string): StorageError {
  if (error instanceof StorageError) return error;
  return storageError(kinds[systemCode(error)] ?? "input-output", path, error);
}

/** The system's code of an error, or an empty text. */
export function systemCode(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}
