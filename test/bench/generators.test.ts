/** The bench's load generators do what they are told, no more and no less. */
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { FtpLoad } from "../../bench/load/ftp-load.js";
import { runTftpLoad } from "../../bench/load/tftp-load.js";
import { startServerProgram, type ServerProgram } from "../programs.ts";
import { startCountingServer } from "./counting-server.ts";

let folder: string;
let server: ServerProgram;
const login = { host: "127.0.0.1", user: "bench", password: "bench" };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "twinport-bench-test-"));
  const tls = ["--tls-self-signed", "--tls-cert", join(folder, "cert.pem"), "--tls-key", join(folder, "key.pem")];
  const tftp = ["--tftp", "127.0.0.1:0", "--tftp-write", "--tftp-overwrite"];
  await mkdir(join(folder, "files"));
  server = await startServerProgram([join(folder, "files"), "--log-level", "silent", ...tls, ...tftp], {
    env: { TWINPORT_USERS: "bench:bench" },
    until: "SHA-256",
  });
});
afterAll(async () => {
  await server.stop("SIGTERM");
  await rm(folder, { recursive: true });
});

/** Sessions that end with the test. */
async function open(options: { sessions?: number; threads?: number; secure?: boolean } = {}): Promise<FtpLoad> {
  const { secure = false, ...rest } = options;
  const load = await FtpLoad.open({ ...login, port: server.port, secure }, rest);
  onTestFinished(() => load.close());
  return load;
}
const uploads = async (): Promise<string[]> =>
  (await readdir(join(folder, "files"))).filter((name) => name.startsWith("load-"));
const put = (name: string, size: number): Promise<void> =>
  writeFile(join(folder, "files", name), Buffer.alloc(size, name));

describe("FTP sessions", () => {
  it("store, read and remove small files, each session its share", async () => {
    const load = await open({ sessions: 3, threads: 2 });
    expect(await load.run({ name: "storeSmall", count: 5, size: 4096 })).toMatchObject({ octets: 5 * 4096, count: 5 });
    const names = ["load-0-0.bin", "load-0-1.bin", "load-1-0.bin", "load-1-1.bin", "load-2-0.bin"];
    expect((await uploads()).sort()).toEqual(names);
    for (const name of names) expect((await stat(join(folder, "files", name))).size).toBe(4096);
    const { seconds, octets } = await load.run({ name: "retrieveSmall", count: 5, size: 4096 });
    expect(octets).toBe(5 * 4096);
    expect(seconds).toBeGreaterThan(0);
    await load.run({ name: "removeSmall", count: 5 });
    expect(await uploads()).toEqual([]);
  });

  it("read and write large files", async () => {
    const size = 3 * 1024 * 1024 + 5;
    await put("big", size);
    const load = await open({ sessions: 2 });
    const job = { name: "retrieve", verb: "RETR", path: "big", size, count: 3 };
    expect(await load.run(job)).toMatchObject({ octets: 3 * size, count: 3 });
    expect(await load.run({ name: "store", size, count: 2 })).toMatchObject({ octets: 2 * size });
    expect((await stat(join(folder, "files", "load-1.bin"))).size).toBe(size);
    await load.run({ name: "removeLarge" });
    expect(await uploads()).toEqual([]);
  });

  it("read and write under TLS, whose data connections resume the session", async () => {
    const size = 1024 * 1024 + 5;
    await put("secret", size);
    const load = await open({ secure: true });
    const job = { name: "retrieve", verb: "RETR", path: "secret", size, count: 2 };
    expect(await load.run(job)).toMatchObject({ octets: 2 * size });
    expect(await load.run({ name: "store", size, count: 2 })).toMatchObject({ octets: 2 * size });
    expect((await stat(join(folder, "files", "load-0.bin"))).size).toBe(size);
    await load.run({ name: "removeLarge" });
  });

  it("fail with the server's words, and when a file has another size", async () => {
    await put("short", 10);
    const load = await open();
    const retrieve = { name: "retrieve", verb: "RETR", count: 1, size: 11 };
    await expect(load.run({ ...retrieve, path: "short" })).rejects.toThrow("short came with 10 octets, not 11");
    await expect(load.run({ ...retrieve, path: "absent" })).rejects.toThrow(/^RETR absent was answered: 550 /);
  });

  it("are refused with a wrong password", async () => {
    const wrong = FtpLoad.open({ ...login, password: "wrong", port: server.port });
    await expect(wrong).rejects.toThrow(/^PASS wrong was answered: 530 /);
  });
});

describe("commands", () => {
  it("reach the server as often as was asked, in whatever pieces its replies come", async () => {
    const counting = await startCountingServer();
    onTestFinished(() => counting.stop());
    const load = await FtpLoad.open({ ...login, port: counting.port }, { sessions: 3 });
    expect(await load.run({ name: "noop", count: 50 })).toMatchObject({ count: 50, octets: 0 });
    await load.close();
    expect(Object.fromEntries(counting.counts)).toEqual({ USER: 3, PASS: 3, TYPE: 3, NOOP: 50, QUIT: 3 });
  });

  it("log in anew each time", async () => {
    const counting = await startCountingServer();
    onTestFinished(() => counting.stop());
    const load = await FtpLoad.open({ ...login, port: counting.port }, { isOpen: false });
    await load.run({ name: "login", count: 7 });
    await load.close();
    expect(counting.connections()).toBe(7);
    expect(Object.fromEntries(counting.counts)).toEqual({ USER: 7, PASS: 7, QUIT: 7 });
  });

  it("end with an error when the server goes", async () => {
    const counting = await startCountingServer();
    const load = await FtpLoad.open({ ...login, port: counting.port });
    const lost = expect(load.run({ name: "noop", count: 1_000_000 })).rejects.toThrow();
    await counting.stop();
    await lost;
    await load.close();
  });
});

describe("TFTP transfers", () => {
  const tftp = (): { host: string; port: number } => ({ host: "127.0.0.1", port: server.tftpPort });
  const ways = [{}, { blockSize: 1428 }, { blockSize: 1428, windowSize: 16 }, { blockSize: 65_464, windowSize: 4 }];

  it.each(ways)("read with %j", async (way) => {
    const size = 200_000;
    await put("image", size);
    const job = { name: "image", size, count: 3, atOnce: 2, ...way };
    expect(await runTftpLoad(tftp(), job)).toMatchObject({ octets: 3 * size, count: 3 });
  });

  it.each(ways)("write with %j, a last block that is empty too", async (way) => {
    for (const size of [100_001, 65_464 * 8, 1428 * 32, 512 * 3, 0]) {
      const job = { put: true, name: "load-up", size, count: 2, atOnce: 2, ...way };
      expect(await runTftpLoad(tftp(), job)).toMatchObject({ octets: 2 * size });
      expect((await stat(join(folder, "files", "load-up-1"))).size).toBe(size);
    }
  });

  it("fail with the server's words, and when a file has another size", async () => {
    await put("image", 10);
    await expect(runTftpLoad(tftp(), { name: "absent", count: 1 })).rejects.toThrow(/^error 1 from the server: /);
    const wrong = runTftpLoad(tftp(), { name: "image", size: 11, count: 1 });
    await expect(wrong).rejects.toThrow("image came with 10 octets, not 11");
  });
});
