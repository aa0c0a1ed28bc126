/** RETR (RFC 959 §4.1.3). */
import type { CommandRow } from "../command-row.ts";
import { sendFile } from "../transfer/send-file.ts";
import { runTransfer } from "../transfer/transfer.ts";

/** RETR: the file is open before the preliminary reply, which names its size. */
export const retr: CommandRow<string> = {
  permission: "read",
  handle(session, text) {
    const path = session.path(text);
    return runTransfer(session, { verb: "RETR", path, open: (signal) => sendFile(session, "RETR", path, signal) });
  },
};
