import { describe, expect, it } from "vitest";
import { OctetWriter } from "../../src/protocol/index.ts";

describe("octet writer", () => {
  it("keeps what it gathered when its memory grows, by whichever call", () => {
    const grow: readonly ((out: OctetWriter) => void)[] = [
      (out) => out.octets(new Uint8Array(16 * 1024).fill(2)),
      (out) => out.repeat(2, 16 * 1024),
      (out) => {
        for (let count = 0; count < 16 * 1024; count++) out.octet(2);
      },
    ];
    for (const write of grow) {
      const out = new OctetWriter();
      out.octet(1);
      write(out);
      const taken = out.take();
      expect([taken.length, taken[0], taken.at(-1)]).toEqual([16 * 1024 + 1, 1, 2]);
      expect(out.length).toBe(0);
    }
  });

  it("sets bits of what was not taken only", () => {
    const out = new OctetWriter();
    out.octets(Uint8Array.of(1, 2));
    out.setBits(1, 0x80);
    expect([...out.take()]).toEqual([1, 0x82]);
    expect(() => out.setBits(0, 1)).toThrow(RangeError);
  });
});
