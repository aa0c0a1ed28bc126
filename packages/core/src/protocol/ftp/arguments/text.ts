/** Free text: names of users, passwords, topics. Unlike the names of files it must be in UTF-8. */
import { ArgumentError } from "../argument-error.ts";
import { holdsOctets } from "../../octet-text.ts";
import { message } from "../message.ts";
import type { ArgumentCodec } from "./argument-codec.ts";

/** Text that must be given. */
export const textArgument: ArgumentCodec<string> = {
  syntax: "<string>",
  parse(text) {
    if (text === undefined || text === "") throw new ArgumentError("syntax", message("An argument is needed"));
    return inUtf8(text);
  },
  format: (value) => value,
};

/** Text that may be left out. */
export const optionalTextArgument: ArgumentCodec<string | undefined> = {
  syntax: "[<string>]",
  parse: (text) => (text === undefined || text === "" ? undefined : inUtf8(text)),
  format: (value) => value,
};

/** A word of the server's own, and its argument, in which names of files may stand. */
export const wordAndArgument: ArgumentCodec<string> = {
  syntax: "<string>",
  parse(text) {
    if (text === undefined || text === "") throw new ArgumentError("syntax", message("An argument is needed"));
    return text;
  },
  format: (value) => value,
};

/**
 * Who compares users or passwords would have to know of octets that are no UTF-8: hashes and databases take all of them for
 * U+FFFD, so that two passwords would be one.
 */
function inUtf8(text: string): string {
  if (holdsOctets(text)) throw new ArgumentError("syntax", message("This argument must be in UTF-8"));
  return text;
}
