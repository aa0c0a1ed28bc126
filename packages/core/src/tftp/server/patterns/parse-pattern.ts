/**
 * Reads a pattern: the part of JavaScript's regular expressions that can be matched in linear time.
 *
 *     a \. \x2e \u{e9}      a character
 *     .                     any character
 *     [a-z_] [^/] \d \w \s  one of a set; the capital letter is all others
 *     ( ) (?: )             a group, captured or not
 *     a|b                   alternatives, the first that leads to a match
 *     * + ? {n} {n,} {n,m}  as often as can be; with ? behind it as seldom
 *     ^ $                   the start and the end of the name
 *
 * Refuses back references, looking around and `\b`, characters that mean something and stand where they cannot, and
 * patterns that are too long or too deep.
 */
import { CharacterSet, namedSets, type CharacterRange } from "./character-set.ts";
import { mayBeEmpty, type PatternNode } from "./pattern-node.ts";

/** The longest pattern, in characters. */
export const patternLimit = 1_000;
/** How deep groups may lie in each other. */
const depthLimit = 50;
/** Captures of one pattern. */
const captureLimit = 20;
/** The largest number in `{n,m}`. */
const countLimit = 1_000;

/** The pattern is none. The message tells where. */
export class PatternError extends RangeError {
  override readonly name = "PatternError";
}

/** A pattern that was read. */
export interface ParsedPattern {
  readonly root: PatternNode;
  /** Groups that are captured. */
  readonly captures: number;
}

/** Reads a pattern. @throws PatternError when it is none, or cannot be matched in linear time. */
export function parsePattern(source: string): ParsedPattern {
  const parser = new PatternParser(source);
  return { root: parser.parse(), captures: parser.captures };
}

const syntaxCharacters = new Set("^$\\.*+?()[]{}|");
const controlEscapes: ReadonlyMap<string, number> = new Map([
  ["t", 0x09],
  ["n", 0x0a],
  ["v", 0x0b],
  ["f", 0x0c],
  ["r", 0x0d],
]);

class PatternParser {
  readonly #characters: readonly string[];
  #at = 0;
  #depth = 0;
  captures = 0;

  constructor(source: string) {
    this.#characters = [...source];
    if (this.#characters.length > patternLimit) {
      throw new PatternError(`The pattern is longer than ${patternLimit} characters`);
    }
  }

  parse(): PatternNode {
    const root = this.#alternatives();
    if (this.#at < this.#characters.length) this.#fail("this ) closes nothing");
    return root;
  }

  #alternatives(): PatternNode {
    const branches = [this.#sequence()];
    while (this.#take("|")) branches.push(this.#sequence());
    const [first] = branches;
    return branches.length === 1 && first !== undefined ? first : { kind: "alternatives", branches };
  }

  #sequence(): PatternNode {
    const parts: PatternNode[] = [];
    for (let next = this.#peek(); next !== undefined && next !== "|" && next !== ")"; next = this.#peek()) {
      const capturesBefore = this.captures;
      const part = this.#atom(next);
      parts.push(this.#repeated(part, capturesBefore));
    }
    const [first] = parts;
    return parts.length === 1 && first !== undefined ? first : { kind: "sequence", parts };
  }

  #atom(next: string): PatternNode {
    this.#at++;
    switch (next) {
      case "^":
        return { kind: "start" };
      case "$":
        return { kind: "end" };
      case ".":
        return { kind: "any" };
      case "(":
        return this.#group();
      case "[":
        return this.#class();
      case "\\":
        return this.#escape();
    }
    if (syntaxCharacters.has(next)) this.#fail(`${next} cannot stand here; \\${next} is the character`, 1);
    return { kind: "character", point: next.codePointAt(0) ?? 0 };
  }

  #group(): PatternNode {
    if (++this.#depth > depthLimit) this.#fail(`groups lie more than ${depthLimit} deep`, 1);
    let number: number | undefined;
    if (this.#take("?")) {
      if (!this.#take(":")) this.#fail("of groups with (? there is only (?: )", 2);
    } else {
      number = ++this.captures;
      if (number > captureLimit) this.#fail(`there are more than ${captureLimit} groups; use (?: )`, 1);
    }
    const body = this.#alternatives();
    if (!this.#take(")")) this.#fail("a ) is missing");
    this.#depth--;
    return number === undefined ? { kind: "sequence", parts: [body] } : { kind: "capture", number, body };
  }

  #repeated(body: PatternNode, capturesBefore: number): PatternNode {
    const counts = this.#quantifier();
    if (counts === undefined) return body;
    if (body.kind === "start" || body.kind === "end") this.#fail("^ and $ cannot be repeated");
    const greedy = !this.#take("?");
    if (["*", "+", "?", "{"].includes(this.#peek() ?? "")) this.#fail("nothing stands here that could be repeated");
    const [least, most] = counts;
    const captures = [capturesBefore + 1, this.captures + 1] as const;
    return { kind: "repetition", body, least, most, greedy, captures, maybeEmpty: mayBeEmpty(body) };
  }

  #quantifier(): readonly [number, number] | undefined {
    if (this.#take("*")) return [0, Infinity];
    if (this.#take("+")) return [1, Infinity];
    if (this.#take("?")) return [0, 1];
    if (!this.#take("{")) return undefined;
    const least = this.#count() ?? this.#fail("{ needs a number; \\{ is the character");
    let most = least;
    if (this.#take(",")) most = this.#count() ?? Infinity;
    if (!this.#take("}")) this.#fail("a } is missing");
    if (most < least) this.#fail("the second number is smaller than the first", 1);
    return [least, most];
  }

  #count(): number | undefined {
    let digits = "";
    for (let next = this.#peek(); next !== undefined && /^\d$/.test(next) && digits.length < 6; next = this.#peek()) {
      digits += next;
      this.#at++;
    }
    if (Number(digits) > countLimit) this.#fail(`a number is larger than ${countLimit}`, 1);
    return digits === "" ? undefined : Number(digits);
  }

  #escape(): PatternNode {
    const named = namedSets.get(this.#peek() ?? "");
    if (named === undefined) return { kind: "character", point: this.#escapedPoint() };
    this.#at++;
    return { kind: "set", set: named, negated: false };
  }

  /** What follows a backslash, as one character. */
  #escapedPoint(): number {
    const next = this.#next("a character must follow \\");
    const control = controlEscapes.get(next);
    if (control !== undefined) return control;
    if (next === "x") return this.#hexadecimal(2);
    if (next === "u") return this.#unicode();
    if (/^[1-9]$/.test(next)) this.#fail("back references cannot be matched in linear time", 1);
    if (/^[0-9a-z]$/i.test(next)) this.#fail(`\\${next} means nothing`, 1);
    return next.codePointAt(0) ?? 0;
  }

  #unicode(): number {
    if (!this.#take("{")) return this.#hexadecimal(4);
    const end = this.#characters.indexOf("}", this.#at);
    const digits = end - this.#at;
    if (end === -1 || digits < 1 || digits > 6) this.#fail("\\u{ needs one to six digits and a }");
    const point = this.#hexadecimal(digits);
    if (point > 0x10ffff) this.#fail("there is no such character");
    this.#at++;
    return point;
  }

  #hexadecimal(digits: number): number {
    const text = this.#characters.slice(this.#at, this.#at + digits).join("");
    if (text.length !== digits || !/^[0-9a-f]+$/i.test(text)) this.#fail(`${digits} hexadecimal digits must follow`);
    this.#at += digits;
    return Number.parseInt(text, 16);
  }

  #class(): PatternNode {
    const negated = this.#take("^");
    const ranges: CharacterRange[] = [];
    while (!this.#take("]")) {
      const from = this.#classMember();
      if (from instanceof CharacterSet) {
        ranges.push(...from.ranges);
        if (this.#peek() === "-" && this.#characters[this.#at + 1] !== "]") {
          this.#fail("a range cannot begin with a set; \\- is the character");
        }
        continue;
      }
      let to = from;
      if (this.#peek() === "-" && this.#characters[this.#at + 1] !== "]") {
        this.#at++;
        const member = this.#classMember();
        if (member instanceof CharacterSet) this.#fail("a range cannot end with a set; \\- is the character");
        to = member;
      }
      if (to < from) this.#fail("the range ends before it begins", 1);
      ranges.push([from, to]);
    }
    return { kind: "set", set: new CharacterSet(ranges), negated };
  }

  #classMember(): number | CharacterSet {
    const next = this.#next("a ] is missing");
    if (next !== "\\") return next.codePointAt(0) ?? 0;
    const named = namedSets.get(this.#peek() ?? "");
    if (named === undefined) return this.#escapedPoint();
    this.#at++;
    return named;
  }

  #peek(): string | undefined {
    return this.#characters[this.#at];
  }

  #next(missing: string): string {
    const next = this.#peek();
    if (next === undefined) this.#fail(missing);
    this.#at++;
    return next;
  }

  #take(character: string): boolean {
    if (this.#peek() !== character) return false;
    this.#at++;
    return true;
  }

  /** @param back - How many characters before the current place the fault is. */
  #fail(message: string, back = 0): never {
    throw new PatternError(`At character ${this.#at + 1 - back} of the pattern: ${message}`);
  }
}
