/** REST's argument in stream mode: octets, in decimal (RFC 3659 §5.3). */
import { ArgumentError } from "../argument-error.ts";
import { message } from "../message.ts";
import type { ArgumentCodec } from "./argument-codec.ts";

/** Decimal digits up to 2^53 − 1. */
export const byteOffsetArgument: ArgumentCodec<number> = {
  syntax: "<octets>",
  parse(text) {
    const digits = (text ?? "").trim();
    const value = /^\d{1,16}$/.test(digits) ? Number(digits) : NaN;
    if (!Number.isSafeInteger(value)) throw new ArgumentError("syntax", message("A number of octets is needed"));
    return value;
  },
  format: (value) => String(value),
};
