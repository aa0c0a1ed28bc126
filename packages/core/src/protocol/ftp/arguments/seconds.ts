/** SITE IDLE's argument: whole seconds, or nothing to ask. */
import { ArgumentError } from "../argument-error.ts";
import { message } from "../message.ts";
import type { ArgumentCodec } from "./argument-codec.ts";

/** `[<seconds>]`. */
export const secondsArgument: ArgumentCodec<number | undefined> = {
  syntax: "[<seconds>]",
  parse(text) {
    const digits = (text ?? "").trim();
    if (digits === "") return undefined;
    if (!/^\d{1,9}$/.test(digits) || Number(digits) === 0) {
      throw new ArgumentError("syntax", message("A number of seconds is needed"));
    }
    return Number(digits);
  },
  format: (value) => value?.toString(),
};
