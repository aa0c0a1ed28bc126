/** SIZE and MDTM (RFC 3659 §3, §4). */
import { AsciiLengthCounter, formatTimeValue, replyCode, type ModifiedTime } from "../../protocol/index.ts";
import { StorageError, type Storage, type VirtualPath } from "../../storage/index.ts";
import { CommandError } from "../command-error.ts";
import type { CommandRow } from "../command-row.ts";
import type { Session } from "../session/session.ts";
import { setModified } from "./times.ts";

/** SIZE: octets as they would travel under the current type; its own broken upload's for the uploader. */
export const size: CommandRow<string> = {
  permission: "list",
  async handle(session, text) {
    const path = session.path(text);
    const { storage, name } = session.account;
    const entry = await storage.stat(path, { uploader: name });
    if (entry.kind !== "file") throw new StorageError("is-a-directory", `${path} is not a file`, { path });
    const octets =
      session.parameters.type === "image" || entry.size === 0 ? entry.size : await asciiSize(session, path, entry.size);
    session.reply(replyCode.fileStatus, String(octets));
  },
};

/** In TYPE A the size shows only by reading, so a cap keeps SIZE from being a whole-file read (RFC 3659 §4.3). */
async function asciiSize(session: Session, path: VirtualPath, stored: number): Promise<number> {
  const cap = session.host.options.limits.asciiSize;
  if (stored > cap) {
    throw new CommandError("size-not-told", `SIZE in TYPE A is told up to ${cap} octets; use TYPE I`);
  }
  const file = await session.account.storage.openRead(path);
  const buffer = session.host.buffers.acquire();
  try {
    const counter = new AsciiLengthCounter();
    for (let count = await file.read(buffer); count > 0; count = await file.read(buffer)) {
      counter.push(buffer.subarray(0, count));
    }
    return counter.length;
  } finally {
    session.host.buffers.release(buffer);
    await file.close();
  }
}

/** MDTM: in UTC, with a fraction only where there is one. Its setting form means a file of that very name first. */
export const mdtm: CommandRow<ModifiedTime> = {
  async handle(session, { path: text, setting }) {
    const { storage } = session.account;
    if (setting === undefined || (session.may("list") && (await isThere(storage, session.path(text))))) {
      session.demand("list", text);
      const entry = await storage.stat(session.path(text));
      session.reply(replyCode.fileStatus, formatTimeValue(entry.modified));
      return;
    }
    session.demand("changeAttributes", setting.path);
    await setModified(session, setting.path, setting.time);
    session.reply(replyCode.fileStatus, `Modify=${formatTimeValue(setting.time)}; ${session.path(setting.path)}`);
  },
};

async function isThere(storage: Storage, path: VirtualPath): Promise<boolean> {
  try {
    await storage.stat(path);
    return true;
  } catch (error) {
    if (error instanceof StorageError && error.kind === "not-found") return false;
    throw error;
  }
}
