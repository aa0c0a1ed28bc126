import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeOctetText, encodeOctetText, escapeOctetText, holdsOctets } from "../../src/protocol/octet-text.ts";

describe("text that may hold octets which are no UTF-8", () => {
  it("gives back every sequence of octets as it was", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (octets) => {
        expect(encodeOctetText(decodeOctetText(octets))).toEqual(octets);
      }),
    );
  });

  it("gives back octets that are nearly UTF-8", () => {
    const near = fc.constantFrom(0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80, 0xed, 0xa0, 0xc0, 0x41, 0xff);
    fc.assert(
      fc.property(fc.array(near, { maxLength: 20 }), (octets) => {
        expect([...encodeOctetText(decodeOctetText(Uint8Array.from(octets)))]).toEqual(octets);
      }),
    );
  });

  it("decodes and encodes valid UTF-8 as everybody does", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(decodeOctetText(Buffer.from(text))).toBe(text);
        expect(Buffer.from(encodeOctetText(text)).toString()).toBe(text);
        expect(holdsOctets(text)).toBe(false);
      }),
    );
  });

  it("keeps an octet of Latin-1 as a lone surrogate, and valid text around it", () => {
    const text = decodeOctetText(Buffer.from([0x63, 0x61, 0x66, 0xe9, 0x20, 0xe2, 0x82, 0xac]));
    expect(text).toBe("caf\uDCE9 €");
    expect(holdsOctets(text)).toBe(true);
    expect(holdsOctets("café €")).toBe(false);
  });

  it("does not take a pair of surrogates for octets", () => {
    expect(holdsOctets("\u{1F480}\u{103CE}")).toBe(false);
    expect(Buffer.from(encodeOctetText("\u{10FC80}")).toString()).toBe("\u{10FC80}");
  });

  it("escapes octets, control characters and backslashes, so that two names never look alike", () => {
    expect(escapeOctetText("caf\uDCE9")).toBe("caf\\xE9");
    expect(escapeOctetText("caf\\xE9")).toBe("caf\\\\xE9");
    expect(escapeOctetText("a\nb\u007f")).toBe("a\\x0Ab\\x7F");
    expect(escapeOctetText("plain")).toBe("plain");
  });
});
