/** Hashes by the names that HASH and its line in FEAT have for them (draft-bryan-ftp-hash). */

/** A hash by its name. */
export type HashAlgorithm = "SHA-512" | "SHA-256" | "SHA-1" | "MD5" | "CRC32";

/** All of them, the strongest first. */
export const hashAlgorithms: readonly HashAlgorithm[] = ["SHA-512", "SHA-256", "SHA-1", "MD5", "CRC32"];

/** The hash that a name means, in any case, with or without its hyphen; undefined for one that is not known. */
export function toHashAlgorithm(name: string): HashAlgorithm | undefined {
  const plain = (text: string): string => text.toUpperCase().replaceAll("-", "");
  return hashAlgorithms.find((known) => plain(known) === plain(name));
}
