/** `--segments`, `--bwlimit`, `--transfers` and `--retries`: that they reach what moves files. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile as readLocal, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { MemoryStorage } from "@twinport/core/storage";
import { putFile, readFile, startServer } from "../../core/test/ftp-server/server-fixture.ts";
import { startFaultProxy } from "../../core/test/support/fault-proxy.ts";
import { twinport as program } from "../../../test/programs.ts";
import { twinport } from "./cli.ts";

// Each of these tests starts many processes.
vi.setConfig({ testTimeout: 240_000 });

const env = { TWINPORT_PASSWORD: "secret" };
const mebibyte = 1024 * 1024;
/** Text, so that a storage's content compares as a string; no two parts of it are the same. */
const large = Array.from({ length: (12 * mebibyte) / 16 }, (_, index) => `${index}`.padStart(15, ".") + "\n").join("");

/** A storage that knows how many files were open at once, and lets none be read or end before so many were. */
class CountingStorage extends MemoryStorage {
  opened = 0;
  most = 0;
  together = 1;
  readonly #waiting: (() => void)[] = [];

  override async openRead(...args: Parameters<MemoryStorage["openRead"]>): ReturnType<MemoryStorage["openRead"]> {
    const file = await super.openRead(...args);
    this.#open();
    return {
      ...(file.size === undefined ? {} : { size: file.size }),
      read: async (into) => {
        await this.#company();
        return file.read(into);
      },
      close: async () => {
        this.opened--;
        await file.close();
      },
    };
  }

  override async openWrite(...args: Parameters<MemoryStorage["openWrite"]>): ReturnType<MemoryStorage["openWrite"]> {
    const file = await super.openWrite(...args);
    this.#open();
    return {
      write: (from) => file.write(from),
      commit: async () => {
        await this.#company();
        this.opened--;
        return file.commit();
      },
      abandon: async () => {
        this.opened--;
        await file.abandon();
      },
    };
  }

  #open(): void {
    this.most = Math.max(this.most, ++this.opened);
    if (this.most >= this.together) for (const go of this.#waiting.splice(0)) go();
  }

  async #company(): Promise<void> {
    if (this.most < this.together) await new Promise<void>((go) => this.#waiting.push(go));
  }
}

let here: string;
let storage: CountingStorage;
let port: number;
let url: (path?: string, at?: number) => string;

beforeEach(async () => {
  here = await mkdtemp(join(tmpdir(), "twinport-flags-"));
  storage = new CountingStorage();
  ({ port } = await startServer({ storage }));
  url = (path = "", at = port) => `ftp://me@127.0.0.1:${at}/${path}`;
  onTestFinished(() => rm(here, { recursive: true }));
});

describe("--segments", () => {
  it("has a large file fetched in so many parts at once, each by a REST of its own", async () => {
    await putFile(storage, "/large", large);
    storage.together = 3;
    const args = ["get", "-v", "--json", "--segments", "3", url("large")];
    const { code, stdout, stderr } = await twinport(args, { env, cwd: here });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ path: "large", bytes: large.length, segments: 3, local: "large" });
    expect(new Set(stderr.match(/^> REST [1-9]\d*$/gm)).size).toBe(2);
    expect(storage.most).toBe(3);
    expect((await readLocal(join(here, "large"), "latin1")) === large).toBe(true);
    expect(await readdir(here)).toEqual(["large"]);
  });

  it("is refused for what cannot be fetched in parts", async () => {
    for (const more of [["-r"], ["-o", "-"], ["--ascii"], ["--mode", "block"]]) {
      const { code, stderr } = await twinport(["get", "--segments", "3", ...more, url("large")], { env, cwd: here });
      expect({ code, more }).toEqual({ code: 2, more });
      expect(stderr).toContain("--segments is for single files");
    }
    for (const wrong of ["0", "65", "many"])
      expect((await twinport(["get", "--segments", wrong, url("large")], { env, cwd: here })).code).toBe(2);
  });
});

/** Starts a command that tells its progress as JSON. */
function follow(args: readonly string[]): { readonly child: ChildProcess; readonly events: AsyncIterable<string> } {
  const child = spawn(process.execPath, [program, ...args, "--progress=json"], {
    cwd: here,
    env: { ...process.env, ...env, NETRC: "/nonexistent" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  return { child, events: createInterface({ input: child.stderr }) };
}

describe("--bwlimit", () => {
  it.each(["get", "put", "cp"])("holds back %s", async (verb) => {
    await putFile(storage, "/large", large);
    await writeFile(join(here, "local"), large);
    const ends = {
      get: [url("large"), "copy"],
      put: ["local", url("copy")],
      cp: ["--relay", url("large"), url("copy")],
    }[verb as "get"];
    const { child, events } = follow([verb, "--bwlimit", "64K", ...ends]);
    // A file of this size has long arrived before a second event of its progress, unless something holds it back.
    const told: string[] = [];
    for await (const line of events) {
      const { event } = JSON.parse(line) as { readonly event: string };
      if (event !== "plan") told.push(event);
      if (event === "end" || told.length === 3) break;
    }
    expect(told).toEqual(["begin", "progress", "progress"]);
    child.kill("SIGINT");
    expect(((await once(child, "exit")) as [number | null])[0]).toBe(130);
    expect(await readFile(storage, "/copy")).toBeUndefined();
    expect(await readdir(here)).not.toContain("copy");
  });

  it("is octets a second, and nothing else", async () => {
    for (const wrong of ["0", "fast", "-1"])
      expect((await twinport(["get", "--bwlimit", wrong, url("large")], { env, cwd: here })).code).toBe(2);
  });
});

describe("--transfers", () => {
  const names = ["a", "b", "c", "d", "e"];

  it.each([
    ["1", 1],
    ["3", 3],
  ])("has put move %s at once", async (flag, count) => {
    for (const name of names) await writeFile(join(here, name), `content of ${name}`);
    storage.together = count;
    const { code } = await twinport(["put", "--transfers", flag, ...names, url()], { env, cwd: here });
    expect(code).toBe(0);
    expect(storage.most).toBe(count);
    for (const name of names) expect(await readFile(storage, `/${name}`)).toBe(`content of ${name}`);
  });
});

describe("--retries", () => {
  it("has get go on where a connection broke, and without them it ends", async () => {
    await putFile(storage, "/large", large);
    const proxy = await startFaultProxy(port);
    const broken = { kind: "reset", line: "data", way: "toClient", after: 5 * mebibyte } as const;
    proxy.arm(broken);
    const none = ["get", "--retries", "0", url("large", proxy.port), "none"];
    const { code, stderr } = await twinport(none, { env, cwd: here });
    expect(code).toBe(7);
    expect(stderr).not.toContain("again in");
    expect(await readdir(here)).not.toContain("none");

    proxy.arm(broken);
    const args = ["get", "-v", "--json", "--retries", "1", "--retry-delay", "0.01", url("large", proxy.port)];
    const again = await twinport(args, { env, cwd: here });
    expect(again.code).toBe(0);
    expect(again.stderr).toContain("(1 of 1)");
    expect(again.stderr).toMatch(/^> REST [1-9]/m);
    expect(JSON.parse(again.stdout)).toMatchObject({ path: "large" });
    expect((await readLocal(join(here, "large"), "latin1")) === large).toBe(true);
  });

  it("has put go on too, after the control connection was lost with the data", async () => {
    await writeFile(join(here, "large"), large);
    const proxy = await startFaultProxy(port);
    proxy.arm({ kind: "reset", line: "data", way: "toServer", after: 5 * mebibyte, both: true });
    const args = ["put", "--retries", "1", "--retry-delay", "0.01", "large", url("large", proxy.port)];
    const { code, stderr } = await twinport(args, { env, cwd: here });
    expect(code).toBe(0);
    expect(stderr).toContain("(1 of 1)");
    expect((await readFile(storage, "/large")) === large).toBe(true);
  });
});
