/** A download: an open file out over the data connection (RFC 959 §4.1.3, RFC 3659 §5). */
import type { ReadableFile } from "../../bytes/index.ts";
import { outwardLine, pumpToSocket, type OutwardLine } from "../../net/index.ts";
import { isPlain, keepsConnection, message } from "../../protocol/index.ts";
import type { VirtualPath } from "../../storage/index.ts";
import { CommandError } from "../command-error.ts";
import type { Session } from "../session/session.ts";
import { limitedFile } from "./limited-file.ts";
import { readRecordIndex } from "./record-index.ts";
import { asStorageError, downloadStart, openingText, sessionFormat, type SessionFormat } from "./session-format.ts";
import type { TransferJob } from "./transfer.ts";

/**
 * Opens a file for a download.
 *
 * @throws StorageError when it cannot be opened, or has fewer octets than the restart offset.
 * @throws CommandError `parameter-not-implemented` when the transfer parameters mean nothing together.
 */
export async function sendFile(
  session: Session,
  verb: string,
  path: VirtualPath,
  signal: AbortSignal,
): Promise<TransferJob> {
  const how = sessionFormat(session);
  const { range, restart } = session.oneShots;
  if (range !== undefined && !isPlain({ ...how.format, mode: "S" })) {
    throw new CommandError("parameter-not-implemented", message("RANG is for TYPE I and structure F"));
  }
  const offset = range?.start ?? restart;
  const start = downloadStart(how, offset, path);
  const recordIndex = await readRecordIndex(session, path, how);
  const whole = await session.account.storage.openRead(path, { offset: start.offset, signal });
  const file = range === undefined ? whole : limitedFile(whole, range.end - range.start);
  // Octets of the file are octets of the wire, so that clients may read a size from the preliminary reply.
  const plain = isPlain(how.format);
  const remaining = plain ? file.size : undefined;
  const line = plain
    ? { source: file, station: undefined }
    : await openLine(session, file, how, { ...start, size: file.size, recordIndex });
  return {
    verb,
    path,
    direction: "download",
    offset,
    size: remaining === undefined ? undefined : remaining + offset,
    expectedBytes: remaining,
    opening: openingText(how, path, remaining),
    keepsConnection: keepsConnection(how.format, how.options),
    move: (connection, options) =>
      pumpToSocket(line.source, connection, { ...options, station: line.station }).catch((error: unknown) => {
        throw asStorageError(error, path);
      }),
    complete: async () => {
      await line.source.close();
      return message("Transfer complete");
    },
    abandon: () => closeQuietly(session, line.source),
  };
}

async function openLine(
  session: Session,
  file: ReadableFile,
  { format, options }: SessionFormat,
  start: Parameters<typeof outwardLine>[3],
): Promise<OutwardLine> {
  try {
    return outwardLine(file, format, options, start);
  } catch (error) {
    await closeQuietly(session, file);
    throw error;
  }
}

async function closeQuietly(session: Session, file: ReadableFile): Promise<void> {
  try {
    await file.close();
  } catch (cause) {
    session.host.fault("closing a file", cause, session.id);
  }
}
