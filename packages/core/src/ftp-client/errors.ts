/** The client's errors. Each tells what was tried and what the server said; none ever holds a password. */
import type { TlsErrorKind } from "../net/index.ts";
import type { ReceivedReply } from "../protocol/index.ts";

/** What every error of the client carries. */
export interface FtpErrorDetails {
  /** The verb that was under way, where there was one. */
  readonly verb?: string | undefined;
  /** The server's reply, where it was one that failed the operation. */
  readonly reply?: ReceivedReply | undefined;
  readonly cause?: unknown;
}

/** What all errors of the client are. */
export class FtpError extends Error {
  override readonly name: string = "FtpError";
  readonly verb: string | undefined;
  readonly reply: ReceivedReply | undefined;
  /** What was tried, in words. */
  readonly tried: string;

  constructor(tried: string, message: string, details: FtpErrorDetails = {}) {
    super(`${tried}: ${message}`, details.cause === undefined ? undefined : { cause: details.cause });
    this.tried = tried;
    this.verb = details.verb;
    this.reply = details.reply;
  }
}

/** The server refused: a reply of 4xx or 5xx, or one that makes no sense here. */
export class FtpReplyError extends FtpError {
  override readonly name = "FtpReplyError";
  /** The reply's code. */
  readonly code: number;
  /** Whether the same may succeed later (4xx). */
  readonly transient: boolean;

  constructor(tried: string, reply: ReceivedReply, verb: string) {
    super(tried, `the server said ${reply.code} ${reply.text.replaceAll("\n", " / ")}`, { verb, reply });
    this.code = reply.code;
    this.transient = reply.code >= 400 && reply.code < 500;
  }
}

/** What was waited for. */
export type FtpTimeoutPhase = "connect" | "reply" | "stall" | "data-connection";

/** The server did not do something in its time. */
export class FtpTimeoutError extends FtpError {
  override readonly name = "FtpTimeoutError";
  readonly phase: FtpTimeoutPhase;

  constructor(phase: FtpTimeoutPhase, tried: string, message: string, details: FtpErrorDetails = {}) {
    super(tried, message, details);
    this.phase = phase;
  }
}

/** The control connection could not be made, or was lost. */
export class FtpConnectionError extends FtpError {
  override readonly name: string = "FtpConnectionError";
}

/**
 * The server sent a reply that its command cannot have, or that no command asked for. Replies cannot be matched with
 * commands any more, so the client is closed; whether the command under way was carried out is not known.
 */
export class FtpOutOfStepError extends FtpConnectionError {
  override readonly name = "FtpOutOfStepError";
}

/** A connection could not be made secure, or must not be trusted. */
export class FtpTlsError extends FtpError {
  override readonly name = "FtpTlsError";
  readonly kind: TlsErrorKind;

  constructor(kind: TlsErrorKind, tried: string, message: string, details: FtpErrorDetails = {}) {
    super(tried, message, details);
    this.kind = kind;
  }
}

/** Why a transfer failed. */
export type FtpTransferErrorKind =
  /** The data connection broke. */
  | "broken"
  /** The caller gave it up. */
  | "aborted"
  /** What came is not in the format that was agreed on. */
  | "malformed"
  /** Another number of octets came than the server has. */
  | "size-mismatch"
  /** The server's file became another one while it was fetched. */
  | "changed"
  /** The server's hash is another than that of the octets here. */
  | "hash-mismatch"
  /** The server offers no hash that could be asked for or compared. */
  | "no-hash"
  /** What is there already does not fit what is to be resumed. */
  | "cannot-resume"
  /** A listing does not tell all that is in the directory, so that what is missing in it may be there. */
  | "incomplete-listing"
  /** A reply, a listing or a file is over its cap. */
  | "too-large"
  /** A name from the server, or for it, that must not be used. */
  | "unsafe-name";

/** A transfer failed. */
export class FtpTransferError extends FtpError {
  override readonly name = "FtpTransferError";
  readonly kind: FtpTransferErrorKind;

  constructor(kind: FtpTransferErrorKind, tried: string, message: string, details: FtpErrorDetails = {}) {
    super(tried, message, details);
    this.kind = kind;
  }
}

/** A file of this machine could not be read or written. */
export class LocalFileError extends FtpError {
  override readonly name = "LocalFileError";
}

/** A transfer that the caller drives is open: waiting for it could wait for ever. */
export class ClientBusyError extends FtpError {
  override readonly name = "ClientBusyError";
}

/** The client is closed. `cause` tells why, when it was not by `close`. */
export class ClientClosedError extends FtpError {
  override readonly name = "ClientClosedError";
}

/** One way that was tried to make a data connection. */
export interface DataConnectionAttempt {
  readonly strategy: string;
  readonly address: string | undefined;
  readonly cause: Error;
}

/** One way that was tried to have two servers exchange data. */
export interface ServerToServerAttempt {
  /** Which server was to listen, and which verb was to make one of them TLS's client. */
  readonly strategy: string;
  readonly cause: Error;
}

/** Two servers would not exchange data with each other. */
export class ServersRefusedError extends FtpError {
  override readonly name = "ServersRefusedError";
  /** Empty where nothing could be tried. */
  readonly attempts: readonly ServerToServerAttempt[];

  constructor(tried: string, message: string, attempts: readonly ServerToServerAttempt[]) {
    const told = attempts.map(({ strategy, cause }) => `${strategy}: ${cause.message}`);
    super(tried, told.length === 0 ? message : `${message} (${told.join("; ")})`, { cause: attempts.at(-1)?.cause });
    this.attempts = attempts;
  }
}

/** No way of making a data connection worked. */
export class DataConnectionAttemptsError extends FtpError {
  override readonly name = "DataConnectionAttemptsError";
  readonly attempts: readonly DataConnectionAttempt[];

  constructor(tried: string, attempts: readonly DataConnectionAttempt[]) {
    const told = attempts.map(({ strategy, address, cause }) => {
      return `${strategy}${address === undefined ? "" : ` to ${address}`}: ${cause.message}`;
    });
    super(tried, `no data connection could be made (${told.join("; ")})`, { cause: attempts.at(-1)?.cause });
    this.attempts = attempts;
  }
}
