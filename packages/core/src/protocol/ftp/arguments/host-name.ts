/**
 * HOST's argument: a name, or an address in brackets, without a port (RFC 7151 §3).
 *
 *     HOST ftp.example.org        HOST [192.0.2.1]        HOST [2001:db8::1]
 */
import { ArgumentError } from "../argument-error.ts";
import { message } from "../message.ts";
import type { ArgumentCodec } from "./argument-codec.ts";

/** The longest name (RFC 1035 §2.3.4). */
const longestName = 253;

/** A host's name in lower case, or its address without the brackets. */
export const hostNameArgument: ArgumentCodec<string> = {
  syntax: "<host>",
  parse(text) {
    const name = (text ?? "").trim().toLowerCase();
    const address = /^\[([0-9a-f.:]+)\]$/.exec(name)?.[1];
    if (address !== undefined) return address;
    // A colon is a port, which must not be there; an address without brackets is none of the forms.
    if (name.length > longestName || !/^[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_-]+)*\.?$/.test(name)) {
      throw new ArgumentError("syntax", message("HOST takes a name, or an address in brackets, and no port"));
    }
    return name.endsWith(".") ? name.slice(0, -1) : name;
  },
  format: (value) => (/^[0-9.]+$|:/.test(value) ? `[${value}]` : value),
};
