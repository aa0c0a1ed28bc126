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
  /** The account that was logged in last, though it is logged out by now; undefined where nobody ever was. */
  readonly account: string | undefined;
  readonly reason: LogoutReason;
  /** Bytes that went out over the session's data connections: downloads and listings, those that broke off included. */
  readonly bytesSent: number;
  /** Bytes that came in over the session's data connections, those of uploads that broke off included. */
  readonly bytesReceived: number;
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

/** An account changed its storage in another way than by an upload. It is told once that is done, before the reply. */
export interface ChangeEvent extends SessionEvent {
  readonly account: string;
  /** The command, as `DELE` or `SITE CHMOD`; an old form (XMKD) is told as the usual one (MKD). */
  readonly verb: string;
}

/** A file, link or directory was renamed. An entry that was at the new path before is gone. */
export interface RenameEvent extends ChangeEvent {
  readonly from: string;
  readonly to: string;
}

/** A file or link was removed, or a directory was made or removed. */
export interface PathEvent extends ChangeEvent {
  readonly path: string;
}

/** Attributes were set. Those that are undefined were left as they were. */
export interface AttributesEvent extends PathEvent {
  /** Milliseconds since 1970-01-01 UTC. */
  readonly modified?: number | undefined;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly accessed?: number | undefined;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly created?: number | undefined;
  /** Unix permission bits, 0 to 0o777. */
  readonly mode?: number | undefined;
}

/** The server copied a file within the storage. */
export interface CopyEvent extends ChangeEvent {
  readonly from: string;
  readonly to: string;
  /** Size of the file at `to`. */
  readonly size: number;
}

/** The server appended files to another (COMB). The parts are removed next, each with a `remove` event of its own. */
export interface CombineEvent extends ChangeEvent {
  readonly parts: readonly string[];
  readonly to: string;
  /** Size of the file at `to`, which includes what it held before. */
  readonly size: number;
}

/** A symbolic link was made. */
export interface LinkEvent extends PathEvent {
  /** The path that the link leads to. */
  readonly target: string;
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
  rename: [RenameEvent];
  remove: [PathEvent];
  "make-directory": [PathEvent];
  "remove-directory": [PathEvent];
  attributes: [AttributesEvent];
  copy: [CopyEvent];
  combine: [CombineEvent];
  link: [LinkEvent];
  "server-error": [ServerErrorEvent];
}
