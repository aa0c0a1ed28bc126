/** Verbs without an argument. Blanks after the verb are forgiven. */
import { ArgumentError } from "../argument-error.ts";
import { message } from "../message.ts";
import type { ArgumentCodec } from "./argument-codec.ts";

/** No argument. */
export const noArgument: ArgumentCodec<undefined> = {
  syntax: "",
  parse(text) {
    if (text !== undefined && text.trim() !== "")
      throw new ArgumentError("syntax", message("This command takes no argument"));
    return undefined;
  },
  format: () => undefined,
};
