/** CSID and CLNT: who the two ends are. What a client tells of itself changes nothing here, and is not kept. */
import { message, replyCode } from "../../protocol/index.ts";
import type { CommandRow } from "../command-row.ts";
import { productVersion } from "../product-version.ts";

/** CSID: answered with this server's name and version. */
export const csid: CommandRow<string> = {
  phase: "any",
  handle(session) {
    session.reply(replyCode.commandOkay, `Name=Twinport; Version=${productVersion};`);
  },
};

/** CLNT. */
export const clnt: CommandRow<string> = {
  phase: "any",
  handle(session) {
    session.reply(replyCode.commandOkay, message("Noted"));
  },
};
