/** TYPE, STRU, MODE (RFC 959 §4.1.2, §5.3.2; RFC 1123 §4.1.2). What means nothing together is refused by the transfer. */
import {
  message,
  replyCode,
  typeArgument,
  type ModeCode,
  type RepresentationType,
  type StructureCode,
} from "../../protocol/index.ts";
import { CommandError } from "../command-error.ts";
import type { CommandRow } from "../command-row.ts";

/** TYPE: A and E in every format, I, and L of any size. */
export const type: CommandRow<RepresentationType> = {
  handle(session, wanted) {
    session.moveParameters({ event: "type", type: wanted });
    session.reply(replyCode.commandOkay, message("Type is {type}", { type: typeArgument.format(wanted) ?? "" }));
  },
};

/** STRU: F, R, P. */
export const stru: CommandRow<StructureCode> = {
  handle(session, structure) {
    session.moveParameters({ event: "structure", structure });
    session.reply(replyCode.commandOkay, message("Structure is {structure}", { structure }));
  },
};

/** MODE: S, B, C, and Z where the server has it. */
export const mode: CommandRow<ModeCode> = {
  feature: (session) => (session.host.options.deflate ? "MODE Z" : undefined),
  handle(session, wanted) {
    if (wanted === "Z" && !session.host.options.deflate) {
      throw new CommandError("parameter-not-implemented", message("Mode Z is switched off here; S, B and C are there"));
    }
    session.moveParameters({ event: "mode", mode: wanted });
    session.reply(replyCode.commandOkay, message("Mode is {mode}", { mode: wanted }));
  },
};
