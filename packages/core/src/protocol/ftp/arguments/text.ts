/** Free text: names, passwords, topics. */
import { ArgumentError } from "../argument-error.ts";
import { message } from "../message.ts";
import type { ArgumentCodec } from "./argument-codec.ts";

/** Text that must be given. */
export const textArgument: ArgumentCodec<string> = {
  syntax: "<string>",
  parse(text) {
    if (text === undefined || text === "") throw new ArgumentError("syntax", message("An argument is needed"));
    return text;
  },
  format: (value) => value,
};

/** Text that may be left out. */
export const optionalTextArgument: ArgumentCodec<string | undefined> = {
  syntax: "[<string>]",
  parse: (text) => (text === "" ? undefined : text),
  format: (value) => value,
};
