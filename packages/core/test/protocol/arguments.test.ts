import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  allocationArgument,
  ArgumentError,
  byteOffsetArgument,
  byteRangeArgument,
  extendedAddressArgument,
  extendedPassiveArgument,
  factsAndPathArgument,
  formatLongPassiveAnswer,
  formatTimeValue,
  hostPortArgument,
  languageTagArgument,
  isIPv4,
  isIPv6,
  listArgument,
  longAddressArgument,
  modeCodeArgument,
  modifiedTimeArgument,
  normaliseAddress,
  optionsArgument,
  parseLongPassiveAnswer,
  pathAndRangeArgument,
  pathListArgument,
  plannedTransferArgument,
  secondsArgument,
  siteChmodArgument,
  siteUmaskArgument,
  siteUtimeArgument,
  structureCodeArgument,
  timeAndPathArgument,
  twoPathsArgument,
  typeArgument,
  verbNames,
  verbs,
  type ArgumentCodec,
} from "../../src/protocol/index.ts";

const octet = fc.integer({ min: 0, max: 255 });
const port = fc.integer({ min: 0, max: 65_535 });
const ipv4 = fc.tuple(octet, octet, octet, octet).map((parts) => parts.join("."));
const ipv6 = fc
  .ipV6()
  .map(normaliseAddress)
  .filter((address) => address.includes(":"));
const path = fc.string({ minLength: 1, unit: "binary" }).filter((text) => !/[\0\r\n]/.test(text));
const time = fc.integer({ min: Date.UTC(1000, 0, 1), max: Date.UTC(9999, 11, 31) });
const second = time.map((ms) => Math.floor(ms / 1000) * 1000);

function roundTrips<T>(codec: ArgumentCodec<T>, values: fc.Arbitrary<T>): void {
  fc.assert(
    fc.property(values, (value) => {
      expect(codec.parse(codec.format(value))).toEqual(value);
    }),
  );
}

describe("argument codecs", () => {
  it("read back what they write", () => {
    roundTrips(hostPortArgument, fc.record({ family: fc.constant(4 as const), address: ipv4, port }));
    roundTrips(extendedAddressArgument, fc.record({ family: fc.constant(4 as const), address: ipv4, port }));
    roundTrips(extendedAddressArgument, fc.record({ family: fc.constant(6 as const), address: ipv6, port }));
    roundTrips(
      extendedPassiveArgument,
      fc.constantFrom(undefined, { all: true as const }, { family: 1 as const }, { family: 2 as const }),
    );
    roundTrips(byteOffsetArgument, fc.maxSafeNat());
    roundTrips(
      allocationArgument,
      fc.record({ size: fc.maxSafeNat(), recordSize: fc.maxSafeNat() }, { requiredKeys: ["size"] }),
    );
    roundTrips(timeAndPathArgument, fc.record({ time, path }));
    roundTrips(longAddressArgument, fc.record({ family: fc.constant(4 as const), address: ipv4, port }));
    roundTrips(longAddressArgument, fc.record({ family: fc.constant(6 as const), address: ipv6, port }));
    roundTrips(pathListArgument(2), fc.array(path, { minLength: 2, maxLength: 20 }));
    roundTrips(twoPathsArgument, fc.record({ from: path, to: path }));
    const range = fc.tuple(fc.nat(), fc.integer({ min: 1 })).map(([start, length]) => ({ start, end: start + length }));
    roundTrips(byteRangeArgument, fc.option(range, { nil: undefined }));
    roundTrips(
      pathAndRangeArgument,
      fc.tuple(path, fc.oneof(fc.constant({}), fc.record({ start: fc.nat() }), range)).map(([name, part]) => ({
        path: name,
        ...part,
      })),
    );
    roundTrips(
      factsAndPathArgument,
      fc.record({
        facts: fc
          .record({ modified: time, created: time, mode: fc.integer({ min: 0, max: 0o7777 }) }, { requiredKeys: [] })
          .filter((facts) => Object.keys(facts).length > 0),
        path,
      }),
    );
    roundTrips(secondsArgument, fc.option(fc.integer({ min: 1, max: 999_999_999 }), { nil: undefined }));
    roundTrips(
      plannedTransferArgument,
      fc.record({ verb: fc.constantFrom("RETR", "STOR", "MLSD"), argument: fc.option(path, { nil: undefined }) }),
    );
    roundTrips(
      modifiedTimeArgument,
      fc
        .record({ time, path })
        .map((setting) => ({ path: `${formatTimeValue(setting.time)} ${setting.path}`, setting })),
    );
    roundTrips(siteChmodArgument, fc.record({ mode: fc.integer({ min: 0, max: 0o7777 }), path }));
    roundTrips(siteUmaskArgument, fc.option(fc.integer({ min: 0, max: 0o777 }), { nil: undefined }));
    roundTrips(structureCodeArgument, fc.constantFrom("F", "R", "P"));
    roundTrips(languageTagArgument, fc.constantFrom(undefined, "en", "sv-se", "zh-hant-tw", "es-419"));
    roundTrips(modeCodeArgument, fc.constantFrom("S", "B", "C", "Z"));
    roundTrips(
      optionsArgument,
      fc.record({ name: fc.constant("MLST"), value: fc.constantFrom(undefined, "size;type;") }),
    );
    roundTrips(
      typeArgument,
      fc.constantFrom(
        { type: "A", format: "N" } as const,
        { type: "E", format: "C" } as const,
        { type: "I" } as const,
        { type: "L", byteSize: 36 } as const,
      ),
    );
    const names = path.filter((name) => !name.startsWith(" "));
    roundTrips(siteUtimeArgument, fc.record({ path: names, modified: second }));
    roundTrips(
      siteUtimeArgument,
      fc.record({ path: names.filter((name) => !/^\d/.test(name)), modified: second, accessed: second }),
    );
  });

  it("refuse what is malformed with an ArgumentError, whatever it is", () => {
    fc.assert(
      fc.property(fc.constantFrom(...verbNames), fc.string({ unit: "binary" }), (verb, text) => {
        try {
          verbs[verb].argument.parse(text);
        } catch (error) {
          expect(error).toBeInstanceOf(ArgumentError);
        }
      }),
      { numRuns: 500 },
    );
  });

  it.each(["", "1,2,3,4,5", "1,2,3,4,5,6,7", "256,0,0,1,4,1", "a,b,c,d,e,f", "1,2,3,4,-5,6", "1,,3,4,5,6"])(
    "refuse PORT %s",
    (text) => {
      expect(() => hostPortArgument.parse(text)).toThrow(ArgumentError);
    },
  );

  it("take PORT with zero-padded fields", () => {
    expect(hostPortArgument.parse("127,000,000,001,010,001")).toEqual({ family: 4, address: "127.0.0.1", port: 2561 });
  });

  it.each([
    "",
    "|1|127.0.0.1|6275",
    "|1|127.0.0.1|65536|",
    "|1|::1|6275|",
    "|2|127.0.0.1|6275|",
    "1|1|127.0.0.1|6275|",
    " ",
  ])("refuse EPRT %s", (text) => {
    expect(() => extendedAddressArgument.parse(text)).toThrow(ArgumentError);
  });

  it("take EPRT with any delimiter, and a mapped address as what it is", () => {
    expect(extendedAddressArgument.parse("!2!2001:DB8:0::1!99!")).toEqual({
      family: 6,
      address: "2001:db8::1",
      port: 99,
    });
    expect(extendedAddressArgument.parse("|2|::ffff:192.0.2.1|99|")).toEqual({
      family: 4,
      address: "192.0.2.1",
      port: 99,
    });
  });

  it.each([
    ["", "syntax"],
    ["4,4,127,0,0,1,2,4", "syntax"],
    ["4,4,127,0,0,1,2,4,1,9", "syntax"],
    ["4,16,127,0,0,1,2,4,1", "syntax"],
    ["4,4,127,0,0,256,2,4,1", "syntax"],
    ["6,4,127,0,0,1,2,4,1", "syntax"],
    ["16,4,127,0,0,1,2,4,1", "unsupported-family"],
  ])("refuse LPRT %s", (text, kind) => {
    expect(() => longAddressArgument.parse(text)).toThrow(expect.objectContaining({ kind }));
  });

  it("take LPRT with an IPv4 address inside an IPv6 one as what it is, and read back 228", () => {
    const mapped = "6,16,0,0,0,0,0,0,0,0,0,0,255,255,192,0,2,1,2,4,1";
    expect(longAddressArgument.parse(mapped)).toEqual({ family: 4, address: "192.0.2.1", port: 1025 });
    const address = { family: 6, address: "2001:db8::1", port: 6275 } as const;
    expect(parseLongPassiveAnswer(formatLongPassiveAnswer(address))).toEqual(address);
    expect(parseLongPassiveAnswer("Entering Long Passive Mode (9,4,1,2,3,4,2,0,1)")).toBeUndefined();
    expect(parseLongPassiveAnswer("nothing")).toBeUndefined();
  });

  it("take names with and without quotes, and refuse quotes that do not end", () => {
    const list = pathListArgument(2);
    expect(list.parse('a "b c"  "say ""hi"""')).toEqual(["a", "b c", 'say "hi"']);
    for (const wrong of ["", "a", '"a" "b', '"a"b', '"" a'])
      expect(() => list.parse(wrong), wrong).toThrow(ArgumentError);
    expect(() => twoPathsArgument.parse("a b c")).toThrow(ArgumentError);
  });

  it("keep the whole text of XCRC where a name may end in numbers", () => {
    expect(pathAndRangeArgument.parse("a b 0 10")).toEqual({ path: "a b", start: 0, end: 10, literal: "a b 0 10" });
    expect(pathAndRangeArgument.parse('"a b" 5')).toEqual({ path: "a b", start: 5 });
    expect(() => pathAndRangeArgument.parse('"a b" 5 4')).toThrow(ArgumentError);
  });

  it("tell MDTM's setting form from its asking one", () => {
    expect(modifiedTimeArgument.parse("20200102030405 a b")).toEqual({
      path: "20200102030405 a b",
      setting: { time: Date.UTC(2020, 0, 2, 3, 4, 5), path: "a b" },
    });
    for (const name of ["20209902030405 a", "20200102030405", "2020 a"]) {
      expect(modifiedTimeArgument.parse(name)).toEqual({ path: name });
    }
  });

  it("tell facts of MFF that cannot be set from those that are badly written", () => {
    const kindOf = (text: string): unknown => {
      try {
        return factsAndPathArgument.parse(text);
      } catch (error) {
        return error instanceof ArgumentError ? error.kind : error;
      }
    };
    expect(kindOf("modify=20200102030405;unix.MODE=644; a")).toMatchObject({ facts: { mode: 0o644 }, path: "a" });
    expect(kindOf("Size=5; a")).toBe("not-implemented-for-parameter");
    for (const wrong of ["", "a", "Modify=; a", "Modify=20200230000000; a", "UNIX.mode=9; a", "Modify=20200102030405;"])
      expect(kindOf(wrong), wrong).toBe("syntax");
  });

  it("take every line's end of Unicode in a name, which no system minds", () => {
    for (const name of ["a\u2028b", "\u2029", "a\u0085 b"]) {
      expect(timeAndPathArgument.parse(`20200102030405 ${name}`).path).toBe(name);
      expect(modifiedTimeArgument.parse(`20200102030405 ${name}`).setting?.path).toBe(name);
      expect(factsAndPathArgument.parse(`UNIX.mode=644; ${name}`).path).toBe(name);
      expect(siteChmodArgument.parse(`644 ${name}`).path).toBe(name);
      expect(siteUtimeArgument.parse(`202001020304 ${name}`).path).toBe(name);
      const utc = `${name} 20200102030405 20200102030405 20200102030405 UTC`;
      expect(siteUtimeArgument.parse(utc).path).toBe(name);
      expect(pathAndRangeArgument.parse(`${name} 5 9`)).toMatchObject({ path: name, start: 5, end: 9 });
      expect(plannedTransferArgument.parse(`RETR ${name}`).argument).toBe(name);
    }
    expect(() => siteChmodArgument.parse("644 a\nb")).toThrow(ArgumentError);
  });

  it("read OPTS in time, whatever blanks it has", () => {
    expect(optionsArgument.parse("  mlst   Type; Size;  ")).toEqual({ name: "MLST", value: "Type; Size;" });
    expect(optionsArgument.parse("utf8 ")).toEqual({ name: "UTF8", value: undefined });
    expect(() => optionsArgument.parse("   ")).toThrow(ArgumentError);
    // A line's end of Unicode, which an expression's dot does not pass.
    const long = `A${" ".repeat(4000)}\u2028b`;
    expect(optionsArgument.parse(long)).toEqual({ name: "A", value: "\u2028b" });
  });

  it("tell switches of LIST from names", () => {
    expect(listArgument.parse("-la")).toEqual({ switches: "la", path: undefined, literal: "-la" });
    expect(listArgument.parse("-a -R a  b")).toEqual({ switches: "aR", path: "a  b", literal: "-a -R a  b" });
    expect(listArgument.parse("-- -la")).toEqual({ switches: "", path: "-la", literal: "-- -la" });
    expect(listArgument.parse("a -la")).toMatchObject({ switches: "", path: "a -la" });
    expect(listArgument.parse(" ")).toEqual({ switches: "", path: undefined, literal: undefined });
  });
});

describe("IP addresses", () => {
  it("have one spelling each", () => {
    const spellings = ["::ffff:1.2.3.4", "::FFFF:0102:0304", "0:0:0:0:0:ffff:1.2.3.4"];
    expect(new Set(spellings.map(normaliseAddress))).toEqual(new Set(["1.2.3.4"]));
    expect(normaliseAddress("FE80:0:0:0:0:0:0:1%eth0")).toBe("fe80::1");
    expect(normaliseAddress("2001:db8:0:0:1:0:0:0")).toBe("2001:db8:0:0:1::");
  });

  it("are told from what is none", () => {
    for (const wrong of ["", ":", ":::", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "g::", "::1.2.3.256", "::1%"])
      expect(isIPv6(wrong), wrong).toBe(false);
    for (const wrong of ["", "1.2.3", "1.2.3.256", "1.2.3.4.5", "a.b.c.d"]) expect(isIPv4(wrong), wrong).toBe(false);
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        expect(isIPv6(address)).toBe(true);
      }),
    );
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        expect(normaliseAddress(normaliseAddress(address))).toBe(normaliseAddress(address));
      }),
    );
  });
});

describe("the verb catalogue", () => {
  it.each(verbNames)("has a source, a summary and replies for %s", (verb) => {
    const { source, summary, replies } = verbs[verb];
    expect(source).toMatch(/^(?:RFC \d+(?: §\d+(?:\.\d+)*)?|draft-[a-z-]+(?: §\d+)?|in use, without an RFC)$/);
    expect(summary).not.toBe("");
    for (const code of [500, 421]) expect(replies).toContain(code);
  });
});
