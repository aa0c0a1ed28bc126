import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CompressedDecoder, CompressedEncoder, OctetWriter, type DataElements } from "../../src/protocol/index.ts";
import { decode, digits, elementsOf, encode, hex, joined, RecordedElements } from "./recorded-elements.ts";
import { cutsOf, splits } from "./splits.ts";

const space = 0x20;
const encoder = (out: OctetWriter): CompressedEncoder => new CompressedEncoder(out, space);
const decoder = (next: DataElements): CompressedDecoder => new CompressedDecoder(next, space);

const octets = (count: number): string => digits(Uint8Array.from({ length: count }, (_, index) => 0x30 + (index % 10)));

describe("compressed mode, written and read", () => {
  it.each([
    ["a literal", ["616263", "EOF"], "0040 03 616263"],
    ["three of a kind", ["61616162", "EOF"], "83 61 0040 01 62"],
    ["two of a kind, which a literal keeps", ["61616262", "EOF"], "0040 04 61616262"],
    ["two fillers", ["612020", "EOF"], "01 61 0040 C2"],
    ["one filler", ["6120", "EOF"], "0040 02 6120"],
    ["zeros where they are not the filler", ["0000", "EOF"], "0040 02 0000"],
    ["63 of a kind", ["61".repeat(63), "EOF"], "0040 BF 61"],
    ["64 of a kind", ["61".repeat(64), "EOF"], "BF 61 0040 01 61"],
    ["130 fillers", ["20".repeat(130), "EOF"], "FF FF 0040 C4"],
    ["127 octets", [octets(127), "EOF"], `0040 7F ${octets(127)}`],
    ["128 octets", [octets(128), "EOF"], `7F ${octets(127)} 0040 01 37`],
    ["a literal that two of a kind overflow", [`${octets(126)}7878`, "EOF"], `7F ${octets(126)}78 0040 01 78`],
    ["a run in between", ["6162636363646465", "EOF"], "02 6162 83 63 0040 03 646465"],
    ["nothing", ["EOF"], "0040"],
    ["records", ["6162", "EOR", "63", "EOR", "EOF"], "0080 02 6162 00C0 01 63"],
    ["a record that ends with a run", ["612020", "EOR", "62", "EOF"], "01 61 0080 C2 0040 01 62"],
    ["equal octets on both sides of a record's end", ["6161", "EOR", "6161", "EOF"], "0080 02 6161 0040 02 6161"],
    ["an empty record alone", ["EOR", "EOF"], "00C0"],
    ["empty records", ["EOR", "EOR", "EOR", "EOF"], "0080 0080 00C0"],
    ["a record after an empty one", ["EOR", "61", "EOR", "EOF"], "0080 00C0 01 61"],
    ["two strings after an empty record", ["EOR", "61616162", "EOF"], "0080 0000 83 61 0040 01 62"],
    ["a literal and a run after one", ["EOR", "62616161", "EOF"], "0080 0000 01 62 0040 83 61"],
    ["an empty record after one", ["61", "EOR", "EOR", "EOF"], "0080 01 61 00C0"],
    ["a marker", ["6161", "marker A1", "61", "EOF"], "02 6161 0010 02 4131 0040 01 61"],
    ["a marker after a run", ["616161", "marker m", "EOF"], "83 61 0010 01 6D 0040"],
    ["a marker first, and of one letter", ["marker aaaa", "EOF"], "0010 04 61616161 0040"],
    ["a marker after an empty record", ["EOR", "marker m", "EOF"], "0080 0010 01 6D 0040"],
    ["a marker after a record", ["61", "EOR", "marker m", "EOR", "EOF"], "0080 01 61 0010 01 6D 00C0"],
    ["a marker and a string after an empty record", ["EOR", "marker m", "61", "EOF"], "0080 0010 01 6D 0040 01 61"],
  ])("%s", (_, elements, wire) => {
    const whole = hex(wire);
    expect(encode(encoder, elements)).toBe(digits(whole));
    expect(encode(encoder, elements, "after each")).toBe(digits(whole));
    for (let cut = 0; cut <= whole.length; cut++) {
      const read = decode(decoder, [whole.subarray(0, cut), whole.subarray(cut)]);
      expect(read).toEqual({ elements, read: whole.length, end: "yes" });
    }
    expect(decode(decoder, splits(whole, [])[1] ?? []).elements).toEqual(elements);
  });

  it("is the same however the file comes in", () => {
    const bytes = fc.array(fc.constantFrom(0, 32, 65), { maxLength: 400 }).map((list) => Uint8Array.from(list));
    fc.assert(
      fc.property(bytes, cutsOf, (file, cuts) => {
        const [whole, ...others] = splits(file, cuts).map((chunks) => encode(encoder, [...chunks.map(digits), "EOF"]));
        for (const other of others) expect(other).toBe(whole);
      }),
    );
  });

  it("brings any elements back, whatever the filler, however they are split", () => {
    fc.assert(
      fc.property(
        elementsOf({ records: true, markers: true }),
        fc.constantFrom(0x00, 0x20, 0x40),
        cutsOf,
        (elements, filler, cuts) => {
          const wire = hex(encode((out) => new CompressedEncoder(out, filler), elements));
          for (const chunks of splits(wire, cuts)) {
            const decoded = decode((next) => new CompressedDecoder(next, filler), chunks);
            expect(decoded).toEqual({ elements: joined(elements), read: wire.length, end: "yes" });
          }
        },
      ),
    );
  });

  it("refuses what is no marker", () => {
    for (const text of ["", "a b", "x".repeat(128)]) {
      expect(() => encoder(new OctetWriter()).marker(text)).toThrow(RangeError);
    }
  });
});

describe("compressed mode, read", () => {
  it.each([
    ["an end of file before the last string", "03 616263 0040 C2", ["6162632020", "EOF"]],
    ["an end of file that stands alone", "03 616263 C1 0040", ["61626320", "EOF"]],
    ["the end of a record that stands alone", "01 61 0080 0040", ["61", "EOR", "EOF"]],
    ["null escapes", "0000 01 61 0000 0000 0040 01 62 ", ["6162", "EOF"]],
    ["suspect data", "0020 01 61 00A0 81 62 0060 01 63", ["6162", "EOR", "63", "EOF"]],
    ["runs of one", "81 61 C1 0040", ["6120", "EOF"]],
    ["a marker sent as a run", "0010 83 61 0040", ["marker aaa", "EOF"]],
    ["a marker that record and file end with", "00D0 01 6D", ["marker m", "EOR", "EOF"]],
  ])("%s", (_, wire, elements) => {
    for (const chunks of splits(hex(wire), [3, 5])) expect(decode(decoder, chunks).elements).toEqual(elements);
  });

  it("has perhaps ended after an escape of the end, not within its string, and surely after it", () => {
    const recorded = new RecordedElements();
    const stream = decoder(recorded);
    const after = [..."00 40 02 61 62".split(" ")].map((octet) => {
      stream.push(hex(octet));
      return stream.end;
    });
    expect(after).toEqual(["no", "perhaps", "no", "no", "yes"]);
    expect(recorded.elements).toEqual(["6162", "EOF"]);
  });

  it("does not tell the end while it may have ended", () => {
    expect(decode(decoder, [hex("01 61 0040")], "open")).toEqual({ elements: ["61"], read: 4, end: "perhaps" });
  });

  it("ends at an escape that follows the escape of the end, and leaves it", () => {
    for (const chunks of splits(hex("01 61 00C0 0080 01 62"), [])) {
      expect(decode(decoder, chunks, "open")).toEqual({ elements: ["61", "EOR", "EOF"], read: 4, end: "yes" });
    }
  });

  it("leaves what follows the end of the file", () => {
    expect(decode(decoder, [hex("0040 01 61 01 62")])).toEqual({ elements: ["61", "EOF"], read: 4, end: "yes" });
    expect(decode(decoder, [hex("0040 C1"), hex("00")])).toEqual({ elements: ["20", "EOF"], read: 3, end: "yes" });
  });

  it.each(["", "00", "02 61", "01 61", "0080", "0080 01 61", "0040 02 61", "0040 81", "83", "0050", "0050 02 61"])(
    "that is closed after <%s> is truncated",
    (wire) => {
      for (const chunks of splits(hex(wire), [])) {
        expect(() => decode(decoder, chunks)).toThrow(expect.objectContaining({ kind: "truncated" }));
      }
    },
  );

  it.each([
    ["an octet no times", "80 61"],
    ["no fillers", "C0"],
    ["an unknown bit in an escape", "00 01"],
    ["a marker without text", "0010 0040"],
    ["a space in a marker", "0010 03 612062"],
    ["fillers as a marker", "0010 C2"],
  ])("refuses %s", (_, wire) => {
    for (const chunks of splits(hex(wire), [])) {
      expect(() => decode(decoder, chunks)).toThrow(expect.objectContaining({ kind: "malformed" }));
    }
  });
});
