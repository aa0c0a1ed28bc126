/** DELE (RFC 959 §4.1.3). */
import { message, replyCode } from "../../protocol/index.ts";
import type { CommandRow } from "../command-row.ts";
import { tellRemove } from "../tell-change.ts";

/** DELE: removes a file or a link, never a folder. */
export const dele: CommandRow<string> = {
  permission: "remove",
  async handle(session, text) {
    const path = session.path(text);
    const { storage, name } = session.account;
    await storage.remove(path, { uploader: name });
    tellRemove(session, "DELE", path);
    session.reply(replyCode.fileActionOkay, message("{path} deleted", { path }));
  },
};
