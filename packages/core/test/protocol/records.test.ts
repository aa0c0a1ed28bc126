import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  FixedRecordDecoder,
  FixedRecordEncoder,
  IndexedRecordDecoder,
  IndexedRecordEncoder,
  recordCountLimit,
  RecordLengths,
  SingleRecordDecoder,
  SingleRecordEncoder,
  TextRecordDecoder,
  TextRecordEncoder,
  type DataElements,
} from "../../src/protocol/index.ts";
import { sentElements, RecordedElements, hex, MemoryContent, send } from "./recorded-elements.ts";
import { cutsOf, splits } from "./splits.ts";

const ascii = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "latin1"));
const kindOf = (kind: string): unknown => expect.objectContaining({ name: "DataFormatError", kind });

/** Records as a mode would tell them, octet by octet; the last without an end of record when `unfinished`. */
function receive(decoder: DataElements, records: readonly Uint8Array[], unfinished = false): void {
  records.forEach((record, index) => {
    for (const octet of record) decoder.octets(Uint8Array.of(octet));
    if (!unfinished || index < records.length - 1) decoder.endOfRecord();
  });
  decoder.endOfFile();
}

describe("STRU R for text", () => {
  it.each([
    ["", ["EOF"]],
    ["ab\nc\n", ["6162", "EOR", "63", "EOR", "EOF"]],
    ["ab\r\n\r\nc", ["6162", "EOR", "EOR", "63", "EOF"]],
    ["\n\n", ["EOR", "EOR", "EOF"]],
    ["a\rb\r\r\n\r", ["610d620d", "EOR", "0d", "EOF"]],
  ])("has a record for each line of %j, however it is split", (text, elements) => {
    for (const chunks of splits(ascii(text), [2, 5])) {
      expect(sentElements((next) => new TextRecordEncoder(next), chunks)).toEqual(elements);
    }
  });

  it("brings a text with LF ends back, whether its last line is ended or not", () => {
    const texts = fc.array(fc.constantFrom("\n", "a", "\0", "\xff", "b\r"), { maxLength: 40 });
    fc.assert(
      fc.property(texts, cutsOf, (parts, cuts) => {
        const file = ascii(parts.join("").replace(/\r+\n/g, "\n"));
        for (const chunks of splits(file, cuts)) {
          const content = new MemoryContent();
          send(new TextRecordEncoder(new TextRecordDecoder(content, 100)), chunks);
          expect(content.bytes).toEqual([...file]);
        }
      }),
    );
  });

  it("stores LF for the end of a record, and nothing for an end that is missing", () => {
    const log = new RecordedElements();
    const decoder = new TextRecordDecoder(log, 10);
    decoder.endOfRecord();
    decoder.octets(ascii("ab"));
    decoder.endOfRecord();
    decoder.marker("m1");
    decoder.octets(ascii("c"));
    decoder.endOfFile();
    expect(log.elements).toEqual(["0a61620a", "marker m1", "63"]);
  });

  it("refuses a record over the limit, and counts anew in each", () => {
    const decoder = new TextRecordDecoder(new RecordedElements(), 3);
    for (let record = 0; record < 3; record++) {
      decoder.octets(ascii("ab"));
      decoder.octets(ascii("c"));
      decoder.endOfRecord();
    }
    decoder.octets(ascii("abc"));
    expect(() => decoder.octets(ascii("d"))).toThrow(kindOf("record-too-long"));
  });
});

describe("STRU R with a single record", () => {
  it("has the whole file as one, and an empty file as none", () => {
    for (const chunks of splits(hex("01 0a 02"), [1])) {
      expect(sentElements((next) => new SingleRecordEncoder(next), chunks)).toEqual(["010a02", "EOR", "EOF"]);
    }
    expect(sentElements((next) => new SingleRecordEncoder(next), [])).toEqual(["EOF"]);
  });

  it("joins what comes in several", () => {
    const content = new MemoryContent();
    receive(new SingleRecordDecoder(content), [hex("01 02"), hex(""), hex("03")], true);
    expect(content.bytes).toEqual([1, 2, 3]);
  });
});

describe("STRU R with records of one length", () => {
  it.each([
    ["", ["EOF"]],
    ["01 02 03 04", ["0102", "EOR", "0304", "EOR", "EOF"]],
    ["01 02 03", ["0102", "EOR", "03", "EOR", "EOF"]],
  ])("cuts %j into twos", (file, elements) => {
    for (const chunks of splits(hex(file), [1, 3])) {
      expect(sentElements((next) => new FixedRecordEncoder(next, 2), chunks)).toEqual(elements);
    }
  });

  it("brings any file back", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.integer({ min: 1, max: 20 }), cutsOf, (file, length, cuts) => {
        for (const chunks of splits(file, cuts)) {
          const content = new MemoryContent();
          send(new FixedRecordEncoder(new FixedRecordDecoder(content, length), length), chunks);
          expect(content.bytes).toEqual([...file]);
        }
      }),
    );
  });

  it("stores a last record that is shorter, or that lacks its end", () => {
    for (const unfinished of [false, true]) {
      const content = new MemoryContent();
      receive(new FixedRecordDecoder(content, 2), [hex("01 02"), hex("03")], unfinished);
      expect(content.bytes).toEqual([1, 2, 3]);
    }
  });

  it("refuses records of another length", () => {
    const into = (): DataElements => new FixedRecordDecoder(new MemoryContent(), 2);
    expect(() => receive(into(), [hex("01 02 03")])).toThrow(kindOf("record-too-long"));
    expect(() => receive(into(), [hex("01"), hex("02 03")])).toThrow(kindOf("not-representable"));
    expect(() => receive(into(), [hex("01 02"), hex("")])).toThrow(kindOf("not-representable"));
    expect(() => new FixedRecordEncoder(new RecordedElements(), 0)).toThrow(RangeError);
  });
});

describe("STRU R with an index", () => {
  it("takes the lengths from it, empty records too", () => {
    const index = hex("00000000 00000003 00000000 00000001 00000000");
    for (const chunks of splits(hex("01 02 03 04"), [2])) {
      expect(sentElements((next) => new IndexedRecordEncoder(index, next), chunks)).toEqual(
        ["EOR", "010203", "EOR", "EOR", "04", "EOR", "EOR", "EOF"], // prettier-ignore
      );
    }
  });

  it("puts the lengths into it, and counts a last record that lacks its end", () => {
    for (const unfinished of [false, true]) {
      const content = new MemoryContent();
      const decoder = new IndexedRecordDecoder(content);
      receive(decoder, [hex(""), hex("01 02 03"), new Uint8Array(258)], unfinished);
      expect(decoder.index()).toEqual(hex("00000000 00000003 00000102"));
      expect(content.bytes).toHaveLength(261);
    }
  });

  it("brings records of any lengths back, the same however the file is split", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 9 }), { maxLength: 150 }), cutsOf, (records, cuts) => {
        const content = new MemoryContent();
        const decoder = new IndexedRecordDecoder(content);
        receive(decoder, records);
        const told = new RecordedElements();
        receive(told, records);
        for (const chunks of splits(Uint8Array.from(content.bytes), cuts)) {
          const back = sentElements((next) => new IndexedRecordEncoder(decoder.index(), next), chunks);
          expect(back).toEqual(told.elements);
        }
      }),
    );
  });

  it("refuses a file that is longer or shorter than it says", () => {
    const sent = (file: string): string[] =>
      sentElements((next) => new IndexedRecordEncoder(hex("00000002 00000001"), next), [hex(file)]);
    expect(sent("01 02 03")).toEqual(["0102", "EOR", "03", "EOR", "EOF"]);
    expect(() => sent("01 02 03 04")).toThrow(kindOf("not-representable"));
    for (const file of ["", "01", "01 02"]) expect(() => sent(file)).toThrow(kindOf("not-representable"));
  });

  it("that is damaged or too large is refused, and lengths beyond four octets", () => {
    expect(() => new RecordLengths(hex("00 00 00"))).toThrow(kindOf("not-representable"));
    expect(() => new RecordLengths(new Uint8Array((recordCountLimit + 1) * 4))).toThrow(kindOf("too-large"));
    const full = new RecordLengths(new Uint8Array(recordCountLimit * 4));
    expect(() => full.add(1)).toThrow(kindOf("too-large"));
    const lengths = new RecordLengths();
    lengths.add(0xffff_ffff);
    expect(lengths.index()).toEqual(hex("ffffffff"));
    expect(() => lengths.add(2 ** 32)).toThrow(kindOf("record-too-long"));
    expect([lengths.count, lengths.at(0), lengths.at(1)]).toEqual([1, 0xffff_ffff, undefined]);
  });

  it("is not changed when records are added to it", () => {
    const given = hex("00000001");
    const lengths = new RecordLengths(given);
    lengths.add(2);
    expect(lengths.index()).toEqual(hex("00000001 00000002"));
    expect(given).toEqual(hex("00000001"));
  });
});
