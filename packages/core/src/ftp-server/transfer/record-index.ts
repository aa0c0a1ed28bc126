/**
 * The record index of a binary file: a file beside it, which holds the length of each record in four octets, the highest
 * first. It is what STRU R goes by where the account's layout is `index` (RFC 959 §3.1.2.2).
 */
import { DataFormatError, isText, message, recordCountLimit } from "../../protocol/index.ts";
import { resolveVirtualPath, rootPath, StorageError, type VirtualPath } from "../../storage/index.ts";
import type { Session } from "../session/session.ts";
import { recordIndexSuffix, type SessionFormat } from "./session-format.ts";

/** Octets of a length. */
const lengthOctets = 4;

/** Whether a file of this format has an index. */
export function hasRecordIndex({ format, options }: SessionFormat): boolean {
  return format.structure === "R" && !isText(format.type) && options.records.layout === "index";
}

/**
 * The index of a file that is to be sent; undefined where the format needs none.
 *
 * @throws DataFormatError `not-representable` when there is none, or it is too long.
 */
export async function readRecordIndex(
  session: Session,
  path: VirtualPath,
  how: SessionFormat,
): Promise<Uint8Array | undefined> {
  if (!hasRecordIndex(how)) return undefined;
  const { storage } = session.account;
  const beside = indexPath(path);
  let size: number;
  try {
    size = (await storage.stat(beside)).size;
  } catch (error) {
    if (!(error instanceof StorageError && error.kind === "not-found")) throw error;
    throw new DataFormatError(
      "not-representable",
      message("{path} has no index of records ({beside})", { path, beside }),
      { cause: error },
    );
  }
  if (size > recordCountLimit * lengthOctets || size % lengthOctets !== 0) {
    throw new DataFormatError(
      "not-representable",
      message("{beside} is no index of up to {limit} records", { beside, limit: recordCountLimit }),
    );
  }
  const index = new Uint8Array(size);
  const file = await storage.openRead(beside);
  try {
    for (let at = 0; at < size;) {
      const count = await file.read(index.subarray(at));
      if (count === 0)
        throw new DataFormatError(
          "not-representable",
          message("{beside} became shorter while it was read", { beside }),
        );
      at += count;
    }
  } finally {
    await file.close();
  }
  return index;
}

/** Stores the index of a file that came. */
export async function writeRecordIndex(session: Session, path: VirtualPath, index: Uint8Array): Promise<void> {
  const file = await session.account.storage.openWrite(indexPath(path), { mode: "replace" });
  try {
    await file.write(index);
    await file.commit();
  } catch (error) {
    await file.abandon();
    throw error;
  }
}

function indexPath(path: VirtualPath): VirtualPath {
  return resolveVirtualPath(rootPath, `${path}${recordIndexSuffix}`);
}
