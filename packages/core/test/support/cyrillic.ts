/** A charset for tests: ASCII, and Cyrillic where windows-1251 has it, `я` as 255 (which is Telnet's IAC) among it. */
import type { NameCodec } from "../../src/ftp-server/index.ts";

const first = "А".charCodeAt(0);

export const cyrillic: NameCodec = {
  encode: (text) => {
    const octets = [...text].map((character) => {
      const code = character.charCodeAt(0);
      return code < 128 ? code : code - first + 192;
    });
    return octets.every((octet) => octet < 128 || (octet >= 192 && octet < 256)) ? Uint8Array.from(octets) : undefined;
  },
  decode: (bytes) => {
    if (bytes.some((octet) => octet >= 128 && octet < 192)) return undefined;
    return String.fromCharCode(...[...bytes].map((octet) => (octet < 128 ? octet : octet - 192 + first)));
  },
};
