/** SYST and NOOP (RFC 959 §4.1.3). */
import { message, replyCode } from "../../protocol/index.ts";
import type { CommandRow } from "../command-row.ts";

/** SYST: what clients choose their LIST parser by. */
export const syst: CommandRow<undefined> = {
  phase: "any",
  handle(session) {
    session.reply(replyCode.systemType, "UNIX Type: L8");
  },
};

/** NOOP. NetX Duo's server wants a login first, and so do others; here it may come at any time, as RFC 959 has it. */
export const noop: CommandRow<string | undefined> = {
  phase: "any",
  handle(session) {
    session.reply(replyCode.commandOkay, message("Okay"));
  },
};
