/** STOR, APPE and STOU (RFC 959 §4.1.3, RFC 1123 §4.1.2.9, RFC 3659 §5). */
import { randomBytes } from "node:crypto";
import { encodeOctetText, message } from "../../protocol/index.ts";
import {
  baseName,
  parentPath,
  resolveVirtualPath,
  StorageError,
  type Entry,
  type VirtualPath,
} from "../../storage/index.ts";
import { CommandError } from "../command-error.ts";
import type { CommandRow } from "../command-row.ts";
import type { Session } from "../session/session.ts";
import { receiveFile } from "../transfer/receive-file.ts";
import { demandUploadRestart, sessionFormat } from "../transfer/session-format.ts";
import { runTransfer, type TransferJob } from "../transfer/transfer.ts";

/** STOR: `REST n` before it keeps the first n octets. */
export const stor: CommandRow<string> = {
  handle: (session, text) => store(session, "STOR", text),
};

/** APPE: after a REST it acts as STOR at the marker (RFC 3659 §5.3 leaves it open; clients mean this). */
export const appe: CommandRow<string> = {
  handle(session, text) {
    if (session.oneShots.restart > 0) return store(session, "APPE", text);
    session.demand("append", text);
    const path = session.path(text);
    const open = async (signal: AbortSignal): Promise<TransferJob> => {
      if (!session.may("create")) await session.account.storage.stat(path, { uploader: session.account.name });
      return receiveFile(session, "APPE", path, { mode: "append" }, signal);
    };
    return runTransfer(session, { verb: "APPE", path, open });
  },
};

function store(session: Session, verb: string, text: string): Promise<void> {
  const path = session.path(text);
  const offset = session.oneShots.restart;
  if (offset === 0) {
    return runTransfer(session, { verb, path, open: (signal) => openStore(session, verb, path, text, signal) });
  }
  demandUploadRestart(sessionFormat(session), path, offset);
  if (!session.may("create") && !session.may("overwrite")) session.demand("overwrite", text);
  const open = async (signal: AbortSignal): Promise<TransferJob> => {
    await demandOverwriteOf(session, path, text);
    return receiveFile(session, verb, path, { mode: "at", offset }, signal);
  };
  return runTransfer(session, { verb, path, open });
}

/** A plain STOR: over a file that is there only where the account may overwrite. */
async function openStore(
  session: Session,
  verb: string,
  path: VirtualPath,
  text: string,
  signal: AbortSignal,
): Promise<TransferJob> {
  if (session.may("overwrite")) {
    if (!session.may("create")) await session.account.storage.stat(path);
    return receiveFile(session, verb, path, { mode: "replace" }, signal);
  }
  session.demand("create", text);
  try {
    return await receiveFile(session, verb, path, { mode: "create" }, signal);
  } catch (error) {
    if (error instanceof StorageError && error.kind === "already-exists") {
      throw new CommandError("permission-denied", message("{text} exists, and may not be overwritten", { text }));
    }
    throw error;
  }
}

/** Restarting within a file that others see is overwriting it; within one's own broken upload it is not. */
async function demandOverwriteOf(session: Session, path: VirtualPath, text: string): Promise<void> {
  if (session.may("overwrite")) return;
  let entry: Entry;
  try {
    entry = await session.account.storage.stat(path, { uploader: session.account.name });
  } catch (error) {
    if (error instanceof StorageError && error.kind === "not-found") return;
    throw error;
  }
  if (entry.partial !== true)
    throw new CommandError("permission-denied", message("{text} exists, and may not be overwritten", { text }));
}

/** Octets of randomness in a name that STOU makes up. */
const uniqueBytes = 6;
/** Names that STOU tries before it gives up. */
const uniqueTries = 8;

/** The longest name that file systems take, in bytes. */
const nameLimit = 255;

/**
 * STOU: the name is in the preliminary reply, as `FILE: name` (RFC 1123 §4.1.2.9). A name given is its beginning, shortened
 * where there is no room for more.
 */
export const stou: CommandRow<string | undefined> = {
  permission: "create",
  handle(session, text) {
    const wanted = session.path(text ?? "upload");
    return runTransfer(session, { verb: "STOU", path: wanted, open: (signal) => openUnique(session, wanted, signal) });
  },
};

async function openUnique(session: Session, wanted: VirtualPath, signal: AbortSignal): Promise<TransferJob> {
  const stem = baseName(wanted) === "" ? "upload" : baseName(wanted);
  for (let tries = 1; ; tries++) {
    const end = `.${randomBytes(uniqueBytes).toString("hex")}`;
    const name = `${shortened(stem, nameLimit - end.length)}${end}`;
    const path = resolveVirtualPath(parentPath(wanted), name);
    try {
      const how = { mode: "create", opening: `FILE: ${name}`, resumable: false } as const;
      return await receiveFile(session, "STOU", path, how, signal);
    } catch (error) {
      if (error instanceof StorageError && error.kind === "already-exists" && tries < uniqueTries) continue;
      throw error;
    }
  }
}

/** The beginning of a text that has no more than so many bytes; characters stay whole. */
function shortened(text: string, bytes: number): string {
  let short = "";
  let length = 0;
  for (const character of text) {
    length += encodeOctetText(character).length;
    if (length > bytes) break;
    short += character;
  }
  return short;
}
