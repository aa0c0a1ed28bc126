/** One download in segments to a name at a time, whichever process it is in; those of dead processes hold nobody up. */
import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { BandwidthLimit, FtpPool, LocalFileError } from "../../src/ftp-client/index.ts";
import { DownloadLock, lockPath } from "../../src/ftp-client/segments/download-lock.ts";
import { putFile, startServer } from "../ftp-server/server-fixture.ts";

const mebibyte = 1024 * 1024;
const content = randomBytes(8 * mebibyte);
const small = { minSegment: mebibyte };

let folder: string;
let to: string;
let port: number;
let pool: FtpPool;

beforeEach(async () => {
  const fixture = await startServer();
  ({ port } = fixture);
  await putFile(fixture.storage, "/f", content);
  folder = await mkdtemp(join(tmpdir(), "twinport-lock-"));
  to = join(folder, "f");
  pool = new FtpPool({ host: "127.0.0.1", port, user: "me", password: "secret" }, { retry: { delay: 1 } });
  onTestFinished(async () => {
    await pool.close();
    await rm(folder, { recursive: true });
  });
});

/** Waits until a download has begun to write. */
async function begun(): Promise<void> {
  while ((await stat(`${to}.segments.json`).catch(() => undefined)) === undefined) await wait(5);
}

async function expectWhole(): Promise<void> {
  expect((await readFile(to)).equals(content)).toBe(true);
  expect(await readdir(folder)).toEqual(["f"]);
}

describe("two downloads in segments to one name", () => {
  it("are refused by each other, whatever the second one calls it, and the first one ends whole", async () => {
    const controller = new AbortController();
    const first = pool.downloadSegmented("/f", to, {
      ...small,
      bandwidth: new BandwidthLimit(mebibyte, { burst: 65_536 }),
      signal: controller.signal,
    });
    first.catch(() => undefined);
    await begun();
    await symlink("f", join(folder, "link"));
    const before = (await readdir(folder)).sort();
    for (const [name, more] of [
      [to, {}],
      [to, { stateFile: join(folder, "other.json") }],
      [join(folder, "link"), {}],
      // What is fetched whole must not take the other's parts away either.
      [to, { minSegment: 16 * mebibyte }],
    ] as const) {
      const second = pool.downloadSegmented("/f", name, { ...small, ...more });
      await expect(second).rejects.toMatchObject({
        name: "LocalFileError",
        message: expect.stringMatching(
          new RegExp(`by process ${process.pid}; wait for it, end it, or download to another name`),
        ) as unknown,
      });
    }
    expect((await readdir(folder)).sort()).toEqual(before);
    controller.abort();
    await expect(first).rejects.toMatchObject({ kind: "aborted" });
    expect((await readdir(folder)).sort()).toEqual(["f.segments.json", "f.segments.part", "link"]);
    await rm(join(folder, "link"));
    await pool.downloadSegmented("/f", to, small);
    await expectWhole();
  });

  it("are refused in another process, and go on once it was killed", async () => {
    const library = new URL("../../dist/ftp-client/index.js", import.meta.url).href;
    const script = `
      import { FtpPool } from ${JSON.stringify(library)};
      const pool = new FtpPool({ host: "127.0.0.1", port: ${port}, user: "me", password: "secret" });
      await pool.downloadSegmented("/f", ${JSON.stringify(to)}, { minSegment: ${mebibyte}, bandwidth: ${mebibyte} });
    `;
    const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    const exited = once(child, "exit");
    await begun();
    const second = pool.downloadSegmented("/f", to, small);
    await expect(second).rejects.toThrow(`by process ${child.pid}; wait for it`);
    child.kill("SIGKILL");
    await exited;
    expect(await readdir(folder)).toContain("f.segments.lock");
    await pool.downloadSegmented("/f", to, small);
    await expectWhole();
  });

  it("to different names do not mind each other", async () => {
    await Promise.all([1, 2].map((number) => pool.downloadSegmented("/f", `${to}${number}`, small)));
    expect((await readdir(folder)).sort()).toEqual(["f1", "f2"]);
  });
});

describe("a lock that was left behind", () => {
  /** A number that no process has. */
  const gone = spawnSync(process.execPath, ["-e", ""]).pid;
  const lock = (more: object): string =>
    JSON.stringify({ kind: "twinport segmented download", pid: gone, host: hostname(), started: null, ...more });

  it("is taken over when its process is gone", async () => {
    await writeFile(lockPath(to), lock({}));
    await pool.downloadSegmented("/f", to, small);
    await expectWhole();
  });

  it.runIf(process.platform === "linux")("is taken over when its number is another process's by now", async () => {
    await writeFile(lockPath(to), lock({ pid: process.pid, started: "another boot 1" }));
    await pool.downloadSegmented("/f", to, small);
    await expectWhole();
  });

  it("is respected when it is another machine's, or cannot be read, and the error says what to do", async () => {
    for (const text of [lock({ host: "elsewhere" }), "", "{", lock({ pid: -1 }), lock({ kind: "something else" })]) {
      await writeFile(lockPath(to), text);
      const going = pool.downloadSegmented("/f", to, small);
      await expect(going).rejects.toThrow(`if there is none, remove ${lockPath(to)}`);
      expect(await readFile(lockPath(to), "utf8")).toBe(text);
    }
  });

  it("goes to one of many who want it at once", async () => {
    for (let turn = 0; turn < 20; turn++) {
      await writeFile(lockPath(to), lock({}));
      const takers = await Promise.allSettled(Array.from({ length: 8 }, () => DownloadLock.take(to)));
      const taken = takers.flatMap((taker) => (taker.status === "fulfilled" ? [taker.value] : []));
      expect(taken).toHaveLength(1);
      for (const taker of takers) if (taker.status === "rejected") expect(taker.reason).toBeInstanceOf(LocalFileError);
      await taken[0]?.release();
      expect(await readdir(folder)).toEqual([]);
    }
  });
});
