/**
 * Blocks counted from 1 without an end, and their 16-bit numbers on the wire.
 *
 * RFC 1350 §2 ends at 65,535 blocks. After that the numbers go on with 0, as most implementations do, or with 1.
 */

/** The number that follows 65535. */
export type Rollover = 0 | 1;

/** The number on the wire of a block. @param block - Counted from 1; 0 is what comes before the first. */
export function toWireNumber(block: number, rollover: Rollover): number {
  if (rollover === 0) return block % 65_536;
  return block === 0 ? 0 : ((block - 1) % 65_535) + 1;
}

/** Half of the numbers from 1 to 65535: so many blocks ahead, and as many behind, have numbers of their own. */
const halfOfNumbers = 32_767;

/**
 * A window in which numbers tell blocks apart.
 *
 * With a rollover to 1 there are 65,535 numbers. In windows of more than half of them an ACK that was late would be one that
 * comes early; in windows of all of them that of a whole window, one of none. Windows of RFC 7440 §3 have 65,535 blocks at
 * most, which the 65,536 numbers of a rollover to 0 leave room for.
 *
 * @param windowSize - Blocks that are wanted.
 */
export function fittingWindow(windowSize: number, rollover: Rollover): number {
  return rollover === 0 ? windowSize : Math.min(windowSize, halfOfNumbers);
}

/**
 * How far a number on the wire lies from a block: 0 for the block itself, 1 for the next one, -1 for the one before.
 *
 * @param wire - The number on the wire.
 * @param block - A block near by, counted from 1.
 * @param ahead - What is farther ahead than this is taken for one that lies behind.
 */
export function distanceOf(wire: number, block: number, rollover: Rollover, ahead: number): number {
  const modulus = rollover === 0 ? 65_536 : 65_535;
  // With a rollover to 1, number 0 stands for nothing but the beginning.
  if (rollover === 1 && wire === 0) return -block;
  const distance = (((wire - toWireNumber(block, rollover)) % modulus) + modulus) % modulus;
  return distance <= ahead ? distance : distance - modulus;
}
