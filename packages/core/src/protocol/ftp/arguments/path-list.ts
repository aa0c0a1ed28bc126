/**
 * Several path names in one argument: COMB, SITE COPY, SITE SYMLINK.
 *
 *     "name one" name-two "say ""hi"""       in quotes, a quote in it doubled, or a run without blanks
 */
import { ArgumentError } from "../argument-error.ts";
import { message } from "../message.ts";
import { formatQuotedPath } from "../quoted-path.ts";
import type { ArgumentCodec } from "./argument-codec.ts";
import { pathArgument } from "./path.ts";

/** Names in one argument, at most: a command line holds no more that are worth it. */
export const pathListLimit = 512;

const one = / *(?:"((?:[^"]|"")*)"(?= |$)|([^" ][^ ]*))/y;

/** The names; undefined for what is none. */
function split(text: string): string[] | undefined {
  const paths: string[] = [];
  one.lastIndex = 0;
  while (text.slice(one.lastIndex).trim() !== "") {
    const match = one.exec(text);
    if (match === null || paths.length === pathListLimit) return undefined;
    paths.push(pathArgument.parse(match[1]?.replaceAll('""', '"') ?? match[2]));
  }
  return paths;
}

/** @param least - How many names there must be. */
export function pathListArgument(least: number): ArgumentCodec<readonly string[]> {
  return {
    syntax: '"<pathname>" "<pathname>" ...',
    parse(text) {
      const paths = split(text ?? "");
      if (paths === undefined || paths.length < least) {
        throw new ArgumentError(
          "syntax",
          message("At least {least} path names are needed, in quotes where they hold blanks", { least }),
        );
      }
      return paths;
    },
    format: (paths) => paths.map(formatQuotedPath).join(" "),
  };
}

/** What is there, and the name that comes to be. */
export interface TwoPaths {
  readonly from: string;
  readonly to: string;
}

/** Exactly two names. */
export const twoPathsArgument: ArgumentCodec<TwoPaths> = {
  syntax: '"<pathname>" "<pathname>"',
  parse(text) {
    const [from, to, ...more] = split(text ?? "") ?? [];
    if (from === undefined || to === undefined || more.length > 0) {
      throw new ArgumentError("syntax", message("Two path names are needed, in quotes where they hold blanks"));
    }
    return { from, to };
  },
  format: ({ from, to }) => `${formatQuotedPath(from)} ${formatQuotedPath(to)}`,
};
