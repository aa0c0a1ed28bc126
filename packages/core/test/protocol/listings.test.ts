import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  compileGlob,
  defaultMlsxFacts,
  formatExtendedPassiveAnswer,
  formatMlstFeature,
  formatMlsxLine,
  formatPassiveAnswer,
  formatQuotedPath,
  formatTimeValue,
  formatUnixLine,
  mlsxFacts,
  parseDosLine,
  parseExtendedPassiveAnswer,
  parseFeatures,
  parseListing,
  parseMlstOptions,
  parseMlsxLine,
  parsePassiveAnswer,
  parseQuotedPath,
  parseTimeValue,
  parseUnixLine,
  type ServerEntry,
} from "../../src/protocol/index.ts";

const now = Date.UTC(2026, 10, 21, 12);
const name = fc
  .string({ unit: "grapheme", minLength: 1, maxLength: 20 })
  .filter((value) => !/[\0\r\n/]/.test(value) && value !== "." && value !== "..");
const entry: fc.Arbitrary<ServerEntry> = fc.record({
  name,
  kind: fc.constantFrom("file" as const, "directory" as const),
  size: fc.maxSafeNat(),
  modified: fc.integer({ min: Date.UTC(1971, 0, 1), max: now }),
  mode: fc.integer({ min: 0, max: 0o777 }),
  owner: fc.constant("me"),
  group: fc.constant("us"),
  links: fc.integer({ min: 1, max: 99 }),
});

describe("MLSx lines", () => {
  it("are read back as they were written, blanks of names included", () => {
    fc.assert(
      fc.property(entry, fc.boolean(), (made, spaceBefore) => {
        const read = parseMlsxLine(formatMlsxLine(made, mlsxFacts, spaceBefore));
        // A line of MLSD whose name begins with a blank is told from one of MLST by its facts.
        expect(read).toMatchObject({
          name: made.name,
          kind: made.kind,
          modified: made.modified,
          mode: made.mode,
          owner: "me",
          group: "us",
        });
        expect(read?.size).toBe(made.kind === "file" ? made.size : undefined);
      }),
    );
  });

  it("keep unknown facts, forgive a missing semicolon, and know links", () => {
    expect(parseMlsxLine("type=file;X.odd=1;size=7 a b")).toMatchObject({ name: "a b", size: 7 });
    expect(parseMlsxLine("type=OS.unix=slink:/x;size=7; l")).toMatchObject({ kind: "symlink", target: "/x" });
    const link = { name: "l k", kind: "symlink", size: 0, modified: 0, target: "/a b; c" } as const;
    for (const target of ["/a b", "/a\u2028b", "/a;b", "/a; b"]) {
      const line = formatMlsxLine({ ...link, target }, ["Type", "Modify"], false);
      expect(line).toBe("Type=OS.unix=symlink;Modify=19700101000000; l k");
    }
    expect(parseMlsxLine("Modify=19700101000000;Type=OS.unix=slink:/a b;Size=1; l; k")).toMatchObject({
      ...{ name: "l; k", kind: "symlink", target: "/a b", size: 1 },
    });
    expect(parseMlsxLine("Type=OS.unix=slink:/a; b; c")).toMatchObject({ name: "b; c", target: "/a" });
    expect(parseMlsxLine("type=OS.unix=slink:/a b")).toMatchObject({ name: "b", target: "/a" });
    expect(parseMlsxLine("nonsense")).toBeUndefined();
    expect(parseMlsxLine("; ")).toBeUndefined();
  });

  it("follow OPTS MLST and FEAT", () => {
    expect(parseMlstOptions("size;TYPE;nonsense;")).toEqual(["Type", "Size"]);
    expect(formatMlstFeature(new Set(defaultMlsxFacts))).toMatch(/^MLST Type\*;Size\*;Modify\*;Create;/);
    expect(formatMlsxLine({ name: "x", kind: "file", size: 1, modified: 0 }, [], false)).toBe(" x");
  });
});

describe("lines of LIST", () => {
  it("are read back as they were written", () => {
    fc.assert(
      fc.property(entry, (made) => {
        const read = parseUnixLine(formatUnixLine(made, now), now);
        expect(read).toMatchObject({
          name: made.name,
          kind: made.kind,
          size: made.size,
          mode: made.mode,
          owner: "me",
          group: "us",
          links: made.links,
        });
        const precision = read?.timePrecision === "day" ? 86_400_000 : 60_000;
        expect(Math.abs((read?.modified ?? 0) - made.modified)).toBeLessThan(precision);
      }),
    );
  });

  it("of links are read back as they were written, arrows in both names included", () => {
    const text = fc.array(fc.constantFrom("a", " -> ", " ", "é", "字", "😀", "->"), { minLength: 1, maxLength: 8 });
    const words = text.map((parts) => parts.join("")).filter((value) => value.trim() !== "");
    fc.assert(
      fc.property(entry, words, words, (made, from, target) => {
        const line = formatUnixLine({ ...made, kind: "symlink", size: 0, name: from, target }, now);
        const read = parseUnixLine(line, now);
        expect([read?.name, read?.target]).toEqual([from, target]);
      }),
    );
    const latin1 = "lrwxrwxrwx 1 me us 6 Jan  1 00:00 a -> b -> é -> ü";
    expect(parseUnixLine(latin1, now)).toMatchObject({ name: "a -> b", target: "é -> ü" });
  });

  it.each([
    ["-rw-r--r--   1 owner    group        1803128 Jul 10 10:18 a  b.zip", { name: "a  b.zip", size: 1803128 }],
    ["-rw-r--r--+  1 owner 1803128 Jul 10  2001 no-group", { name: "no-group", owner: "owner", size: 1803128 }],
    ["drwxr-xr-x. 14 0 0 4096 2020-02-03 04:05 iso", { name: "iso", kind: "directory" }],
    ["lrwxrwxrwx 1 me us 3 Jan  1 00:00 link -> to/here", { name: "link", target: "to/here", kind: "symlink" }],
    ["crw-rw-rw- 1 root root 1, 3 Jan  1 00:00 null", { name: "null", kind: "other" }],
    ["-rw-rw-rw-  1 owner group       5120 NOV 21 11:00 NETX.BIN", { name: "NETX.BIN", size: 5120 }],
    ["-rw-r--r-- 1 me us 5 Jan  1 00:00  leading", { name: " leading" }],
  ])("are understood: %s", (line, expected) => {
    expect(parseUnixLine(line, now)).toMatchObject(expected);
  });

  it("of MS-DOS are understood", () => {
    expect(parseDosLine("01-16-02  11:14AM       <DIR>          epsgroup")).toMatchObject({
      name: "epsgroup",
      kind: "directory",
      modified: Date.UTC(2002, 0, 16, 11, 14),
    });
    expect(parseDosLine("06-05-2023  12:19AM             1973 read me.txt")).toMatchObject({
      name: "read me.txt",
      size: 1973,
      modified: Date.UTC(2023, 5, 5, 0, 19),
    });
  });

  it("are never dropped in silence", () => {
    const listing =
      "total 2\r\n-rw-r--r-- 1 me us 5 Jan  1 00:00 a\r\nwhat is this\r\ndrwxr-xr-x 1 me us 5 Jan  1 00:00 ..\r\n";
    expect(parseListing(listing, { now }).map((read) => [read.name, read.kind])).toEqual([
      ["a", "file"],
      ["what is this", "unknown"],
    ]);
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => void parseListing(text, { now })));
  });
});

describe("patterns", () => {
  /** The obvious matcher, which may take for ever. */
  const naive = (pattern: string, text: string): boolean => {
    if (pattern === "") return text === "";
    const [head = "", ...rest] = pattern;
    if (head === "*") return naive(rest.join(""), text) || (text !== "" && naive(pattern, text.slice(1)));
    return text !== "" && (head === "?" || head === text[0]) && naive(rest.join(""), text.slice(1));
  };

  it("match as the obvious matcher does", () => {
    const letters = fc.array(fc.constantFrom("a", "b"), { maxLength: 8 }).map((list) => list.join(""));
    const pattern = fc.array(fc.constantFrom("a", "b", "*", "?"), { maxLength: 8 }).map((list) => list.join(""));
    fc.assert(
      fc.property(pattern, letters, (made, text) => {
        expect(compileGlob(made)(text)).toBe(naive(made, text));
      }),
      { numRuns: 500 },
    );
  });

  it("take sets, ranges and escapes, and hide what begins with a dot", () => {
    expect(compileGlob("[a-c]?[!x]")("byz")).toBe(true);
    expect(compileGlob("[a-c]?[!x]")("byx")).toBe(false);
    expect(compileGlob("\\*")("*")).toBe(true);
    expect(compileGlob("[")("[")).toBe(true);
    expect(compileGlob("*")(".hidden")).toBe(false);
    expect(compileGlob(".*")(".hidden")).toBe(true);
  });

  it("do not explode", () => {
    expect(compileGlob("a*".repeat(500))("a".repeat(20_000).concat("b"))).toBe(true);
    expect(compileGlob(`${"a*".repeat(500)}c`)("a".repeat(5_000))).toBe(false);
    expect(compileGlob("*".repeat(2_000))("a")).toBe(false);
  });
});

describe("answers", () => {
  it("name passive ports so that everybody finds them", () => {
    fc.assert(
      fc.property(
        fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255)),
        fc.integer({ min: 1, max: 65_535 }),
        (octets, port) => {
          const address = { family: 4 as const, address: octets.join("."), port };
          expect(parsePassiveAnswer(formatPassiveAnswer(address))).toEqual(address);
          expect(parseExtendedPassiveAnswer(formatExtendedPassiveAnswer(port))).toBe(port);
        },
      ),
    );
    expect(parsePassiveAnswer("=127,0,0,1,4,1")).toMatchObject({ port: 1025 });
    expect(parseExtendedPassiveAnswer("Extended mode (!!!99!)")).toBe(99);
    for (const wrong of ["", "(|||0|)", "(|||99999|)", "no"]) expect(parseExtendedPassiveAnswer(wrong)).toBeUndefined();
    expect(parsePassiveAnswer("(1,2,3,4,5)")).toBeUndefined();
  });

  it("quote paths, and tell times and features", () => {
    fc.assert(
      fc.property(fc.string(), (path) => {
        expect(parseQuotedPath(`x ${formatQuotedPath(path)} y`)).toBe(path);
      }),
    );
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(1000, 0, 1), max: Date.UTC(9999, 0, 1) }), (ms) => {
        expect(parseTimeValue(formatTimeValue(ms))).toBe(ms);
      }),
    );
    for (const wrong of ["20200230000000", "20201301000000", "2020", "20200101240000", ""])
      expect(parseTimeValue(wrong)).toBeUndefined();
    expect(parseTimeValue("191000101000000")).toBe(Date.UTC(2000, 0, 1));
    expect(parseFeatures(["Extensions", " SIZE", " REST STREAM", " AUTH TLS", " AUTH SSL", "End"]).get("AUTH")).toBe(
      "TLS;SSL",
    );
  });

  it("are read in time, however hostile their blanks are", () => {
    const blanks = " ".repeat(4_000);
    const features = parseFeatures(["Extensions", ` A${blanks}b${blanks}\u2028c `, "\tMLST\tType*;", " ", "End"]);
    expect([...features]).toEqual([
      ["A", `b${blanks}\u2028c`],
      ["MLST", "Type*;"],
    ]);
    expect(parseExtendedPassiveAnswer(" ".repeat(250_000))).toBeUndefined();
    expect(parseExtendedPassiveAnswer(`${" ".repeat(250_000)}( | | | 99 | )`)).toBe(99);
  });
});
