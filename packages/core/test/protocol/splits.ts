import fc from "fast-check";

/** The same bytes whole, one by one, and cut where the property says. */
export function splits(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[][] {
  const at = [...new Set([0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].sort((a, b) => a - b);
  return [
    [bytes],
    [...bytes].map((byte) => Uint8Array.of(byte)),
    at.slice(1).map((end, index) => bytes.slice(at[index], end)),
  ];
}

/** Where to cut, for `splits`. */
export const cutsOf = fc.array(fc.nat(10_000), { maxLength: 8 });
