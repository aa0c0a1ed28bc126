import { describe, expect, it } from "vitest";
import { InlinePace } from "../../src/bytes/index.ts";

function paceAt(times: { now: number }, never = false): InlinePace {
  return new InlinePace({ never, clock: () => times.now });
}

describe("the pace of inline calls", () => {
  it("goes on as long as calls are quick", () => {
    const times = { now: 100 };
    const pace = paceAt(times);
    for (let call = 0; call < 10; call++) {
      expect(pace.attempt(() => (times.now += 2))).toBe(times.now);
    }
  });

  it("keeps off for twenty times a slow call's length", () => {
    const times = { now: 0 };
    const pace = paceAt(times);
    pace.attempt(() => (times.now = 10));
    times.now = 209;
    expect(pace.attempt(() => times.now)).toBeUndefined();
    times.now = 210;
    expect(pace.attempt(() => times.now)).toBe(210);
  });

  it("asks again within half a minute, however slow it was", () => {
    const times = { now: 0 };
    const pace = paceAt(times);
    pace.attempt(() => (times.now = 600_000));
    times.now = 630_000;
    expect(pace.attempt(() => times.now)).toBe(630_000);
  });

  it("takes a slow call that fails for a slow call", () => {
    const times = { now: 0 };
    const pace = paceAt(times);
    const failing = (): void => {
      times.now = 10;
      throw new Error("failed");
    };
    expect(() => pace.attempt(failing)).toThrow("failed");
    expect(pace.attempt(() => times.now)).toBeUndefined();
  });

  it("never begins where it is not to", () => {
    expect(paceAt({ now: 1e12 }, true).attempt(() => "called")).toBeUndefined();
  });
});
