/** COMB: what a client sent in parts, put together. The parts go once the whole is there. */
import { message, replyCode } from "../../protocol/index.ts";
import { StorageError, type WriteMode } from "../../storage/index.ts";
import type { CommandRow } from "../command-row.ts";
import { tellCombine, tellRemove } from "../tell-change.ts";
import { copyFiles, entryOrNone } from "../transfer/copy-files.ts";

/** COMB: the parts follow what the target holds already, as the servers have it that brought this verb. */
export const comb: CommandRow<readonly string[]> = {
  async handle(session, [text = "", ...parts]) {
    for (const part of parts) {
      session.demand("read", part);
      session.demand("remove", part);
    }
    const target = session.path(text);
    const sources = [...new Set(parts.map((part) => session.path(part)))];
    if (sources.length < parts.length) {
      throw new StorageError("name-not-allowed", message("A part is named twice"), { path: target });
    }
    const mode = async (): Promise<WriteMode> => {
      session.demand((await entryOrNone(session, target)) !== undefined ? "append" : "create", text);
      return "append";
    };
    const entry = await copyFiles(session, { verb: "COMB", sources, target, consumes: true, mode });
    tellCombine(session, sources, target, entry.size);
    for (const path of sources) {
      await session.account.storage.remove(path);
      tellRemove(session, "COMB", path);
    }
    session.reply(replyCode.fileActionOkay, message("{target} has {size} octets", { target, size: entry.size }));
  },
};
