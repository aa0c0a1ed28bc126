/** Bandwidth limits: exact by a clock of the test's own; and what they do to connections. */
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  BandwidthLimit,
  bandwidthLimits,
  BufferPool,
  DataConnection,
  Pace,
  paceOf,
  pumpFromSocket,
  pumpToSocket,
} from "../../src/net/index.ts";
import { FakeClock } from "./fake-clock.ts";

/** Moves pieces of a size for as long as the pace allows; counts. */
function mover(pace: Pace, piece: number): { moved: number } {
  const tally = { moved: 0 };
  void (async () => {
    for (;;) {
      const wait = pace.spend(piece);
      if (wait !== undefined) await wait;
      tally.moved += piece;
    }
  })();
  return tally;
}

async function settled(): Promise<void> {
  for (let round = 0; round < 5; round++) await turn();
}

/** Lets time pass in steps, so that promises get their turn. */
async function pass(clock: FakeClock, milliseconds: number, step = 10): Promise<void> {
  for (let passed = 0; passed < milliseconds; passed += step) {
    clock.advance(step);
    await settled();
  }
}

describe("a bandwidth limit", () => {
  it("lets a burst through at once, and then its rate", async () => {
    const clock = new FakeClock();
    const limit = new BandwidthLimit(1000, { burst: 500, clock });
    const pace = new Pace([limit]);
    expect(pace.spend(500)).toBeUndefined();
    const wait = pace.spend(100);
    expect(wait).toBeInstanceOf(Promise);
    let done = false;
    void wait?.then(() => (done = true));
    clock.advance(99);
    await settled();
    expect(done).toBe(false);
    clock.advance(1);
    await settled();
    expect(done).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it("never lets more through than the rate and the burst allow, whatever the pieces", async () => {
    for (const piece of [1, 7, 999, 20_000]) {
      const clock = new FakeClock();
      const limit = new BandwidthLimit(10_000, { burst: 1000, clock });
      const tally = mover(new Pace([limit]), piece);
      for (let second = 0; second < 10; second++) {
        await pass(clock, 100);
        expect(tally.moved).toBeLessThanOrEqual(1000 + clock.now() * 10);
        expect(tally.moved).toBeGreaterThan(1000 + clock.now() * 10 - 2 * piece - 1);
      }
    }
  });

  it("saves no more than a burst while nobody moves anything", () => {
    const clock = new FakeClock();
    const pace = new Pace([new BandwidthLimit(1000, { burst: 500, clock })]);
    clock.advance(60_000);
    expect(pace.spend(500)).toBeUndefined();
    expect(pace.spend(1)).toBeInstanceOf(Promise);
  });

  it("is shared fairly, by large pieces and small ones", async () => {
    const clock = new FakeClock();
    const limit = new BandwidthLimit(1_000_000, { burst: 50_000, clock });
    const [large, small, smaller] = [
      mover(new Pace([limit]), 200_000),
      mover(new Pace([limit]), 16_384),
      mover(new Pace([limit]), 8_192),
    ];
    await pass(clock, 10_000, 5);
    const all = large.moved + small.moved + smaller.moved;
    expect(all).toBeGreaterThan(9_700_000);
    expect(all).toBeLessThanOrEqual(10_050_000);
    // Who asks for half a quantum at a time has half a turn.
    expect(large.moved / small.moved).toBeGreaterThan(0.9);
    expect(large.moved / small.moved).toBeLessThan(1.1);
    expect(smaller.moved / small.moved).toBeGreaterThan(0.45);
  });

  it("is obeyed together with others: the slowest one counts, and none is overdrawn", async () => {
    const clock = new FakeClock();
    const own = new BandwidthLimit(1000, { burst: 100, clock });
    const shared = new BandwidthLimit(1500, { burst: 100, clock });
    const first = mover(new Pace([own, shared]), 100);
    const second = mover(new Pace([shared]), 100);
    await pass(clock, 20_000, 20);
    expect(first.moved).toBeLessThanOrEqual(20_100);
    expect(first.moved + second.moved).toBeLessThanOrEqual(30_100);
    expect(first.moved + second.moved).toBeGreaterThan(29_000);
  });

  it("lets who waits go when the transfer is over, and remembers the debt", async () => {
    const clock = new FakeClock();
    const limit = new BandwidthLimit(1000, { burst: 100, clock });
    const pace = new Pace([limit]);
    const wait = pace.spend(1100);
    pace.close();
    await wait;
    expect(clock.pending).toBe(0);
    const next = new Pace([limit]);
    let done = false;
    void next.spend(100)?.then(() => (done = true));
    clock.advance(1099);
    await settled();
    expect(done).toBe(false);
    clock.advance(1);
    await settled();
    expect(done).toBe(true);
  });

  it("counts once where it stands twice", () => {
    const clock = new FakeClock();
    const limit = new BandwidthLimit(1000, { burst: 100, clock });
    expect(new Pace([limit, limit]).spend(100)).toBeUndefined();
  });

  it("refuses what is no rate, and costs nothing where there is none", () => {
    for (const rate of [0, -1, Number.NaN, Infinity]) expect(() => new BandwidthLimit(rate)).toThrow(RangeError);
    expect(() => new BandwidthLimit(100, { burst: 0 })).toThrow(RangeError);
    expect(paceOf(bandwidthLimits(undefined))).toBeUndefined();
    const limit = new BandwidthLimit(5);
    expect(bandwidthLimits([limit, 7]).map(({ octetsPerSecond }) => octetsPerSecond)).toEqual([5, 7]);
    expect(bandwidthLimits(limit)).toEqual([limit]);
  });
});

async function pair(): Promise<readonly [DataConnection, Socket]> {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const accepted = once(server, "connection");
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const ours = new DataConnection(connect({ port, host: "127.0.0.1", allowHalfOpen: true }));
  const [theirs] = (await accepted) as [Socket];
  theirs.on("error", () => undefined);
  onTestFinished(() => {
    ours.socket.destroy();
    theirs.destroy();
    server.close();
  });
  if (ours.socket.connecting) await once(ours.socket, "connect");
  return [ours, theirs];
}

const buffers = new BufferPool({ size: 64 * 1024 });
const size = 24 * 1024 * 1024;
const content = Buffer.alloc(size, "twinport-");

describe("a pump with a pace", () => {
  for (const manner of ["at once", "later"]) {
    it(`does not read the connection before what came is paid for (file takes octets ${manner})`, async () => {
      const clock = new FakeClock();
      const limit = new BandwidthLimit(1_000_000, { burst: 50_000, clock });
      const [ours, theirs] = await pair();
      const parts: Buffer[] = [];
      let stored = 0;
      const keep = (from: Uint8Array): true => {
        parts.push(Buffer.from(from));
        stored += from.length;
        return true;
      };
      const pumping = pumpFromSocket(
        ours,
        {
          write: async (from) => void keep(from),
          ...(manner === "at once" ? { writeNow: keep } : {}),
          commit: () => Promise.resolve(),
          abandon: () => Promise.resolve(),
        },
        // The stall clock is the system's, and this one stands still for longer than it.
        { buffers, stallTimeout: 500, pace: paceOf([limit]) },
      );
      let sent = false;
      theirs.end(content, () => (sent = true));
      await new Promise((resolve) => setTimeout(resolve, 700));
      expect(sent).toBe(false);
      expect(theirs.bytesWritten - theirs.writableLength).toBeLessThan(size);
      // The burst, and what was read before it was known that it is too much.
      expect(stored).toBeLessThan(50_000 + 2 * 64 * 1024);
      const state = { done: false };
      void pumping.then(() => (state.done = true));
      while (!state.done) {
        clock.advance(100);
        await settled();
        expect(stored).toBeLessThanOrEqual(50_000 + clock.now() * 1000 + 2 * 64 * 1024);
      }
      expect(await pumping).toBe(size);
      expect(Buffer.concat(parts).equals(content)).toBe(true);
      expect(clock.now()).toBeGreaterThanOrEqual(((size - 50_000) / 1_000_000) * 1000);
      expect(clock.pending).toBe(0);
    });
  }

  it("ends at once when it is aborted while it waits", async () => {
    const clock = new FakeClock();
    const limit = new BandwidthLimit(1000, { burst: 1, clock });
    for (const direction of ["in", "out"]) {
      const [ours, theirs] = await pair();
      const controller = new AbortController();
      const options = { buffers, stallTimeout: 0, signal: controller.signal, pace: paceOf([limit]) };
      theirs.resume();
      if (direction === "in") theirs.write(content);
      const pumping =
        direction === "in"
          ? pumpFromSocket(
              ours,
              {
                write: () => Promise.resolve(),
                commit: () => Promise.resolve(),
                abandon: () => Promise.resolve(),
              },
              options,
            )
          : pumpToSocket(
              { read: (into) => Promise.resolve(into.length), close: () => Promise.resolve() },
              ours,
              options,
            );
      const failing = expect(pumping).rejects.toMatchObject({ kind: "aborted" });
      while (clock.pending === 0) await turn();
      controller.abort();
      await failing;
      expect(clock.pending).toBe(0);
    }
  });

  it("sends no more than is paid for", async () => {
    const clock = new FakeClock();
    const limit = new BandwidthLimit(1_000_000, { burst: 50_000, clock });
    const [ours, theirs] = await pair();
    let received = 0;
    theirs.on("data", (chunk) => (received += chunk.length)).resume();
    let left = size;
    const pumping = pumpToSocket(
      {
        size,
        read: (into) => {
          const count = Math.min(left, into.length);
          left -= count;
          return Promise.resolve(count);
        },
        close: () => Promise.resolve(),
      },
      ours,
      { buffers, stallTimeout: 500, pace: paceOf([limit]) },
    );
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(received).toBeLessThanOrEqual(50_000);
    const state = { done: false };
    void pumping.then(() => (state.done = true));
    while (!state.done) {
      clock.advance(100);
      await settled();
      expect(received).toBeLessThanOrEqual(50_000 + clock.now() * 1000);
    }
    expect(await pumping).toBe(size);
  });
});
