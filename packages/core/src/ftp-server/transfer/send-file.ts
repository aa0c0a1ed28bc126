/** A download: an open file out over the data connection (RFC 959 §4.1.3, RFC 3659 §5). */
import type { ReadableFile } from "../../bytes/index.ts";
import { pumpToSocket } from "../../net/index.ts";
import { AsciiEncoder, type Station } from "../../protocol/index.ts";
import { StorageError, type VirtualPath } from "../../storage/index.ts";
import { CommandError } from "../command-error.ts";
import type { Session } from "../session/session.ts";
import { limitedFile } from "./limited-file.ts";
import type { TransferJob } from "./transfer.ts";

/**
 * Opens a file for a download.
 *
 * @throws StorageError when it cannot be opened, or has fewer octets than the restart offset.
 */
export async function sendFile(session: Session, verb: string, path: VirtualPath): Promise<TransferJob> {
  const { range, restart } = session.oneShots;
  const offset = range?.start ?? restart;
  const ascii = session.parameters.type === "ascii";
  if (range !== undefined && ascii) throw new CommandError("parameter-not-implemented", "RANG is for TYPE I");
  const { storage } = session.account;
  // In TYPE A the offset counts octets as they travel (RFC 3659 §5.3): they are skipped after the conversion.
  const whole = await storage.openRead(path, { offset: ascii ? 0 : offset });
  const file = range === undefined ? whole : limitedFile(whole, range.end - range.start);
  const remaining = ascii ? undefined : file.size;
  return {
    verb,
    path,
    direction: "download",
    offset,
    size: remaining === undefined ? undefined : remaining + offset,
    expectedBytes: remaining,
    opening: opening(session, path, remaining),
    move: (connection, options) => {
      // What the peer might send on a download is read and dropped, so that its close is seen.
      connection.socket.resume();
      return pumpToSocket(file, connection, ascii ? { ...options, station: asciiFrom(offset, path) } : options);
    },
    complete: async () => {
      await file.close();
      return "Transfer complete";
    },
    abandon: () => closeQuietly(session, file),
  };
}

/** The preliminary reply's text; clients read the size from it. */
function opening(session: Session, path: VirtualPath, octets: number | undefined): string {
  const mode = session.parameters.type === "ascii" ? "ASCII" : "BINARY";
  const size = octets === undefined ? "" : ` (${octets} bytes)`;
  return `Opening ${mode} mode data connection for ${path}${size}`;
}

async function closeQuietly(session: Session, file: ReadableFile): Promise<void> {
  try {
    await file.close();
  } catch (cause) {
    session.host.fault("closing a file", cause, session.id);
  }
}

/** The conversion to line ends of the network, without the first octets of its result. */
function asciiFrom(offset: number, path: VirtualPath): Station {
  const encoder = new AsciiEncoder();
  let toSkip = offset;
  const skip = (bytes: Uint8Array): Uint8Array => {
    if (toSkip === 0) return bytes;
    const skipped = Math.min(toSkip, bytes.length);
    toSkip -= skipped;
    return bytes.subarray(skipped);
  };
  return {
    push: (chunk) => skip(encoder.push(chunk)),
    finish: () => {
      const last = skip(encoder.finish());
      if (toSkip > 0) throw new StorageError("offset-out-of-range", `${path} has fewer octets in TYPE A`, { path });
      return last;
    },
  };
}
