/** SITE CHMOD, SITE UMASK, SITE UTIME: attributes of files, as Unix servers have had them for decades. */
import { message, replyCode, type ModeAndPath, type SiteTimes } from "../../protocol/index.ts";
import { CommandError } from "../command-error.ts";
import type { CommandRow } from "../command-row.ts";
import { tellAttributes } from "../tell-change.ts";
import { setModified } from "./times.ts";

/** SITE CHMOD: set-id and sticky bits are dropped, since no upload should gain them. */
export const siteChmod: CommandRow<ModeAndPath> = {
  permission: "changeAttributes",
  ability: "changeMode",
  async handle(session, { mode, path: text }) {
    const { storage } = session.account;
    if (storage.changeMode === undefined) {
      throw new CommandError("not-supported-by-storage", message("This storage has no permission bits"));
    }
    const path = session.path(text);
    await storage.changeMode(path, mode & 0o777);
    tellAttributes(session, "SITE CHMOD", path, { mode: mode & 0o777 });
    session.reply(
      replyCode.commandOkay,
      message("Permissions of {path} are {bits}", { path, bits: octal(mode & 0o777) }),
    );
  },
};

/** SITE UMASK: tells it, or sets it for this session. */
export const siteUmask: CommandRow<number | undefined> = {
  handle(session, umask) {
    if (umask !== undefined) session.umask = umask & 0o777;
    session.reply(replyCode.commandOkay, message("The umask is {bits}", { bits: octal(session.umask) }));
  },
};

/** SITE UTIME, in both of its forms. */
export const siteUtime: CommandRow<SiteTimes> = {
  permission: "changeAttributes",
  ability: "setTimes",
  async handle(session, { path, modified, accessed }) {
    await setModified(session, "SITE UTIME", path, modified, accessed);
    session.reply(replyCode.commandOkay, message("Times of {path} are set", { path: session.path(path) }));
  },
};

function octal(bits: number): string {
  return bits.toString(8).padStart(3, "0");
}
