/** What befalls a pool: servers that go away, operations inside operations, ends in the middle of things. */
import { mkdtemp, readFile as readLocal, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  ClientBusyError,
  ClientClosedError,
  FtpError,
  FtpPool,
  isRetryable,
  withRetries,
  type FtpClientOptions,
  type FtpPoolOptions,
} from "../../src/ftp-client/index.ts";
import { startServer } from "../ftp-server/server-fixture.ts";
import { outcome } from "./faults/faulty-line.ts";
import { passive, startScripted, type Script } from "./scripted-server.ts";

const login = { host: "127.0.0.1", user: "me", password: "secret" };

function pooled(port: number, options: FtpClientOptions & FtpPoolOptions = {}): FtpPool {
  const pool = new FtpPool({ ...login, port }, { retry: { retries: 0 }, ...options });
  onTestFinished(() => pool.close());
  return pool;
}

/** Waits until something is so. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await wait(2);
}

const home: Script = (verb) => (verb === "PWD" ? '257 "/"\r\n' : undefined);

describe("operations inside operations", () => {
  it("are refused where even those around them hold all sessions", async () => {
    const { port } = await startServer();
    const pool = pooled(port, { limit: 2 });
    const nested = pool.use(() => pool.use(() => pool.use((client) => client.noop())));
    expect(await outcome(nested, "three uses, one inside the other")).toMatchObject({
      error: expect.any(ClientBusyError) as unknown,
    });
    await pool.use((client) => client.noop());
  });

  it("that outlive the one that began them wait as others do", async () => {
    const { port } = await startServer();
    const pool = pooled(port, { limit: 1 });
    let later: Promise<string> | undefined;
    const begin = gate();
    await pool.use(async () => {
      later = begin.opened.then(() => pool.use((client) => client.pwd()));
    });
    const held = gate();
    const holder = pool.use(() => held.opened);
    begin.open();
    await until(() => pool.waiting === 1);
    held.open();
    await holder;
    expect(await later).toBe("/");
  });

  it("may close the pool, and do not wait for themselves", async () => {
    const { port } = await startServer();
    const pool = pooled(port);
    await pool.use(async () => {
      expect(await outcome(pool.close(), "close inside an operation")).toEqual({ value: undefined });
    });
    await pool.close();
    expect(pool.size).toBe(0);
  });
});

function gate(): { readonly opened: Promise<void>; open: () => void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

describe("closing a pool", () => {
  it("twice is waited for twice", async () => {
    const { port } = await startServer();
    const pool = pooled(port);
    const held = gate();
    const begun = gate();
    const holder = pool.use(() => {
      begun.open();
      return held.opened;
    });
    await begun.opened;
    const closings = Promise.all([pool.close(), pool.close()]);
    held.open();
    await holder;
    expect(await outcome(closings, "closing twice")).toHaveProperty("value");
  });

  it("ends waits between attempts, and openings that hang", async () => {
    const { port } = await startScripted((verb) => (verb === "PWD" ? "" : undefined));
    const pool = pooled(port, { replyTimeout: 60_000 });
    const opening = pool.use((client) => client.noop());
    await wait(50);
    await pool.close();
    expect(await outcome(opening, "a use whose session was being opened")).toMatchObject({
      error: expect.any(ClientClosedError) as unknown,
    });
    const patient = pooled(1, { retry: { retries: 5, delay: 600_000 } });
    const waiting = patient.use((client) => client.noop());
    await wait(100);
    await patient.close();
    expect(await outcome(waiting, "a use between two attempts")).toMatchObject({
      error: expect.any(ClientClosedError) as unknown,
    });
  });
});

describe("a signal", () => {
  it("that fires between two attempts is an abort", async () => {
    const stop = new AbortController();
    const pool = pooled(1, { retry: { retries: 5, delay: 600_000, onRetry: () => setTimeout(() => stop.abort(), 5) } });
    expect(
      await outcome(
        pool.use((client) => client.noop(), { signal: stop.signal }),
        "use",
      ),
    ).toMatchObject({
      error: { name: "FtpTransferError", kind: "aborted" },
    });
  });

  it("that fires while the retry is told ends the waiting before it begins", async () => {
    const stop = new AbortController();
    const attempt = withRetries(
      () => Promise.reject(Object.assign(new Error("lost"), { code: "ECONNRESET" })),
      { delay: 600_000, onRetry: () => stop.abort(new Error("enough")) },
      stop.signal,
    );
    expect(await outcome(attempt, "withRetries")).toMatchObject({ error: { message: "enough" } });
  });
});

describe("a pool's sessions", () => {
  it("keep the listeners of the application", async () => {
    const { port } = await startServer();
    let closed = 0;
    const pool = pooled(port, { onSession: (client) => client.on("close", () => closed++) });
    for (let each = 0; each < 3; each++) await pool.use((client) => client.noop());
    await pool.close();
    expect(closed).toBe(1);
  });

  it("are not handed on while they say QUIT", async () => {
    const { port, commands } = await startScripted((verb, argument, session) => {
      if (verb !== "QUIT") return home(verb, argument, session);
      setTimeout(() => session.send("221 Bye\r\n"), 80);
      return "";
    });
    const pool = pooled(port, { limit: 1, idleTimeout: 5 });
    await pool.use((client) => client.noop());
    await until(() => commands.includes("QUIT"));
    expect(pool.size).toBe(1);
    await pool.use((client) => client.noop());
  });

  it("end where the application throws at their beginning", async () => {
    const { port, server } = await startServer();
    const pool = pooled(port, {
      onSession: () => {
        throw new RangeError("the application's own");
      },
    });
    await expect(pool.use((client) => client.noop())).rejects.toThrow("the application's own");
    await until(() => server.sessionCount === 0);
  });

  it("that end right after the login are no sessions: who waits is told", async () => {
    const { port, commands } = await startScripted((verb, _, session) => {
      if (verb === "PWD") session.control.destroy();
      return undefined;
    });
    const pool = pooled(port, { limit: 3 });
    const uses = Promise.allSettled(Array.from({ length: 5 }, () => pool.use((client) => client.noop())));
    const ended = await outcome(uses, "uses of a server that lets nobody stay");
    expect(ended).toHaveProperty("value");
    if ("value" in ended) for (const each of ended.value) expect(each.status).toBe("rejected");
    expect(commands.filter((line) => line === "PWD").length).toBeLessThanOrEqual(8);
  });

  it("become more again while operations wait, once the server has room", async () => {
    let sessions = 0;
    let room = 1;
    const { port } = await startScripted((verb, argument, session) => {
      if (verb === "USER" && ++sessions > room) return "421 Too many\r\n";
      return home(verb, argument, session);
    });
    const pool = pooled(port, { limit: 2, growAfter: 20 });
    let both = false;
    const uses = Array.from({ length: 40 }, () =>
      pool.use(async (client) => {
        await client.noop();
        await wait(5);
        both ||= pool.size === 2 && pool.limit === 2;
      }),
    );
    await wait(10);
    room = 10;
    await Promise.all(uses);
    expect(both).toBe(true);
  });
});

describe("a pool's download", () => {
  async function folder(): Promise<string> {
    const path = await mkdtemp(join(tmpdir(), "twinport-pool-"));
    onTestFinished(() => rm(path, { recursive: true }));
    return path;
  }

  it("never goes on with what was found to be wrong, however the next attempt fails", async () => {
    const content = "0123456789";
    let transfers = 0;
    let offset = 0;
    const { port } = await startScripted((verb, argument, session) => {
      if (verb === "EPSV") {
        const first = transfers === 0;
        return passive(session, (data) => setTimeout(() => data.end(first ? "wrong" : content.slice(offset)), 10));
      }
      if (verb === "REST") {
        offset = Number(argument);
        return "350 Go on\r\n";
      }
      if (verb === "SIZE") return "213 10\r\n";
      if (verb !== "RETR") return home(verb, argument, session);
      return ++transfers === 2 ? "421 Going down\r\n" : "150 Here\r\n226 Done\r\n";
    });
    const pool = pooled(port, { retry: { retries: 4, delay: 1 } });
    const to = join(await folder(), "f");
    await pool.download("f", to);
    expect(await readLocal(to, "utf8")).toBe(content);
    expect(transfers).toBe(3);
  });

  it("begins anew where the server's file has become another one", async () => {
    let transfers = 0;
    let offset = 0;
    const files = ["the old file, which was long", "the new"];
    const { port } = await startScripted((verb, argument, session) => {
      const file = files[Math.min(transfers, 1)] ?? "";
      if (verb === "EPSV") {
        return passive(session, (data) => {
          const rest = file.slice(offset);
          if (file !== files[0]) setTimeout(() => data.end(rest), 10);
          else setTimeout(() => data.write(rest.slice(0, 12), () => setTimeout(() => data.resetAndDestroy(), 30)), 10);
        });
      }
      if (verb === "REST") {
        offset = Number(argument);
        return "350 Go on\r\n";
      }
      if (verb === "SIZE") return `213 ${file.length}\r\n`;
      if (verb !== "RETR") return home(verb, argument, session);
      return transfers++ === 0 ? `150 Here (${file.length} bytes)\r\n426 Broken\r\n` : "150 Here\r\n226 Done\r\n";
    });
    const pool = pooled(port, { retry: { retries: 4, delay: 1 } });
    const to = join(await folder(), "f");
    await writeFile(`${to}.part`, "somebody's");
    await pool.download("f", to);
    expect(await readLocal(to, "utf8")).toBe("the new");
  });
});

describe("a handshake that breaks off", () => {
  it("is tried again; one that cannot be agreed on is not", async () => {
    const { port } = await startScripted((verb, _, session) => {
      if (verb === "AUTH") setImmediate(() => session.control.resetAndDestroy());
      return verb === "AUTH" ? "234 Go\r\n" : undefined;
    });
    const broken: unknown = await pooled(port, { tls: "explicit" })
      .use((client) => client.noop())
      .catch((error: unknown) => error);
    expect(broken).toBeInstanceOf(FtpError);
    expect(isRetryable(broken)).toBe(true);
    const plain = await startScripted((verb) => (verb === "AUTH" ? "234 Go\r\n" : undefined));
    const waiting = pooled(plain.port, { tls: "explicit", connectTimeout: 50 }).use((client) => client.noop());
    expect(isRetryable(await waiting.catch((error: unknown) => error))).toBe(true);
    const other = await startScripted((verb, _, session) => {
      if (verb === "AUTH") setTimeout(() => session.send("220 this is no TLS\r\n"), 20);
      return verb === "AUTH" ? "234 Go\r\n" : undefined;
    });
    const refused: unknown = await pooled(other.port, { tls: "explicit" })
      .use((client) => client.noop())
      .catch((error: unknown) => error);
    expect(refused).toMatchObject({ name: "FtpTlsError" });
    expect(isRetryable(refused)).toBe(false);
  });
});
