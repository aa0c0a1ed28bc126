/** SMNT (RFC 959 §4.1.1): the file systems that an account has are folders of its storage. */
import { formatQuotedPath, message, replyCode } from "../../protocol/index.ts";
import { resolveVirtualPath, rootPath, StorageError } from "../../storage/index.ts";
import type { CommandRow } from "../command-row.ts";

/** SMNT: by name, or by the folder itself. An account without any is told so by 202. */
export const smnt: CommandRow<string> = {
  async handle(session, name) {
    const { mounts = {}, storage } = session.account;
    const folders = Object.entries(mounts).map(([key, folder]) => [key, resolveVirtualPath(rootPath, folder)] as const);
    if (folders.length === 0) {
      session.reply(replyCode.superfluous, message("There is one file system, and it is mounted"));
      return;
    }
    const path = session.path(name);
    const found = folders.find(([key]) => key === name) ?? folders.find(([, folder]) => folder === path);
    if (found === undefined)
      throw new StorageError("not-found", message("{name} is no file system of yours", { name }), { path });
    const entry = await storage.stat(found[1]);
    if (entry.kind !== "directory")
      throw new StorageError("not-a-directory", message("{name} is not a directory", { name }), { path });
    session.workingDirectory = found[1];
    session.reply(
      replyCode.fileActionOkay,
      message("{quoted} is the working directory", { quoted: formatQuotedPath(found[1]) }),
    );
  },
};
