/**
 * TYPE E (RFC 959 §3.1.1.2): Latin-1 in the store, EBCDIC on the wire, octet for octet.
 *
 * Lines end in NL on the wire, 0x15, and in LF in the store, so that 0x85 is 0x25 there: elsewhere the two are often the
 * other way round. A CR is a character like others. Every octet has its own counterpart in each code page, so that any
 * file comes back as it was, and is as long on the wire as in the store.
 */
import type { Station } from "./station.ts";

/** Which EBCDIC: 37 (North America), 1047 (Unix on mainframes) or 500 (international). */
export type CodePage = 37 | 1047 | 500;

const nothing = new Uint8Array(0);

/** Code page 37 in rows of sixteen: at each EBCDIC octet its Latin-1 octet. */
const codePage37 = [
  "00 01 02 03 9c 09 86 7f 97 8d 8e 0b 0c 0d 0e 0f",
  "10 11 12 13 9d 0a 08 87 18 19 92 8f 1c 1d 1e 1f",
  "80 81 82 83 84 85 17 1b 88 89 8a 8b 8c 05 06 07",
  "90 91 16 93 94 95 96 04 98 99 9a 9b 14 15 9e 1a",
  "20 a0 e2 e4 e0 e1 e3 e5 e7 f1 a2 2e 3c 28 2b 7c",
  "26 e9 ea eb e8 ed ee ef ec df 21 24 2a 29 3b ac",
  "2d 2f c2 c4 c0 c1 c3 c5 c7 d1 a6 2c 25 5f 3e 3f",
  "f8 c9 ca cb c8 cd ce cf cc 60 3a 23 40 27 3d 22",
  "d8 61 62 63 64 65 66 67 68 69 ab bb f0 fd fe b1",
  "b0 6a 6b 6c 6d 6e 6f 70 71 72 aa ba e6 b8 c6 a4",
  "b5 7e 73 74 75 76 77 78 79 7a a1 bf d0 dd de ae",
  "5e a3 a5 b7 a9 a7 b6 bc bd be 5b 5d af a8 b4 d7",
  "7b 41 42 43 44 45 46 47 48 49 ad f4 f6 f2 f3 f5",
  "7d 4a 4b 4c 4d 4e 4f 50 51 52 b9 fb fc f9 fa ff",
  "5c f7 53 54 55 56 57 58 59 5a b2 d4 d6 d2 d3 d5",
  "30 31 32 33 34 35 36 37 38 39 b3 db dc d9 da 9f",
].join(" ");

/** Where a code page is not as 37 is: EBCDIC octet, Latin-1 octet. */
const differences: Readonly<Record<CodePage, string>> = {
  37: "",
  1047: "5f:5e ad:5b b0:ac ba:dd bb:a8 bd:5d",
  500: "4a:5b 4f:21 5a:5d 5f:5e b0:a2 ba:ac bb:7c",
};

/** At each EBCDIC octet its Latin-1 octet. */
function latin1Table(codePage: CodePage): Uint8Array {
  const table = Uint8Array.from(codePage37.split(" "), (octet) => parseInt(octet, 16));
  for (const [, ebcdic = "", latin1 = ""] of differences[codePage].matchAll(/(..):(..)/g)) {
    table[parseInt(ebcdic, 16)] = parseInt(latin1, 16);
  }
  return table;
}

/** At each Latin-1 octet its EBCDIC octet. */
function ebcdicTable(codePage: CodePage): Uint8Array {
  const table = new Uint8Array(256);
  latin1Table(codePage).forEach((latin1, ebcdic) => {
    table[latin1] = ebcdic;
  });
  return table;
}

/** A station that has another octet for each. */
class Translation implements Station {
  readonly #table: Uint8Array;

  constructor(table: Uint8Array) {
    this.#table = table;
  }

  push(chunk: Uint8Array): Uint8Array {
    const table = this.#table;
    const out = new Uint8Array(chunk.length);
    for (let at = 0; at < chunk.length; at++) out[at] = table[chunk[at] ?? 0] ?? 0;
    return out;
  }

  finish(): Uint8Array {
    return nothing;
  }
}

/** From the store to the wire. */
export class EbcdicEncoder extends Translation {
  /** @param codePage - Which EBCDIC the wire has. */
  constructor(codePage: CodePage) {
    super(ebcdicTable(codePage));
  }
}

/** From the wire to the store. */
export class EbcdicDecoder extends Translation {
  /** @param codePage - Which EBCDIC the wire has. */
  constructor(codePage: CodePage) {
    super(latin1Table(codePage));
  }
}
