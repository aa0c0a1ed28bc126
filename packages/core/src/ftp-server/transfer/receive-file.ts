/**
 * An upload: the data connection into a file that nobody sees before it is whole (RFC 959 §4.1.3).
 *
 * In stream mode a finished client and a lost one look alike: both close. So the file is committed only when the data
 * connection ended cleanly and the control connection still lives a grace later.
 */
import { setImmediate as turn, setTimeout as wait } from "node:timers/promises";
import type { WritableFile } from "../../bytes/index.ts";
import { inwardLine, pumpFileFromSocket, pumpFromSocket, type InwardLine } from "../../net/index.ts";
import { isPlain, keepsConnection, message, replyCode, type Text } from "../../protocol/index.ts";
import type { Entry, OpenWriteOptions, VirtualPath } from "../../storage/index.ts";
import { CommandError } from "../command-error.ts";
import type { Session } from "../session/session.ts";
import { hasRecordIndex, openRecordIndex } from "./record-index.ts";
import { openingText, sessionFormat, uploadRestartUnit, type SessionFormat } from "./session-format.ts";
import type { TransferJob } from "./transfer.ts";

/** How an upload is opened. */
export interface UploadOpening extends Pick<OpenWriteOptions, "mode" | "offset"> {
  /** The preliminary reply's text, in place of the usual one. */
  readonly opening?: Text;
  /** Whether a broken upload is kept for its uploader to resume. Default true. */
  readonly resumable?: boolean;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

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
  signal: AbortSignal,
): Promise<TransferJob> {
  if (session.oneShots.range !== undefined) {
    throw new CommandError("parameter-not-implemented", message("RANG holds for HASH and RETR; use REST"));
  }
  const { storage, name } = session.account;
  const { opening, resumable = true } = how;
  const { allocated: announced } = session.oneShots;
  const formatted = sessionFormat(session);
  if (how.mode === "append" && formatted.format.structure === "P") {
    throw new CommandError(
      "parameter-not-implemented",
      message("Pages have places of their own, and cannot be appended"),
    );
  }
  const indexed = hasRecordIndex(formatted);
  if (how.mode === "append" && indexed) {
    throw new CommandError("parameter-not-implemented", message("Records that have an index cannot be appended"));
  }
  // Small uploads are many: spreading what may be missing would cost as much as a call to the system.
  const asked: Writable<OpenWriteOptions> = { permissions: 0o666 & ~session.umask, signal };
  if (how.mode !== undefined) asked.mode = how.mode;
  if (how.offset !== undefined) asked.offset = how.offset;
  if (resumable) asked.uploader = name;
  if (announced !== undefined) asked.expectedSize = await roomFor(session, path, how, announced);
  const file = await storage.openWrite(path, asked);
  const offset = how.offset ?? 0;
  // Where an append begins is not known here, nor would anybody resume what has a name of the server's making.
  const restarts = how.mode !== "append" && resumable;
  const line = isPlain(formatted.format) ? undefined : openLine(session, file, formatted, offset, restarts);
  const index = indexed ? await openIndex(session, path, file) : undefined;
  return {
    verb,
    path,
    direction: "upload",
    offset,
    expectedBytes: announced,
    opening: opening ?? openingText(formatted, path),
    keepsConnection: keepsConnection(formatted.format, formatted.options),
    move: (connection, options) =>
      line === undefined
        ? pumpFromSocket(connection, file, options)
        : pumpFileFromSocket(connection, line.sink, options),
    complete: async (_, signal) => {
      if (endsByClose(formatted)) await outlive(session, signal);
      await index?.write(line?.recordIndex() ?? new Uint8Array(0));
      const entry = await file.commit();
      await index?.commit();
      return message("Transfer complete; {path} has {size} octets", { path, size: entry.size });
    },
    abandon: async (cause) => {
      try {
        await (line?.sink ?? file).abandon(cause);
        await index?.abandon(cause);
      } catch (fault) {
        session.host.fault("giving up an upload", fault, session.id);
      }
    },
  };
}

/** The way of what travels into the file. The peer is told of restart markers by 110 (RFC 959 §3.5). */
function openLine(
  session: Session,
  file: WritableFile<Entry>,
  how: SessionFormat,
  offset: number,
  restarts: boolean,
): InwardLine<Entry> {
  const { format, options } = how;
  const unit = uploadRestartUnit(how);
  const onMarker = (text: string, position: number): void => {
    // A marker is a favour: a peer that reads no replies goes without.
    if (unit === undefined || position % unit !== 0 || session.channel.congested) return;
    session.reply(replyCode.restartMarker, `MARK ${text} = ${position}`);
  };
  const decoding = { offset, onMarker: restarts ? onMarker : undefined };
  return inwardLine(file, format, options, decoding, session.host.options.limits);
}

/** Opens the index beside the file, under the same rights. */
async function openIndex(session: Session, path: VirtualPath, file: WritableFile<Entry>): Promise<WritableFile<Entry>> {
  try {
    return await openRecordIndex(session, path);
  } catch (error) {
    await file.abandon();
    throw error;
  }
}

/** Whether nothing but the connection's close tells the end of the file. */
function endsByClose({ format, options }: SessionFormat): boolean {
  // NetX Duo's client sends an empty file as a connection without an octet.
  if (format.mode === "B") return options.blocks === "netx";
  // In mode Z that is so for an empty file.
  return format.mode === "Z" || (format.mode === "S" && format.structure === "F");
}

/** Waits for the grace and looks whether anybody is there to be told. @throws when nobody is, or the signal is aborted. */
async function outlive(session: Session, signal: AbortSignal): Promise<void> {
  const grace = session.host.options.limits.uploadGrace;
  if (grace > 0) await wait(grace, undefined, { signal });
  else {
    // Two turns: the first may still belong to the poll that brought the data's end, the second has polled anew.
    await turn();
    await turn();
    signal.throwIfAborted();
  }
  if (!session.answers) throw new CommandError("transfer-aborted", message("The control connection was lost"));
}

/**
 * Bytes that are still to come of an announced file, as far as is known: ALLO may mean the whole file or what is missing
 * of it (RFC 959 §4.1.3 says neither). It asks for room; what comes may be less.
 */
async function roomFor(
  session: Session,
  path: VirtualPath,
  { mode, offset = 0 }: UploadOpening,
  announced: number,
): Promise<number> {
  if (mode !== "append") return Math.max(0, announced - offset);
  const { storage, name } = session.account;
  const there = await storage.stat(path, { uploader: name }).catch(() => undefined);
  return Math.max(0, announced - (there?.size ?? 0));
}
