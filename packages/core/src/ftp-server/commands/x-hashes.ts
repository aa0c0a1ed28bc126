/** XCRC, XMD5, XSHA1, XSHA256, XSHA512: hashes as servers told them before HASH, each by a verb of its own. */
import { replyCode, type HashAlgorithm, type PathAndRange } from "../../protocol/index.ts";
import { StorageError, type VirtualPath } from "../../storage/index.ts";
import type { CommandRow } from "../command-row.ts";
import type { Session } from "../session/session.ts";
import { countHash, type HashedPart } from "./hash.ts";

export const xcrc: CommandRow<PathAndRange> = hashBy("XCRC", "CRC32");
export const xmd5: CommandRow<PathAndRange> = hashBy("XMD5", "MD5");
export const xsha1: CommandRow<PathAndRange> = hashBy("XSHA1", "SHA-1");
export const xsha256: CommandRow<PathAndRange> = hashBy("XSHA256", "SHA-256");
export const xsha512: CommandRow<PathAndRange> = hashBy("XSHA512", "SHA-512");

/** Answered by 250 and the digits, in capitals as the first servers that had these verbs wrote them. */
function hashBy(verb: string, algorithm: HashAlgorithm): CommandRow<PathAndRange> {
  return {
    permission: "read",
    async handle(session, { path, literal, ...part }) {
      const named = { path: session.path(path), ...part };
      const find =
        literal === undefined
          ? undefined
          : (signal: AbortSignal) => literalOr(session, session.path(literal), named, signal);
      const { digits } = await countHash(session, verb, algorithm, named, find);
      session.reply(replyCode.fileActionOkay, digits.toUpperCase());
    },
  };
}

/** A name without quotes may end in numbers: the file of that very name comes first. */
async function literalOr(
  session: Session,
  literal: VirtualPath,
  named: HashedPart,
  signal: AbortSignal,
): Promise<HashedPart> {
  try {
    await session.account.storage.stat(literal, { signal });
    return { path: literal };
  } catch (error) {
    if (error instanceof StorageError) return named;
    throw error;
  }
}
