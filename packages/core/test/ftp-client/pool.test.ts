/** The pool: sessions on demand, fewer where the server wants fewer, and no operation that waits for ever. */
import { mkdtemp, readFile as readLocal, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  ClientBusyError,
  ClientClosedError,
  FtpPool,
  FtpReplyError,
  FtpTransferError,
  type FtpClientOptions,
  type FtpPoolOptions,
  type RetryEvent,
} from "../../src/ftp-client/index.ts";
import type { FtpServerOptions } from "../../src/ftp-server/index.ts";
import { putFile, readFile, startServer, type Fixture } from "../ftp-server/server-fixture.ts";
import { startCutter } from "../support/control-cutter.ts";
import { deferred } from "../support/deferred.ts";
import { startFaultProxy } from "../support/fault-proxy.ts";

const quick = { retries: 3, delay: 1 };

async function start(
  options: FtpClientOptions & FtpPoolOptions = {},
  server: Partial<FtpServerOptions> = {},
): Promise<Fixture & { pool: FtpPool; cut: () => void }> {
  const fixture = await startServer(server);
  const { port, cut } = await startCutter(fixture.port);
  const pool = new FtpPool({ host: "127.0.0.1", port, user: "me", password: "secret" }, options);
  onTestFinished(() => pool.close());
  return { ...fixture, pool, cut };
}

describe("a pool", () => {
  it("grows on demand to its limit, and no further", async () => {
    const { pool, server } = await start({ limit: 3 });
    expect(pool.size).toBe(0);
    const gate = deferred();
    const used = new Set<unknown>();
    const running = Array.from({ length: 8 }, () =>
      pool.use(async (client) => {
        used.add(client);
        await gate.promise;
        return client.pwd();
      }),
    );
    while (used.size < 3) await new Promise((resolve) => setTimeout(resolve, 2));
    expect(pool.size).toBe(3);
    expect(pool.waiting).toBe(5);
    expect(server.sessionCount).toBe(3);
    gate.resolve();
    expect(await Promise.all(running)).toEqual(Array.from({ length: 8 }, () => "/"));
    expect(used.size).toBe(3);
  });

  it("has one session only, as long as one is enough", async () => {
    const { pool } = await start({ limit: 3 });
    for (let each = 0; each < 5; each++) await pool.use((client) => client.noop());
    expect(pool.size).toBe(1);
  });

  it("does with fewer sessions where the server refuses more, and nobody is told", async () => {
    const { pool } = await start({ limit: 6 }, { limits: { sessionsPerAddress: 2 } });
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, each) => pool.use((client) => client.noop().then(() => each))),
    );
    expect(results).toHaveLength(20);
    expect(pool.limit).toBeLessThanOrEqual(2);
  });

  it("tells everybody who waits where no session can be had at all", async () => {
    const fixture = await startServer();
    const pool = new FtpPool({ host: "127.0.0.1", port: fixture.port, user: "me", password: "wrong" }, { limit: 2 });
    onTestFinished(() => pool.close());
    const results = await Promise.allSettled(Array.from({ length: 5 }, () => pool.use((client) => client.noop())));
    for (const result of results) {
      expect(result.status).toBe("rejected");
      expect(result.status === "rejected" && result.reason).toBeInstanceOf(FtpReplyError);
    }
  });

  it("refuses an operation inside its only session's operation, in place of waiting for ever", async () => {
    const { pool } = await start({ limit: 1 });
    const inner = pool.use(() => pool.use((client) => client.noop()));
    await expect(inner).rejects.toBeInstanceOf(ClientBusyError);
    await pool.use((client) => client.noop());
  });

  it("refuses the last of operations that all wait for another session inside themselves", async () => {
    const { pool } = await start({ limit: 2 });
    const both = deferred();
    let inside = 0;
    const nested = (): Promise<void> =>
      pool.use(async () => {
        if (++inside === 2) both.resolve();
        await both.promise;
        await pool.use((client) => client.noop());
      });
    const results = await Promise.allSettled([nested(), nested()]);
    expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  });

  it("hands sessions on in the folder of the login", async () => {
    const { pool, storage } = await start({ limit: 1 });
    await storage.makeDirectory("/deep" as never);
    await pool.use((client) => client.cd("deep"));
    expect(await pool.use((client) => client.pwd())).toBe("/");
    expect(pool.size).toBe(1);
  });

  it("throws sessions away that an open download is left in", async () => {
    const { pool, storage } = await start({ limit: 1 });
    await putFile(storage, "/f", "content");
    const left = await pool.use((client) => client.openRead("/f"));
    expect(Buffer.from(await pool.use((client) => client.downloadBytes("/f"))).toString()).toBe("content");
    await left.close().catch(() => undefined);
  });

  it("tries again in a new session when one is lost", async () => {
    const retries: RetryEvent[] = [];
    const { pool } = await start({ retry: { ...quick, onRetry: (event) => void retries.push(event) } });
    const answer = await pool.use(async (client, retry) => {
      if (retry === 0) {
        await client.raw("QUIT").catch(() => undefined);
        await client.noop();
      }
      return retry;
    });
    expect(answer).toBe(1);
    expect(retries).toHaveLength(1);
  });

  it("lets an idle session go after its time", async () => {
    const { pool } = await start({ idleTimeout: 5 });
    await pool.use((client) => client.noop());
    expect(pool.size).toBe(1);
    while (pool.size > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await pool.use((client) => client.noop());
  });

  it("gives up who waits when the signal fires, and when it is closed", async () => {
    const { pool } = await start({ limit: 1 });
    const gate = deferred();
    const begun = deferred();
    const holder = pool.use(() => {
      begun.resolve();
      return gate.promise;
    });
    await begun.promise;
    const controller = new AbortController();
    const waiting = pool.use((client) => client.noop(), { signal: controller.signal });
    const other = pool.use((client) => client.noop());
    controller.abort();
    await expect(waiting).rejects.toBeInstanceOf(FtpTransferError);
    const closing = pool.close();
    await expect(other).rejects.toBeInstanceOf(ClientClosedError);
    gate.resolve();
    await Promise.all([holder, closing]);
    expect(pool.size).toBe(0);
    await expect(pool.use((client) => client.noop())).rejects.toBeInstanceOf(ClientClosedError);
  });

  it("refuses a limit that is none", () => {
    for (const limit of [0, -1, 1.5, Number.NaN]) expect(() => new FtpPool("ftp://h/", { limit })).toThrow(RangeError);
  });
});

describe("a pool's transfers", () => {
  const content = Buffer.alloc(3_000_000, "0123456789abcdef-");

  async function folder(): Promise<string> {
    const path = await mkdtemp(join(tmpdir(), "twinport-pool-"));
    onTestFinished(() => rm(path, { recursive: true }));
    return path;
  }

  it("go on with a download where it broke, and find it whole", async () => {
    const { port, storage } = await startServer();
    const proxy = await startFaultProxy(port);
    const pool = new FtpPool({ host: "127.0.0.1", port: proxy.port, user: "me", password: "secret" }, { retry: quick });
    onTestFinished(() => pool.close());
    await putFile(storage, "/big", content);
    const to = join(await folder(), "big");
    proxy.arm({ kind: "reset", line: "data", way: "toClient", after: 1_000_000, both: true });
    const result = await pool.download("/big", to);
    expect(result.offset).toBeGreaterThan(0);
    expect(content.equals(await readLocal(to))).toBe(true);
  });

  it("do not take an older file of that name for the beginning", async () => {
    const { pool, storage } = await start({ retry: quick });
    await putFile(storage, "/f", content);
    const to = join(await folder(), "f");
    await writeFile(to, "an old one");
    let failed = false;
    await pool.use(
      async (client, retry, before) => {
        if (retry === 0) {
          failed = true;
          await client.raw("QUIT").catch(() => undefined);
          await client.noop();
        }
        expect(before).toBeInstanceOf(Error);
      },
      { retry: quick },
    );
    expect(failed).toBe(true);
    await pool.download("/f", to);
    expect(content.equals(await readLocal(to))).toBe(true);
  });

  it("go on with an upload where it broke", async () => {
    const { pool, storage, cut } = await start({ retry: quick });
    const from = join(await folder(), "up");
    await writeFile(from, content);
    let broken = false;
    await pool.upload(from, "/up", {
      onProgress: ({ bytes }) => {
        if (broken || bytes < 500_000) return;
        broken = true;
        cut();
      },
    });
    expect(broken).toBe(true);
    expect(await readFile(storage, "/up")).toBe(content.toString());
  });

  it("send an upload anew where the server shows another file than what was sent", async () => {
    const { pool, storage, cut } = await start({ retry: quick });
    await putFile(storage, "/up", Buffer.alloc(1_200_000, "old"));
    let broken = false;
    const result = await pool.upload(content, "/up", {
      onProgress: ({ bytes }) => {
        if (broken || bytes < 2_000_000) return;
        broken = true;
        cut();
      },
    });
    expect(broken).toBe(true);
    expect(result.bytes + result.offset).toBe(content.length);
    expect(await readFile(storage, "/up")).toBe(content.toString());
  });
});
