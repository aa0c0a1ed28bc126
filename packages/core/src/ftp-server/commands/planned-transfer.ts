/** PRET: nothing is to be chosen here, so the transfer that is planned is only looked at. */
import { message, replyCode, verbs, type PlannedTransfer, type PlannedVerb } from "../../protocol/index.ts";
import type { Permission } from "../../accounts/index.ts";
import type { CommandRow } from "../command-row.ts";

/** What the account must be allowed to do for each. STOR may be of a new file or over an old one. */
const permissions: Readonly<Record<PlannedVerb, readonly Permission[]>> = {
  RETR: ["read"],
  STOR: ["create", "overwrite"],
  APPE: ["append"],
  STOU: ["create"],
  LIST: ["list"],
  NLST: ["list"],
  MLSD: ["list"],
};

/** PRET: refused as the transfer itself would be, for its argument, its permission or a file that is not there. */
export const pret: CommandRow<PlannedTransfer> = {
  async handle(session, { verb, argument }) {
    const parsed = verbs[verb].argument.parse(argument);
    const needed = permissions[verb];
    if (!needed.some((permission) => session.may(permission))) session.demand(needed[0] ?? "read", argument ?? verb);
    if (verb === "RETR" && typeof parsed === "string") await session.account.storage.stat(session.path(parsed));
    session.reply(replyCode.commandOkay, message("{verb} may come", { verb }));
  },
};
