/** OPTS (RFC 2389 §4): UTF8, MLST, MODE and HASH. */
import { message, parseMlstOptions, parseModeOptions, replyCode, type OptionsArgument } from "../../protocol/index.ts";
import { CommandError } from "../command-error.ts";
import type { CommandRow } from "../command-row.ts";
import type { Session } from "../session/session.ts";
import { chooseHash } from "./hash.ts";

/** OPTS: allowed before the login, since clients switch UTF-8 on first. */
export const opts: CommandRow<OptionsArgument> = {
  phase: "any",
  handle(session, { name, value }) {
    switch (name) {
      case "UTF8":
      case "UTF-8":
        return setCharset(session, value?.toUpperCase() ?? "ON");
      case "MLST": {
        const facts = parseMlstOptions(value);
        session.facts = new Set(facts);
        return session.reply(replyCode.commandOkay, `MLST OPTS ${facts.map((fact) => `${fact};`).join("")}`.trimEnd());
      }
      case "HASH":
        return chooseHash(session, value);
      case "MODE": {
        if (!session.host.options.deflate)
          throw new CommandError("parameter-not-implemented", message("Mode Z is switched off here"));
        const { level } = parseModeOptions(value);
        if (level !== undefined) session.moveParameters({ event: "deflate-level", level });
        return session.reply(
          replyCode.commandOkay,
          level === undefined ? message("Mode Z is zlib's") : message("Mode Z has level {level}", { level }),
        );
      }
      default:
        throw new CommandError(
          "parameter-not-implemented",
          message("OPTS {name} is not understood; UTF8, MLST, MODE and HASH are", { name }),
        );
    }
  },
};

/** UTF-8 is what RFC 2640 §3.2 wants: ON is always granted, OFF where the server knows another charset. */
function setCharset(session: Session, value: string): void {
  const { nameCodec } = session.host;
  if (value === "OFF" && nameCodec !== undefined) {
    session.nameCodec = nameCodec;
    session.reply(replyCode.commandOkay, message("Names are in the server's other charset"));
    return;
  }
  if (value !== "ON" && value !== "NLST") {
    throw new CommandError("parameter-not-implemented", message("Names are always in UTF-8"));
  }
  session.nameCodec = undefined;
  session.reply(replyCode.commandOkay, message("Names are in UTF-8"));
}
