/** The first octets of an open file, as a file of their own: what RANG leaves of a download, what was reserved for a copy. */
import type { ReadableFile } from "../../bytes/index.ts";

/** @param length - Octets after which the file ends. */
export function limitedFile(file: ReadableFile, length: number): ReadableFile {
  let left = length;
  const counted = (count: number): number => {
    left -= count;
    return count;
  };
  const readNow = file.readNow?.bind(file);
  const room = (into: Uint8Array): Uint8Array => (left < into.length ? into.subarray(0, left) : into);
  return {
    ...(file.size === undefined ? {} : { size: Math.min(file.size, length) }),
    read: async (into) => (left === 0 ? 0 : counted(await file.read(room(into)))),
    ...(readNow === undefined
      ? {}
      : {
          readNow: (into: Uint8Array) => {
            if (left === 0) return 0;
            const count = readNow(room(into));
            return count === undefined ? undefined : counted(count);
          },
        }),
    close: () => file.close(),
  };
}
