/** SMNT (RFC 959 §4.1.1): the file systems that an account has are folders of its storage. */
import { formatQuotedPath, replyCode } from "../../protocol/index.ts";
import { resolveVirtualPath, rootPath, StorageError } from "../../storage/index.ts";
import type { CommandRow } from "../command-row.ts";

/** SMNT: by name, or by the folder itself. An account without any is told so by 202. */
export const smnt: CommandRow<string> = {
  async handle(session, name) {
    const { mounts = {}, storage } = session.account;
    const folders = Object.entries(mounts).map(([key, folder]) => [key, resolveVirtualPath(rootPath, folder)] as const);
    if (folders.length === 0) {
      session.reply(replyCode.superfluous, "There is one file system, and it is mounted");
      return;
    }
    const path = session.path(name);
    const found = folders.find(([key]) => key === name) ?? folders.find(([, folder]) => folder === path);
    if (found === undefined) throw new StorageError("not-found", `${name} is no file system of yours`, { path });
    const entry = await storage.stat(found[1]);
    if (entry.kind !== "directory") throw new StorageError("not-a-directory", `${name} is not a directory`, { path });
    session.workingDirectory = found[1];
    session.reply(replyCode.fileActionOkay, `${formatQuotedPath(found[1])} is the working directory`);
  },
};
