/** SITE SYMLINK: a link inside the storage, to what is there. */
import { message, replyCode, type TwoPaths } from "../../protocol/index.ts";
import { StorageError, type VirtualPath } from "../../storage/index.ts";
import { CommandError } from "../command-error.ts";
import type { CommandRow } from "../command-row.ts";
import { tellLink } from "../tell-change.ts";

/** SITE SYMLINK: both names start from the working directory, as everywhere, not the target's from the link's folder. */
export const siteSymlink: CommandRow<TwoPaths> = {
  permission: "create",
  ability: "link",
  async handle(session, { from, to }) {
    const { storage } = session.account;
    if (storage.link === undefined)
      throw new CommandError("not-supported-by-storage", message("This storage has no links"));
    if (climbsOut(session.workingDirectory, from)) {
      throw new StorageError("permission-denied", message("{from}: a link must not lead out", { from }), {
        path: from,
      });
    }
    const [target, path] = [session.path(from), session.path(to)];
    await storage.link(target, path);
    tellLink(session, path, target);
    session.reply(replyCode.commandOkay, message("{path} leads to {target}", { path, target }));
  },
};

/** Whether a name has more `..` than there are folders. Elsewhere they stop at the root; a link that does is refused. */
function climbsOut(folder: VirtualPath, text: string): boolean {
  let depth = text.startsWith("/") ? 0 : folder.split("/").filter((name) => name !== "").length;
  for (const name of text.split("/")) {
    if (name === "..") depth--;
    else if (name !== "" && name !== ".") depth++;
    if (depth < 0) return true;
  }
  return false;
}
