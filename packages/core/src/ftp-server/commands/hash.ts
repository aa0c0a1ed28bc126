/** HASH and its options (draft-bryan-ftp-hash), and RANG, which says of which octets (draft-bryan-ftp-range). */
import { message, replyCode, toHashAlgorithm, type ByteRange, type HashAlgorithm } from "../../protocol/index.ts";
import { hashFile, StorageError, type VirtualPath } from "../../storage/index.ts";
import { CommandError } from "../command-error.ts";
import type { CommandRow } from "../command-row.ts";
import { offeredHashes } from "../session/hash-choice.ts";
import type { Session } from "../session/session.ts";
import { longWork } from "../transfer/long-work.ts";

/** HASH: `213 <algorithm> <first>-<last> <digits> <path>`, both octets included as RANG has them. */
export const hash: CommandRow<string> = {
  permission: "read",
  feature: (session) =>
    `HASH ${offeredHashes.map((one) => (one === session.hashAlgorithm ? `${one}*` : one)).join(";")}`,
  async handle(session, text) {
    const { hashAlgorithm, oneShots } = session;
    const path = session.path(text);
    const { start, end, digits } = await countHash(session, "HASH", hashAlgorithm, { path, ...oneShots.range });
    session.reply(replyCode.fileStatus, `${hashAlgorithm} ${start}-${Math.max(start, end - 1)} ${digits} ${path}`);
  },
};

/** RANG: for the HASH or RETR that follows. A REST before it is forgotten. */
export const rang: CommandRow<ByteRange | undefined> = {
  handle(session, range) {
    session.oneShots.restart = 0;
    session.oneShots.range = range;
    session.reply(
      replyCode.pendingInformation,
      range === undefined
        ? message("All octets from now on")
        : message("Octets {start} to {last} are next", { start: range.start, last: range.end - 1 }),
    );
  },
};

/** OPTS HASH: chooses the algorithm, or tells which is chosen. */
export function chooseHash(session: Session, name: string | undefined): void {
  const chosen = name === undefined ? session.hashAlgorithm : toHashAlgorithm(name);
  if (chosen === undefined) {
    throw new CommandError(
      "parameter-not-implemented",
      message("{name} is not known; {names} are", { name: name ?? "", names: offeredHashes.join(", ") }),
    );
  }
  session.hashAlgorithm = chosen;
  session.reply(replyCode.commandOkay, chosen);
}

/** A file, or a part of it. */
export interface HashedPart extends Partial<ByteRange> {
  readonly path: VirtualPath;
}

/**
 * Counts the hash of a file or a part of it. STAT is answered meanwhile, and ABOR ends it.
 *
 * @param find - Where it is yet to be found out what is meant; else `named` is.
 * @throws StorageError `is-a-directory`, and `offset-out-of-range` for a part that begins after the end.
 */
export async function countHash(
  session: Session,
  verb: string,
  algorithm: HashAlgorithm,
  named: HashedPart,
  find?: (signal: AbortSignal) => Promise<HashedPart>,
): Promise<ByteRange & { readonly digits: string }> {
  const { storage } = session.account;
  // All of it is the work, from the first look: a STAT that comes at once must not wait for the hash.
  return longWork(session, verb, named.path, async ({ signal, onBytes }) => {
    const { path, start = 0, end: wanted = Infinity } = find === undefined ? named : await find(signal);
    const entry = await storage.stat(path, { signal });
    if (entry.kind !== "file")
      throw new StorageError("is-a-directory", message("{path} is not a file", { path }), { path });
    if (start > entry.size)
      throw new StorageError("offset-out-of-range", message("{path} is shorter than that", { path }), { path });
    const end = Math.min(wanted, entry.size);
    return { start, end, digits: await hashFile(storage, path, algorithm, { start, end, signal, onBytes }) };
  });
}
