/**
 * From an error to a reply: the one place where 4xx and 5xx are chosen (RFC 959 §5.4, RFC 2428 §2, RFC 2577 §3).
 *
 * Every kind of every error type has its case; the compiler finds the one that is missing. What is none of the project's
 * own errors is a fault of the application or of this project: the peer reads 451 and no detail, the event has it all.
 */
import { DataConnectionError, TlsError } from "../net/index.ts";
import { ArgumentError, DataFormatError, message, replyCode, type Text } from "../protocol/index.ts";
import { StorageError } from "../storage/index.ts";
import { CommandError } from "./command-error.ts";

/** A negative reply. */
export interface ErrorReply {
  readonly code: number;
  readonly text: Text;
  /** True when the error is none of the known ones: it is told to the application as a fault. */
  readonly unexpected?: true;
}

/** Verbs whose name argument is to become a name: their replies distinguish 553 and 552 (RFC 959 §5.4). */
const naming = new Set(["STOR", "APPE", "STOU", "RNTO", "MKD", "XMKD", "COMB", "SITE"]);

/**
 * @param error - What a handler threw.
 * @param verb - The verb that was being done.
 */
export function replyForError(error: unknown, verb: string): ErrorReply {
  if (error instanceof CommandError) return { code: asOpts(codeForCommandError(error), verb), text: error.text };
  if (error instanceof ArgumentError) return { code: asOpts(codeForArgumentError(error), verb), text: error.text };
  if (error instanceof StorageError) return { code: codeForStorageError(error, verb), text: error.text };
  if (error instanceof DataFormatError) return { code: codeForFormatError(error), text: error.text };
  if (error instanceof TlsError) return { code: codeForTlsError(error), text: error.text };
  if (error instanceof DataConnectionError) return { code: codeForDataError(error), text: error.text };
  return { code: replyCode.localError, text: message("The server failed; its log tells more"), unexpected: true };
}

/** OPTS has one permanent error, for options that are not known too (RFC 2389 §4). */
function asOpts(code: number, verb: string): number {
  return verb === "OPTS" && code === replyCode.parameterNotImplemented ? replyCode.argumentSyntaxError : code;
}

function codeForCommandError(error: CommandError): number {
  switch (error.kind) {
    case "line-too-long":
    case "not-a-command":
    case "unknown-verb":
      return replyCode.syntaxError;
    case "not-in-charset":
      return replyCode.argumentSyntaxError;
    case "not-supported-by-storage":
    case "not-offered":
      return replyCode.notImplemented;
    case "bad-sequence":
    case "extended-passive-only":
      return replyCode.badSequence;
    case "parameter-not-implemented":
    case "unknown-host":
    case "foreign-address":
      return replyCode.parameterNotImplemented;
    case "protocol-not-supported":
      return replyCode.protocolNotSupported;
    case "data-protection-required":
      return replyCode.dataProtectionRequired;
    case "protection-denied":
      return replyCode.protectionDenied;
    case "denied-by-policy":
      return replyCode.deniedByPolicy;
    case "protection-not-supported":
      return replyCode.protectionNotSupported;
    case "tls-required":
    case "not-logged-in":
    case "login-refused":
      return replyCode.notLoggedIn;
    case "foreign-protocol":
    case "too-many-sessions":
    case "accounts-unavailable":
      return replyCode.serviceNotAvailable;
    case "permission-denied":
    case "size-not-told":
      return replyCode.actionNotTaken;
    case "name-not-usable":
      return replyCode.nameNotAllowed;
    case "reserved-elsewhere":
      return replyCode.fileBusy;
    case "transfer-aborted":
      return replyCode.transferAborted;
  }
}

function codeForArgumentError(error: ArgumentError): number {
  switch (error.kind) {
    case "syntax":
      return replyCode.argumentSyntaxError;
    case "not-implemented-for-parameter":
      return replyCode.parameterNotImplemented;
    case "unsupported-protocol":
      return replyCode.protocolNotSupported;
    case "unsupported-family":
      return replyCode.addressFamilyNotSupported;
  }
}

function codeForStorageError(error: StorageError, verb: string): number {
  switch (error.kind) {
    case "not-found":
    case "not-a-directory":
    case "is-a-directory":
    case "directory-not-empty":
    case "permission-denied":
    case "read-only":
      return replyCode.actionNotTaken;
    case "already-exists":
      return naming.has(verb) && verb !== "MKD" && verb !== "XMKD" && verb !== "SITE"
        ? replyCode.nameNotAllowed
        : replyCode.actionNotTaken;
    case "name-not-allowed":
      return naming.has(verb) ? replyCode.nameNotAllowed : replyCode.actionNotTaken;
    case "offset-out-of-range":
      return replyCode.restartNotPossible;
    case "too-large":
    case "quota-exceeded":
      return replyCode.storageExceeded;
    case "no-space":
      return replyCode.insufficientStorage;
    case "busy":
    case "too-many-open":
    case "unavailable":
      return replyCode.fileBusy;
    case "not-supported":
      return replyCode.notImplemented;
    case "aborted":
      return replyCode.transferAborted;
    case "input-output":
      return replyCode.localError;
  }
}

function codeForFormatError(error: DataFormatError): number {
  switch (error.kind) {
    case "truncated":
      return replyCode.transferAborted;
    // Permanent: the same octets would be refused again.
    case "malformed":
    case "not-representable":
      return replyCode.actionNotTaken;
    case "page-type-unknown":
      return replyCode.pageTypeUnknown;
    case "record-too-long":
    case "too-large":
      return replyCode.storageExceeded;
  }
}

function codeForTlsError(error: TlsError): number {
  switch (error.kind) {
    case "handshake":
    case "unverified":
    case "not-resumed":
      return replyCode.dataHandshakeFailed;
    // Nothing is wrong with the two ends: the next connection may well become secure.
    case "broken":
    case "timeout":
      return replyCode.cannotOpenDataConnection;
  }
}

function codeForDataError(error: DataConnectionError): number {
  switch (error.kind) {
    case "not-arrived":
    case "refused":
    case "no-port":
    case "failed":
      return replyCode.cannotOpenDataConnection;
    case "reset":
    case "stalled":
    case "aborted":
      return replyCode.transferAborted;
  }
}
