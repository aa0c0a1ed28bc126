/** MFMT (draft-somers-ftp-mfxx §3). */
import { formatTimeValue, replyCode, type TimeAndPath } from "../../protocol/index.ts";
import { CommandError } from "../command-error.ts";
import type { CommandRow } from "../command-row.ts";
import type { Session } from "../session/session.ts";

/** MFMT: sets when a file was modified, and answers with the time as it now is. */
export const mfmt: CommandRow<TimeAndPath> = {
  permission: "changeAttributes",
  ability: "setTimes",
  async handle(session, { time, path: text }) {
    await setModified(session, text, time);
    session.reply(replyCode.fileStatus, `Modify=${formatTimeValue(time)}; ${session.path(text)}`);
  },
};

/** Sets the times of what a name means; MFMT and SITE UTIME share it. @throws CommandError without the ability. */
export async function setModified(session: Session, text: string, modified: number, accessed?: number): Promise<void> {
  const { storage } = session.account;
  if (storage.setTimes === undefined) {
    throw new CommandError("not-supported-by-storage", "This storage does not set times");
  }
  await storage.setTimes(session.path(text), accessed === undefined ? { modified } : { modified, accessed });
}
