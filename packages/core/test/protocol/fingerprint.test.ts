import { describe, expect, it } from "vitest";
import { normaliseFingerprint } from "../../src/protocol/index.ts";

describe("a fingerprint", () => {
  it.each(["AB:CD:01", "ab:cd:01", "ABCD01", "ab cd 01", "ab-cd-01"])(
    "is the same however it is written: %s",
    (text) => {
      expect(normaliseFingerprint(text)).toBe("ABCD01");
    },
  );
});
