/** SITE COPY, SITE CPFR and SITE CPTO: copies made by the server itself. */
import { message, replyCode, type TwoPaths } from "../../protocol/index.ts";
import { StorageError, type VirtualPath, type WriteMode } from "../../storage/index.ts";
import { CommandError } from "../command-error.ts";
import type { CommandRow } from "../command-row.ts";
import type { Session } from "../session/session.ts";
import { tellCopy } from "../tell-change.ts";
import { copyFiles, writeModeFor } from "../transfer/copy-files.ts";

/** SITE COPY. */
export const siteCopy: CommandRow<TwoPaths> = {
  permission: "read",
  handle: (session, { from, to }) => copy(session, session.path(from), to),
};

/** SITE CPFR: the file must be there. */
export const siteCopyFrom: CommandRow<string> = {
  permission: "read",
  async handle(session, text) {
    const path = session.path(text);
    const entry = await session.account.storage.stat(path);
    if (entry.kind !== "file")
      throw new StorageError("is-a-directory", message("{path} is not a file", { path }), { path });
    session.oneShots.copyFrom = path;
    session.reply(replyCode.pendingInformation, message("Now the new name, with SITE CPTO"));
  },
};

/** SITE CPTO: directly after SITE CPFR. */
export const siteCopyTo: CommandRow<string> = {
  permission: "read",
  async handle(session, text) {
    const from = session.oneShots.copyFrom;
    session.oneShots.copyFrom = undefined;
    if (from === undefined) throw new CommandError("bad-sequence", message("SITE CPTO must follow SITE CPFR directly"));
    await copy(session, from, text);
  },
};

async function copy(session: Session, from: VirtualPath, to: string): Promise<void> {
  const target = session.path(to);
  const mode = (): Promise<WriteMode> => writeModeFor(session, to);
  const entry = await copyFiles(session, { verb: "SITE COPY", sources: [from], target, mode });
  tellCopy(session, from, target, entry.size);
  session.reply(replyCode.fileActionOkay, message("{target} has {size} octets", { target, size: entry.size }));
}
