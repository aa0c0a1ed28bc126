/**
 * From the client's errors to a storage's: the one place where kinds are chosen (RFC 959 §4.2, §5.4).
 *
 * Codes say little: 550 is "not there", "not yours" and "not a file" alike. Texts say more where a server hands on what its
 * system told it; where they are silent, `explained` looks at what is there.
 */
import { StorageError, storageErrorText, type StorageErrorKind, type VirtualPath } from "../../storage/index.ts";
import {
  ClientBusyError,
  ClientClosedError,
  DataConnectionAttemptsError,
  FtpConnectionError,
  FtpReplyError,
  FtpTimeoutError,
  FtpTlsError,
  FtpTransferError,
  type FtpTransferErrorKind,
} from "../errors.ts";

/** Octets of a path above which a server that does not understand its command may have found the line too long. */
const longPath = 1_000;

/** @returns The error as a storage tells it; it names `path`, and has the client's error as its cause. */
export function toStorageError(error: unknown, path: VirtualPath, signal?: AbortSignal): StorageError {
  if (signal?.aborted === true) return storageError("aborted", path, signal.reason ?? error);
  if (error instanceof StorageError) return error.path === path ? error : storageError(error.kind, path, error);
  // A wait for a session that was ended has its reason as the cause.
  if (error instanceof FtpTransferError && error.cause instanceof StorageError) return error.cause;
  const kind = kindOf(error, path);
  // Why a listing is not whole only its own words say.
  if (error instanceof FtpTransferError && error.kind === "incomplete-listing")
    return new StorageError(kind, `${path}: ${error.message}`, { path, cause: error });
  return storageError(kind, path, error);
}

/** A storage's error in its usual words. */
export function storageError(kind: StorageErrorKind, path: VirtualPath, cause?: unknown): StorageError {
  return new StorageError(kind, storageErrorText(kind, path), { path, ...(cause === undefined ? {} : { cause }) });
}

/** Whether a refusal does not tell why, so that it is worth looking. */
export function isSilent(error: unknown, path: VirtualPath): error is FtpReplyError {
  if (!(error instanceof FtpReplyError)) return false;
  const { code, reply } = error;
  return [450, 451, 501, 550, 553].includes(code) && kindInText(reply?.text ?? "", path) === undefined;
}

function kindOf(error: unknown, path: VirtualPath): StorageErrorKind {
  if (error instanceof FtpReplyError) return kindOfReply(error, path);
  if (error instanceof FtpTransferError) return kindOfTransfer(error.kind);
  if (error instanceof ClientBusyError) return "busy";
  // Names that cannot travel in a command, or not in the server's charset.
  if (error instanceof RangeError) return "name-not-allowed";
  const lost =
    error instanceof FtpTimeoutError ||
    error instanceof FtpConnectionError ||
    error instanceof FtpTlsError ||
    error instanceof ClientClosedError ||
    error instanceof DataConnectionAttemptsError;
  return lost ? "unavailable" : "input-output";
}

function kindOfReply({ code, verb, reply }: FtpReplyError, path: VirtualPath): StorageErrorKind {
  const told = kindInText(reply?.text ?? "", path);
  switch (code) {
    case 421:
    case 425:
    case 426:
      return "unavailable";
    case 450:
      return told ?? "busy";
    case 451:
      return told ?? "input-output";
    case 452:
      return "no-space";
    case 500:
    case 501:
      if (Buffer.byteLength(path) > longPath) return "name-not-allowed";
      return told ?? (code === 501 ? "name-not-allowed" : "not-supported");
    case 430:
    case 530:
    case 532:
    case 534:
      return "permission-denied";
    case 552:
      return "quota-exceeded";
    case 553:
      return told ?? "name-not-allowed";
    case 554:
      return "offset-out-of-range";
    case 550:
      if (told === undefined && Buffer.byteLength(path) > longPath) return "name-not-allowed";
      return told ?? (verb === "MLST" || verb === "SIZE" ? "not-found" : "permission-denied");
    case 226:
    case 250:
      // A listing's success whose words say that the directory could not be read.
      return told ?? "permission-denied";
    default:
      return code >= 500 ? "not-supported" : "unavailable";
  }
}

function kindOfTransfer(kind: FtpTransferErrorKind): StorageErrorKind {
  switch (kind) {
    case "aborted":
      return "aborted";
    case "cannot-resume":
      return "offset-out-of-range";
    case "no-hash":
      return "not-supported";
    case "too-large":
      return "too-large";
    case "unsafe-name":
      return "name-not-allowed";
    case "changed":
      return "busy";
    case "broken":
    case "hash-mismatch":
    case "incomplete-listing":
    case "malformed":
    case "size-mismatch":
      return "input-output";
  }
}

/** The words of Unix's errors, which most servers hand on, and of some that have their own. The first that fits counts. */
const words: readonly (readonly [RegExp, StorageErrorKind])[] = [
  [/not empty/i, "directory-not-empty"],
  [/not a directory|not a folder/i, "not-a-directory"],
  [/is a directory|not a (?:plain|regular) file|is not a file/i, "is-a-directory"],
  [/no such (?:file|dir)|not found|cannot find|doesn't exist|does not exist|not exist/i, "not-found"],
  [/file exists|already exists|exists already/i, "already-exists"],
  [/read-only/i, "read-only"],
  [/too long|not possible here|invalid (?:file)?name|illegal name/i, "name-not-allowed"],
  [/permission denied|access (?:is )?denied|not permitted|prohibited/i, "permission-denied"],
  [/quota/i, "quota-exceeded"],
  [/no space/i, "no-space"],
  [/too many/i, "too-many-open"],
  [/busy/i, "busy"],
];

function kindInText(text: string, path: VirtualPath): StorageErrorKind | undefined {
  // Names may hold any of these.
  const told = (path === "/" ? text : text.replaceAll(path, "")).slice(0, 1_000).replace(/"[^"]*"/g, "");
  return words.find(([pattern]) => pattern.test(told))?.[1];
}
