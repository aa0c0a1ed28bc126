/**
 * The argument of XCRC and its like: a path, and the octets that are meant, the last number being the one after them.
 *
 *     "name" [start [end]]       name [start [end]]
 *
 * Without quotes a name may itself end in numbers, so the untouched text is kept: a file of that very name comes first.
 */
import { ArgumentError } from "../argument-error.ts";
import { message } from "../message.ts";
import { formatQuotedPath } from "../quoted-path.ts";
import type { ArgumentCodec } from "./argument-codec.ts";
import { pathArgument } from "./path.ts";

/** A file or a part of it. */
export interface PathAndRange {
  readonly path: string;
  /** The first octet. Default 0. */
  readonly start?: number;
  /** The octet after the last one. Default: the file's size. */
  readonly end?: number;
  /** The whole text, where it may be a name as well. */
  readonly literal?: string;
}

/** `"<pathname>" [<start> [<end>]]`. */
export const pathAndRangeArgument: ArgumentCodec<PathAndRange> = {
  syntax: '"<pathname>" [<start> [<end>]]',
  parse(text) {
    const quoted = /^ *"((?:[^"]|"")+)"(?: +(\d{1,16})(?: +(\d{1,16}))?)? *$/.exec(text ?? "");
    if (quoted !== null) {
      return { path: pathArgument.parse(quoted[1]?.replaceAll('""', '"')), ...range(quoted[2], quoted[3]) };
    }
    const literal = pathArgument.parse(text);
    const plain = /^(.+?) (\d{1,16})(?: (\d{1,16}))?$/s.exec(literal);
    if (plain?.[1] === undefined) return { path: literal };
    return { path: plain[1], ...range(plain[2], plain[3]), literal };
  },
  format({ path, start, end }) {
    const from = start === undefined && end !== undefined ? 0 : start;
    return [formatQuotedPath(path), from, end].filter((part) => part !== undefined).join(" ");
  },
};

function range(first: string | undefined, after: string | undefined): Pick<PathAndRange, "start" | "end"> {
  const start = first === undefined ? undefined : Number(first);
  const end = after === undefined ? undefined : Number(after);
  if (start === undefined) return {};
  if (!Number.isSafeInteger(start) || (end !== undefined && (!Number.isSafeInteger(end) || end < start))) {
    throw new ArgumentError("syntax", message("The end must not lie before the start"));
  }
  return end === undefined ? { start } : { start, end };
}
