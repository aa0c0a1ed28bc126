/** From an error of a storage to the code and the text of ERROR: neither shows a path of the host. */
import { tftpErrorCode } from "../../protocol/index.ts";
import { StorageError, type StorageErrorKind } from "../../storage/index.ts";
import { SizeMismatchError } from "./size-check.ts";
import type { TransferFailure } from "./transfer.ts";

/** Code and text of an ERROR packet. */
export interface TftpRefusal {
  readonly code: number;
  readonly message: string;
}

const refusals: Readonly<Record<StorageErrorKind, TftpRefusal>> = {
  "not-found": { code: tftpErrorCode.fileNotFound, message: "File not found" },
  "not-a-directory": { code: tftpErrorCode.fileNotFound, message: "File not found" },
  // A folder is no file that could be found.
  "is-a-directory": { code: tftpErrorCode.fileNotFound, message: "File not found" },
  "directory-not-empty": { code: tftpErrorCode.accessViolation, message: "Access violation" },
  "already-exists": { code: tftpErrorCode.fileExists, message: "File already exists" },
  "permission-denied": { code: tftpErrorCode.accessViolation, message: "Access violation" },
  "read-only": { code: tftpErrorCode.accessViolation, message: "Access violation" },
  "name-not-allowed": { code: tftpErrorCode.accessViolation, message: "File name not allowed" },
  "offset-out-of-range": { code: tftpErrorCode.notDefined, message: "The file changed" },
  "too-large": { code: tftpErrorCode.diskFull, message: "The file is too large" },
  "no-space": { code: tftpErrorCode.diskFull, message: "Disk full" },
  "quota-exceeded": { code: tftpErrorCode.diskFull, message: "Allocation exceeded" },
  busy: { code: tftpErrorCode.notDefined, message: "The file is in use" },
  "too-many-open": { code: tftpErrorCode.notDefined, message: "The server is busy" },
  "not-supported": { code: tftpErrorCode.accessViolation, message: "Not possible here" },
  unavailable: { code: tftpErrorCode.notDefined, message: "The server is busy" },
  aborted: { code: tftpErrorCode.notDefined, message: "Aborted" },
  "input-output": { code: tftpErrorCode.notDefined, message: "The file could not be read or written" },
};

/** What a peer is told of an error. */
export function refusalFor(error: unknown): TftpRefusal {
  if (error instanceof StorageError) return refusals[error.kind];
  return { code: tftpErrorCode.notDefined, message: "The file could not be read or written" };
}

/** What ended a transfer: the peer's fault, where the file has not the size that the peer told; else the file's. */
export function failureFor(cause: unknown): TransferFailure {
  if (cause instanceof SizeMismatchError) {
    return { kind: "protocol", code: tftpErrorCode.notDefined, message: cause.message };
  }
  return { kind: "file", message: refusalFor(cause).message, cause };
}
