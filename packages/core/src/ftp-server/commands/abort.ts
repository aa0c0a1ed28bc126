/** ABOR (RFC 959 §4.1.3). The session has ended the transfer already when this runs: its 426 came before. */
import { message, replyCode } from "../../protocol/index.ts";
import type { CommandRow } from "../command-row.ts";

/** ABOR: 226 after an aborted transfer and when there was none to abort; a passive port that waits and a kept connection go. */
export const abor: CommandRow<undefined> = {
  overtakes: "abort",
  handle(session) {
    if (session.endpoint.end === "passive") session.moveEndpoint({ event: "reset" });
    session.moveEndpoint({ event: "lost" });
    session.reply(replyCode.closingDataConnection, message("Nothing is being transferred now"));
  },
};
