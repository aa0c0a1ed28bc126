/** RNFR and RNTO (RFC 959 §4.1.3): adjacent, always. */
import { message, replyCode } from "../../protocol/index.ts";
import { CommandError } from "../command-error.ts";
import type { CommandRow } from "../command-row.ts";
import { tellRename } from "../tell-change.ts";

/** RNFR: the name must be there; a link that leads nowhere is. */
export const rnfr: CommandRow<string> = {
  permission: "rename",
  async handle(session, text) {
    const path = session.path(text);
    await session.account.storage.stat(path, { followLinks: false });
    session.oneShots.renameFrom = path;
    session.reply(replyCode.pendingInformation, message("Now the new name, with RNTO"));
  },
};

/** RNTO: replaces a file only where the account may overwrite. */
export const rnto: CommandRow<string> = {
  permission: "rename",
  after: "RNFR",
  async handle(session, text) {
    const from = session.oneShots.renameFrom;
    if (from === undefined) throw new CommandError("bad-sequence", message("RNTO must follow RNFR directly"));
    const to = session.path(text);
    await session.account.storage.rename(from, to, { replace: session.may("overwrite") });
    tellRename(session, from, to);
    session.reply(replyCode.fileActionOkay, message("{from} renamed to {to}", { from, to }));
  },
};
