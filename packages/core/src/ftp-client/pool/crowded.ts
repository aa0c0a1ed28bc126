/** Whether a server that was connected to has sessions enough of this client. */
import { ClientClosedError, FtpConnectionError, FtpReplyError, FtpTimeoutError, FtpTlsError } from "../errors.ts";
import { isBrokenHandshake } from "../retry/retryable.ts";

/**
 * Whether a failure to connect may mean that there are too many sessions: 421 and 530 are how servers say it (RFC 959
 * §5.4), others refuse the connection, drop it, or leave it unanswered.
 */
export function isCrowded(error: unknown): boolean {
  if (error instanceof FtpReplyError) return error.code === 421 || error.code === 530 || error.transient;
  if (error instanceof FtpTlsError) return isBrokenHandshake(error);
  if (error instanceof ClientClosedError) return isCrowded(error.cause);
  return error instanceof FtpConnectionError || error instanceof FtpTimeoutError;
}
