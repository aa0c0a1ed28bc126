/**
 * The argument of LIST, NLST and STAT: a path, and before it, though no RFC has them, the switches of `ls` that clients
 * send (`LIST -la`). The untouched text is kept: a file of that very name comes first.
 */
import { ArgumentError } from "../argument-error.ts";
import { message } from "../message.ts";
import type { ArgumentCodec } from "./argument-codec.ts";

/** What a listing verb is asked for. */
export interface ListArgument {
  /** The letters of all switches, in order; empty for none. */
  readonly switches: string;
  /** What follows the switches. */
  readonly path: string | undefined;
  /** The whole text as it came. */
  readonly literal: string | undefined;
}

const leadingSwitch = /^ *-([A-Za-z0-9]+)(?= |$)/;

/** Switches and a path, either of which may be left out. */
export const listArgument: ArgumentCodec<ListArgument> = {
  syntax: "[-<switches>] [<pathname>]",
  parse(text) {
    // NetX Duo's client sends `NLST ` with a blank and nothing after it.
    if (text === undefined || text.trim() === "") return { switches: "", path: undefined, literal: undefined };
    if (/[\0\r\n]/.test(text)) throw new ArgumentError("syntax", message("A name must not hold CR, LF or NUL"));
    let rest = text;
    let switches = "";
    for (let match = leadingSwitch.exec(rest); match !== null; match = leadingSwitch.exec(rest)) {
      switches += match[1] ?? "";
      rest = rest.slice(match[0].length);
    }
    const ended = / *--(?: |$)/y;
    if (ended.test(rest)) rest = rest.slice(ended.lastIndex);
    else if (switches !== "") rest = rest.replace(/^ /, "");
    return { switches, path: rest.trim() === "" ? undefined : rest, literal: text };
  },
  format: ({ literal }) => literal,
};
