/**
 * LPRT's argument and what 228 tells (RFC 1639): family, address and port, octet by octet in decimal.
 *
 *     af,hal,h1,h2,…,pal,p1,p2        4,4,127,0,0,1,2,4,1        6,16,…,2,p1,p2
 *
 * Refused with 521: families other than 4 and 6. Refused with 501: lengths that do not fit the family.
 */
import type { DataAddress } from "../address/data-address.ts";
import { normaliseAddress, octetsOfAddress } from "../address/ip-address.ts";
import { ArgumentError } from "../argument-error.ts";
import { message } from "../message.ts";
import type { ArgumentCodec } from "./argument-codec.ts";

/** `af,hal,h1,…,pal,p1,p2`. */
export const longAddressArgument: ArgumentCodec<DataAddress> = {
  syntax: "<af,hal,h1,...,pal,p1,p2>",
  parse(text) {
    const octets = (text ?? "").trim().split(",").map(octetOf);
    if (octets.includes(256))
      throw new ArgumentError("syntax", message("Numbers from 0 to 255 are needed: af,hal,h1,...,pal,p1,p2"));
    const [family, length = 0] = octets;
    if (family !== 4 && family !== 6) {
      throw new ArgumentError("unsupported-family", message("Supported address families are (4, 6)"));
    }
    const [portLength, high = 0, low = 0, ...more] = octets.slice(2 + length);
    if (length !== (family === 4 ? 4 : 16) || portLength !== 2 || octets.length !== length + 5 || more.length > 0) {
      throw new ArgumentError("syntax", message("The lengths do not fit the address family"));
    }
    const address = addressOf(octets.slice(2, 2 + length));
    // An IPv4 address inside an IPv6 one is told as what it is.
    return { family: address.includes(":") ? 6 : 4, address, port: high * 256 + low };
  },
  format: formatLongAddress,
};

/** A data address as LPRT and 228 have it. */
export function formatLongAddress({ family, address, port }: DataAddress): string {
  const octets = octetsOfAddress(address);
  return [family, octets.length, ...octets, 2, port >> 8, port & 255].join(",");
}

function octetOf(part: string): number {
  return /^\d{1,3}$/.test(part) ? Math.min(256, Number(part)) : 256;
}

function addressOf(octets: readonly number[]): string {
  if (octets.length === 4) return octets.join(".");
  const groups = Array.from({ length: 8 }, (_, i) =>
    ((octets[2 * i] ?? 0) * 256 + (octets[2 * i + 1] ?? 0)).toString(16),
  );
  return normaliseAddress(groups.join(":"));
}
