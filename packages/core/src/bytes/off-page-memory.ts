/** Memory that lies well within its pages. */

const pageSize = 4096;
/** Octets behind the start of a page at which the allocator's large memory begins. */
const allocatorsStart = 16;

/**
 * Memory whose octet number `header` lies in the middle of a page. The allocator gives large memory 16 octets after the
 * start of a page, and a processor copies between two places that lie so close to each other within their pages at half
 * its speed; files and sockets have theirs near the start.
 *
 * @param size - Octets; their content is any.
 * @param header - Octets before those that are copied. Default 0.
 */
export function offPageMemory(size: number, header = 0): Uint8Array {
  const start = pageSize / 2 - allocatorsStart - header;
  return Buffer.allocUnsafeSlow(size + pageSize).subarray(start, start + size);
}
