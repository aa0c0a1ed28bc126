/** SITE UMASK's argument: bits in octal, or nothing to ask. */
import { ArgumentError } from "../argument-error.ts";
import { message } from "../message.ts";
import type { ArgumentCodec } from "./argument-codec.ts";

/** `[<octal>]`. */
export const siteUmaskArgument: ArgumentCodec<number | undefined> = {
  syntax: "[<octal>]",
  parse(text) {
    const digits = (text ?? "").trim();
    if (digits === "") return undefined;
    if (!/^[0-7]{1,4}$/.test(digits)) throw new ArgumentError("syntax", message("Bits as 022 are needed"));
    return Number.parseInt(digits, 8);
  },
  format: (value) => value?.toString(8).padStart(3, "0"),
};
