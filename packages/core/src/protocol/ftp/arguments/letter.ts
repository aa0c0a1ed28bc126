/** One letter of a few, in either case. */
import { ArgumentError } from "../argument-error.ts";
import { message } from "../message.ts";
import type { ArgumentCodec } from "./argument-codec.ts";

/**
 * @param what - What the letter chooses, for messages.
 * @param letters - The letters, in upper case.
 */
export function letterArgument<L extends string>(what: "mode" | "structure", letters: readonly L[]): ArgumentCodec<L> {
  return {
    syntax: letters.join(" | "),
    parse(text) {
      const wanted = (text ?? "").trim().toUpperCase();
      if (wanted === "")
        throw new ArgumentError("syntax", message(`A ${what} is needed: {letters}`, { letters: letters.join(", ") }));
      const letter = letters.find((known) => known === wanted);
      if (letter === undefined) {
        throw new ArgumentError(
          "not-implemented-for-parameter",
          message(`The ${what} is one of {letters}`, { letters: letters.join(", ") }),
        );
      }
      return letter;
    },
    format: (value) => value,
  };
}
