/** The one error type of the TFTP client. */

/** Why a transfer failed. */
export type TftpErrorKind =
  /** The server was silent. */
  | "timeout"
  /** The server sent ERROR; `code` tells which. */
  | "refused"
  /** The server broke the protocol. */
  | "protocol"
  /** The local end could not be read or written. */
  | "file"
  /** The caller gave it up. */
  | "aborted"
  /** The host has no address, the socket could not be opened, or the request could not be sent. */
  | "unreachable";

/** A transfer failed. */
export class TftpError extends Error {
  override readonly name = "TftpError";
  readonly kind: TftpErrorKind;
  /** The code of the server's ERROR packet, for kind `refused`. */
  readonly code: number | undefined;

  /** @param tried - What was tried, in words. */
  constructor(kind: TftpErrorKind, tried: string, message: string, details: { code?: number; cause?: unknown } = {}) {
    super(`${tried}: ${message}`, details.cause === undefined ? undefined : { cause: details.cause });
    this.kind = kind;
    this.code = details.code;
  }
}
