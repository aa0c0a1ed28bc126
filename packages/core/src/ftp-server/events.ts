/** What a server tells its application, from the first day: sessions, logins, refusals and every transfer's fate. */
import type { EndPoint, LogoutReason } from "../accounts/index.ts";

/** What every event carries. */
export interface SessionEvent {
  /** The session's id, unique in this server's life. */
  readonly session: string;
  readonly remote: EndPoint;
  readonly local: EndPoint;
  /** The account's name, once logged in. */
  readonly account: string | undefined;
}

/** A session ended. */
export interface SessionEndEvent extends SessionEvent {
  readonly reason: LogoutReason;
  /** Milliseconds since it began. */
  readonly milliseconds: number;
}

/** Somebody logged in. */
export interface LoginEvent extends SessionEvent {
  readonly account: string;
  readonly anonymous: boolean;
}

/** An account's session ended. */
export interface LogoutEvent extends SessionEvent {
  readonly account: string;
  readonly reason: LogoutReason;
}

/** A login was refused. */
export interface LoginRefusedEvent extends SessionEvent {
  /** The name that was given; it comes from the peer and may hold anything. */
  readonly user: string;
  readonly reason: string;
}

/** A command was answered by a 4xx or 5xx. */
export interface RefusalEvent extends SessionEvent {
  readonly verb: string;
  /** The argument as it came, or `***` where it is a secret. */
  readonly argument: string | undefined;
  readonly code: number;
  readonly message: string;
}

/** A connection did not become secure. */
export interface TlsFailedEvent extends SessionEvent {
  readonly connection: "control" | "data";
  /** Why: text for people. */
  readonly message: string;
  /** The error itself. */
  readonly cause: unknown;
}

/** A transfer began. */
export interface TransferStartEvent extends SessionEvent {
  readonly account: string;
  readonly verb: string;
  /** The virtual path of the file. */
  readonly path: string;
  /** Octets skipped by REST or kept by APPE, where known. */
  readonly offset: number;
  /** Octets of the whole file, where that is known. */
  readonly size: number | undefined;
}

/** A transfer is complete: for an upload, the file is there under its name. */
export interface TransferEvent extends SessionEvent {
  readonly account: string;
  readonly verb: string;
  readonly path: string;
  readonly offset: number;
  /** Octets that moved over the data connection. */
  readonly bytes: number;
  readonly milliseconds: number;
}

/** A transfer broke off. */
export interface TransferBrokenEvent extends TransferEvent {
  /** Why: text for people. */
  readonly message: string;
  /** The error itself. */
  readonly cause: unknown;
}

/** Something of the application, or of the machine, failed; the server goes on. */
export interface ServerErrorEvent {
  /** What was being done. */
  readonly doing: string;
  readonly cause: unknown;
  readonly session: string | undefined;
}

/** The events of `FtpServer`, each with one argument. */
export interface FtpServerEvents {
  session: [SessionEvent];
  "session-end": [SessionEndEvent];
  "session-refused": [{ readonly remote: EndPoint; readonly local: EndPoint; readonly message: string }];
  login: [LoginEvent];
  logout: [LogoutEvent];
  "login-refused": [LoginRefusedEvent];
  refusal: [RefusalEvent];
  "tls-failed": [TlsFailedEvent];
  "upload-start": [TransferStartEvent];
  upload: [TransferEvent];
  "upload-broken": [TransferBrokenEvent];
  "download-start": [TransferStartEvent];
  download: [TransferEvent];
  "download-broken": [TransferBrokenEvent];
  "server-error": [ServerErrorEvent];
}
