/** Patterns of paths: what they take, and that none takes long. */
import { describe, expect, it } from "vitest";
import { compilePathGlob, pathGlobLimit } from "../../src/protocol/index.ts";

const cases: readonly (readonly [pattern: string, yes: readonly string[], no: readonly string[]])[] = [
  ["name", ["name"], ["names", "nam", "a/name", "name/a", ""]],
  ["", [""], ["a"]],
  ["*", ["", "a", ".hidden", "안녕"], ["a/b", "/"]],
  ["*.txt", [".txt", "a.txt", "a b.txt"], ["a.txt.gz", "a/b.txt"]],
  ["a*b*c", ["abc", "a-b-c", "abbbc"], ["ab", "abcd", "a/bc"]],
  ["?", ["a", "é", "😀"], ["", "ab", "/"]],
  ["a?c", ["abc"], ["ac", "a/c"]],
  ["[a-c]x", ["ax", "cx"], ["dx", "x", "/x"]],
  ["[!a-c]x", ["dx"], ["ax", "/x"]],
  ["[^a]", ["b"], ["a", "/"]],
  ["[]a]", ["]", "a"], ["b"]],
  ["[a-]", ["a", "-"], ["b"]],
  ["[가-힣]*", ["안녕"], ["abc"]],
  ["[a", ["[a"], ["a"]],
  ["**", ["", "a", "a/b/c", ".x/y"], []],
  ["**/b", ["b", "a/b", "a/c/b"], ["ab", "a/bb", "b/a"]],
  ["a/**", ["a/b", "a/b/c", "a/"], ["a", "ab/c"]],
  ["a/**/b", ["a/b", "a/x/b", "a/x/y/b"], ["ab", "a/xb", "a/b/c"]],
  ["a**b", ["ab", "axb"], ["a/b"]],
  ["**/*.{c,h}", ["x.c", "src/x.h", "a/b/x.c"], ["x.cc", "x"]],
  ["{a,b{c,d}}e", ["ae", "bce", "bde"], ["be", "abe"]],
  ["{,x}y", ["y", "xy"], ["x"]],
  ["{a/**,b}", ["a/c/d", "b"], ["b/c"]],
  ["{a}", ["{a}"], ["a"]],
  ["{a,b", ["{a,b"], ["a", "b"]],
  ["a}", ["a}"], ["a"]],
  ["{[,],x}", [",", "x"], ["["]],
  ["\\*", ["*"], ["a", "\\*"]],
  ["\\{a,b\\}", ["{a,b}"], ["a"]],
  ["a\\", ["a\\"], ["a"]],
  [".*", [".", ".git"], ["git"]],
];

describe("a pattern of paths", () => {
  it.each(cases)("takes what %j means, and nothing else", (pattern, yes, no) => {
    const matches = compilePathGlob(pattern);
    expect(yes.filter((path) => !matches(path))).toEqual([]);
    expect(no.filter((path) => matches(path))).toEqual([]);
  });

  it("takes no longer for patterns that others take for ever with", () => {
    const path = "a".repeat(2_000);
    expect(compilePathGlob(`${"*a".repeat(400)}b`)(path)).toBe(false);
    expect(compilePathGlob(`${"{a,*}".repeat(200)}b`)(path)).toBe(false);
    expect(compilePathGlob(`${"**/".repeat(300)}b`)("a/".repeat(1_000))).toBe(false);
    expect(compilePathGlob("{".repeat(1_000))("{".repeat(1_000))).toBe(true);
  });

  it("refuses one that is too long", () => {
    expect(compilePathGlob("*".repeat(pathGlobLimit))("x")).toBe(true);
    expect(() => compilePathGlob("*".repeat(pathGlobLimit + 1))).toThrow(RangeError);
  });
});
