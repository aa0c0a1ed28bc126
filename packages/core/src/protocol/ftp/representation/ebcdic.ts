/**
 * TYPE E (RFC 959 §3.1.1.2): EBCDIC on the wire, and ASCII, or rather Latin-1, in the store.
 *
 * The code page is a choice of both ends. Every octet has its counterpart, so that what goes there and back is what it was.
 * Lines end in LF in the store and in NEL (15) on the wire; LF's own place (25) is then what Latin-1's NEL (85) gets.
 */
import type { Station } from "./station.ts";

/** IBM's code pages for Latin-1: 37 in the Americas, 500 elsewhere, 1047 for open systems. */
export type CodePage = 37 | 500 | 1047;

/** Code page 37 for each octet of Latin-1, in rows of 32. */
const page37 = [
  "00010203372d2e2f1605250b0c0d0e0f101112133c3d322618193f271c1d1e1f",
  "405a7f7b5b6c507d4d5d5c4e6b604b61f0f1f2f3f4f5f6f7f8f97a5e4c7e6e6f",
  "7cc1c2c3c4c5c6c7c8c9d1d2d3d4d5d6d7d8d9e2e3e4e5e6e7e8e9bae0bbb06d",
  "79818283848586878889919293949596979899a2a3a4a5a6a7a8a9c04fd0a107",
  "202122232415061728292a2b2c090a1b30311a333435360838393a3b04143eff",
  "41aa4ab19fb26ab5bdb49a8a5fcaafbc908feafabea0b6b39dda9b8bb7b8b9ab",
  "6465626663679e687471727378757677ac69edeeebefecbf80fdfefbfcadae59",
  "4445424643479c4854515253585556578c49cdcecbcfcce170dddedbdc8d8edf",
].join("");

/** Where the other pages differ: octets of Latin-1 and of EBCDIC, in pairs. */
const differences: Readonly<Record<CodePage, string>> = {
  37: "",
  500: "214f 5b4a 5d5a 5e5f 7cbb a2b0 acba",
  1047: "5bad 5dbd 5e5f a8bb acb0 ddba",
};

const LF = 0x0a;
const latinNEL = 0x85;

/** EBCDIC for each octet of Latin-1. */
function toEbcdic(codePage: CodePage): Uint8Array {
  const table = Uint8Array.from({ length: 256 }, (_, octet) => octetAt(page37, octet * 2));
  for (const pair of differences[codePage].split(" ")) {
    if (pair !== "") table[octetAt(pair, 0)] = octetAt(pair, 2);
  }
  [table[LF], table[latinNEL]] = [table[latinNEL] ?? 0, table[LF] ?? 0];
  return table;
}

/** Latin-1 for each octet of EBCDIC. */
function fromEbcdic(codePage: CodePage): Uint8Array {
  const table = new Uint8Array(256);
  toEbcdic(codePage).forEach((octet, latin) => {
    table[octet] = latin;
  });
  return table;
}

function octetAt(hexadecimal: string, at: number): number {
  return Number.parseInt(hexadecimal.slice(at, at + 2), 16);
}

/** Octets through a table. What `push` gives holds until the next call. */
class TableStation implements Station {
  readonly #table: Uint8Array;
  #memory: Uint8Array = nothing;

  constructor(table: Uint8Array) {
    this.#table = table;
  }

  push(chunk: Uint8Array): Uint8Array {
    if (this.#memory.length < chunk.length) this.#memory = new Uint8Array(chunk.length);
    const table = this.#table;
    const out = this.#memory;
    for (let at = 0; at < chunk.length; at++) out[at] = table[chunk[at] ?? 0] ?? 0;
    return out.subarray(0, chunk.length);
  }

  finish(): Uint8Array {
    return nothing;
  }
}

const nothing = new Uint8Array(0);

/** From the store to the wire. */
export class EbcdicEncoder extends TableStation {
  /** @param codePage - As both ends have agreed. */
  constructor(codePage: CodePage) {
    super(toEbcdic(codePage));
  }
}

/** From the wire to the store. */
export class EbcdicDecoder extends TableStation {
  /** @param codePage - As both ends have agreed. */
  constructor(codePage: CodePage) {
    super(fromEbcdic(codePage));
  }
}
