/** Files in mode netascii: converted on the way to the wire, and back. */
import { NetasciiDecoder, NetasciiEncoder } from "../../protocol/index.ts";
import type { ReadableFile, WritableFile } from "../../storage/index.ts";

/** Octets that are read of the file at once: on the wire they are twice as many at most. */
const pieceSize = 32 * 1024;

/** A file as it goes on the wire. Its size is not known before. */
export function netasciiSource(file: ReadableFile): ReadableFile {
  const encoder = new NetasciiEncoder();
  const piece = Buffer.allocUnsafe(pieceSize);
  let rest: Uint8Array = new Uint8Array(0);
  return {
    read: async (into) => {
      if (rest.length === 0) {
        const count = await file.read(piece);
        if (count === 0) return 0;
        rest = encoder.encode(piece.subarray(0, count));
      }
      const part = rest.subarray(0, into.length);
      into.set(part);
      rest = rest.subarray(part.length);
      return part.length;
    },
    close: () => file.close(),
  };
}

/** A file that takes what came from the wire. */
export function netasciiSink<Committed>(file: WritableFile<Committed>): WritableFile<Committed> {
  const decoder = new NetasciiDecoder();
  return {
    write: async (from) => {
      const octets = decoder.decode(from);
      if (octets.length > 0) await file.write(octets);
    },
    commit: async () => {
      const octets = decoder.end();
      if (octets.length > 0) await file.write(octets);
      return file.commit();
    },
    abandon: (cause) => file.abandon(cause),
  };
}
