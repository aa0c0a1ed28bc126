/** The patterns of rewrite rules: equal to JavaScript's regular expressions, and linear. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compilePattern, programLimit } from "../../src/tftp/server/patterns/compile-pattern.ts";
import { parsePattern, PatternError } from "../../src/tftp/server/patterns/parse-pattern.ts";
import { partOf, Pattern, toPatternText, type PatternOptions } from "../../src/tftp/server/patterns/pattern.ts";
import { Replacement } from "../../src/tftp/server/patterns/replacement.ts";

/** A match as `exec` of a regular expression tells it: where it is, and the groups. */
function found(
  source: string,
  text: string,
  options: PatternOptions = {},
): (string | number | undefined)[] | undefined {
  const pattern = new Pattern(source, options);
  const points = toPatternText(text);
  const slots = pattern.find(points);
  if (slots === undefined) return undefined;
  const groups = Array.from({ length: pattern.captures + 1 }, (_, group) => {
    const [from = -1, to = -1] = slots.slice(2 * group, 2 * group + 2);
    return from < 0 ? undefined : partOf(points, from, to);
  });
  return [partOf(points, 0, slots[0] ?? 0).length, ...groups];
}

function expected(source: string, text: string, flags: string): (string | undefined | number)[] | undefined {
  const match = new RegExp(source, flags).exec(text);
  return match === null ? undefined : [match.index, ...match];
}

/** Patterns of the subset. Counts are small: JavaScript's matcher may need time that doubles with each. */
const { node: sources } = fc.letrec<{ node: string; atom: string; group: string; sequence: string; repeated: string }>(
  (tie) => {
    const quantifiers = fc.constantFrom(
      "*",
      "+",
      "?",
      "*?",
      "+?",
      "??",
      "{0}",
      "{1}",
      "{2}",
      "{0,2}",
      "{1,}",
      "{1,3}?",
    );
    return {
      atom: fc.constantFrom(
        ...[
          "a",
          "b",
          "c",
          "A",
          "/",
          "\\\\",
          "\\.",
          ".",
          "[ab]",
          "[^a]",
          "[a-c]",
          "[^\\d/]",
          "[\\wé]",
          "[-a]",
          "[]",
          "[^]",
        ],
        ...["\\d", "\\D", "\\w", "\\W", "\\s", "\\S", "é", "É", "😀", "\\x61", "\\u{62}", "\\u0063"],
      ),
      group: tie("node").chain((body) => fc.constantFrom(`(${body})`, `(?:${body})`)),
      repeated: fc.tuple(fc.oneof(tie("atom"), tie("group")), quantifiers).map(([body, count]) => body + count),
      sequence: fc
        .array(
          fc.oneof(
            { maxDepth: 4, depthIdentifier: "pattern" },
            { weight: 4, arbitrary: tie("atom") },
            { weight: 1, arbitrary: fc.constantFrom("^", "$") },
            { weight: 2, arbitrary: tie("group") },
            { weight: 3, arbitrary: tie("repeated") },
          ),
          { maxLength: 3 },
        )
        .map((parts) => parts.join("")),
      node: fc
        .array(tie("sequence"), { minLength: 1, maxLength: 3, depthIdentifier: "pattern" })
        .map((branches) => branches.join("|")),
    };
  },
);

const texts = fc
  .array(fc.constantFrom("a", "b", "c", "A", "/", "\\", ".", "1", " ", "é", "É", "😀", "\n"), { maxLength: 8 })
  .map((characters) => characters.join(""));

describe("patterns", () => {
  it("match what JavaScript's regular expressions match, group by group", () => {
    let matched = 0;
    fc.assert(
      fc.property(sources, texts, fc.boolean(), (source, text, ignoreCase) => {
        const here = found(source, text, { ignoreCase });
        expect({ source, text, here }).toEqual({
          source,
          text,
          here: expected(source, text, ignoreCase ? "ius" : "us"),
        });
        if (here !== undefined) matched++;
      }),
      { numRuns: 3_000 },
    );
    expect(matched).toBeGreaterThan(1_000);
  });

  it("agree with JavaScript where rounds of a repetition may take nothing", () => {
    for (const source of [
      "(a*)*",
      "(a*)+",
      "(|a)*",
      "(|a)+",
      "(a|b*)*c?",
      "(?:x?(?:|y))*",
      "(?:(a)|b)*",
      "(a?)??b",
      "((a*)*)*",
      "(?:a?){0,3}?c",
    ]) {
      for (const text of ["", "a", "aaa", "ab", "ba", "xy", "xyxy", "aabc", "b", "bb", "cab"]) {
        expect([source, text, found(source, text)]).toEqual([source, text, expected(source, text, "us")]);
      }
    }
  });

  it("take the longest of several matches where told to, as egrep does", () => {
    expect(found("a|ab|abc", "xabcd", { prefer: "longest" })).toEqual([1, "abc"]);
    expect(found("a|ab|abc", "xabcd")).toEqual([1, "a"]);
    expect(found("abcd|c|cde", "abcde", { prefer: "longest" })).toEqual([0, "abcd"]);
    expect(found("(?:a|ab)(?:c|bcd)", "abcd", { prefer: "longest" })).toEqual([0, "abcd"]);
  });

  it("take time that grows no faster than name times pattern, whatever a backtracking matcher would need", () => {
    const name = "a".repeat(1_000);
    for (const source of ["(a*)*b", "(a|a)*b", "(a?){40}a{40}b", "(.*)*x(.*)*y", "^(([a-z])+.)+[A-Z]([a-z])+$"]) {
      expect(found(source, name), source).toBeUndefined();
    }
    expect(found("(a?){30}a{30}", "a".repeat(30))).toEqual([0, "a".repeat(30), ""]);
  });

  it("fold case by single letters, and no letter beyond ASCII into one of ASCII", () => {
    expect(found("bCd", "/BcD", { ignoreCase: true })).toEqual([1, "BcD"]);
    expect(found("[a-f]É", "Fé", { ignoreCase: true })).toEqual([0, "Fé"]);
    expect(found("k", "\u212a", { ignoreCase: true })).toBeUndefined();
    expect(found("ß", "SS", { ignoreCase: true })).toBeUndefined();
  });

  it.each([
    ["(a", "At character 3 of the pattern: a ) is missing"],
    ["a)", "this ) closes nothing"],
    ["[a", "a ] is missing"],
    ["*a", "* cannot stand here; \\* is the character"],
    ["a**", "nothing stands here that could be repeated"],
    ["^*", "cannot be repeated"],
    ["a{2,1}", "the second number is smaller"],
    ["a{2000}", "larger than 1000"],
    ["a{", "{ needs a number"],
    ["a{1", "a } is missing"],
    ["}", "} cannot stand here"],
    ["]", "] cannot stand here"],
    ["(a)\\1", "back references cannot be matched in linear time"],
    ["(?=a)", "of groups with (? there is only (?: )"],
    ["\\b", "\\b means nothing"],
    ["a\\", "a character must follow \\"],
    ["[b-a]", "ends before it begins"],
    ["[a-\\d]", "cannot end with a set"],
    ["[\\d-a]", "cannot begin with a set"],
    ["\\x6", "2 hexadecimal digits must follow"],
    ["\\u{110000}", "no such character"],
    ["\\u{}", "one to six digits"],
    ["a".repeat(1_001), "longer than 1000 characters"],
    ["(?:".repeat(60), "more than 50 deep"],
    ["()".repeat(21), "more than 20 groups"],
    ["a{1000}b", "would need more than 1000 steps"],
    ["(?:(?:(?:){1000}){1000}){1000}", "would need more than 1000 steps"],
  ])("%s cannot be used, and the reason is told", (source, reason) => {
    expect(() => new Pattern(source)).toThrow(PatternError);
    expect(() => new Pattern(source)).toThrow(reason);
  });

  it("are bounded, whatever is thrown at the parser", () => {
    const noise = fc.array(fc.constantFrom(..."ab()[]{}|*+?^$\\.-,:=<0129dxu\u{1f600}\0"), { maxLength: 30 });
    fc.assert(
      fc.property(noise, (characters) => {
        try {
          const { instructions } = compilePattern(parsePattern(characters.join("")), false);
          expect(instructions.length).toBeLessThanOrEqual(programLimit);
        } catch (error) {
          expect(error).toBeInstanceOf(PatternError);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("replacements", () => {
  const expand = (source: string, replacement: string, text: string, address = "192.0.2.169"): string => {
    const pattern = new Pattern(source);
    const points = toPatternText(text);
    return new Replacement(replacement, pattern.captures).expand(points, pattern.find(points) ?? [], address);
  };

  it("hold the match, its groups and the peer's address", () => {
    expect(expand("(b)(x)?(c)", "[$&|$1|$2|$3|$$]", "abcd")).toBe("[bc|b||c|$]");
    expect(expand(".*", "$<address>/$<hex-address>/$&", "f")).toBe("192.0.2.169/C00002A9/f");
    expect(expand("", "$<hex-address>", "", "2001:db8::1")).toBe("20010DB8000000000000000000000001");
    expect(expand("(.*)-(.*)", "$<upper>$1$<lower>$2$<plain>Xy", "aB-cD")).toBe("ABcdXy");
  });

  it.each(["$", "a$b", "$0", "$2", "$<peer>", "$<address"])("%s means nothing", (replacement) => {
    expect(() => new Replacement(replacement, 1)).toThrow(PatternError);
  });
});
