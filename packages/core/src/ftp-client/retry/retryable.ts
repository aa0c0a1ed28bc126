/** Which failures may pass: those that a second attempt, on a new connection or a little later, may not meet. */
import {
  ClientClosedError,
  DataConnectionAttemptsError,
  FtpConnectionError,
  FtpReplyError,
  FtpTimeoutError,
  FtpTlsError,
  FtpTransferError,
} from "../errors.ts";

/**
 * Whether the same may succeed when it is tried again.
 *
 * Replies of 4xx do (RFC 959 §4.2: "the action may be requested again"), and connections that were lost, timeouts,
 * transfers that broke off or brought what the server does not have, handshakes that broke off. Refusals, names,
 * certificates and this machine's files are no better the next time, and what the caller gave up stays given up.
 */
export function isRetryable(error: unknown): boolean {
  if (error instanceof FtpReplyError) return error.transient;
  if (error instanceof FtpTransferError)
    return error.kind === "broken" || error.kind === "size-mismatch" || error.kind === "hash-mismatch";
  if (error instanceof FtpTlsError) return isBrokenHandshake(error);
  if (error instanceof FtpTimeoutError || error instanceof FtpConnectionError) return true;
  if (error instanceof DataConnectionAttemptsError) return error.attempts.some(({ cause }) => !isFinal(cause));
  // The client was closed by what befell its connection, or by its owner.
  if (error instanceof ClientClosedError) return error.cause !== undefined && isRetryable(error.cause);
  return isConnectionTrouble(error);
}

/** A handshake that ended with its connection, or took too long; not one that the two ends could not agree on. */
export function isBrokenHandshake({ kind, cause }: FtpTlsError): boolean {
  const why = cause instanceof Error ? cause.cause : undefined;
  const code = why instanceof Error && "code" in why ? String(why.code) : "";
  return kind === "timeout" || (kind === "handshake" && !/SSL|TLS/.test(code));
}

/** A certificate that is not trusted for one data connection is not for the next. */
function isFinal(error: Error): boolean {
  return (
    (error instanceof FtpTlsError && !isBrokenHandshake(error)) ||
    (error instanceof FtpReplyError && !error.transient && error.code !== 530)
  );
}

const passingSystemErrors: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EAI_AGAIN",
]);

function isConnectionTrouble(error: unknown): boolean {
  return error instanceof Error && "code" in error && passingSystemErrors.has(String(error.code));
}
