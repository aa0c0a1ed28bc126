import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BlockDecoder, BlockEncoder, OctetWriter, type DataElements } from "../../src/protocol/index.ts";
import { decode, digits, elementsOf, encode, hex, joined, RecordedElements } from "./recorded-elements.ts";
import { cutsOf, splits } from "./splits.ts";

const encoder = (out: OctetWriter): BlockEncoder => new BlockEncoder(out);
const decoder = (next: DataElements): BlockDecoder => new BlockDecoder(next);

describe("block mode, written", () => {
  it.each([
    ["a file", ["616263", "EOF"], "00 0003 616263 40 0000"],
    ["no file", ["EOF"], "40 0000"],
    ["a record: its end is a bit of its last block", ["6162", "63", "EOR", "EOF"], "00 0002 6162 80 0001 63 40 0000"],
    ["empty records", ["61", "EOR", "EOR", "EOF"], "80 0001 61 80 0000 40 0000"],
    ["an empty record first", ["EOR", "61", "EOF"], "80 0000 00 0001 61 40 0000"],
    ["a marker", ["61", "marker A12345", "62", "EOF"], "00 0001 61 10 0006 413132333435 00 0001 62 40 0000"],
    ["the end of a record after a marker", ["61", "marker m", "EOR", "EOF"], "00 0001 61 10 0001 6D 80 0000 40 0000"],
  ])("%s", (_, elements, wire) => {
    expect(encode(encoder, elements)).toBe(digits(hex(wire)));
  });

  it("puts the end of a record into an empty block where its last block is gone", () => {
    expect(encode(encoder, ["61", "EOR", "EOF"], "after each")).toBe(digits(hex("00 0001 61 80 0000 40 0000")));
  });

  it("never takes a block for another one that ends at the same place", () => {
    const out = new OctetWriter();
    const block = encoder(out);
    block.octets(hex("6162"));
    out.take();
    block.marker("ab");
    block.endOfRecord();
    expect(digits(out.take())).toBe(digits(hex("10 0002 6162 80 0000")));
  });

  it("parts what a count cannot say", () => {
    const out = new OctetWriter();
    const block = encoder(out);
    block.octets(new Uint8Array(65_535).fill(1));
    expect(digits(out.take().subarray(0, 4))).toBe("00ffff01");
    block.octets(new Uint8Array(65_537).fill(1));
    block.endOfRecord();
    const wire = out.take();
    expect(wire).toHaveLength(65_537 + 6);
    expect(digits(wire.subarray(0, 3))).toBe("00ffff");
    expect(digits(wire.subarray(65_538))).toBe("8000020101");
  });

  it("writes nothing for no octets, and refuses what is no marker", () => {
    const out = new OctetWriter();
    encoder(out).octets(new Uint8Array(0));
    expect(out.length).toBe(0);
    for (const text of ["", "a b", "ä", "a\n", "x".repeat(128)]) {
      expect(() => encoder(out).marker(text)).toThrow(RangeError);
    }
  });
});

describe("block mode, read", () => {
  it.each([
    ["a file", "00 0003 616263 40 0000", ["616263", "EOF"]],
    ["an end of file on a block with data", "00 0001 61 40 0002 6263", ["616263", "EOF"]],
    ["an end of record and of file in one", "C0 0001 61", ["61", "EOR", "EOF"]],
    ["both on an empty block", "C0 0000", ["EOR", "EOF"]],
    ["suspect data", "20 0001 61 A0 0001 62 60 0001 63", ["6162", "EOR", "63", "EOF"]],
    ["empty blocks", "00 0000 00 0001 61 00 0000 80 0000 40 0000", ["61", "EOR", "EOF"]],
    ["a marker", "00 0001 61 10 0006 413132333435 40 0000", ["61", "marker A12345", "EOF"]],
    ["a marker that the record and the file end with", "D0 0002 217E", ["marker !~", "EOR", "EOF"]],
    ["a count of two octets", `00 0102 ${"61".repeat(258)} 40 0000`, ["61".repeat(258), "EOF"]],
  ])("%s, split anywhere", (_, wire, elements) => {
    const octets = hex(wire);
    for (let cut = 0; cut <= octets.length; cut++) {
      const chunks = [octets.subarray(0, cut), octets.subarray(cut)];
      expect(decode(decoder, chunks, "open")).toEqual({ elements, read: octets.length, end: "yes" });
    }
    expect(decode(decoder, splits(octets, [])[1] ?? [])).toEqual({ elements, read: octets.length, end: "yes" });
  });

  it("tells octets on in the memory that they came in", () => {
    const chunk = hex("00 0003 616263 40 0000");
    const memory: ArrayBufferLike[] = [];
    class Kept extends RecordedElements {
      override octets(bytes: Uint8Array): void {
        memory.push(bytes.buffer);
      }
    }
    new BlockDecoder(new Kept()).push(chunk);
    expect(memory).toEqual([chunk.buffer]);
    expect(memory[0]).toBe(chunk.buffer);
  });

  it("brings any elements back, however they are split", () => {
    fc.assert(
      fc.property(elementsOf({ records: true, markers: true }), cutsOf, (elements, cuts) => {
        for (const wire of [encode(encoder, elements), encode(encoder, elements, "after each")].map(hex)) {
          for (const chunks of splits(wire, cuts)) {
            const decoded = decode(decoder, chunks, "open");
            expect(decoded).toEqual({ elements: joined(elements), read: wire.length, end: "yes" });
          }
        }
      }),
    );
  });

  it.each(["", "00", "0000", "00 0003 6162", "00 0001 61", "80 0001 61", "40 0002 61", "40 00", "10 0002 61"])(
    "that is closed after <%s> is truncated",
    (wire) => {
      for (const chunks of splits(hex(wire), [])) {
        expect(() => decode(decoder, chunks)).toThrow(expect.objectContaining({ kind: "truncated" }));
      }
    },
  );

  it.each([
    ["an unknown bit", "01"],
    ["another one", "00 0001 61 48"],
    ["a marker without text", "10 0000"],
    ["a space in a marker", "10 0003 612062"],
    ["a control character in a marker", "10 0001 0A"],
    ["a marker that is not ASCII", "10 0001 E4"],
    ["a marker over the limit", "10 0080"],
  ])("refuses %s", (_, wire) => {
    for (const chunks of splits(hex(wire), [])) {
      expect(() => decode(decoder, chunks)).toThrow(expect.objectContaining({ kind: "malformed" }));
    }
  });

  it("leaves what follows the end of the file", () => {
    const read = decode(decoder, [hex("00 0001 61 40 0000 00 0001 62")]);
    expect(read).toEqual({ elements: ["61", "EOF"], read: 7, end: "yes" });
    expect(decode(decoder, [hex("40 0000"), hex("00")])).toEqual({ elements: ["EOF"], read: 3, end: "yes" });
  });
});
