/** What users of other clients complain about, row by row: each is solved here, and each has a test that names its row. */
import { once } from "node:events";
import { mkdtemp, readdir, readFile as readLocal, rm, stat as statLocal } from "node:fs/promises";
import { connect as connectSocket, createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable, Writable } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  DataConnectionAttemptsError,
  FtpClient,
  FtpPool,
  type FtpClientOptions,
  type FtpPoolOptions,
  type RetryEvent,
} from "../../src/ftp-client/index.ts";
import type { FtpServerOptions } from "../../src/ftp-server/index.ts";
import { putFile, readFile, startServer, type Fixture } from "../ftp-server/server-fixture.ts";
import { makeAuthority } from "../support/certificates.ts";
import { startFaultProxy, type FaultProxy } from "../support/fault-proxy.ts";
import { octets } from "./faults/faulty-line.ts";
import { passive, startScripted, type Script, type ScriptedSession } from "./scripted-server.ts";

const authority = await makeAuthority();
const certificate = await authority.issue(["ftp.example.org", "127.0.0.1"]);
const trusting = { authorities: [authority.cert] };
const login = { host: "127.0.0.1", user: "me", password: "secret" };
const content = octets(1_500_000, 41);

async function connect(port: number, options: FtpClientOptions = {}): Promise<FtpClient> {
  const client = await FtpClient.connect({ ...login, port, ...options });
  onTestFinished(() => client.destroy());
  return client;
}

async function scripted(
  script: Script,
  options: FtpClientOptions = {},
): Promise<{ client: FtpClient; commands: string[] }> {
  const { port, commands } = await startScripted(script);
  return { client: await connect(port, options), commands };
}

async function behindProxy(
  options: FtpClientOptions & FtpPoolOptions = {},
): Promise<Fixture & { proxy: FaultProxy; pool: FtpPool }> {
  const fixture = await startServer();
  const proxy = await startFaultProxy(fixture.port);
  const pool = new FtpPool({ ...login, port: proxy.port }, { retry: { retries: 3, delay: 1 }, ...options });
  onTestFinished(() => pool.close());
  return { ...fixture, proxy, pool };
}

/** A server that demands TLS everywhere, and that data connections take the control connection's session up. */
function secureServer(more: Partial<FtpServerOptions> = {}): Promise<Fixture> {
  return startServer({ tls: { certificates: [certificate], requireForLogin: true, requireForData: true }, ...more });
}

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "twinport-users-"));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

/** Answers PASV with a port that does `serve`, at this address. */
function passivePort(
  session: ScriptedSession,
  serve: Parameters<ScriptedSession["listen"]>[0],
  host = "127.0.0.1",
): string {
  void session.listen(serve).then((port) => {
    session.send(`227 Passive (${host.replaceAll(".", ",")},${port >> 8},${port & 255})\r\n`);
  });
  return "";
}

describe("connections", () => {
  it("row 1: each of many transfers resumes the TLS 1.3 session, whose tickets serve once", async () => {
    const { port } = await secureServer();
    const client = await connect(port, { tls: { ...trusting, minVersion: "TLSv1.3" } });
    for (let each = 0; each < 12; each++) {
      await client.upload(content.subarray(0, each * 1_000), `f${each}`);
      expect((await client.downloadBytes(`f${each}`)).length).toBe(each * 1_000);
    }
  });

  it("row 2: every TLS connection names the same host, so that a session bound to it serves", async () => {
    const { port } = await secureServer({ listeners: [{ host: "127.0.0.1", port: 0, tls: "implicit" }] });
    const hellos: Buffer[] = [];
    const client = await connect(port, {
      tls: { ...trusting, mode: "implicit", serverName: "ftp.example.org" },
      dial: async (target) => {
        const relay = createServer((near) => {
          relay.close();
          const far = connectSocket(target.port, "127.0.0.1");
          near.once("data", (chunk: Buffer) => hellos.push(chunk));
          near.pipe(far).pipe(near);
          for (const each of [near, far]) each.on("error", () => undefined);
        }).listen(0, "127.0.0.1");
        await once(relay, "listening");
        const socket = connectSocket((relay.address() as AddressInfo).port, "127.0.0.1");
        await once(socket, "connect");
        return socket;
      },
    });
    await client.upload(Buffer.from("x"), "a");
    expect(await client.list()).toHaveLength(1);
    expect(hellos).toHaveLength(3);
    for (const hello of hellos) expect(hello.includes("ftp.example.org")).toBe(true);
  });

  it("row 3: the sessions of a pool keep their TLS sessions apart", async () => {
    const { port } = await secureServer();
    const pool = new FtpPool({ ...login, port, tls: trusting }, { limit: 3 });
    onTestFinished(() => pool.close());
    const uploads = Array.from({ length: 18 }, (_, each) => pool.upload(Buffer.from(`${each}`), `f${each}`));
    expect(await Promise.all(uploads)).toHaveLength(18);
    expect(pool.size).toBe(3);
  });

  it("row 4: where no data connection comes about, the error lists each attempt, its address and its cause", async () => {
    const { client } = await scripted((verb) =>
      verb === "EPSV" ? "229 Extended (|||1|)\r\n" : verb === "PASV" ? "425 Not now\r\n" : undefined,
    );
    const error: unknown = await client.list().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DataConnectionAttemptsError);
    expect(String(error)).toMatch(/EPSV to 127\.0\.0\.1 port 1: .*PASV: .*425 Not now/);
  });

  it("row 5: there is an active mode, with a range of ports and an address of its own", async () => {
    for (const host of ["127.0.0.1", "::1"]) {
      const { server } = await startServer({ listeners: [{ host, port: 0 }] });
      const commands: string[] = [];
      const client = await connect(server.addresses[0]?.port ?? 0, {
        host,
        dataMode: "active",
        activePorts: [41_000, 41_040],
        activeAddress: host,
      });
      client.on("command", ({ verb, argument = "" }) => commands.push(`${verb} ${argument}`));
      await client.upload(content, "f");
      expect(content.equals(await client.downloadBytes("f"))).toBe(true);
      const told = commands.filter((line) => /^(?:PORT|EPRT) /.test(line));
      expect(told.length).toBeGreaterThan(0);
      for (const line of told) {
        const port = /^EPRT .*\|(\d+)\|$/.exec(line)?.[1];
        const octet = /,(\d+),(\d+)$/.exec(line);
        const number = port === undefined ? Number(octet?.[1]) * 256 + Number(octet?.[2]) : Number(port);
        expect(number >= 41_000 && number <= 41_040, line).toBe(true);
      }
    }
  });

  it("row 6: EPSV is read in odd forms, given up where it does not work, and not tried again", async () => {
    const odd = await scripted((verb, _, session) => {
      if (verb === "EPSV")
        void session.listen((data) => data.end("x")).then((port) => session.send(`229 ok (!!!${port}!)\r\n`));
      return verb === "EPSV" ? "" : verb === "RETR" ? "150 Here (1 bytes)\r\n226 Done\r\n" : undefined;
    });
    expect((await odd.client.downloadBytes("a")).length).toBe(1);
    const dead = await scripted((verb, _, session) => {
      if (verb === "EPSV") return "229 Extended (|||1|)\r\n";
      if (verb === "PASV") return passivePort(session, (data) => data.end("x"));
      return verb === "RETR" ? "150 Here (1 bytes)\r\n226 Done\r\n" : undefined;
    });
    for (let each = 0; each < 2; each++) expect((await dead.client.downloadBytes("a")).length).toBe(1);
    expect(dead.commands.filter((line) => line === "EPSV")).toHaveLength(1);
  });

  it("row 7: a wrong address in 227 is replaced by the server's own, with a warning, unless it is to be trusted", async () => {
    const script: Script = (verb, _, session) => {
      if (verb === "PASV") return passivePort(session, (data) => data.end("x"), "127.0.0.9");
      return verb === "RETR" ? "150 Here (1 bytes)\r\n226 Done\r\n" : undefined;
    };
    const { client } = await scripted(script, { dataMode: "pasv" });
    const warnings: string[] = [];
    client.on("warning", ({ message }) => warnings.push(message));
    expect((await client.downloadBytes("a")).length).toBe(1);
    expect(warnings).toEqual([expect.stringContaining("127.0.0.9")]);
    const trusted = await scripted(script, { dataMode: "pasv", foreignDataAddresses: "trust" });
    await expect(trusted.client.downloadBytes("a")).rejects.toThrow("127.0.0.9");
  });
});

describe("long transfers", () => {
  it("row 8: a control connection that dies in a transfer is kept alive by TCP, and what came is checked, not sent again", async () => {
    const { proxy, pool, storage } = await behindProxy({ limit: 1 });
    await putFile(storage, "/big", content);
    const to = join(await folder(), "big");
    await pool.use((client) => client.noop());
    for (const direction of ["download", "upload"] as const) {
      // TYPE, EPSV and 150, and for the upload SIZE: then the connection is gone, in place of 226.
      const replies = direction === "download" ? 3 : 4;
      proxy.arm({ kind: "reply", at: replies, text: "", then: "reset" });
      if (direction === "download") await pool.download("/big", to);
      else await pool.upload(content, "/up");
      const { toClient, toServer } = proxy.passed.data;
      expect(toClient + toServer, direction).toBe(content.length);
    }
    expect(content.equals(await readLocal(to))).toBe(true);
    expect(await readFile(storage, "/up")).toBe(content.toString("utf8"));
    const kept: unknown[] = [];
    await connect(proxy.port, {
      dial: async ({ port }) => {
        const socket = connectSocket(port, "127.0.0.1");
        const setKeepAlive = socket.setKeepAlive.bind(socket);
        socket.setKeepAlive = (enable, delay) => {
          kept.push(enable);
          return setKeepAlive(enable, delay);
        };
        await once(socket, "connect");
        return socket;
      },
    });
    expect(kept).toEqual([true]);
  });

  it("row 9: a slow stream of the caller's is not the server's stall", async () => {
    const { port, storage } = await startServer();
    const client = await connect(port, { stallTimeout: 150 });
    await client.upload(
      (async function* () {
        yield "one ";
        await wait(400);
        yield "two";
      })(),
      "f",
    );
    expect(await readFile(storage, "/f")).toBe("one two");
    await putFile(storage, "/big", content);
    let first = true;
    let taken = 0;
    const slow = new Writable({
      write: (chunk: Buffer, _, done) => {
        taken += chunk.length;
        setTimeout(done, first ? 400 : 0);
        first = false;
      },
    });
    await client.download("big", slow);
    expect(taken).toBe(content.length);
  });

  it("row 10: a server that falls silent has every operation settle, with what was waited for", async () => {
    const silent: Script = (verb) =>
      verb === "PASS" || verb === "USER" ? undefined : verb === "FEAT" ? "500 No\r\n" : "";
    // Long enough for the login, however busy the machine is.
    const limit = 400;
    const limits = { replyTimeout: limit, dataConnectionTimeout: limit, stallTimeout: limit };
    const operations = [
      (client: FtpClient) => client.list(),
      (client: FtpClient) => client.downloadBytes("a"),
      (client: FtpClient) => client.upload(Buffer.from("x"), "a"),
      (client: FtpClient) => client.pwd(),
    ];
    await Promise.all(
      operations.map(async (operation) => {
        const { client } = await scripted(silent, { ...limits, dataMode: "pasv" });
        const error: unknown = await operation(client).catch((reason: unknown) => reason);
        expect(String(error)).toContain(`${limit} ms`);
        expect(client.closed).toBe(true);
      }),
    );
  });
});

describe("the calls", () => {
  it("row 11: that overlap queue up by themselves, or go side by side in a pool", async () => {
    const { port } = await startServer();
    const client = await connect(port);
    const calls = Array.from({ length: 10 }, (_, each) => client.upload(Buffer.from(`${each}`), `f${each}`));
    await Promise.all([...calls, client.pwd(), client.noop()]);
    expect(await client.list()).toHaveLength(10);
    const pool = new FtpPool({ ...login, port }, { limit: 2 });
    onTestFinished(() => pool.close());
    const sizes = await Promise.all(Array.from({ length: 10 }, (_, each) => pool.use((one) => one.size(`f${each}`))));
    expect(sizes).toEqual(Array.from({ length: 10 }, () => 1));
  });

  it("row 12: are tried again as a policy says, in a new session, from where they stopped", async () => {
    const retries: RetryEvent[] = [];
    const { proxy, pool, storage } = await behindProxy({
      retry: { retries: 2, delay: 1, onRetry: (event) => retries.push(event) },
    });
    await putFile(storage, "/big", content);
    const to = join(await folder(), "big");
    proxy.arm({ kind: "reset", line: "data", way: "toClient", after: 700_000, both: true });
    const { offset, bytes } = await pool.download("/big", to);
    expect(retries).toHaveLength(1);
    expect(offset).toBeGreaterThan(0);
    expect(offset + bytes).toBe(content.length);
    expect(content.equals(await readLocal(to))).toBe(true);
  });

  it("row 13: can be aborted, and the client goes on", async () => {
    const { port, storage } = await startServer();
    await putFile(storage, "/big", content);
    const client = await connect(port);
    for (const run of [
      (stop: AbortController) => client.downloadBytes("big", { signal: stop.signal, onProgress: () => stop.abort() }),
      (stop: AbortController) => client.upload(content, "up", { signal: stop.signal, onProgress: () => stop.abort() }),
    ]) {
      await expect(run(new AbortController())).rejects.toMatchObject({ kind: "aborted" });
      expect(await client.pwd()).toBe("/");
    }
  });

  it("row 14: give and take streams of both kinds, buffers and async iterators", async () => {
    const { port } = await startServer();
    const client = await connect(port);
    await client.upload(Readable.from([content]), "node");
    await client.upload(Readable.toWeb(Readable.from([content])) as never, "web");
    await client.upload(content, "bytes");
    for (const name of ["node", "web", "bytes"]) expect(content.equals(await client.downloadBytes(name))).toBe(true);
    const into = new PassThrough();
    const collected = into.toArray();
    await client.download("node", into);
    expect(content.equals(Buffer.concat((await collected) as Buffer[]))).toBe(true);
    for (const read of [
      async () => client.openRead("node"),
      async () => (await client.openRead("node")).toNodeStream() as AsyncIterable<Uint8Array>,
      async () => (await client.openRead("node")).toWebStream() as AsyncIterable<Uint8Array>,
    ]) {
      const parts: Uint8Array[] = [];
      for await (const chunk of await read()) parts.push(Buffer.from(chunk));
      expect(content.equals(Buffer.concat(parts))).toBe(true);
    }
  });

  it("row 15: survive a data connection that is reset: the control connection stays", async () => {
    const { client } = await scripted((verb, _, session) => {
      if (verb === "EPSV") return passive(session, (data) => setTimeout(() => data.resetAndDestroy(), 10));
      return verb === "RETR" ? "150 Here\r\n426 Broken\r\n" : undefined;
    });
    await expect(client.downloadBytes("a")).rejects.toMatchObject({ code: 426 });
    expect(client.closed).toBe(false);
    await client.noop();
  });
});

describe("what comes", () => {
  it("row 16: is never silently cut short, downloads nor uploads", async () => {
    const { proxy, storage } = await behindProxy();
    await putFile(storage, "/big", content);
    const client = await connect(proxy.port);
    // What ends a connection properly in the middle leaves both ends content: the numbers of octets tell.
    proxy.arm({ kind: "fin", line: "data", way: "toServer", after: 100_000 });
    const upload = client.upload(content.subarray(0, 100_010), "up");
    await expect(upload).rejects.toMatchObject({ name: "FtpTransferError" });
    const short = await scripted((verb, _, session) => {
      if (verb === "EPSV") return passive(session, (data) => data.end("12345"));
      return verb === "RETR" ? "150 Here\r\n226 Done\r\n" : verb === "SIZE" ? "213 10\r\n" : undefined;
    });
    await expect(short.client.downloadBytes("a")).rejects.toMatchObject({ kind: "size-mismatch" });
  });

  it("row 17: has its time, in UTC and with its precision, and keeps it both ways", async () => {
    const zoned = await scripted((verb, _, session) => {
      if (verb === "FEAT") return "211-Features\r\n MDTM\r\n211 End\r\n";
      if (verb === "EPSV")
        return passive(session, (data) =>
          data.end("-rw-r--r-- 1 a b 1 Jan  2  2020 f\r\n-rw-r--r-- 1 a b 1 Oct  1 14:00 g\r\n"),
        );
      if (verb === "MDTM")
        return `213 ${new Date().getUTCMonth() >= 9 ? new Date().getUTCFullYear() : new Date().getUTCFullYear() - 1}1001120000\r\n`;
      return verb === "LIST" ? "150 Here\r\n226 Done\r\n" : undefined;
    });
    const [dated, timed] = await zoned.client.list();
    expect(dated).toMatchObject({ timePrecision: "day" });
    expect(timed).toMatchObject({ timePrecision: "minute" });
    expect(new Date(timed?.modified ?? 0).getUTCHours()).toBe(12);
    expect(timed?.timeIsLocal).toBeUndefined();
    const { port } = await startServer();
    const client = await connect(port);
    const time = new Date("2021-03-04T05:06:07Z");
    await client.upload(Buffer.from("x"), "f");
    await client.setTime("f", time);
    const to = join(await folder(), "f");
    await client.download("f", to, { preserveTime: true });
    expect((await statLocal(to)).mtimeMs).toBe(time.getTime());
    await client.upload(to, "back", { preserveTime: true });
    expect((await client.stat("back")).modified).toBe(time.getTime());
    const old = await scripted((verb) =>
      verb === "MDTM" ? "500 What\r\n" : verb === "SITE" ? "200 Set\r\n" : undefined,
    );
    await old.client.setTime("f", time);
    expect(old.commands.at(-1)).toBe("SITE UTIME 20210304050607 f");
  });

  it("row 18: is listed in every dialect and charset, and the line is kept as it came", async () => {
    const lines: readonly (readonly [string, string])[] = [
      ["-rw-r--r--   1 me  us  12 Jan  2  2020 unix", "unix"],
      ["01-02-20  03:04PM                 12 dos.txt", "dos.txt"],
      ["+i8388621.48594,m825718503,r,s12,\teplf", "eplf"],
      ["caf\xe9-only-latin1", "café-only-latin1"],
    ];
    for (const [line, name] of lines) {
      const { client } = await scripted((verb, _, session) => {
        if (verb === "EPSV") return passive(session, (data) => data.end(Buffer.from(`${line}\r\n`, "latin1")));
        return verb === "LIST" ? "150 Here\r\n226 Done\r\n" : undefined;
      });
      const [entry] = await client.list();
      expect(entry?.name).toBe(name);
      expect(entry?.raw).toBe(line);
    }
  });
});

describe("pools and peers", () => {
  it("row 19: many sessions are used, as many as the server has room for, and none waits for ever", async () => {
    const { port } = await startServer({ limits: { sessionsPerAddress: 2 } });
    const pool = new FtpPool({ ...login, port }, { limit: 5, retry: { retries: 2, delay: 1 } });
    onTestFinished(() => pool.close());
    await Promise.all(Array.from({ length: 20 }, () => pool.use((client) => client.noop())));
    expect(pool.limit).toBeLessThanOrEqual(2);
    // Operations that need a second session inside themselves: one is refused, none waits for ever.
    const nested = await Promise.allSettled(
      Array.from({ length: 2 }, () => pool.use(async () => pool.use((client) => client.noop()))),
    );
    expect(nested.some(({ status }) => status === "fulfilled")).toBe(true);
  });

  it("row 20: hostile servers lead nowhere, say nothing without end, and get no lines of their own making", async () => {
    const top = await folder();
    let listed = false;
    const { client, commands } = await scripted((verb, _, session) => {
      if (verb === "STAT") return `211-${"x".repeat(9_000)}`;
      if (verb !== "EPSV")
        return /LIST|RETR/.test(verb) ? "150 Here\r\n226 Done\r\n" : verb === "SIZE" ? "213 1\r\n" : undefined;
      const names = listed
        ? "x"
        : ["../up", "/etc/x", "..", "in"].map((name) => `-rw-r--r-- 1 a b 1 Jan  1 00:00 ${name}\r\n`).join("");
      listed = true;
      return passive(session, (data) => data.end(names));
    });
    await client.downloadTree("d", join(top, "into"));
    expect(await readdir(top, { recursive: true })).toEqual(["into", "into/in"]);
    await expect(client.remove("a\r\nDELE b")).rejects.toBeInstanceOf(RangeError);
    expect(commands.some((line) => line.startsWith("DELE"))).toBe(false);
    await expect(client.raw("STAT")).rejects.toThrow("longer than");
    expect(client.closed).toBe(true);
  });
});
