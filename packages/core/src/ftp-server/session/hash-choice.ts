/** Which hashes HASH tells, and which one unless OPTS HASH says otherwise (draft-bryan-ftp-hash). */
import { hashAlgorithms, type HashAlgorithm } from "../../protocol/index.ts";

/** The hash that a session begins with. */
export const defaultHashAlgorithm: HashAlgorithm = "SHA-256";

/** All of them, in the order in which FEAT names them. */
export const offeredHashes: readonly HashAlgorithm[] = [
  defaultHashAlgorithm,
  ...hashAlgorithms.filter((one) => one !== defaultHashAlgorithm),
];
