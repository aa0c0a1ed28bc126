/** The hash of a file of any storage. */
import type { HashAlgorithm } from "../../protocol/index.ts";
import { message } from "../../protocol/index.ts";
import { StorageError } from "../errors.ts";
import type { HashOptions, Storage } from "../storage.ts";
import type { VirtualPath } from "../virtual-path.ts";
import { digestReadable } from "./digest-readable.ts";
import { digestSlice, makeDigest } from "./digest.ts";
import { HashThread } from "./hash-thread.ts";

/** One for all files: hashing takes a processor's whole attention, and other work wants the rest. */
const thread = new HashThread();

/**
 * Hashes a file or a part of it: by the storage's own ability where it has one, else by reading it.
 *
 * @returns Lower-case hexadecimal digits.
 * @throws StorageError, `aborted` among its kinds when the signal is.
 */
export async function hashFile(
  storage: Storage,
  path: VirtualPath,
  algorithm: HashAlgorithm,
  options: HashOptions = {},
): Promise<string> {
  const known = await storage.hash?.(path, algorithm, options);
  if (known !== undefined) return known;
  const { start = 0, end = Infinity, signal } = options;
  const file = await storage.openRead(path, { offset: start, ...(signal === undefined ? {} : { signal }) });
  const length = Math.min(end - start, file.size ?? Infinity);
  try {
    if (length > digestSlice) return await thread.hash(file, algorithm, { ...options, length });
    // To hand so little over would take longer than to hash it.
    const digest = makeDigest(algorithm);
    await digestReadable(file, digest, { ...options, length });
    return digest.end();
  } catch (error) {
    if (signal?.aborted !== true) throw error;
    throw new StorageError("aborted", message("{path}: aborted", { path }), { path, cause: signal.reason });
  } finally {
    await file.close();
  }
}
