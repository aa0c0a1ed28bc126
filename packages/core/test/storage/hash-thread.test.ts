/** The thread that counts hashes of large files. */
import { createHash, randomBytes } from "node:crypto";
import { crc32 } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { ReadableFile } from "../../src/bytes/index.ts";
import { hashAlgorithms, type HashAlgorithm } from "../../src/protocol/index.ts";
import { HashThread } from "../../src/storage/hashing/hash-thread.ts";

const content = randomBytes(3_000_001);

/** A file of these octets that gives as many at once as it likes. */
function fileOf(octets: Uint8Array, most = 300_000): Pick<ReadableFile, "read"> {
  let at = 0;
  return {
    read: async (into) => {
      const part = octets.subarray(at, at + Math.min(into.length, 1 + Math.floor(Math.random() * most)));
      into.set(part);
      at += part.length;
      return part.length;
    },
  };
}

function hashOf(algorithm: HashAlgorithm, octets: Uint8Array): string {
  if (algorithm === "CRC32") return crc32(octets).toString(16).padStart(8, "0");
  return createHash(algorithm.replace("-", "").toLowerCase()).update(octets).digest("hex");
}

describe("the thread that hashes", () => {
  it.each(hashAlgorithms)("counts %s, of many files at once too", async (algorithm) => {
    const thread = new HashThread(1);
    const parts = [content, content.subarray(1_000_000), content.subarray(5, 600_000), content.subarray(7, 7)];
    let told = 0;
    const onBytes = (count: number): void => void (told += count);
    const found = await Promise.all(parts.map((part) => thread.hash(fileOf(part), algorithm, { onBytes })));
    expect(found).toEqual(parts.map((part) => hashOf(algorithm, part)));
    expect(told).toBe(parts.reduce((sum, part) => sum + part.length, 0));
    const part = await thread.hash(fileOf(content), algorithm, { length: 1_234_567 });
    expect(part).toBe(hashOf(algorithm, content.subarray(0, 1_234_567)));
  });

  it("ends when nothing was hashed for a while, and begins again", async () => {
    const thread = new HashThread(10);
    for (let turn = 0; turn < 2; turn++) {
      expect(thread.running).toBe(false);
      expect(await thread.hash(fileOf(content), "MD5")).toBe(hashOf("MD5", content));
      expect(thread.running).toBe(true);
      await expect.poll(() => thread.running).toBe(false);
    }
  });

  it("gives one file up, and goes on with another", async () => {
    const thread = new HashThread(1);
    const abort = new AbortController();
    const endless = { read: async (into: Uint8Array): Promise<number> => into.length };
    let pieces = 0;
    const onBytes = (): void => {
      if (++pieces === 5) abort.abort(new Error("Enough"));
    };
    const [given, whole] = await Promise.allSettled([
      thread.hash(endless, "SHA-256", { signal: abort.signal, onBytes }),
      thread.hash(fileOf(content), "SHA-256"),
    ]);
    expect(given).toMatchObject({ status: "rejected", reason: { message: "Enough" } });
    expect(whole).toEqual({ status: "fulfilled", value: hashOf("SHA-256", content) });
  });

  it("tells what reading throws", async () => {
    const broken = { read: () => Promise.reject(new Error("The disk is gone")) };
    await expect(new HashThread(1).hash(broken, "SHA-1")).rejects.toThrow("The disk is gone");
  });
});
