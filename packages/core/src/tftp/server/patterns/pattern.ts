/** A pattern that is ready to match: read, compiled, and run on names. */
import { compilePattern, type Program } from "./compile-pattern.ts";
import { matchProgram, type MatchPreference, type MatchSlots } from "./match-program.ts";
import { parsePattern, PatternError } from "./parse-pattern.ts";

/** How a pattern matches. */
export interface PatternOptions {
  /** Whether capitals and small letters are the same. Default false. */
  readonly ignoreCase?: boolean;
  /** Of several matches at the leftmost place: the first that alternatives lead to, or the longest. Default `first`. */
  readonly prefer?: MatchPreference;
}

/** A text as the matcher reads it: its code points. */
export type PatternText = readonly number[];

/** A pattern. */
export class Pattern {
  /** Groups that are captured. */
  readonly captures: number;
  readonly #program: Program;
  readonly #prefer: MatchPreference;

  /** @throws PatternError when it is none; the message shows the pattern. */
  constructor(source: string, { ignoreCase = false, prefer = "first" }: PatternOptions = {}) {
    try {
      const parsed = parsePattern(source);
      this.captures = parsed.captures;
      this.#program = compilePattern(parsed, ignoreCase);
    } catch (error) {
      if (!(error instanceof PatternError)) throw error;
      throw new PatternError(`The pattern ${source.slice(0, 80)} cannot be used. ${error.message}`, { cause: error });
    }
    this.#prefer = prefer;
  }

  /**
   * Finds the leftmost match.
   *
   * @param from - Where the search begins; `^` is the start of the text nevertheless.
   */
  find(text: PatternText, from = 0): MatchSlots | undefined {
    return matchProgram(this.#program, text, from, this.#prefer);
  }
}

/** A text for a pattern. */
export function toPatternText(text: string): PatternText {
  return Array.from(text, (character) => character.codePointAt(0) ?? 0);
}

/** A part of a text. */
export function partOf(text: PatternText, from: number, to: number): string {
  let part = "";
  for (let at = from; at < to; at++) part += String.fromCodePoint(text[at] ?? 0);
  return part;
}
