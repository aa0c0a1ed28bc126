/** Bringing a control connection back into step after a transfer that was given up (RFC 959 §4.1.3, ABOR). */
import type { ControlConnection } from "./control-connection.ts";
import { FtpTransferError } from "./errors.ts";

/** Milliseconds for the replies after an abort; then the client is closed. */
export const abortTimeout = 3_000;

/** Preliminary replies that may come after the first, or after ABOR was sent. */
export const earlyReplies = 2;

/** Sends ABOR, and reads replies off until the connection is in step, or closes it. */
export async function resynchronise(control: ControlConnection, completionDue: boolean): Promise<void> {
  if (control.closed) return;
  const lost = new FtpTransferError("aborted", "Aborting a transfer", "the server did not come back into step");
  try {
    control.sendAbort();
    const expected = completionDue ? 2 : 1;
    for (let seen = 0, early = 0; seen < expected;) {
      const reply = await control.replyWithin(abortTimeout);
      if (reply !== undefined) {
        // The preliminary reply may still be on its way.
        if (reply.code >= 200 || early++ >= earlyReplies) seen++;
        continue;
      }
      if (seen === 0) return control.destroy(lost);
      // Some servers answer the transfer and ABOR in one: a NOOP tells where its replies begin.
      return await findStep(control, lost);
    }
  } catch {
    control.destroy(lost);
  }
}

async function findStep(control: ControlConnection, lost: Error): Promise<void> {
  control.send("NOOP", undefined);
  for (let seen = 0; seen < 3; seen++) {
    const reply = await control.replyWithin(abortTimeout);
    if (reply === undefined) break;
    if (reply.code === 200) return control.inStep();
  }
  control.destroy(lost);
}
