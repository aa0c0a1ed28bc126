/** From the system's error codes to a storage's kinds of error. Messages name the virtual path, never the host's. */
import { StorageError, type StorageErrorKind } from "../errors.ts";
import { usualText } from "../error-texts.ts";

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

/** A storage error of this kind, in its usual words. */
export function storageError(kind: StorageErrorKind, path: string, cause?: unknown): StorageError {
  return new StorageError(kind, usualText(kind, path), cause === undefined ? { path } : { path, cause });
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
