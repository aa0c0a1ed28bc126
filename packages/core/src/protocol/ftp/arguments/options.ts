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
    const match = /^ *([^ ]+)(?: +(.*?))? *$/.exec(text ?? "");
    if (match === null) throw new ArgumentError("syntax", message("A verb is needed"));
    const value = match[2] === undefined || match[2] === "" ? undefined : match[2];
    return { name: (match[1] ?? "").toUpperCase(), value };
  },
  format: ({ name, value }) => (value === undefined ? name : `${name} ${value}`),
};
