/**
 * Paths of the host, for system calls. A name on a disk is bytes, and Node's own decoding loses those that are no UTF-8:
 * here they are kept as `decodeOctetText` has them, and become bytes again for each call.
 */
import { decodeOctetText, encodeOctetText, message } from "../../protocol/index.ts";
import { StorageError } from "../errors.ts";

/** Whether names of this system are bytes. On Windows they are UTF-16, and Node cannot reach those that are ill-formed. */
export const namesAreOctets: boolean = process.platform !== "win32";

/**
 * A path as system calls take it: the very same string, unless it stands for bytes that are no UTF-8.
 *
 * @throws StorageError `name-not-allowed` for a second spelling of bytes, and on a system where no file has such a name.
 */
export function hostPath(path: string): string | Buffer {
  // Ordinary paths cost nothing more: the engine answers this at once for text of one byte a character.
  if (path.isWellFormed()) return path;
  if (!namesAreOctets) throw new StorageError("name-not-allowed", message("Names must be in UTF-8"));
  const octets = encodeOctetText(path);
  // `resolveVirtualPath` lets no second spelling through; nobody who comes without it gets one opened either.
  if (decodeOctetText(octets) !== path) {
    throw new StorageError("name-not-allowed", message("Names of this spelling are not possible"));
  }
  return Buffer.from(octets.buffer, octets.byteOffset, octets.length);
}
