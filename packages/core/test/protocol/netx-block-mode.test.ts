import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  BlockDecoder,
  DataFormatError,
  NetxBlockDecoder,
  NetxBlockEncoder,
  OctetWriter,
  type DataElements,
} from "../../src/protocol/index.ts";
import { decode, digits, encode, hex } from "./recorded-elements.ts";
import { cutsOf, splits } from "./splits.ts";

const decoder = (next: DataElements): NetxBlockDecoder => new NetxBlockDecoder(next);

/** What a NetX Duo sender makes of a file. */
function sent(file: Uint8Array): Uint8Array {
  const header = Uint8Array.of(0, (file.length >> 8) & 0xff, file.length & 0xff);
  return Buffer.concat([...(file.length > 0 ? [header] : []), file, hex("40 0000")]);
}

describe("block mode of NetX Duo, read", () => {
  it.each([
    ["a file", "00 0003 616263 40 0000", ["616263", "EOF"]],
    ["a file of one octet", "00 0001 61 40 0000", ["61", "EOF"]],
    ["a file that ends like the end", "00 0004 61400000 40 0000", ["61400000", "EOF"]],
    ["a file that is the end", "00 0003 400000 40 0000", ["400000", "EOF"]],
  ])("%s, whose end the close confirms, split anywhere", (_, wire, elements) => {
    const octets = hex(wire);
    for (let cut = 0; cut <= octets.length; cut++) {
      const chunks = [octets.subarray(0, cut), octets.subarray(cut)];
      expect(decode(decoder, chunks, "open")).toEqual({
        elements: elements.slice(0, -1),
        read: octets.length,
        end: "perhaps",
      });
      expect(decode(decoder, chunks)).toEqual({ elements, read: octets.length, end: "yes" });
    }
  });

  it.each([65_535, 65_536, 65_537, 131_071, 131_072, 200_000])("a file of %d octets", (size) => {
    const file = Uint8Array.from({ length: size }, (_, index) => index % 251);
    const wire = sent(file);
    for (const chunks of splits(wire, [1, 2, 3, 4, 65_538, size + 2, size + 4]).filter((_, index) => index !== 1)) {
      const decoded = decode(decoder, chunks);
      expect(decoded.elements.map((element) => element.length)).toEqual([2 * size, 3]);
      expect(decoded.elements[0] === digits(file)).toBe(true);
      expect(decoded.end).toBe("yes");
    }
  });

  it("is not ended by an end within the file, though the count fits there", () => {
    const file = new Uint8Array(65_541).fill(0x61);
    file.set(hex("61 61 61 61 61 40 00 00"));
    const wire = sent(file);
    expect(decode(decoder, [wire.subarray(0, 11)], "open").end).toBe("perhaps");
    const decoded = decode(decoder, [wire.subarray(0, 11), wire.subarray(11)]);
    expect(decoded.elements[0] === digits(file)).toBe(true);
  });

  it("nothing: as the server sends it, and as the client does", () => {
    expect(decode(decoder, [hex("40 0000")], "open")).toEqual({ elements: ["EOF"], read: 3, end: "yes" });
    expect(decode(decoder, [])).toEqual({ elements: ["EOF"], read: 0, end: "yes" });
  });

  it("brings any file back, however it is split", () => {
    const fileOf = fc
      .array(fc.constantFrom(0, 0x40, 0x61), { minLength: 1, maxLength: 60 })
      .map((list) => Uint8Array.from(list));
    fc.assert(
      fc.property(fileOf, cutsOf, (file, cuts) => {
        const wire = sent(file);
        for (const chunks of splits(wire, cuts)) {
          expect(decode(decoder, chunks)).toEqual({ elements: [digits(file), "EOF"], read: wire.length, end: "yes" });
        }
      }),
    );
  });

  it("is RFC 959's where it begins as NetX Duo never does", () => {
    expect(decode(decoder, [hex("80 0001 61 40 0001 62 63")])).toEqual({
      elements: ["61", "EOR", "62", "EOF"],
      read: 8,
      end: "yes",
    });
    expect(() => decode(decoder, [hex("80 0001 61")])).toThrow(expect.objectContaining({ kind: "truncated" }));
    expect(() => decode(decoder, [hex("01 0001 61")])).toThrow(expect.objectContaining({ kind: "malformed" }));
  });

  it.each([
    "00",
    "00 0003",
    "00 0003 616263",
    "00 0003 616263 40",
    "00 0003 616263 40 00",
    "00 0003 61 40 0000",
    "00 0003 61626364 40 0000",
    "00 0001 61 00 0001 62 40 0000",
  ])("that is closed after <%s> is truncated", (wire) => {
    for (const chunks of splits(hex(wire), [])) {
      expect(() => decode(decoder, chunks)).toThrow(expect.objectContaining({ kind: "truncated" }));
    }
  });
});

describe("block mode for NetX Duo, written", () => {
  const encoder =
    (size: number) =>
    (out: OctetWriter): NetxBlockEncoder =>
      new NetxBlockEncoder(out, size);

  it("is one block, however the file comes in", () => {
    expect(encode(encoder(3), ["61", "6263", "EOF"])).toBe(digits(hex("00 0003 616263 40 0000")));
    expect(encode(encoder(0), ["EOF"])).toBe(digits(hex("40 0000")));
    const file = digits(new Uint8Array(65_535).fill(0x61));
    const wire = encode(encoder(65_535), [file.slice(0, 1000), file.slice(1000), "EOF"], "after each");
    expect(wire === `00ffff${file}400000`).toBe(true);
  });

  it("is RFC 959's block mode", () => {
    const wire = hex(encode(encoder(3), ["61", "6263", "EOF"]));
    expect(decode((next) => new BlockDecoder(next), [wire]).elements).toEqual(["616263", "EOF"]);
  });

  it("refuses files of which the peer would keep a part", () => {
    expect(() => new NetxBlockEncoder(new OctetWriter(), 65_536)).toThrow(DataFormatError);
  });

  it("refuses a file that is not as long as was said", () => {
    expect(() => encode(encoder(1), ["61", "62"])).toThrow(expect.objectContaining({ kind: "not-representable" }));
    expect(() => encode(encoder(2), ["61", "EOF"])).toThrow(expect.objectContaining({ kind: "not-representable" }));
  });

  it("has no records and no markers", () => {
    expect(() => encode(encoder(1), ["EOR"])).toThrow(RangeError);
    expect(() => encode(encoder(1), ["marker m"])).toThrow(RangeError);
  });
});
