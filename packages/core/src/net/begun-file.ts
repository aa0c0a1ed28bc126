/** A file of unknown size whose beginning is read ahead: the size of a short one is known then. */
import type { ReadableFile } from "../bytes/index.ts";

/**
 * Reads the beginning of a file.
 *
 * @param most - Octets up to which the size will be known.
 * @returns The whole file, with `size` where it is no longer than that.
 */
export async function beginFile(file: ReadableFile, most: number): Promise<ReadableFile> {
  const start = new Uint8Array(most + 1);
  let length = 0;
  let ended = false;
  while (length < start.length && !ended) {
    const count = await file.read(start.subarray(length));
    length += count;
    ended = count === 0;
  }
  let at = 0;
  return {
    ...(ended ? { size: length } : {}),
    read: (into) => {
      if (at === length) return ended ? Promise.resolve(0) : file.read(into);
      const part = start.subarray(at, Math.min(length, at + into.length));
      into.set(part);
      at += part.length;
      return Promise.resolve(part.length);
    },
    close: () => file.close(),
  };
}
