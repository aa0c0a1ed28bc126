/**
 * PORT's argument (RFC 959 §5.3.2): an IPv4 address and a port, each octet in decimal.
 *
 *     h1,h2,h3,h4,p1,p2      NetX Duo pads each to three digits
 */
import type { DataAddress } from "../address/data-address.ts";
import { ArgumentError } from "../argument-error.ts";
import { message } from "../message.ts";
import type { ArgumentCodec } from "./argument-codec.ts";

/** Six octets. */
export const hostPortArgument: ArgumentCodec<DataAddress> = {
  syntax: "<h1,h2,h3,h4,p1,p2>",
  parse(text) {
    const parts = (text ?? "").trim().split(",");
    const octets = parts.map((part) => (/^\d{1,3}$/.test(part) ? Number(part) : 256));
    const [h1 = 256, h2 = 256, h3 = 256, h4 = 256, p1 = 256, p2 = 256] = octets;
    if (octets.length !== 6 || octets.some((octet) => octet > 255)) {
      throw new ArgumentError("syntax", message("Six numbers from 0 to 255 are needed: h1,h2,h3,h4,p1,p2"));
    }
    return { family: 4, address: `${h1}.${h2}.${h3}.${h4}`, port: p1 * 256 + p2 };
  },
  format: ({ address, port }) => `${address.replaceAll(".", ",")},${port >> 8},${port & 255}`,
};
