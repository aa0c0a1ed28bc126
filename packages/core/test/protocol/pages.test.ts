import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  LocalByteDecoder,
  LocalByteEncoder,
  PageDecoder,
  PageEncoder,
  type PageEncoderOptions,
} from "../../src/protocol/index.ts";
import { sentElements, RecordedElements, hex, MemoryContent, send } from "./recorded-elements.ts";
import { cutsOf, splits } from "./splits.ts";

const kindOf = (kind: string): unknown => expect.objectContaining({ name: "DataFormatError", kind });
const sent = (options: PageEncoderOptions, ...chunks: Uint8Array[]): string[] =>
  sentElements((next) => new PageEncoder(next, options), chunks);
const digits = (text: string): string => text.replace(/\s/g, "");

describe("STRU P outwards", () => {
  it("sends pages with their headers, and leaves holes out but at the end", () => {
    const file = hex("01 02  00 00  03 04  00 00");
    const wire = digits("04 00 02 01 01 02  04 02 02 01 03 04  04 03 02 01 00 00  04 04 00 00");
    for (const chunks of splits(file, [3])) {
      expect(sent({ byteSize: 8, pageLength: 2 }, ...chunks)).toEqual([wire, "EOF"]);
    }
  });

  it("sends a last page that is shorter", () => {
    expect(sent({ byteSize: 8, pageLength: 3 }, hex("01 02 03 04"))).toEqual([
      digits("04 00 03 01 01 02 03  04 01 01 01 04  04 02 00 00"),
      "EOF",
    ]);
  });

  it("sends of an empty file the end only", () => {
    expect(sent({ byteSize: 8, pageLength: 3 })).toEqual(["04000000", "EOF"]);
  });

  it("counts from the first page that it is told", () => {
    expect(sent({ byteSize: 8, pageLength: 1, firstPage: 5 }, hex("00 07"))).toEqual([
      digits("04 06 01 01 07  04 07 00 00"),
      "EOF",
    ]);
  });

  it("of 36 bits has each field in a word of its own", () => {
    const log = new RecordedElements();
    const file = hex("00 00 00 00 01  0f ff ff ff ff  00 00 00 00 00  01 23 45 67 89");
    send(new PageEncoder(log, { byteSize: 36, pageLength: 2 }), [file]);
    const [units = ""] = log.elements;
    const station = new LocalByteEncoder(36);
    const wire = Buffer.concat([Uint8Array.from(station.push(hex(units))), station.finish()]).toString("hex");
    expect(wire).toBe(
      digits(`000000004 000000000 000000002 000000001  000000001 fffffffff
              000000004 000000001 000000002 000000001  000000000 123456789
              000000004 000000002 000000000 000000000`),
    );
  });

  it("refuses fields that do not fit, and says what has room", () => {
    const pages = (count: number): string[] => sent({ byteSize: 8, pageLength: 1 }, new Uint8Array(count).fill(1));
    // The end's index counts no page: it may be beyond.
    expect(pages(256).slice(-2)).toEqual([expect.stringMatching(/04ff01010104000000$/), "EOF"]);
    expect(() => pages(257)).toThrow(kindOf("not-representable"));
    expect(() => pages(257)).toThrow("The page index 256 does not fit into TYPE L 8; TYPE L 16 has room");
    expect(() => sent({ byteSize: 8, pageLength: 300 }, new Uint8Array(256).fill(1))).toThrow(
      /length 256 .* TYPE L 16/,
    );
    expect(() => sent({ byteSize: 2, pageLength: 1 })).toThrow(kindOf("not-representable"));
    expect(sent({ byteSize: 3, pageLength: 1 })).toEqual(["04000000", "EOF"]);
  });

  it("refuses a file that ends within a unit", () => {
    expect(() => sent({ byteSize: 36, pageLength: 2 }, hex("00 00 00 00 01 00"))).toThrow(kindOf("not-representable"));
  });

  it("needs a byte size and a page length that can be", () => {
    for (const options of [
      { byteSize: 0, pageLength: 1 },
      { byteSize: 8, pageLength: 0 },
      { byteSize: 8, pageLength: 1.5 },
    ]) {
      expect(() => new PageEncoder(new RecordedElements(), options)).toThrow(RangeError);
      expect(() => new PageDecoder(new RecordedElements(), options)).toThrow(RangeError);
    }
  });
});

describe("STRU P inwards", () => {
  const received = (wire: string, format = { byteSize: 8, pageLength: 4 }): string[] => {
    const [whole = [], ...others] = splits(hex(wire), [3, 7]).map((chunks) => {
      const log = new RecordedElements();
      const decoder = new PageDecoder(log, format);
      for (const chunk of chunks) decoder.octets(chunk);
      decoder.endOfFile();
      return log.elements;
    });
    for (const other of others) expect(other).toEqual(whole);
    return whole;
  };
  const end = "04 00 00 00";

  it("stores pages at their places, in any order", () => {
    expect(received(`04 03 02 01 aa bb  04 01 04 01 01 02 03 04  ${end}`)).toEqual([
      "seek 12",
      "aabb",
      "seek 4",
      "01020304",
    ]);
  });

  it("stores access controlled pages, and passes over descriptors, further fields and pages without data", () => {
    expect(
      received(`04 00 03 02 d1 d2 d3  05 02 01 03 ff aa  06 03 01 01 f1 f2 bb  05 00 01 02 f1 d1  04 09 00 01  ${end}`),
    ).toEqual(["seek 8", "aa", "seek 12", "bb"]);
  });

  it("reads fields of several octets", () => {
    expect(
      received("0000000004 0000012345 0000000001 0000000001 0f00000001 0000000004 0000000000 0000000000 0000000000", {
        byteSize: 36,
        pageLength: 512,
      }),
    ).toEqual([`seek ${0x12345 * 512 * 5}`, "0f00000001"]);
  });

  it.each([
    ["a header that is too short", "03 00 00 01", "malformed"],
    ["an access controlled page without its field", "04 00 00 03", "malformed"],
    ["a last page with data", "04 00 01 00 01", "malformed"],
    ["a last page with more fields", "05 00 00 00 01", "malformed"],
    ["a page that is longer than pages are", "04 00 05 01", "malformed"],
    ["something after the last page", `${end} 00`, "malformed"],
    ["a page type that is not known", "04 00 00 04", "page-type-unknown"],
    ["nothing at all", "", "truncated"],
    ["no last page", "04 00 01 01 aa", "truncated"],
    ["an end within a header", "04 00", "truncated"],
    ["an end within the further fields", "05 00 01 01", "truncated"],
    ["an end within the data", "04 00 02 01 aa", "truncated"],
  ])("refuses %s", (_name, wire, kind) => {
    expect(() => received(wire)).toThrow(kindOf(kind));
  });

  it("refuses places beyond what a file can have, and headers beyond the limit", () => {
    const wide = (header: string, index: string): string[] =>
      received(
        `${header} ${index} 0000000000000001 0000000000000001 0000000000000001 ${"0".repeat(15)}4 ${"0".repeat(48)}`,
        {
          byteSize: 64,
          pageLength: 1,
        },
      );
    expect(wide("0000000000000004", "0003fffffffffffe")).toEqual([
      `seek ${0x3_ffff_ffff_fffe * 8}`,
      "0000000000000001",
    ]);
    expect(() => wide("0000000000000004", "0003ffffffffffff")).toThrow(kindOf("too-large"));
    expect(() => wide("0000000000000004", "ffffffffffffffff")).toThrow(kindOf("too-large"));
    expect(() => wide("0000000000000401", "0000000000000000")).toThrow(kindOf("malformed"));
  });

  it("has no records, and markers between pages only", () => {
    const log = new RecordedElements();
    const decoder = new PageDecoder(log, { byteSize: 8, pageLength: 4 });
    decoder.marker("m0");
    decoder.octets(hex("04 00"));
    decoder.marker("m1");
    decoder.octets(hex("02 01 aa"));
    decoder.marker("m2");
    decoder.octets(hex("bb"));
    decoder.marker("m3");
    expect(log.elements).toEqual(["marker m0", "seek 0", "aabb", "marker m3"]);
    expect(() => decoder.endOfRecord()).toThrow(kindOf("malformed"));
  });
});

describe("STRU P", () => {
  const holey = fc
    .array(fc.tuple(fc.constantFrom(0, 0, 1), fc.uint8Array({ maxLength: 30 })), { maxLength: 8 })
    .map((parts) => Buffer.concat(parts.map(([zero, bytes]) => (zero === 0 ? new Uint8Array(bytes.length) : bytes))));

  it("brings any file back in TYPE L of any size, however it is split", () => {
    fc.assert(
      fc.property(
        holey,
        fc.integer({ min: 3, max: 255 }).filter((bits) => bits === 3 || bits > 7),
        fc.integer({ min: 1, max: 7 }),
        cutsOf,
        (octets, byteSize, pageLength, cuts) => {
          const unit = Math.ceil(byteSize / 8);
          const length =
            byteSize === 3 ? Math.min(octets.length, pageLength * 7) : octets.length - (octets.length % unit);
          const mask = byteSize % 8 === 0 ? 255 : (1 << (byteSize % 8)) - 1;
          const file = Uint8Array.from(octets.subarray(0, length), (octet, at) =>
            at % unit === 0 ? octet & mask : octet,
          );
          const format = { byteSize, pageLength };
          for (const chunks of splits(file, cuts)) {
            const log = new RecordedElements();
            send(new PageEncoder(log, format), chunks);
            expect(log.elements.at(-1)).toBe("EOF");
            const pack = new LocalByteEncoder(byteSize);
            const wire = Buffer.concat([pack.push(hex(log.elements[0] ?? "")), pack.finish()]);
            const content = new MemoryContent();
            const pages = new PageDecoder(content, format);
            const unpack = new LocalByteDecoder(byteSize);
            for (const chunk of splits(wire, cuts)[2] ?? []) pages.octets(unpack.push(chunk));
            pages.octets(unpack.finish());
            pages.endOfFile();
            expect(content.bytes).toEqual([...file]);
          }
        },
      ),
    );
  });
});
