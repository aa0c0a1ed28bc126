import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OctetWriter, StreamDecoder, StreamEncoder, type DataElements } from "../../src/protocol/index.ts";
import { decode, elementsOf, encode, hex, joined, RecordedElements } from "./recorded-elements.ts";
import { cutsOf, splits } from "./splits.ts";

describe("stream mode without records", () => {
  const encoder = (out: OctetWriter): StreamEncoder => new StreamEncoder(out, false);
  const decoder = (next: DataElements): StreamDecoder => new StreamDecoder(next, false);

  it("is the octets themselves, FF among them", () => {
    expect(encode(encoder, ["61ff01ff62", "EOF"])).toBe("61ff01ff62");
    expect(encode(encoder, ["EOF"])).toBe("");
  });

  it("ends with the connection and never before", () => {
    expect(decode(decoder, [hex("61 FF 02 62")], "open")).toEqual({ elements: ["61ff0262"], read: 4, end: "no" });
    expect(decode(decoder, [hex("61 FF 02 62")])).toEqual({ elements: ["61ff0262", "EOF"], read: 4, end: "yes" });
    expect(decode(decoder, [])).toEqual({ elements: ["EOF"], read: 0, end: "yes" });
  });

  it("tells its end once, and takes nothing after it", () => {
    const recorded = new RecordedElements();
    const stream = decoder(recorded);
    stream.finish();
    stream.finish();
    expect(stream.push(hex("61"))).toBe(0);
    expect(recorded.elements).toEqual(["EOF"]);
  });

  it("has no records and no markers", () => {
    expect(() => encoder(new OctetWriter()).endOfRecord()).toThrow(RangeError);
    expect(() => encoder(new OctetWriter()).marker()).toThrow(RangeError);
  });
});

describe("stream mode with records", () => {
  const encoder = (out: OctetWriter): StreamEncoder => new StreamEncoder(out, true);
  const decoder = (next: DataElements): StreamDecoder => new StreamDecoder(next, true);

  it.each([
    ["two records", ["6162", "EOR", "63", "EOR", "EOF"], "6162 FF01 63 FF03"],
    ["a last part without an end of record", ["61", "EOR", "62", "EOF"], "61 FF01 62 FF02"],
    ["empty records", ["EOR", "EOR", "EOR", "EOF"], "FF01 FF01 FF03"],
    ["no record", ["EOF"], "FF02"],
    ["octets FF", ["ff", "EOR", "61ffff01", "EOR", "EOF"], "FFFF FF01 61 FFFF FFFF 01 FF03"],
  ])("writes and reads %s", (_, elements, wire) => {
    const octets = hex(wire);
    expect(hex(encode(encoder, elements))).toEqual(octets);
    expect(hex(encode(encoder, elements, "after each"))).toEqual(octets);
    for (const chunks of splits(octets, [])) {
      expect(decode(decoder, chunks)).toEqual({ elements, read: octets.length, end: "yes" });
    }
  });

  it("reads an end of record and of file that are sent apart", () => {
    expect(decode(decoder, [hex("61 FF01 FF02")]).elements).toEqual(["61", "EOR", "EOF"]);
  });

  it("brings any elements back, however they are split", () => {
    fc.assert(
      fc.property(elementsOf({ records: true, markers: false }), cutsOf, (elements, cuts) => {
        const wire = hex(encode(encoder, elements));
        for (const chunks of splits(wire, cuts)) {
          expect(decode(decoder, chunks, "open")).toEqual({
            elements: joined(elements),
            read: wire.length,
            end: "yes",
          });
        }
      }),
    );
  });

  it.each(["", "61", "61 FF01", "61 FF", "FFFF"])("that is closed after <%s> is truncated", (wire) => {
    for (const chunks of splits(hex(wire), [])) {
      expect(() => decode(decoder, chunks)).toThrow(expect.objectContaining({ kind: "truncated" }));
    }
  });

  it.each(["FF00", "61 FF04", "FF80", "FFFF FFFE"])("refuses the control code of <%s>", (wire) => {
    for (const chunks of splits(hex(wire), [])) {
      expect(() => decode(decoder, chunks)).toThrow(expect.objectContaining({ kind: "malformed" }));
    }
  });

  it("leaves what follows the end of the file", () => {
    expect(decode(decoder, [hex("61 FF03 62 FF02")])).toEqual({ elements: ["61", "EOR", "EOF"], read: 3, end: "yes" });
    expect(decode(decoder, [hex("FF02"), hex("61")])).toEqual({ elements: ["EOF"], read: 2, end: "yes" });
  });
});
