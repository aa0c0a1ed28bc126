import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  DataFormatError,
  EbcdicDecoder,
  EbcdicEncoder,
  LocalByteDecoder,
  LocalByteEncoder,
  type Station,
} from "../../src/protocol/index.ts";
import { hex } from "./recorded-elements.ts";
import { cutsOf, splits } from "./splits.ts";

const through = (station: Station, chunks: readonly Uint8Array[]): Uint8Array =>
  Uint8Array.from(Buffer.concat([...chunks.map((chunk) => station.push(chunk)), station.finish()]));
const latin1 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "latin1"));
const kindOf = (kind: string): unknown => expect.objectContaining({ name: "DataFormatError", kind });

describe("TYPE E", () => {
  it.each([
    [37, "Hi, [a]!\n", "c8 89 6b 40 ba 81 bb 5a 15"],
    [1047, "Hi, [a]!\n", "c8 89 6b 40 ad 81 bd 5a 15"],
    [500, "Hi, [a]!\n", "c8 89 6b 40 4a 81 5a 4f 15"],
    [37, "^|¬¢Ý¨", "b0 4f 5f 4a ad bd"],
    [1047, "^|¬¢Ý¨", "5f 4f b0 4a ba bb"],
    [500, "^|¬¢Ý¨", "5f bb ba b0 ad bd"],
    [1047, "{}\\~`@#$\"'", "c0 d0 e0 a1 79 7c 7b 5b 7f 7d"],
    [37, "09AIJRSZaijrszÅé", "f0 f9 c1 c9 d1 d9 e2 e9 81 89 91 99 a2 a9 67 51"],
  ] as const)("in code page %i has %j as %s", (codePage, text, wire) => {
    expect(through(new EbcdicEncoder(codePage), [latin1(text)])).toEqual(hex(wire));
    expect(through(new EbcdicDecoder(codePage), [hex(wire)])).toEqual(latin1(text));
  });

  it.each([37, 1047, 500] as const)("in code page %i ends lines in NL, and keeps other controls", (codePage) => {
    const stored = hex("0a 85 0d 0a 00 09 7f 9f ff");
    const wire = hex("15 25 0d 15 00 05 07 ff df");
    expect(through(new EbcdicEncoder(codePage), [stored])).toEqual(wire);
    expect(through(new EbcdicDecoder(codePage), [wire])).toEqual(stored);
  });

  it.each([37, 1047, 500] as const)("in code page %i brings every octet back", (codePage) => {
    const all = Uint8Array.from({ length: 256 }, (_, octet) => octet);
    const wire = through(new EbcdicEncoder(codePage), [all]);
    expect(new Set(wire).size).toBe(256);
    expect(through(new EbcdicDecoder(codePage), [wire])).toEqual(all);
  });

  it("leaves the caller's memory as it is", () => {
    const chunk = latin1("abc");
    new EbcdicEncoder(37).push(chunk);
    expect(chunk).toEqual(latin1("abc"));
  });
});

describe("TYPE L", () => {
  it.each([
    [1, "01 00 01 01 00 00 00 01", "b1"],
    [5, "1f 00 15", "f8 2a"],
    [7, "7f 00 7f 00 7f 00 7f 00", "fe 03 f8 0f e0 3f 80"],
    [12, "0a bc 0d ef", "ab cd ef"],
    [12, "0a bc", "ab c0"],
    [9, "01 ff 00 00 01 01", "ff 80 20 20"],
    [36, "01 23 45 67 89 0f ff ff ff fe", "12 34 56 78 9f ff ff ff fe"],
    [36, "01 23 45 67 89", "12 34 56 78 90"],
    [255, `7f${"ff".repeat(31)}`, `${"ff".repeat(31)} fe`],
    [255, `40${"00".repeat(30)}01`, `80${"00".repeat(30)} 02`],
  ])("%i has %s as %s", (byteSize, store, wire) => {
    expect(through(new LocalByteEncoder(byteSize), [hex(store)])).toEqual(hex(wire));
    expect(through(new LocalByteDecoder(byteSize), [hex(wire)])).toEqual(hex(store));
  });

  it.each([8, 16, 64, 248])("%i passes octets as they are, however many", (byteSize) => {
    for (const station of [new LocalByteEncoder(byteSize), new LocalByteDecoder(byteSize)]) {
      expect(through(station, [hex("01 02 03")])).toEqual(hex("01 02 03"));
    }
  });

  it("brings files back however they are split, with zeros at the end below eight bits only", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 255 }),
        fc.uint8Array({ maxLength: 400 }),
        cutsOf,
        (byteSize, octets, cuts) => {
          const unit = Math.ceil(byteSize / 8);
          const mask = byteSize % 8 === 0 ? 255 : (1 << (byteSize % 8)) - 1;
          const file = octets
            .subarray(0, octets.length - (octets.length % unit))
            .map((octet, at) => (at % unit === 0 ? octet & mask : octet));
          const [whole = file, ...others] = splits(file, cuts).map((c) => through(new LocalByteEncoder(byteSize), c));
          expect(whole.length).toBe(Math.ceil(((file.length / unit) * byteSize) / 8));
          for (const other of others) expect(other).toEqual(whole);
          for (const chunks of splits(whole, cuts)) {
            const back = through(new LocalByteDecoder(byteSize), chunks);
            expect(back.subarray(0, file.length)).toEqual(file);
            expect(back.length - file.length).toBeLessThanOrEqual(Math.floor(7 / byteSize));
            expect(back.subarray(file.length).every((octet) => octet === 0)).toBe(true);
          }
        },
      ),
    );
  });

  it("3 cannot tell padding from a byte of zero", () => {
    expect(through(new LocalByteEncoder(3), [hex("05")])).toEqual(hex("a0"));
    expect(through(new LocalByteDecoder(3), [hex("a0")])).toEqual(hex("05 00"));
  });

  it("refuses to send units that are too large, and files that end within one", () => {
    expect(() => new LocalByteEncoder(12).push(hex("10 00"))).toThrow(kindOf("not-representable"));
    expect(() => new LocalByteEncoder(5).push(hex("1f 20"))).toThrow(kindOf("not-representable"));
    const encoder = new LocalByteEncoder(36);
    encoder.push(hex("01 23 45 67"));
    expect(() => encoder.finish()).toThrow(DataFormatError);
  });

  it("refuses padding that is not zero, within an octet and beyond", () => {
    expect(() => through(new LocalByteDecoder(12), [hex("ab c1")])).toThrow(kindOf("malformed"));
    expect(() => through(new LocalByteDecoder(36), [hex("12 34 56 78 90 00 10")])).toThrow(kindOf("malformed"));
    expect(() => through(new LocalByteDecoder(36), [hex("12 34 56 78 90 00")])).toThrow(kindOf("truncated"));
    expect(through(new LocalByteDecoder(36), [hex("12 34 56 78 90")])).toEqual(hex("01 23 45 67 89"));
  });

  it("begins anew after its end, for the next record", () => {
    const encoder = new LocalByteEncoder(12);
    const decoder = new LocalByteDecoder(12);
    for (const [store, wire] of [
      ["0a bc", "ab c0"],
      ["0d ef", "de f0"],
    ] as const) {
      expect(through(encoder, [hex(store)])).toEqual(hex(wire));
      expect(through(decoder, [hex(wire)])).toEqual(hex(store));
    }
  });

  it("has a byte size from 1 to 255", () => {
    for (const byteSize of [0, 256, 1.5, -1]) {
      expect(() => new LocalByteEncoder(byteSize)).toThrow(RangeError);
      expect(() => new LocalByteDecoder(byteSize)).toThrow(RangeError);
    }
  });
});
