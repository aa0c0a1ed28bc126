import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  allocationArgument,
  ArgumentError,
  byteOffsetArgument,
  extendedAddressArgument,
  extendedPassiveArgument,
  hostPortArgument,
  isIPv4,
  isIPv6,
  listArgument,
  modeCodeArgument,
  normaliseAddress,
  optionsArgument,
  siteChmodArgument,
  siteUmaskArgument,
  siteUtimeArgument,
  structureCodeArgument,
  timeAndPathArgument,
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
    roundTrips(siteChmodArgument, fc.record({ mode: fc.integer({ min: 0, max: 0o7777 }), path }));
    roundTrips(siteUmaskArgument, fc.option(fc.integer({ min: 0, max: 0o777 }), { nil: undefined }));
    roundTrips(structureCodeArgument, fc.constantFrom("F", "R", "P"));
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
    expect(source).toMatch(/^(?:RFC \d+(?: §\d+(?:\.\d+)*)?|draft-[a-z-]+ §\d+|no RFC)$/);
    expect(summary).not.toBe("");
    for (const code of [500, 421]) expect(replies).toContain(code);
  });
});
