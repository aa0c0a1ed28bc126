/** SIZE and MDTM (RFC 3659 §3, §4). */
import { FileEncoder, formatTimeValue, isPlain, message, replyCode, type ModifiedTime } from "../../protocol/index.ts";
import { StorageError, type Storage, type VirtualPath } from "../../storage/index.ts";
import { CommandError } from "../command-error.ts";
import type { CommandRow } from "../command-row.ts";
import type { Session } from "../session/session.ts";
import { readRecordIndex } from "../transfer/record-index.ts";
import { longWork } from "../transfer/long-work.ts";
import { sessionFormat, type SessionFormat } from "../transfer/session-format.ts";
import { setModified } from "./times.ts";

/** SIZE: octets as they would travel under the current type; its own broken upload's for the uploader. */
export const size: CommandRow<string> = {
  permission: "list",
  async handle(session, text) {
    const path = session.path(text);
    const { storage, name } = session.account;
    const entry = await storage.stat(path, { uploader: name });
    if (entry.kind !== "file")
      throw new StorageError("is-a-directory", message("{path} is not a file", { path }), { path });
    const how = sessionFormat(session);
    const told = travelsAsStored(how) ? entry.size : await countOctets(session, path, entry.size, how);
    session.reply(replyCode.fileStatus, String(told));
  },
};

/** Whether as many octets travel as the file has. */
function travelsAsStored({ format }: SessionFormat): boolean {
  return isPlain(format) || (format.type.type === "E" && format.structure === "F" && format.mode === "S");
}

/**
 * Octets that would travel of a file that is converted. Counting them is a read of the file, so a cap keeps it from being a
 * whole one (RFC 3659 §4.3); what compressing would make of it is not told at all. ABOR ends the count.
 *
 * @param stored - Octets of the file.
 */
async function countOctets(session: Session, path: VirtualPath, stored: number, how: SessionFormat): Promise<number> {
  const { format, options } = how;
  if (format.mode === "C" || format.mode === "Z") {
    throw new CommandError(
      "size-not-told",
      message("SIZE is not told in mode {mode}; use mode S", { mode: format.mode }),
    );
  }
  const cap = session.host.options.limits.asciiSize;
  if (stored > cap) {
    throw new CommandError(
      "size-not-told",
      message("SIZE is told up to {limit} octets where they are converted; use TYPE I", { limit: cap }),
    );
  }
  return longWork(session, "SIZE", path, async ({ signal, onBytes }) => {
    const recordIndex = await readRecordIndex(session, path, how);
    const encoder = new FileEncoder(format, options, { offset: 0, recordIndex });
    const file = await session.account.storage.openRead(path, { signal });
    const buffer = session.host.buffers.acquire();
    let length = 0;
    try {
      for (let count = await file.read(buffer); count > 0; count = await file.read(buffer)) {
        signal.throwIfAborted();
        length += encoder.push(buffer.subarray(0, count)).length;
        onBytes(count);
      }
      return length + encoder.finish().length;
    } finally {
      session.host.buffers.release(buffer);
      await file.close();
    }
  });
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
    await setModified(session, "MDTM", setting.path, setting.time);
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
