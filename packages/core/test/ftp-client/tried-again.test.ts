/** What a second attempt does with what the first one left: nothing is lost, doubled or blamed for it. */
import { spawn, spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readFile as readLocal, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { FtpClient, FtpError, FtpPool, FtpStorage, type FtpPoolOptions } from "../../src/ftp-client/index.ts";
import { at } from "../../src/storage/conformance/conformance-case.ts";
import { MemoryStorage } from "../../src/storage/index.ts";
import { putFile, readFile, startServer } from "../ftp-server/server-fixture.ts";
import { startCutter } from "../support/control-cutter.ts";
import { startFaultProxy } from "../support/fault-proxy.ts";
import { startScripted } from "./scripted-server.ts";

const login = { host: "127.0.0.1", user: "me", password: "secret" };
const mebibyte = 1024 * 1024;
const content = randomBytes(8 * mebibyte);
const broken = { kind: "reset", line: "data", way: "toClient", after: 3 * mebibyte } as const;

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "twinport-again-"));
  onTestFinished(() => rm(folder, { recursive: true }));
});

function pooled(port: number, options: FtpPoolOptions = {}): FtpPool {
  const pool = new FtpPool({ ...login, port }, { retry: { delay: 1 }, ...options });
  onTestFinished(() => pool.close());
  return pool;
}

/** A storage that breaks the control connections once, when it has removed or renamed a certain path. */
class ForgetfulStorage extends MemoryStorage {
  /** The path, until then. */
  readonly lost: Set<string>;
  /** Breaks the connections. */
  cut: (() => void) | undefined;

  constructor(path: string) {
    super();
    this.lost = new Set([path]);
  }

  override async remove(...args: Parameters<MemoryStorage["remove"]>): Promise<void> {
    await super.remove(...args);
    this.#forget(args[0]);
  }

  override async rename(...args: Parameters<MemoryStorage["rename"]>): Promise<void> {
    await super.rename(...args);
    this.#forget(args[0]);
  }

  #forget(path: string): void {
    if (this.lost.delete(path)) this.cut?.();
  }
}

/** Serves one. @returns The port of the way that breaks. */
async function startForgetful(path: string): Promise<{ storage: ForgetfulStorage; port: number; lost: Set<string> }> {
  const storage = new ForgetfulStorage(path);
  const served = await startServer({ storage });
  const { port, cut } = await startCutter(served.port);
  storage.cut = cut;
  return { storage, port, lost: storage.lost };
}

describe("a transfer in several attempts", () => {
  it.runIf(process.platform !== "win32")("is none into a pipe that has some of it already", async () => {
    const { port, storage } = await startServer();
    await putFile(storage, "/f", content);
    const proxy = await startFaultProxy(port);
    const pipe = join(folder, "pipe");
    expect(spawnSync("mkfifo", [pipe]).status).toBe(0);
    // Whoever reads it twice would get the beginning twice.
    const reader = spawn("cat", [pipe, pipe], { stdio: ["ignore", "pipe", "ignore"] });
    onTestFinished(() => void reader.kill("SIGKILL"));
    const hash = createHash("sha256");
    let octets = 0;
    reader.stdout.on("data", (chunk: Buffer) => {
      octets += chunk.length;
      hash.update(chunk);
    });
    proxy.arm(broken);
    await expect(pooled(proxy.port).download("f", pipe)).rejects.toThrow(FtpError);
    reader.kill();
    await once(reader, "close");
    expect(octets).toBeLessThanOrEqual(3 * mebibyte);
    expect(hash.digest("hex")).toBe(createHash("sha256").update(content.subarray(0, octets)).digest("hex"));
  });

  it.runIf(process.platform !== "win32")("goes into a pipe that has nothing of it yet", async () => {
    const { port, storage } = await startServer();
    await putFile(storage, "/f", content);
    const proxy = await startFaultProxy(port);
    const pipe = join(folder, "pipe");
    expect(spawnSync("mkfifo", [pipe]).status).toBe(0);
    const reader = spawn("sh", ["-c", 'cat "$0" > "$1"', pipe, join(folder, "copy")], { stdio: "ignore" });
    onTestFinished(() => void reader.kill("SIGKILL"));
    const ended = once(reader, "exit");
    const pool = pooled(proxy.port);
    await pool.use((client) => client.noop());
    proxy.arm({ kind: "reset", line: "control", way: "toServer", after: 1 });
    expect(await pool.download("f", pipe)).toMatchObject({ bytes: content.length });
    await ended;
    expect((await readLocal(join(folder, "copy"))).equals(content)).toBe(true);
  });
});

describe("an active transfer", () => {
  /** A client of a server that finds a stranger at the first so many ports that it is told. */
  async function crowded(strangers: number): Promise<{ client: FtpClient; commands: readonly string[] }> {
    let port = 0;
    let left = strangers;
    const { port: control, commands } = await startScripted((verb, argument, session) => {
      if (verb === "PORT") {
        const [high = 0, low = 0] = argument.split(",").slice(4).map(Number);
        port = high * 256 + low;
        if (left-- <= 0) return "200 Port\r\n";
        const stranger = connect(port, "127.0.0.1", () => session.send("200 Port\r\n"));
        stranger.on("error", () => undefined);
        onTestFinished(() => void stranger.destroy());
        return "";
      }
      if (verb === "SIZE") return "213 7\r\n";
      if (verb !== "RETR") return undefined;
      const data = connect(port, "127.0.0.1", () => {
        session.send("150 Here\r\n");
        data.end("content", () => session.send("226 Done\r\n"));
      });
      data.on("error", () => session.send("425 Nobody listens\r\n"));
      onTestFinished(() => void data.destroy());
      return "";
    });
    const client = await FtpClient.connect({ ...login, port: control, dataMode: "active" });
    onTestFinished(() => client.destroy());
    return { client, commands };
  }

  it("names another port where a stranger came before the server", async () => {
    const { client, commands } = await crowded(1);
    expect(Buffer.from(await client.downloadBytes("f")).toString()).toBe("content");
    expect(commands.filter((line) => line.startsWith("RETR"))).toHaveLength(2);
  });

  it("tells the server's refusal where that happens again", async () => {
    const { client, commands } = await crowded(2);
    await expect(client.downloadBytes("f")).rejects.toMatchObject({ code: 425 });
    expect(commands.filter((line) => line.startsWith("RETR"))).toHaveLength(2);
    expect(Buffer.from(await client.downloadBytes("f")).toString()).toBe("content");
  });
});

describe("a storage's rename", () => {
  it.each([
    ["one", {}],
    ["one that must replace nothing", { replace: false }],
  ])("takes %s for done when the answer was lost", async (_what, options) => {
    const { storage, port, lost } = await startForgetful("/a");
    await putFile(storage, "/a", "moved");
    const remote = new FtpStorage(pooled(port));
    await remote.rename(at("/a"), at("/b"), options);
    expect(lost.size).toBe(0);
    expect(await readFile(storage, "/b")).toBe("moved");
    await expect(remote.rename(at("/a"), at("/b"), options)).rejects.toMatchObject({ kind: "not-found" });
  });
});

describe("a tree's removal", () => {
  it("takes what is gone for removed when the answer was lost", async () => {
    const { storage, port, lost } = await startForgetful("/tree/a");
    const pool = pooled(port);
    await pool.ensureDirectory("tree/deep");
    for (const path of ["/tree/a", "/tree/b", "/tree/deep/c"]) await putFile(storage, path, "x");
    expect(await pool.removeTree("tree")).toMatchObject({ files: 3, directories: 2, failures: [] });
    expect(lost.size).toBe(0);
    expect(await pool.use((client) => client.exists("tree"))).toBe(false);
  });
});
