/** Path names (RFC 959 §5.3.2): taken literally; blanks at either end are part of the name. */
import { ArgumentError } from "../argument-error.ts";
import { message } from "../message.ts";
import type { ArgumentCodec } from "./argument-codec.ts";

const forbidden = /[\0\r\n]/;

function checked(text: string): string {
  if (forbidden.test(text)) throw new ArgumentError("syntax", message("A name must not hold CR, LF or NUL"));
  return text;
}

/** A path that must be given. */
export const pathArgument: ArgumentCodec<string> = {
  syntax: "<pathname>",
  parse(text) {
    if (text === undefined || text === "") throw new ArgumentError("syntax", message("A path name is needed"));
    return checked(text);
  },
  format: (value) => value,
};

/** A path that may be left out. */
export const optionalPathArgument: ArgumentCodec<string | undefined> = {
  syntax: "[<pathname>]",
  parse: (text) => (text === undefined || text.trim() === "" ? undefined : checked(text)),
  format: (value) => value,
};
