/** MLST and MLSD (RFC 3659 §7). */
import { ArgumentError, formatMlstFeature, message, replyCode } from "../../protocol/index.ts";
import type { CommandRow } from "../command-row.ts";
import { mlsxLines } from "../listing/lines.ts";
import { chosenFacts, mlsxFormatter } from "../mlsx-facts.ts";
import { sendListing, type FoundListing } from "../transfer/send-listing.ts";

/** MLST: facts over the control connection, of the full path. The uploader sees its broken upload. */
export const mlst: CommandRow<string | undefined> = {
  permission: "list",
  feature: (session) => formatMlstFeature(chosenFacts(session)),
  async handle(session, text) {
    const path = session.path(text ?? "");
    const { storage, name } = session.account;
    const entry = await storage.stat(path, { uploader: name });
    const line = mlsxFormatter(session, true)({ ...entry, name: path });
    session.reply(replyCode.fileActionOkay, [message("Listing {path}", { path }), line, message("End")]);
  },
};

/** MLSD: facts of a folder's entries; a file is refused with 501 (RFC 3659 §7.2.1). */
export const mlsd: CommandRow<string | undefined> = {
  permission: "list",
  handle(session, text) {
    const path = session.path(text ?? "");
    const find = async (signal: AbortSignal): Promise<FoundListing> => {
      const entry = await session.account.storage.stat(path, { signal });
      if (entry.kind !== "directory")
        throw new ArgumentError("syntax", message("{path} is not a directory; MLST tells of files", { path }));
      return { path, pieces: () => mlsxLines(session, path, signal) };
    };
    return sendListing(session, { verb: "MLSD", path, find });
  },
};
