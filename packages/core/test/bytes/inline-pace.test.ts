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
      const begun = pace.begin();
      expect(begun).toBe(times.now);
      times.now += 2;
      pace.end(begun ?? 0);
    }
  });

  it("keeps off for twenty times a slow call's length", () => {
    const times = { now: 0 };
    const pace = paceAt(times);
    pace.begin();
    times.now = 10;
    pace.end(0);
    times.now = 209;
    expect(pace.begin()).toBeUndefined();
    times.now = 210;
    expect(pace.begin()).toBe(210);
  });

  it("asks again within half a minute, however slow it was", () => {
    const times = { now: 0 };
    const pace = paceAt(times);
    pace.begin();
    times.now = 600_000;
    pace.end(0);
    times.now = 630_000;
    expect(pace.begin()).toBe(630_000);
  });

  it("never begins where it is not to", () => {
    expect(paceAt({ now: 1e12 }, true).begin()).toBeUndefined();
  });
});
