/** Segmented downloads: whole, gone on with, from servers that change, refuse, break off, and by processes that are killed. */
import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readdir, readFile as readLocal, rm, stat, writeFile } from "node:fs/promises";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  BandwidthLimit,
  FtpClient,
  FtpPool,
  type FtpClientOptions,
  type FtpPoolOptions,
  type ProgressEvent,
} from "../../src/ftp-client/index.ts";
import { readState, writeState } from "../../src/ftp-client/segments/state-file.ts";
import type { FtpServerOptions } from "../../src/ftp-server/index.ts";
import { FakeClock } from "../net/fake-clock.ts";
import { putFile, startServer, type Fixture } from "../ftp-server/server-fixture.ts";
import { startCutter } from "../support/control-cutter.ts";
import { passive, startScripted } from "./scripted-server.ts";

const mebibyte = 1024 * 1024;
const content = randomBytes(24 * mebibyte);
const sum = digest(content);
/** Parts of a size that leaves several of them. */
const small = { minSegment: mebibyte };

function digest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** A server with the file, a pool of its, and a folder to download to. */
interface Setting extends Fixture {
  readonly pool: FtpPool;
  readonly folder: string;
  readonly to: string;
  /** Commands that all sessions sent. */
  readonly sent: string[];
  /** Breaks all control connections. */
  readonly cut: () => void;
}

async function start(
  options: FtpClientOptions & FtpPoolOptions = {},
  server: Partial<FtpServerOptions> = {},
): Promise<Setting> {
  const fixture = await startServer(server);
  await putFile(fixture.storage, "/f", content);
  const { port, cut } = await startCutter(fixture.port);
  const folder = await mkdtemp(join(tmpdir(), "twinport-segments-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const sent: string[] = [];
  const pool = new FtpPool(
    { host: "127.0.0.1", port, user: "me", password: "secret" },
    {
      retry: { delay: 1 },
      onSession: (client) =>
        client.on("command", ({ verb, argument }) => sent.push(`${verb} ${argument ?? ""}`.trim())),
      ...options,
    },
  );
  onTestFinished(() => pool.close());
  return { ...fixture, pool, folder, to: join(folder, "f"), sent, cut };
}

const retrievals = (sent: readonly string[]): number => sent.filter((line) => line === "RETR /f").length;

async function expectWhole({ to, folder }: { to: string; folder: string }): Promise<void> {
  expect(digest(await readLocal(to))).toBe(sum);
  expect(await readdir(folder)).toEqual(["f"]);
}

/** Gives a download up once so many octets are here. */
async function giveUpAt(setting: Setting, octets: number, options: object = {}): Promise<void> {
  const controller = new AbortController();
  const giving = setting.pool.downloadSegmented("/f", setting.to, {
    ...small,
    ...options,
    signal: controller.signal,
    onProgress: ({ bytes }) => {
      if (bytes >= octets) controller.abort();
    },
  });
  await expect(giving).rejects.toMatchObject({ kind: "aborted" });
}

describe("a segmented download", () => {
  it("fetches one file by several sessions at once, and leaves nothing else", async () => {
    const setting = await start();
    const told: ProgressEvent[] = [];
    // Nobody is given anything, beyond a first piece, before all four have asked.
    const clock = new FakeClock();
    const bandwidth = new BandwidthLimit(1_000_000_000, { burst: 65_536, clock });
    const going = setting.pool.downloadSegmented("/f", setting.to, {
      ...small,
      bandwidth,
      preserveTime: true,
      onProgress: (event) => void told.push(event),
    });
    const state = { done: false };
    going.finally(() => (state.done = true)).catch(() => undefined);
    while (retrievals(setting.sent) < 4) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(setting.server.sessionCount).toBe(4);
    while (!state.done) {
      clock.advance(5);
      await turn();
    }
    const result = await going;
    await expectWhole(setting);
    expect(result).toMatchObject({ path: "/f", bytes: content.length, offset: 0, discarded: undefined });
    expect(result.segments).toBeGreaterThanOrEqual(4);
    expect(setting.sent.some((line) => line.startsWith("REST "))).toBe(true);
    expect(setting.sent.some((line) => line.startsWith("HASH "))).toBe(true);
    const bytes = told.map((event) => event.bytes);
    expect(bytes).toEqual([...bytes].sort((a, b) => a - b));
    expect(told.at(-1)).toMatchObject({ path: "/f", bytes: content.length, size: content.length, remaining: 0 });
    const client = await FtpClient.connect({ host: "127.0.0.1", port: setting.port, user: "me", password: "secret" });
    onTestFinished(() => client.close());
    expect(Math.round((await stat(setting.to)).mtimeMs)).toBe((await client.stat("/f")).modified);
  });

  it("needs one session only, and then one command", async () => {
    const setting = await start({ limit: 1 });
    await setting.pool.downloadSegmented("/f", setting.to, small);
    await expectWhole(setting);
    expect(retrievals(setting.sent)).toBe(1);
    expect(setting.pool.size).toBe(1);
  });

  it("does with the sessions that the server allows", async () => {
    const setting = await start({}, { limits: { sessionsPerAddress: 2 } });
    await setting.pool.downloadSegmented("/f", setting.to, { ...small, segments: 8 });
    await expectWhole(setting);
    expect(setting.pool.limit).toBe(2);
  });

  it("leaves its sessions in step for others", async () => {
    const setting = await start();
    await setting.pool.downloadSegmented("/f", setting.to, small);
    const listings = await Promise.all([1, 2, 3, 4].map(() => setting.pool.use((client) => client.list("/"))));
    for (const listing of listings) expect(listing.map(({ name }) => name)).toEqual(["f"]);
  });

  it("obeys one bandwidth limit in all parts", async () => {
    const setting = await start();
    const clock = new FakeClock();
    const limit = new BandwidthLimit(100 * mebibyte, { burst: mebibyte, clock });
    const state = { done: false };
    const going = setting.pool.downloadSegmented("/f", setting.to, { ...small, bandwidth: limit });
    going.finally(() => (state.done = true)).catch(() => undefined);
    while (!state.done) {
      if (clock.pending > 0) clock.advance(1);
      await turn();
    }
    await going;
    expect(clock.now()).toBeGreaterThan(((content.length - 2 * mebibyte) / limit.octetsPerSecond) * 1000);
    await expectWhole(setting);
  });

  it("replaces a file that is there only when it is whole", async () => {
    const setting = await start();
    await writeFile(setting.to, "an old one", { mode: 0o640 });
    await giveUpAt(setting, 4 * mebibyte);
    expect(await readLocal(setting.to, "utf8")).toBe("an old one");
    await setting.pool.downloadSegmented("/f", setting.to, small);
    await expectWhole(setting);
    expect((await stat(setting.to)).mode & 0o777).toBe(0o640);
  });

  it("fetches small files whole, and refuses options that mean nothing", async () => {
    const setting = await start();
    await putFile(setting.storage, "/s", "small");
    const result = await setting.pool.downloadSegmented("/s", setting.to);
    expect(result).toMatchObject({ segments: 1, bytes: 5 });
    for (const options of [
      { segments: 0 },
      { segments: 1.5 },
      { segments: 1000 },
      { minSegment: 1 },
      { bandwidth: 0 },
    ]) {
      await expect(setting.pool.downloadSegmented("/f", setting.to, { ...small, ...options })).rejects.toBeInstanceOf(
        RangeError,
      );
    }
    await expect(setting.pool.downloadSegmented("/none", setting.to)).rejects.toMatchObject({ code: 550 });
  });
});

describe("a segmented download that was given up", () => {
  it("goes on, and moves only the rest", async () => {
    const setting = await start();
    await giveUpAt(setting, 10 * mebibyte);
    expect((await readdir(setting.folder)).sort()).toEqual(["f.segments.json", "f.segments.part"]);
    const result = await setting.pool.downloadSegmented("/f", setting.to, small);
    await expectWhole(setting);
    expect(result.offset).toBeGreaterThanOrEqual(10 * mebibyte);
    expect(result.bytes).toBe(content.length - result.offset);
  });

  it("goes on from a state file elsewhere", async () => {
    const setting = await start();
    const stateFile = join(setting.folder, "elsewhere");
    await giveUpAt(setting, 10 * mebibyte, { stateFile });
    expect((await readdir(setting.folder)).sort()).toEqual(["elsewhere", "f.segments.part"]);
    const result = await setting.pool.downloadSegmented("/f", setting.to, { ...small, stateFile });
    expect(result.offset).toBeGreaterThanOrEqual(10 * mebibyte);
    await expectWhole(setting);
  });

  it("begins anew when the server's file is another one, though of that size", async () => {
    const setting = await start();
    await giveUpAt(setting, 10 * mebibyte);
    const other = randomBytes(content.length);
    await putFile(setting.storage, "/f", other);
    const client = await FtpClient.connect({ host: "127.0.0.1", port: setting.port, user: "me", password: "secret" });
    await client.setTime("/f", new Date("2001-02-03T04:05:06Z"));
    await client.close();
    const result = await setting.pool.downloadSegmented("/f", setting.to, small);
    expect(result).toMatchObject({ offset: 0, bytes: other.length, discarded: "changed" });
    expect(digest(await readLocal(setting.to))).toBe(digest(other));
  });

  it("begins anew with a state that was changed, or a file that is gone", async () => {
    const setting = await start();
    await giveUpAt(setting, 10 * mebibyte);
    const stateFile = `${setting.to}.segments.json`;
    await writeFile(stateFile, (await readLocal(stateFile, "utf8")).replace(/"size":\d/, '"size":9'));
    expect(await setting.pool.downloadSegmented("/f", setting.to, small)).toMatchObject({ discarded: "unreadable" });
    await expectWhole(setting);
    await giveUpAt(setting, 10 * mebibyte);
    await rm(`${setting.to}.segments.part`);
    expect(await setting.pool.downloadSegmented("/f", setting.to, small)).toMatchObject({ discarded: "no-part" });
    await expectWhole(setting);
  });

  it("is not taken for a beginning by an ordinary download", async () => {
    const setting = await start();
    await giveUpAt(setting, 10 * mebibyte);
    const result = await setting.pool.use((client) => client.download("/f", setting.to, { resume: true }));
    expect(result.offset).toBe(0);
    expect(digest(await readLocal(setting.to))).toBe(sum);
  });

  it("is found out by the hash when its part is not what the state says", async () => {
    const setting = await start();
    await giveUpAt(setting, 10 * mebibyte);
    const part = `${setting.to}.segments.part`;
    const state = await readState(`${setting.to}.segments.json`);
    if (typeof state === "string") throw new Error(state);
    const bytes = await readLocal(part);
    const at = state.done[0]?.start ?? 0;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    await writeFile(part, bytes);
    const going = setting.pool.downloadSegmented("/f", setting.to, small);
    await expect(going).rejects.toMatchObject({ kind: "hash-mismatch" });
    expect(await readdir(setting.folder)).toEqual([]);
  });

  it("is only checked when all of it was here", async () => {
    const setting = await start();
    await giveUpAt(setting, 10 * mebibyte);
    const stateFile = `${setting.to}.segments.json`;
    const state = await readState(stateFile);
    if (typeof state === "string") throw new Error(state);
    await writeFile(`${setting.to}.segments.part`, content);
    await writeState(stateFile, { ...state, done: [{ start: 0, end: content.length }] });
    const before = retrievals(setting.sent);
    expect(await setting.pool.downloadSegmented("/f", setting.to, small)).toMatchObject({ bytes: 0, segments: 0 });
    expect(retrievals(setting.sent)).toBe(before);
    await expectWhole(setting);
  });
});

describe("a segmented download in trouble", () => {
  it("comes whole although all connections break, again and again", async () => {
    const setting = await start({ retry: { delay: 1, retries: 2 } });
    let next = 2 * mebibyte;
    let cuts = 0;
    const result = await setting.pool.downloadSegmented("/f", setting.to, {
      ...small,
      onProgress: ({ bytes }) => {
        if (bytes < next) return;
        next += 3 * mebibyte;
        cuts++;
        setting.cut();
      },
    });
    expect(cuts).toBeGreaterThanOrEqual(6);
    expect(result.bytes).toBe(content.length);
    await expectWhole(setting);
  });

  it("says that the file changed meanwhile, and keeps nothing of it", async () => {
    const setting = await start();
    let changed: Promise<void> | undefined;
    const going = setting.pool.downloadSegmented("/f", setting.to, {
      ...small,
      bandwidth: 60 * mebibyte,
      onProgress: ({ bytes }) => {
        if (bytes > 4 * mebibyte) changed ??= putFile(setting.storage, "/f", randomBytes(content.length - 5));
      },
    });
    await expect(going).rejects.toMatchObject({ kind: "changed" });
    await changed;
    expect(await readdir(setting.folder)).toEqual([]);
  });

  it("keeps what came when the server goes away for good, and goes on when it is back", async () => {
    const setting = await start({ retry: { delay: 1, retries: 1 } });
    let stopping: Promise<void> | undefined;
    const going = setting.pool.downloadSegmented("/f", setting.to, {
      ...small,
      onProgress: ({ bytes }) => {
        if (bytes > 8 * mebibyte) stopping ??= setting.server.stop();
      },
    });
    await expect(going).rejects.toBeInstanceOf(Error);
    await stopping;
    const again = await startServer({ storage: setting.storage });
    const pool = new FtpPool({ host: "127.0.0.1", port: again.port, user: "me", password: "secret" });
    onTestFinished(() => pool.close());
    const result = await pool.downloadSegmented("/f", setting.to, small);
    expect(result.offset).toBeGreaterThan(7 * mebibyte);
    await expectWhole(setting);
  });

  it("keeps what came when the disk refuses the state, and says why", async () => {
    const setting = await start();
    const stateFile = join(setting.folder, "no", "such", "folder");
    const going = setting.pool.downloadSegmented("/f", setting.to, { ...small, stateFile });
    await expect(going).rejects.toMatchObject({ name: "LocalFileError" });
  });
});

/** A server of one file that says what a test wants of REST and SIZE. */
async function startOdd(odd: "no REST in FEAT" | "REST refused" | "no SIZE" | "no FEAT"): Promise<{ port: number }> {
  let offset = 0;
  let data: Socket | undefined;
  return startScripted((verb, argument, session) => {
    if (verb === "FEAT") {
      if (odd === "no FEAT") return "502 What\r\n";
      return `211-Features\r\n SIZE\r\n MDTM\r\n${odd === "no REST in FEAT" ? "" : " REST STREAM\r\n"}211 End\r\n`;
    }
    if (verb === "EPSV") return passive(session, (socket) => (data = socket));
    if (verb === "SIZE") return odd === "no SIZE" ? "502 What\r\n" : `213 ${content.length}\r\n`;
    if (verb === "MDTM") return "213 20200102030405\r\n";
    if (verb === "PWD") return '257 "/"\r\n';
    if (verb === "ABOR") return "226 Aborted\r\n";
    if (verb === "REST") {
      if (odd !== "no FEAT") return "502 What\r\n";
      offset = Number(argument);
      return "350 Go on\r\n";
    }
    if (verb !== "RETR") return undefined;
    session.send("150 Comes\r\n");
    data?.end(content.subarray(offset), () => session.send("226 Done\r\n"));
    offset = 0;
    return "";
  });
}

describe("a segmented download from a server that cannot", () => {
  for (const odd of ["no REST in FEAT", "REST refused", "no SIZE"] as const) {
    it(`fetches the file whole, by one session (${odd})`, async () => {
      const { port } = await startOdd(odd);
      const folder = await mkdtemp(join(tmpdir(), "twinport-segments-"));
      onTestFinished(() => rm(folder, { recursive: true }));
      const pool = new FtpPool({ host: "127.0.0.1", port }, { retry: { delay: 1 } });
      onTestFinished(() => pool.close());
      const to = join(folder, "f");
      const result = await pool.downloadSegmented("/f", to, small);
      expect(result).toMatchObject({ segments: 1, bytes: content.length });
      await expectWhole({ to, folder });
    });
  }

  it("finds out by REST itself where there is no FEAT", async () => {
    const { port } = await startOdd("no FEAT");
    const folder = await mkdtemp(join(tmpdir(), "twinport-segments-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    // One at a time: the scripted server has one offset for all.
    const pool = new FtpPool({ host: "127.0.0.1", port }, { retry: { delay: 1 }, limit: 1 });
    onTestFinished(() => pool.close());
    const to = join(folder, "f");
    await giveUpAt({ pool, to, folder } as Setting, 6 * mebibyte);
    expect((await pool.downloadSegmented("/f", to, small)).offset).toBeGreaterThanOrEqual(6 * mebibyte);
    await expectWhole({ to, folder });
  });
});

describe("a process that is killed", () => {
  it("leaves a state from which another one goes on, with the rest only", async () => {
    const setting = await start();
    const library = new URL("../../dist/ftp-client/index.js", import.meta.url).href;
    const script = `
      import { FtpPool } from ${JSON.stringify(library)};
      const [port, to] = process.argv.slice(1);
      const pool = new FtpPool({ host: "127.0.0.1", port: Number(port), user: "me", password: "secret" });
      await pool.downloadSegmented("/f", to, { minSegment: ${mebibyte}, bandwidth: ${6 * mebibyte} });
    `;
    const child = spawn(process.execPath, ["--input-type=module", "-e", script, String(setting.port), setting.to], {
      stdio: ["ignore", "inherit", "inherit"],
    });
    const exited = once(child, "exit");
    const stateFile = `${setting.to}.segments.json`;
    let done = 0;
    while (done < 4 * mebibyte && child.exitCode === null) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      const state = await readState(stateFile);
      if (typeof state !== "string") done = state.done.reduce((total, { start: from, end }) => total + end - from, 0);
    }
    child.kill("SIGKILL");
    expect((await exited)[1]).toBe("SIGKILL");
    expect(done).toBeLessThan(content.length);
    const result = await setting.pool.downloadSegmented("/f", setting.to, small);
    expect(result.offset).toBeGreaterThanOrEqual(done);
    expect(result.bytes).toBe(content.length - result.offset);
    await expectWhole(setting);
  });
});
