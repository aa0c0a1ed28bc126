/** LANG's argument: a language tag, of which the first part is the language (RFC 2640 §4.1, RFC 5646 §2.1). */
import { ArgumentError } from "../argument-error.ts";
import { message } from "../message.ts";
import type { ArgumentCodec } from "./argument-codec.ts";

/** The longest tag that is read: longer than any that is registered. */
const longestTag = 64;

/** A tag in lower case, as letter case means nothing in it; undefined asks for the server's own language. */
export const languageTagArgument: ArgumentCodec<string | undefined> = {
  syntax: "[<language-tag>]",
  parse(text) {
    const tag = (text ?? "").trim().toLowerCase();
    if (tag === "") return undefined;
    if (tag.length > longestTag || !/^[a-z]{1,8}(?:-[a-z0-9]{1,8})*$/.test(tag)) {
      throw new ArgumentError("syntax", message("A language tag is needed, as en or sv-SE"));
    }
    return tag;
  },
  format: (value) => value,
};
