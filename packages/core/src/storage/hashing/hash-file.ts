/** The hash of a file of any storage, read and counted slice by slice, with a turn of the event loop after each. */
import { setImmediate as turn } from "node:timers/promises";
import type { ReadableFile } from "../../bytes/index.ts";
import { StorageError } from "../errors.ts";
import type { HashOptions, Storage } from "../storage.ts";
import type { VirtualPath } from "../virtual-path.ts";
import { digestSlice, makeDigest, type Digest, type HashAlgorithm } from "./digest.ts";

/**
 * Hashes a file or a part of it, by the storage's own ability where it has one.
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
  const digest = makeDigest(algorithm);
  try {
    await hashReadable(file, digest, { ...options, length: end - start, path });
  } finally {
    await file.close();
  }
  return digest.end();
}

/**
 * Feeds an open file to a digest.
 *
 * @param options - `length`: octets at most, by default all; `path`: for the error's text.
 * @throws StorageError `aborted`, and what reading throws.
 */
export async function hashReadable(
  file: Pick<ReadableFile, "read">,
  digest: Digest,
  options: Pick<HashOptions, "signal" | "onBytes"> & { readonly length?: number; readonly path?: string } = {},
): Promise<void> {
  const { signal, onBytes, path = "the file" } = options;
  let left = options.length ?? Infinity;
  const slice = new Uint8Array(Math.max(1, Math.min(digestSlice, left)));
  while (left > 0) {
    const count = await file.read(left < slice.length ? slice.subarray(0, left) : slice);
    if (signal?.aborted === true) throw new StorageError("aborted", `${path}: aborted`, { path, cause: signal.reason });
    if (count === 0) return;
    digest.update(slice.subarray(0, count));
    left -= count;
    onBytes?.(count);
    await turn();
  }
}
