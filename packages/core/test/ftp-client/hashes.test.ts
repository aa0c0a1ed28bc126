/** Hashes that a client asks for, and transfers that it verifies by them. */
import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile as readLocal, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { describe, expect, it, onTestFinished } from "vitest";
import { FtpClient } from "../../src/ftp-client/index.ts";
import { FtpServer } from "../../src/ftp-server/index.ts";
import { MemoryStorage, type HashAlgorithm, type Storage } from "../../src/storage/index.ts";
import { putFile, readFile } from "../ftp-server/server-fixture.ts";
import { startScripted } from "./scripted-server.ts";

const big = Buffer.alloc(3_000_000, "0123456789abcdef");
const digest = (name: string, bytes: Uint8Array): string => createHash(name).update(bytes).digest("hex");

async function start(storage: Storage = new MemoryStorage()): Promise<{ client: FtpClient; storage: Storage }> {
  const server = new FtpServer({
    accounts: { login: () => ({ name: "me", storage }) },
    listeners: [{ host: "127.0.0.1", port: 0 }],
  });
  await server.start();
  const client = await FtpClient.connect({ host: "127.0.0.1", port: server.addresses[0]?.port ?? 0, user: "me" });
  onTestFinished(async () => {
    await client.close();
    await server.stop();
  });
  return { client, storage };
}

/** A server whose hashes are those of other octets. */
function lying(): Storage {
  const hash = (): Promise<string> => Promise.resolve("0".repeat(128));
  return Object.assign(new MemoryStorage(), { hash });
}

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "twinport-hashes-"));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

async function scripted(
  features: readonly string[],
  answers: Readonly<Record<string, string>>,
): Promise<{ client: FtpClient; commands: string[] }> {
  const { port, commands } = await startScripted((verb) =>
    verb === "FEAT"
      ? ["211-Features", ...features.map((line) => ` ${line}`), "211 End", ""].join("\r\n")
      : answers[verb],
  );
  const client = await FtpClient.connect({ host: "127.0.0.1", port, replyTimeout: 2_000 });
  onTestFinished(() => client.destroy());
  return { client, commands };
}

describe("FtpClient.hash", () => {
  it("asks for the strongest hash, for another one, and for a part", async () => {
    const { client, storage } = await start();
    await putFile(storage, "/a b", big);
    expect(await client.hash("a b")).toEqual({ algorithm: "SHA-512", digits: digest("sha512", big), verb: "HASH" });
    expect((await client.hash("a b", { algorithm: "MD5" })).digits).toBe(digest("md5", big));
    const range = { start: 5, end: 10 };
    expect((await client.hash("a b", { algorithm: "SHA-1", range })).digits).toBe(digest("sha1", big.subarray(5, 10)));
    expect((await client.hash("a b", { algorithm: "SHA-1" })).digits).toBe(digest("sha1", big));
    await expect(client.hash("none")).rejects.toMatchObject({ code: 550, verb: "HASH" });
    await expect(client.hash("a b", { range: { start: 5, end: 5 } })).rejects.toThrow(RangeError);
    expect((await client.hash("a b")).algorithm).toBe("SHA-512");
  });

  it.each<[features: string[], verb: string, algorithm: HashAlgorithm]>([
    [["HASH SHA-1;SHA-256*", "XSHA512"], "HASH", "SHA-256"],
    [["XCRC", "XMD5", "XSHA1", "XSHA256", "XSHA512"], "XSHA512", "SHA-512"],
    [["XCRC", "XMD5", "XSHA1", "XSHA256"], "XSHA256", "SHA-256"],
    [["XCRC", "XMD5", "XSHA1"], "XSHA1", "SHA-1"],
    [["XCRC", 'XMD5 "filename" SP EP'], "XMD5", "MD5"],
    [["XCRC filename;start;end"], "XCRC", "CRC32"],
  ])("chooses from %s", async (features, verb, algorithm) => {
    const hex = { "SHA-512": 128, "SHA-256": 64, "SHA-1": 40, MD5: 32, CRC32: 8 }[algorithm];
    const digits = "AB".repeat(hex / 2);
    const answer = verb === "HASH" ? `213 SHA-256 0-10000000 ${digits} a\r\n` : `250 ${digits}\r\n`;
    const { client, commands } = await scripted(features, { [verb]: answer });
    expect(await client.hash("a")).toEqual({ algorithm, digits: digits.toLowerCase(), verb });
    expect(commands.at(-1)).toBe(`${verb} a`);
  });

  it("puts names in quotes where they need them, and parts behind them", async () => {
    const { client, commands } = await scripted(["XCRC"], { XCRC: "250 XCRC successful: 1BCD234\r\n" });
    expect((await client.hash('a "b"', { range: { start: 5, end: 9 } })).digits).toBe("01bcd234");
    expect(commands.at(-1)).toBe('XCRC "a ""b""" 5 9');
  });

  it("asks for a part by an X-verb where the server has HASH without RANG", async () => {
    const { client, commands } = await scripted(["HASH SHA-256*", "XMD5"], { XMD5: `250 ${"0".repeat(32)}\r\n` });
    expect(await client.hash("a", { range: { start: 0, end: 1 } })).toMatchObject({ verb: "XMD5", algorithm: "MD5" });
    expect(commands.at(-1)).toBe("XMD5 a 0 1");
  });

  it("refuses a hash of another algorithm, or none at all", async () => {
    const wrong = `213 MD5 0-1 ${"0".repeat(32)} a\r\n`;
    const { client } = await scripted(["HASH SHA-256*"], { HASH: wrong });
    await expect(client.hash("a")).rejects.toMatchObject({ code: 213 });
    await expect(client.hash("a", { algorithm: "MD5" })).rejects.toMatchObject({ kind: "no-hash" });
    const none = await scripted(["SIZE"], {});
    await expect(none.client.hash("a")).rejects.toMatchObject({ kind: "no-hash" });
  });

  it("is aborted by ABOR, and the client is usable again", async () => {
    let go: () => void = () => undefined;
    const storage = new MemoryStorage();
    const held = Object.assign(storage, {
      hash: (_: string, __: string, { signal }: { signal?: AbortSignal } = {}) =>
        new Promise<string>((resolve, reject) => {
          signal?.addEventListener("abort", () => reject(new Error("aborted")));
          go();
        }),
    });
    const { client } = await start(held);
    await putFile(storage, "/a", "x");
    const abort = new AbortController();
    go = () => abort.abort();
    await expect(client.hash("a", { signal: abort.signal })).rejects.toMatchObject({ kind: "aborted" });
    expect(await client.pwd()).toBe("/");
    await expect(client.hash("a", { signal: abort.signal })).rejects.toMatchObject({ kind: "aborted" });
    expect(await client.pwd()).toBe("/");
  });
});

describe("a transfer with verify", () => {
  it("is compared in all its forms", async () => {
    const { client, storage } = await start();
    const local = await folder();
    await writeFile(join(local, "big"), big);
    const sent: string[] = [];
    client.on("command", ({ verb, argument }) => sent.push(`${verb} ${argument ?? ""}`));
    await client.upload(join(local, "big"), "file", { verify: true });
    await client.upload(big, "bytes", { verify: true });
    await client.upload(Readable.from([big.subarray(0, 10), big.subarray(10)]), "stream", { verify: true });
    await client.append(big.subarray(0, 10), "stream", { verify: true });
    await client.append(Buffer.alloc(0), "stream", { verify: true });
    await client.append(big.subarray(0, 10), "new", { verify: true });
    await client.download("file", join(local, "back"), { verify: true });
    expect(big.equals(await readLocal(join(local, "back")))).toBe(true);
    const through = new PassThrough();
    through.resume();
    await client.download("file", through, { verify: true });
    expect(big.equals(await client.downloadBytes("file", { verify: true }))).toBe(true);
    expect(await client.downloadBytes("file", { verify: true, offset: 2_999_990 })).toHaveLength(10);
    expect(await client.downloadBytes("file", { verify: true, offset: 3_000_000 })).toHaveLength(0);
    expect(await readFile(storage, "/new")).toBe(big.subarray(0, 10).toString());
    expect(sent.filter((line) => line.startsWith("HASH "))).toHaveLength(9);
    expect(sent).toContain("RANG 3000000 3000009");
  });

  it("is compared as a whole when it was resumed", async () => {
    const { client, storage } = await start();
    const local = await folder();
    await putFile(storage, "/a", big);
    await writeFile(join(local, "a.part"), big.subarray(0, 1_000_000));
    await client.download("a", join(local, "a"), { resume: true, verify: true });
    expect(big.equals(await readLocal(join(local, "a")))).toBe(true);
    await writeFile(join(local, "b.part"), Buffer.alloc(1_000_000, "wrong"));
    const download = client.download("a", join(local, "b"), { resume: true, verify: true });
    await expect(download).rejects.toMatchObject({ kind: "hash-mismatch" });
    // What is known to be wrong is not kept to be resumed.
    expect(await readdir(local)).toEqual(["a"]);
    await putFile(storage, "/b", big.subarray(0, 500));
    await client.upload(join(local, "a"), "b", { resume: true, verify: true });
    await putFile(storage, "/c", Buffer.alloc(500, "wrong"));
    const upload = client.upload(big, "c", { resume: true, verify: true });
    await expect(upload).rejects.toMatchObject({ kind: "hash-mismatch" });
    await putFile(storage, "/c", Buffer.alloc(big.length, "wrong"));
    await expect(client.upload(big, "c", { resume: true, verify: true })).rejects.toMatchObject({
      kind: "hash-mismatch",
    });
    await writeFile(join(local, "d"), Buffer.alloc(big.length, "wrong"));
    await expect(client.download("a", join(local, "d"), { resume: true, verify: true })).rejects.toMatchObject({
      kind: "hash-mismatch",
    });
  });

  it("fails when the hashes differ, and leaves no file of that name here", async () => {
    const { client, storage } = await start(lying());
    const local = await folder();
    await putFile(storage, "/a", big);
    const mismatch = { name: "FtpTransferError", kind: "hash-mismatch" };
    await expect(client.download("a", join(local, "a"), { verify: true })).rejects.toMatchObject(mismatch);
    expect(await readdir(local)).toEqual([]);
    await expect(client.downloadBytes("a", { verify: true })).rejects.toMatchObject(mismatch);
    await expect(client.upload(big, "b", { verify: true })).rejects.toMatchObject(mismatch);
    expect(await client.pwd()).toBe("/");
  });

  it("is not begun where it could not be verified", async () => {
    const { client, storage } = await start();
    await expect(client.upload(big, "a", { verify: true, type: "ascii" })).rejects.toMatchObject({ kind: "no-hash" });
    expect(await readFile(storage, "/a")).toBeUndefined();
    const none = await scripted(["SIZE"], {});
    await expect(none.client.upload(big, "a", { verify: true })).rejects.toMatchObject({ kind: "no-hash" });
    expect(none.commands.some((line) => line.startsWith("STOR"))).toBe(false);
  });
});

describe("FtpClient.setTime", () => {
  const modified = new Date("2020-01-02T03:04:05.678Z");

  it("goes by MFMT, or else by MDTM's setting form, or else by SITE UTIME", async () => {
    const modern = await scripted(["MFMT", "MDTM"], { MFMT: "213 Modify=20200102030405; a\r\n" });
    await modern.client.setTime("a", modified);
    expect(modern.commands.at(-1)).toBe("MFMT 20200102030405 a");
    const older = await scripted(["MDTM"], { MDTM: "213 Set\r\n" });
    await older.client.setTime("a", modified);
    expect(older.commands.at(-1)).toBe("MDTM 20200102030405 a");
    const oldest = await scripted(["MDTM"], { MDTM: "550 No such file\r\n", SITE: "200 Set\r\n" });
    await oldest.client.setTime("a", modified);
    expect(oldest.commands.at(-1)).toBe("SITE UTIME 20200102030405 a");
    const nothing = await scripted([], { MDTM: "500 What\r\n", SITE: "500 What\r\n" });
    await expect(nothing.client.setTime("a", modified)).rejects.toMatchObject({ code: 500, verb: "SITE" });
    expect(nothing.commands.at(-1)).toBe("SITE UTIME 202001020304 a");
  });
});
