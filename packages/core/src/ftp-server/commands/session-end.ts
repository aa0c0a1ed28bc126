/** QUIT and REIN (RFC 959 §4.1.1). Both come after a running transfer: the queue holds them back until its result. */
import { message, replyCode } from "../../protocol/index.ts";
import type { CommandRow } from "../command-row.ts";
import { english } from "../session/language.ts";

/** QUIT: logs out and closes. */
export const quit: CommandRow<undefined> = {
  phase: "any",
  handle(session) {
    session.reply(replyCode.closingControlConnection, message("Goodbye"));
    session.close("quit");
  },
};

/**
 * REIN: flushes the account and all parameters; the connection stays. RFC 4217 §13 wants TLS to end with it, which hardly any
 * client can follow; kept, TLS would let whoever logs in next believe in a fresh connection. So it is refused once there is TLS.
 */
export const rein: CommandRow<undefined> = {
  phase: "any",
  offered: (session) => session.tls === undefined,
  async handle(session) {
    await session.logOut("reinitialised");
    session.moveLogin({ event: "reinitialised" });
    session.reinitialise();
    session.language = english;
    session.reply(replyCode.serviceReady, session.host.options.banner);
  },
};
