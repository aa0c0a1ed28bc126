/** Map files of tftpd-hpa, as rules. */
import { compileRules } from "@twinport/core/tftp";
import { describe, expect, it } from "vitest";
import { UsageError } from "../src/exit-codes.ts";
import { patternFromExtended } from "../src/serve/extended-pattern.ts";
import { parseTftpMap } from "../src/serve/tftp-map.ts";

function mapped(map: string, file: string, request: { operation?: "read" | "write"; address?: string } = {}): string {
  const rewrite = compileRules(parseTftpMap(map, "map"));
  return rewrite({ operation: "read", address: "192.0.2.169", ...request, file }) ?? file;
}

describe("a map file", () => {
  const map = [
    "# What Windows' loader and old ROMs ask for",
    "",
    "rg\t\\\\\t/            # backslashes",
    "ri ^/?(boot|tftpboot)/ files/",
    "r  ^[^/]+$  plain/\\0\r",
    "a  \\.key$",
  ].join("\n");

  it("has comments, blank lines and three fields", () => {
    expect(mapped(map, "\\Boot\\x64\\BCD")).toBe("files/x64/BCD");
    expect(mapped(map, "/TFTPBOOT/f")).toBe("files/f");
    expect(mapped(map, "f")).toBe("plain/f");
    expect(() => mapped(map, "x/f.key")).toThrow("Access violation");
  });

  it("ends the rules with e, begins them anew with s, and turns round with ~", () => {
    const rules = "e ^pub/\nrs ^alias/ pub/\n~a ^dir/\nr ^ x";
    expect(mapped(rules, "pub/f")).toBe("pub/f");
    expect(mapped(rules, "alias/f")).toBe("pub/f");
    expect(mapped(rules, "dir/f")).toBe("xdir/f");
    expect(() => mapped(rules, "other")).toThrow("Access violation");
  });

  it("means octets that are no UTF-8 by themselves", () => {
    expect(mapped("r ^caf\udce9 caf\udce8", "caf\udce9.bin")).toBe("caf\udce8.bin");
    expect(mapped("r ^caf. x", "caf\udce9.bin")).toBe("x.bin");
    expect(mapped("r ^café x", "caf\udce9.bin")).toBe("caf\udce9.bin");
  });

  it("is for reads, writes and families where it says so", () => {
    const rules = "rG ^ r\nrP ^ w\nr4 ^ 4\nr6 ^ 6";
    expect(mapped(rules, "f")).toBe("4rf");
    expect(mapped(rules, "f", { operation: "write", address: "2001:db8::1" })).toBe("6wf");
  });

  it("puts the peer's address, groups and letters of either case into names", () => {
    expect(mapped("r ^(.*)-(.*)$ \\i/\\x/\\2\\U\\1\\L\\2\\E.Img", "aB-cD")).toBe("192.0.2.169/C00002A9/cDABcd.Img");
    expect(mapped("r a $\\\\\\#\\ b", "a")).toBe("$\\# b");
    expect(mapped("r ^/", "/f")).toBe("f");
    expect(mapped("r a\\ b\\#c x", "a b#c")).toBe("x");
  });

  it("takes the longest match, as egrep does", () => {
    expect(mapped("r ^(a|ab|abc) x", "abcd")).toBe("xd");
  });

  it.each([
    ["q a b", "map:1: the operation q is not supported"],
    ["# fine\nr", "map:2: a regular expression must follow"],
    ["i a", "map:1: the rule does nothing"],
    ["ga a", "g is of no use without r"],
    ["e a b", "a replacement is of no use without r"],
    ["~r a b", "~ and r exclude each other"],
    ["rGP a b", "G and P exclude each other"],
    ["rse a b", "e and s exclude each other"],
    ["r a b c", "more than three fields"],
    ["r (a b", "a ) is missing"],
    ["r a \\1", "the pattern no such group"],
    ["r a \\q", "\\q means nothing in a replacement"],
    ["r (a)\\1 b", "\\1: back references are not supported"],
    ["r \\<a b", "\\< is not supported"],
    ["r a*? b", "? follows another quantifier"],
    ["r [[:word:]] b", "in brackets is not supported"],
    ["r [a b", "a ] is missing"],
    ["r a{x b", "{ stands without numbers"],
  ])("%j is refused with its line", (text, reason) => {
    expect(() => parseTftpMap(text, "map")).toThrow(UsageError);
    expect(() => parseTftpMap(text, "map")).toThrow(reason);
  });

  it("has 1,000 rules at most", () => {
    expect(() => parseTftpMap("r a b\n".repeat(1_001), "map")).toThrow("map:1001: there are more than 1000 rules");
  });
});

describe("an extended regular expression", () => {
  it("becomes a pattern: brackets and escapes mean what they mean to egrep", () => {
    expect(patternFromExtended("[\\/]")).toBe("[\\\\/]");
    expect(patternFromExtended("[]a^-]")).toBe("[\\]a\\^-]");
    expect(patternFromExtended("[^]]")).toBe("[^\\]]");
    expect(patternFromExtended("[[:digit:][:upper:]_]")).toBe("[0-9A-Z_]");
    expect(patternFromExtended("a]b}c")).toBe("a\\]b\\}c");
    expect(patternFromExtended("\\d\\.\\w\\/")).toBe("d\\.\\w\\/");
    expect(patternFromExtended("(a|b){2,}c+")).toBe("(a|b){2,}c+");
  });
});
