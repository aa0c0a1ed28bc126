/** AVBL: octets that can still be stored in a folder. */
import { message, replyCode } from "../../protocol/index.ts";
import { StorageError } from "../../storage/index.ts";
import type { CommandRow } from "../command-row.ts";

/** AVBL: without an argument, in the working directory. */
export const avbl: CommandRow<string | undefined> = {
  permission: "list",
  ability: "freeSpace",
  async handle(session, text) {
    const path = session.path(text ?? "");
    const { storage } = session.account;
    const entry = await storage.stat(path);
    if (entry.kind !== "directory")
      throw new StorageError("not-a-directory", message("{path} is not a directory", { path }), { path });
    const octets = (await storage.freeSpace?.(path)) ?? 0;
    session.reply(replyCode.fileStatus, String(octets));
  },
};
