/** Bandwidth of transfers, clients and pools, by a clock of the test's own. */
import { mkdtemp, readFile as readLocal, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { BandwidthLimit, FtpClient, FtpPool, type FtpClientOptions } from "../../src/ftp-client/index.ts";
import { FakeClock } from "../net/fake-clock.ts";
import { putFile, readFile, startServer } from "../ftp-server/server-fixture.ts";

const content = Buffer.alloc(2_000_000, "0123456789abcdef-");
const rate = 1_000_000;
const burst = 100_000;

/** Lets the clock go for as long as the work takes; tells how long that was by it: milliseconds. */
async function timed(clock: FakeClock, work: Promise<unknown>): Promise<number> {
  const begun = clock.now();
  const state = { done: false };
  const ended = work.finally(() => (state.done = true));
  ended.catch(() => undefined);
  while (!state.done) {
    // The clock stands still while nobody waits for it: what the test's machine takes does not count.
    if (clock.pending > 0) clock.advance(1);
    await turn();
  }
  await ended;
  return clock.now() - begun;
}

function limited(): { clock: FakeClock; limit: BandwidthLimit } {
  const clock = new FakeClock();
  return { clock, limit: new BandwidthLimit(rate, { burst, clock }) };
}

/** What so many octets take at least, and not much more: milliseconds. What came last is paid for by who comes next. */
function expectPaced(milliseconds: number, octets: number): void {
  const least = ((octets - burst - 2 * 64 * 1024) / rate) * 1000;
  expect(milliseconds).toBeGreaterThanOrEqual(least);
  expect(milliseconds).toBeLessThan((octets / rate) * 1000 + 10);
}

async function connect(port: number, options: FtpClientOptions = {}): Promise<FtpClient> {
  const client = await FtpClient.connect({ host: "127.0.0.1", port, user: "me", password: "secret" }, options);
  onTestFinished(() => client.destroy());
  return client;
}

describe("bandwidth", () => {
  it("holds for one transfer, in every form of it", async () => {
    const { port, storage } = await startServer();
    await putFile(storage, "/f", content);
    const client = await connect(port);
    const folder = await mkdtemp(join(tmpdir(), "twinport-bandwidth-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const to = join(folder, "f");
    for (const work of [
      (bandwidth: BandwidthLimit) => client.download("/f", to, { bandwidth }),
      (bandwidth: BandwidthLimit) => client.downloadBytes("/f", { bandwidth }),
      (bandwidth: BandwidthLimit) => client.upload(content, "/up", { bandwidth }),
      (bandwidth: BandwidthLimit) => client.upload(to, "/up2", { bandwidth }),
      async (bandwidth: BandwidthLimit) => {
        let octets = 0;
        for await (const chunk of await client.openRead("/f", { bandwidth })) octets += chunk.length;
        expect(octets).toBe(content.length);
      },
    ]) {
      const { clock, limit } = limited();
      expectPaced(await timed(clock, work(limit)), content.length);
      expect(clock.pending).toBe(0);
    }
    expect(content.equals(await readLocal(to))).toBe(true);
    expect(await readFile(storage, "/up")).toBe(content.toString());
    expect(await readFile(storage, "/up2")).toBe(content.toString());
  });

  it("holds for all transfers of a client, one after the other, block mode included", async () => {
    const { port, storage } = await startServer();
    await putFile(storage, "/f", content);
    const { clock, limit } = limited();
    const client = await connect(port, { bandwidth: limit });
    const work = async (): Promise<void> => {
      await client.downloadBytes("/f");
      await client.downloadBytes("/f", { mode: "block" });
      await client.upload(content, "/up", { mode: "block" });
    };
    expectPaced(await timed(clock, work()), 3 * content.length);
  });

  it("holds for a pool's transfers together, for several pools that share one, and for the session beside", async () => {
    const { port, storage } = await startServer();
    await putFile(storage, "/f", content);
    const { clock, limit } = limited();
    const own = new BandwidthLimit(rate * 100, { clock });
    const target = { host: "127.0.0.1", port, user: "me", password: "secret", bandwidth: own };
    const pools = [new FtpPool(target, { bandwidth: limit }), new FtpPool(target, { bandwidth: limit })];
    onTestFinished(async () => {
      await Promise.all(pools.map((pool) => pool.close()));
    });
    const transfers = pools.flatMap((pool) => [
      pool.use((client) => client.downloadBytes("/f")),
      pool.upload(content, `/up-${Math.random()}`),
    ]);
    expectPaced(await timed(clock, Promise.all(transfers)), 4 * content.length);
    // What stands with the target is each session's own.
    const slow = new FtpPool({ ...target, bandwidth: rate }, { bandwidth: 1e12 });
    onTestFinished(() => slow.close());
    await slow.use((client) => client.noop());
  });

  it("obeys the slowest of several", async () => {
    const { port, storage } = await startServer();
    await putFile(storage, "/f", content);
    const { clock, limit } = limited();
    const client = await connect(port, { bandwidth: [1e12, new BandwidthLimit(rate * 3, { clock })] });
    expectPaced(await timed(clock, client.downloadBytes("/f", { bandwidth: limit })), content.length);
  });

  it("is refused before anything is asked of the server where it is no rate", async () => {
    const { port, storage } = await startServer();
    await putFile(storage, "/f", content);
    expect(() => new FtpPool("ftp://h/", { bandwidth: 0 })).toThrow(RangeError);
    await expect(FtpClient.connect({ host: "h", bandwidth: -1 })).rejects.toBeInstanceOf(RangeError);
    const client = await connect(port);
    await expect(client.downloadBytes("/f", { bandwidth: Number.NaN })).rejects.toBeInstanceOf(RangeError);
    await expect(client.upload(content, "/up", { bandwidth: 0 })).rejects.toBeInstanceOf(RangeError);
    expect(await client.exists("/up")).toBe(false);
  });
});
