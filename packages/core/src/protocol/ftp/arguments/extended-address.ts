/**
 * EPRT's argument (RFC 2428 §2): any delimiter from 33 to 126 that is no part of an address.
 *
 *     <d><net-prt><d><net-addr><d><tcp-port><d>      |1|132.235.1.2|6275|   |2|1080::8:800:200C:417A|5282|
 */
import type { DataAddress } from "../address/data-address.ts";
import { isIPv4, isIPv6, normaliseAddress } from "../address/ip-address.ts";
import { ArgumentError } from "../argument-error.ts";
import { message } from "../message.ts";
import type { ArgumentCodec } from "./argument-codec.ts";

/** Protocol, address and port between delimiters. */
export const extendedAddressArgument: ArgumentCodec<DataAddress> = {
  syntax: "<d><1|2><d><address><d><port><d>",
  parse(text) {
    const argument = (text ?? "").trim();
    const delimiter = argument.charAt(0);
    const code = delimiter === "" ? 0 : delimiter.charCodeAt(0);
    const [before, protocol, address = "", portText = "", after, ...more] = argument.split(delimiter);
    if (code < 33 || code > 126 || /\d/.test(delimiter) || before !== "" || after !== "" || more.length > 0) {
      throw new ArgumentError("syntax", message("An address is needed as |1|192.0.2.1|6275| or |2|2001:db8::1|6275|"));
    }
    if (protocol !== "1" && protocol !== "2")
      throw new ArgumentError("unsupported-protocol", message("Use protocol (1,2)"));
    const port = /^\d{1,5}$/.test(portText) ? Number(portText) : 65_536;
    if (port > 65_535) throw new ArgumentError("syntax", message("The port is a number from 0 to 65535"));
    if (protocol === "1" ? !isIPv4(address) : !isIPv6(address)) {
      throw new ArgumentError(
        "syntax",
        message("The address is no IPv{version} address", { version: protocol === "1" ? 4 : 6 }),
      );
    }
    const plain = normaliseAddress(address);
    return { family: isIPv4(plain) ? 4 : 6, address: plain, port };
  },
  format: ({ family, address, port }) => `|${family === 4 ? 1 : 2}|${address}|${port}|`,
};
