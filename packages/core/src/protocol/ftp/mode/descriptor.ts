/**
 * The descriptor octet of block and compressed mode (RFC 959 §3.4.2): bits that combine.
 *
 *     128  the end of the block is the end of a record
 *      64  the end of the block is the end of the file
 *      32  the sender suspects errors in the data
 *      16  the block is a restart marker
 */
import { DataFormatError } from "../data-format-error.ts";
import { message } from "../message.ts";

/** What ends where the block, or the string of octets, ends; and what it is. */
export const descriptor = { endOfRecord: 128, endOfFile: 64, suspect: 32, marker: 16 } as const;

/** Bits without a meaning. */
const unassigned = 0x0f;

/**
 * @returns The same octet.
 * @throws DataFormatError `malformed` when it has bits without a meaning.
 */
export function checkDescriptor(octet: number): number {
  if ((octet & unassigned) !== 0) {
    throw new DataFormatError(
      "malformed",
      message("A descriptor has the unknown bits {bits}", { bits: octet & unassigned }),
    );
  }
  return octet;
}
