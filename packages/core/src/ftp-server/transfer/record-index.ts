/**
 * The record index of a binary file: a file beside it, which holds the length of each record in four octets, the highest
 * first. It is what STRU R goes by where the account's layout is `index` (RFC 959 §3.1.2.2).
 */
import type { WritableFile } from "../../bytes/index.ts";
import { DataFormatError, isText, message, recordCountLimit } from "../../protocol/index.ts";
import { resolveVirtualPath, rootPath, StorageError, type Entry, type VirtualPath } from "../../storage/index.ts";
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

/**
 * Opens the index of a file that is to come. One that is there is somebody's file, which only those may replace who may
 * replace files.
 *
 * @throws StorageError `already-exists` for an account that may not.
 */
export function openRecordIndex(session: Session, path: VirtualPath): Promise<WritableFile<Entry>> {
  return session.account.storage.openWrite(indexPath(path), {
    mode: session.may("overwrite") ? "replace" : "create",
    permissions: 0o666 & ~session.umask,
  });
}

function indexPath(path: VirtualPath): VirtualPath {
  return resolveVirtualPath(rootPath, `${path}${recordIndexSuffix}`);
}
