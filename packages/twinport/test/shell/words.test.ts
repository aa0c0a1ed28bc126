import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lineLimit, parseLine, quoteFor, ShellSyntaxError, wordLimit } from "../../src/shell/words.ts";

const texts = (line: string): string[][] => parseLine(line).map(({ words }) => words.map(({ text }) => text));

describe("a line of the shell", () => {
  it.each([
    ["get a b", [["get", "a", "b"]]],
    ["  get   a  ", [["get", "a"]]],
    ["", []],
    ["# all of it a comment", []],
    ["get a # the rest", [["get", "a"]]],
    ["get a#b", [["get", "a#b"]]],
    ["get 'a b' \"c d\" e\\ f", [["get", "a b", "c d", "e f"]]],
    ["get 'it''s' a'b'\"c\"", [["get", "its", "abc"]]],
    ['get "a\\"b\\\\c\\d"', [["get", 'a"b\\c\\d']]],
    ["get 'a\\b'", [["get", "a\\b"]]],
    ["get ''", [["get", ""]]],
    [
      "cd a; get b;",
      [
        ["cd", "a"],
        ["get", "b"],
      ],
    ],
    ["cd a && get b || dir", [["cd", "a"], ["get", "b"], ["dir"]]],
    ["get 'a;b' c\\;d", [["get", "a;b", "c;d"]]],
    ["!echo 'a' | wc; ls", [["!"]]],
  ])("reads %j", (line, expected) => {
    expect(texts(line)).toEqual(expected);
  });

  it("tells what connects commands, and which run in the background", () => {
    const parsed = parseLine("cd a && get b || dir; get c & get d &");
    expect(parsed.map(({ connector, background }) => [connector, background])).toEqual([
      ["always", false],
      ["and", false],
      ["or", false],
      ["always", true],
      ["always", true],
    ]);
    expect(parsed.map(({ source }) => source)).toEqual(["cd a", "get b", "dir", "get c", "get d"]);
  });

  it("reads where output goes", () => {
    expect(parseLine("dir > 'my list'")[0]?.redirection).toEqual({ kind: "file", path: "my list", append: false });
    expect(parseLine("dir pub >> list")[0]?.redirection).toEqual({ kind: "file", path: "list", append: true });
    expect(parseLine("dir | grep 'a;b' | wc -l; pwd").map(({ redirection }) => redirection)).toEqual([
      { kind: "pipe", command: "grep 'a;b' | wc -l" },
      undefined,
    ]);
    expect(parseLine("dir | less || pwd").map(({ redirection }) => redirection)).toEqual([
      { kind: "pipe", command: "less" },
      undefined,
    ]);
  });

  it("keeps what is quoted out of patterns", () => {
    const words = parseLine("mget *.txt '*'.txt \\[a] \"{a,b}\" {a,b}")[0]?.words.slice(1);
    expect(words?.map(({ pattern }) => pattern)).toEqual(["*.txt", "\\*.txt", "\\[a]", "\\{a\\,b\\}", "{a,b}"]);
  });

  it("gives ! the rest of the line as it is", () => {
    expect(parseLine("pwd; !ls -l | wc && echo 'x;y'")[1]).toMatchObject({ rest: "ls -l | wc && echo 'x;y'" });
  });

  it.each([
    ["get 'a", "' is not closed"],
    ['get "a', '" is not closed'],
    ["get a\\", "Nothing follows"],
    ["get a &&", "after &&"],
    ["|| get a", "before ||"],
    ["& get a", "before &"],
    ["dir >", "> needs a file"],
    ["dir |", "| needs a program"],
    ["> x", "no command whose output"],
    ["get < x", "cannot be redirected"],
    ["x".repeat(lineLimit + 1), "characters"],
    ["a ".repeat(wordLimit + 1), "words"],
  ])("refuses %.20j", (line, message) => {
    expect(() => parseLine(line)).toThrow(ShellSyntaxError);
    expect(() => parseLine(line)).toThrow(message);
  });

  it("reads any text back that was quoted", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        fc.pre(!/[\n\r]/.test(text));
        expect(texts(`get '${quoteFor(text, "'")}'`)).toEqual([["get", text]]);
        expect(texts(`get "${quoteFor(text, '"')}"`)).toEqual([["get", text]]);
        fc.pre(text !== "");
        expect(texts(`get ${quoteFor(text, undefined)}`)).toEqual([["get", text]]);
      }),
    );
  });

  it("never throws anything else, and is lenient where it is asked to be", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."ab '\"\\;&|<>#!*".split("")) }), (line) => {
        try {
          parseLine(line);
        } catch (error) {
          expect(error).toBeInstanceOf(ShellSyntaxError);
        }
        if (!line.includes("<")) parseLine(line, true);
      }),
    );
  });
});
