import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeOctetText,
  encodeOctetText,
  escapeOctetText,
  holdsOctets,
  isOctetText,
  octetTextLength,
} from "../../src/protocol/octet-text.ts";

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

  it("escapes what ends a line for a viewer, and surrogates that stand for no octet, in another form than octets", () => {
    expect(escapeOctetText("a\u0085b\u2028c")).toBe("a\\u0085b\\u2028c");
    expect(escapeOctetText("\uD83Dx\uDC00")).toBe("\\uD83Dx\\uDC00");
    expect(escapeOctetText("\u{1F600}\u{10FC85}")).toBe("\u{1F600}\u{10FC85}");
  });

  it("escapes no two names in the same way", () => {
    const unit = fc.constantFrom("\\", "x", "u", "E", "9", "0", "8", "5", "\uDCE9", "\u0085", "\x05", "\uD800", "é");
    const name = fc.string({ unit, maxLength: 8 });
    fc.assert(
      fc.property(name, name, (one, other) => {
        expect(escapeOctetText(one) === escapeOctetText(other)).toBe(one === other);
      }),
    );
  });

  it("knows a second spelling of octets from the one that decoding gives", () => {
    for (const text of ["", "plain", "café", "\u{1F600}", "caf\uDCE9", "\uDCC3", "\uDCC3x\uDCA9", "\uDCED\uDCA0\uDC80"])
      expect(isOctetText(text), escapeOctetText(text)).toBe(true);
    for (const text of ["\uDCC3\uDCA9", "x\uDCE2\uDC82\uDCAC", "\uD800", "\uDFFF", "\uDC2F", "\uDC41", "a\uDC7F"])
      expect(isOctetText(text), escapeOctetText(text)).toBe(false);
  });

  it("takes no two texts of one spelling for the same octets", () => {
    const unit = fc.constantFrom("\uDCC3", "\uDCA9", "é", "\uDCE2", "\uDC82", "\uDCAC", "€", "\uFFFD", "\uD800", "a");
    const text = fc.string({ unit, maxLength: 5 }).filter(isOctetText);
    fc.assert(
      fc.property(text, text, (one, other) => {
        const same = Buffer.compare(encodeOctetText(one), encodeOctetText(other)) === 0;
        expect(same).toBe(one === other);
      }),
    );
  });

  it("counts an octet as one", () => {
    expect(octetTextLength("caf\uDCE9")).toBe(4);
    expect(octetTextLength("café\u{1F600}")).toBe(9);
    expect(octetTextLength("\uDCFF".repeat(255))).toBe(255);
  });
});
