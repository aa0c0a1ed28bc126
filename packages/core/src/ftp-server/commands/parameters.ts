/** TYPE, STRU, MODE (RFC 959 §4.1.2, §5.3.2; RFC 1123 §4.1.2). */
import { replyCode, type RepresentationType } from "../../protocol/index.ts";
import { CommandError } from "../command-error.ts";
import type { CommandRow } from "../command-row.ts";

/** TYPE: A N, I, and L 8. */
export const type: CommandRow<RepresentationType> = {
  handle(session, wanted) {
    if (!session.moveParameters({ event: "type", type: wanted })) {
      throw new CommandError("parameter-not-implemented", "The types are A (non-print), I, and L 8");
    }
    session.reply(replyCode.commandOkay, `Type is ${session.parameters.type === "ascii" ? "A, non-print" : "I"}`);
  },
};

/** STRU: F. */
export const stru: CommandRow<string> = {
  handle(session, structure) {
    if (structure !== "F") throw new CommandError("parameter-not-implemented", "The structure is F");
    session.reply(replyCode.commandOkay, "Structure is F");
  },
};

/** MODE: S. */
export const mode: CommandRow<string> = {
  handle(session, wanted) {
    if (wanted !== "S") throw new CommandError("parameter-not-implemented", "The mode is S");
    session.reply(replyCode.commandOkay, "Mode is S");
  },
};
