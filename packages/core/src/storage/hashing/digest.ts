/** How a hash is counted. */
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import type { HashAlgorithm } from "../../protocol/index.ts";

/** Octets that are hashed at once: other sessions wait for no longer than that takes. */
export const digestSlice: number = 256 * 1024;

/** A hash that is being counted. */
export interface Digest {
  update(bytes: Uint8Array): void;
  /** The hash so far, in lower-case hexadecimal digits. To be called once, at the end. */
  end(): string;
}

/** Begins a hash. */
export function makeDigest(algorithm: HashAlgorithm): Digest {
  if (algorithm === "CRC32") {
    let value = 0;
    return {
      update: (bytes) => {
        value = crc32(bytes, value);
      },
      end: () => value.toString(16).padStart(8, "0"),
    };
  }
  const hash = createHash(algorithm.replace("-", "").toLowerCase());
  return {
    update: (bytes) => {
      hash.update(bytes);
    },
    end: () => hash.digest("hex"),
  };
}
