/** REST and ALLO (RFC 3659 §5, RFC 959 §4.1.3): what the next transfer is told beforehand. */
import { message, replyCode, type Allocation } from "../../protocol/index.ts";
import { StorageError } from "../../storage/index.ts";
import type { CommandRow } from "../command-row.ts";

/** REST: octets of the data as it travels; whether the file has so many is decided at the transfer. */
export const rest: CommandRow<number> = {
  handle(session, offset) {
    session.oneShots.range = undefined;
    session.oneShots.restart = offset;
    session.reply(replyCode.pendingInformation, message("The next transfer starts at {offset}", { offset }));
  },
};

/** ALLO: refused at once where the storage knows that there is no room. What comes may be less (RFC 959 §4.1.3). */
export const allo: CommandRow<Allocation> = {
  handle(session, { size }) {
    session.oneShots.allocated = size;
    const { storage } = session.account;
    if (storage.freeSpace === undefined) return session.reply(replyCode.commandOkay, message("Noted"));
    const told = storage.freeSpace(session.workingDirectory).catch((error: unknown) => {
      // A storage that cannot tell refuses nobody.
      if (error instanceof StorageError && error.kind === "not-supported") return Infinity;
      throw error;
    });
    return told.then((free) => {
      if (free >= size) return session.reply(replyCode.commandOkay, message("There is room"));
      session.oneShots.allocated = undefined;
      return session.reply(replyCode.storageExceeded, message("There is room for {free} octets only", { free }));
    });
  },
};
