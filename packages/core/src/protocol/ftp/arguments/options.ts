/** OPTS' argument (RFC 2389 §4): the verb whose options are meant, and what they are. */
import { ArgumentError } from "../argument-error.ts";
import { message } from "../message.ts";
import type { ArgumentCodec } from "./argument-codec.ts";

/** A verb's options. */
export interface OptionsArgument {
  /** In upper case. */
  readonly name: string;
  readonly value: string | undefined;
}

/** `<verb> [<options>]`. */
export const optionsArgument: ArgumentCodec<OptionsArgument> = {
  syntax: "<verb> [<options>]",
  parse(text) {
    // By hand: an expression with blanks on both sides of the value takes the cube of a line of blanks.
    const given = withoutBlanks(text ?? "");
    if (given === "") throw new ArgumentError("syntax", message("A verb is needed"));
    const space = given.indexOf(" ");
    if (space === -1) return { name: given.toUpperCase(), value: undefined };
    return { name: given.slice(0, space).toUpperCase(), value: withoutBlanks(given.slice(space)) };
  },
  format: ({ name, value }) => (value === undefined ? name : `${name} ${value}`),
};

function withoutBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && text.charAt(start) === " ") start++;
  while (end > start && text.charAt(end - 1) === " ") end--;
  return text.slice(start, end);
}
