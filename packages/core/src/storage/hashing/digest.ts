/** Hashes of files: which there are, by the names of draft-bryan-ftp-hash, and how one is counted. */
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";

/** A hash by its name. */
export type HashAlgorithm = "SHA-512" | "SHA-256" | "SHA-1" | "MD5" | "CRC32";

/** All of them, the strongest first. */
export const hashAlgorithms: readonly HashAlgorithm[] = ["SHA-512", "SHA-256", "SHA-1", "MD5", "CRC32"];

/** The hash that a name means, in any case, with or without its hyphen; undefined for one that is not known. */
export function toHashAlgorithm(name: string): HashAlgorithm | undefined {
  const plain = (text: string): string => text.toUpperCase().replaceAll("-", "");
  return hashAlgorithms.find((known) => plain(known) === plain(name));
}

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
