/** An open file hashed slice by slice, with a turn of the event loop after each: nobody waits for longer than one. */
import { setImmediate as turn } from "node:timers/promises";
import type { ReadableFile } from "../../bytes/index.ts";
import { digestSlice, type Digest } from "./digest.ts";

/** What a file is hashed with. */
export interface DigestOptions {
  /** Octets at most. Default: all. */
  readonly length?: number;
  readonly signal?: AbortSignal;
  /** Told after each slice how many octets it had. */
  readonly onBytes?: (count: number) => void;
}

/** Feeds an open file to a digest. @throws what reading throws; the signal's reason. */
export async function digestReadable(
  file: Pick<ReadableFile, "read">,
  digest: Pick<Digest, "update">,
  options: DigestOptions = {},
): Promise<void> {
  const { signal, onBytes } = options;
  let left = options.length ?? Infinity;
  const slice = new Uint8Array(Math.max(1, Math.min(digestSlice, left)));
  while (left > 0) {
    const count = await file.read(left < slice.length ? slice.subarray(0, left) : slice);
    signal?.throwIfAborted();
    if (count === 0) return;
    digest.update(slice.subarray(0, count));
    left -= count;
    onBytes?.(count);
    await turn();
  }
}
