/**
 * An upload: the data connection into a file that nobody sees before it is whole (RFC 959 §4.1.3).
 *
 * In stream mode a finished client and a lost one look alike: both close. So the file is committed only when the data
 * connection ended cleanly, the control connection still lives a grace later, and an announced size matches.
 */
import { setImmediate as turn, setTimeout as wait } from "node:timers/promises";
import { pumpFromSocket } from "../../net/index.ts";
import { AsciiDecoder } from "../../protocol/index.ts";
import type { OpenWriteOptions, VirtualPath } from "../../storage/index.ts";
import { CommandError } from "../command-error.ts";
import type { Session } from "../session/session.ts";
import type { TransferJob } from "./transfer.ts";

/** How an upload is opened. */
export interface UploadOpening extends Pick<OpenWriteOptions, "mode" | "offset"> {
  /** The preliminary reply's text, in place of the usual one. */
  readonly opening?: string;
  /** Whether a broken upload is kept for its uploader to resume. Default true. */
  readonly resumable?: boolean;
}

/**
 * Opens a file for an upload.
 *
 * @throws StorageError when it cannot be opened so.
 */
export async function receiveFile(
  session: Session,
  verb: string,
  path: VirtualPath,
  how: UploadOpening,
): Promise<TransferJob> {
  if (session.oneShots.range !== undefined) {
    throw new CommandError("parameter-not-implemented", "RANG holds for HASH and RETR; use REST");
  }
  const { storage, name } = session.account;
  const { opening, resumable = true, ...mode } = how;
  const announced = session.oneShots.allocated;
  const file = await storage.openWrite(path, {
    ...mode,
    ...(resumable ? { uploader: name } : {}),
    ...(announced === undefined ? {} : { expectedSize: announced }),
    permissions: 0o666 & ~session.umask,
  });
  const ascii = session.parameters.type === "ascii";
  const offset = how.offset ?? 0;
  return {
    verb,
    path,
    direction: "upload",
    offset,
    expectedBytes: announced,
    opening: opening ?? `Opening ${ascii ? "ASCII" : "BINARY"} mode data connection for ${path}`,
    move: (connection, options) =>
      pumpFromSocket(connection, file, ascii ? { ...options, station: new AsciiDecoder() } : options),
    complete: async () => {
      await outlive(session);
      if (!ascii && announced !== undefined) checkAnnounced(session.transferred, offset, announced);
      const entry = await file.commit();
      return `Transfer complete; ${path} has ${entry.size} octets`;
    },
    abandon: async () => {
      try {
        await file.abandon();
      } catch (cause) {
        session.host.fault("giving up an upload", cause, session.id);
      }
    },
  };
}

/** Waits for the grace and looks whether anybody is there to be told. @throws CommandError when nobody is. */
async function outlive(session: Session): Promise<void> {
  const grace = session.host.options.limits.uploadGrace;
  if (grace > 0) await wait(grace);
  else {
    // Two turns: the first may still belong to the poll that brought the data's end, the second has polled anew.
    await turn();
    await turn();
  }
  if (!session.answers) throw new CommandError("transfer-aborted", "The control connection was lost");
}

/** A client that announced a size by ALLO and sent less was cut off, whatever its close looked like. */
function checkAnnounced(received: number, offset: number, announced: number): void {
  if (received >= announced || received + offset >= announced) return;
  throw new CommandError("shorter-than-announced", `ALLO announced ${announced} octets, and ${received} came`);
}
