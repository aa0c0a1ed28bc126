/** What goes wrong in formats, and must not pass for a file (RFC 959 §3.3, §3.4, §3.5). */
import { deflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { MemoryStorage } from "../../src/storage/index.ts";
import { putFile, readFile, startServer } from "../ftp-server/server-fixture.ts";
import { RawSession } from "../ftp-server/raw-session.ts";

const hex = (text: string): Buffer => Buffer.from(text.replace(/\s/g, ""), "hex");

type ServerOptions = Parameters<typeof startServer>[0];

async function session(options: ServerOptions = {}): Promise<{ raw: RawSession; storage: MemoryStorage }> {
  const storage = new MemoryStorage();
  const { port } = await startServer({ storage, ...options });
  return { raw: await RawSession.logIn(port), storage };
}

/** Sends an upload in a format, and gives the completion's code. */
async function upload(
  parameters: readonly string[],
  bytes: Uint8Array,
  options: ServerOptions = {},
): Promise<{ code: number; stored: string | undefined }> {
  const { raw, storage } = await session(options);
  for (const line of parameters) expect(await raw.code(line)).toBe(200);
  const { last } = await raw.upload("STOR f", bytes);
  raw.close();
  return { code: last.code, stored: await readFile(storage, "/f") };
}

describe("a connection that closes before the file's end is a broken transfer", () => {
  it.each([
    ["block", ["TYPE I", "MODE B"], hex("00 0003 616263")],
    ["block, within a header", ["TYPE I", "MODE B"], hex("00 00")],
    ["block, within a block", ["TYPE I", "MODE B"], hex("40 0005 6162")],
    ["compressed", ["TYPE I", "MODE C"], hex("03 616263")],
    ["compressed, within a string", ["TYPE I", "MODE C"], hex("00 40 05 61")],
    ["records", ["TYPE A", "STRU R"], hex("6162 ff01")],
    ["records, within an escape", ["TYPE A", "STRU R"], hex("6162 ff")],
    ["pages", ["TYPE I", "STRU P"], hex("04 00 01 01 61")],
    ["deflate", ["TYPE I", "MODE Z"], deflateSync(Buffer.alloc(5000, "abc")).subarray(0, 20)],
  ] as const)("%s", async (_, parameters, bytes) => {
    const { code, stored } = await upload(parameters, bytes);
    expect(code).toBe(426);
    expect(stored).toBeUndefined();
  });
});

describe("octets that no sender may send are refused", () => {
  it.each([
    ["an unknown descriptor", ["TYPE I", "MODE B"], hex("01 0001 61"), 550],
    ["an end of record where there are none", ["TYPE I", "MODE B"], hex("80 0001 61 40 0000"), 550],
    ["a run of none", ["TYPE I", "MODE C"], hex("80 61"), 550],
    ["a control octet after FF", ["TYPE A", "STRU R"], hex("61 ff07"), 550],
    ["a page type that is none", ["TYPE I", "STRU P"], hex("04 00 01 09 61"), 551],
    ["a page header that is too short", ["TYPE I", "STRU P"], hex("03 00 01 01 61"), 550],
    ["what is not zlib's", ["TYPE I", "MODE Z"], Buffer.from("plain text"), 550],
    ["padding that is not zero", ["TYPE L 12"], hex("abcf"), 550],
  ] as const)("%s", async (_, parameters, bytes, expected) => {
    const { code, stored } = await upload(parameters, bytes);
    expect(code).toBe(expected);
    expect(stored).toBeUndefined();
  });

  it("a record over its limit, of text and of fixed length", async () => {
    const text = { representation: { longestRecord: 3 } };
    expect((await upload(["TYPE A", "STRU R"], hex("61626364 ff03"), text)).code).toBe(552);
    expect((await upload(["TYPE A", "STRU R"], hex("616263 ff03"), text)).stored).toBe("abc\n");
    const fixed = { representation: { records: { layout: "fixed", length: 3 } } } as const;
    expect((await upload(["TYPE I", "STRU R"], hex("61626364 ff03"), fixed)).code).toBe(552);
    expect((await upload(["TYPE I", "STRU R"], hex("616263 ff01 616263 ff03"), fixed)).stored).toBe("abcabc");
  });

  it("a page far away, before the storage is filled with zeros", async () => {
    const page = hex("00000004 ffffffff 00000001 00000001 00000061");
    expect((await upload(["TYPE L 32", "STRU P"], page)).code).toBe(552);
  });
});

describe("a bomb in mode Z", () => {
  const bomb = deflateSync(Buffer.alloc(40 * 1024 * 1024));

  it("is stopped by its ratio", async () => {
    const { code, stored } = await upload(["TYPE I", "MODE Z"], bomb, { limits: { inflateRatio: 100 } });
    expect(code).toBe(552);
    expect(stored).toBeUndefined();
  });

  it("is stopped by its size", async () => {
    const { code } = await upload(["TYPE I", "MODE Z"], bomb, { limits: { inflatedSize: 1_000_000 } });
    expect(code).toBe(552);
  });
});

describe("the transfer parameters", () => {
  it.each([
    [["TYPE A", "STRU P"], "RETR f"],
    [["TYPE E", "STRU P"], "STOR g"],
    [["TYPE L 2", "STRU P"], "RETR f"],
    [["TYPE I", "STRU P"], "APPE f"],
  ])("that mean nothing together are refused by the transfer with 504 (%s, %s)", async (parameters, command) => {
    const { raw, storage } = await session();
    await putFile(storage, "/f", "x");
    for (const line of parameters) expect(await raw.code(line)).toBe(200);
    await raw.passive();
    expect(await raw.code(command)).toBe(504);
    raw.close();
  });

  it("are told by STAT, and reset by REIN", async () => {
    const { raw } = await session();
    for (const line of ["TYPE L 36", "STRU P", "MODE C"]) expect(await raw.code(line)).toBe(200);
    expect((await raw.command("STAT")).text).toContain("Type L 36; structure P; mode C");
    await raw.command("REIN");
    await raw.command("USER me");
    await raw.command("PASS secret");
    expect((await raw.command("STAT")).text).toContain("Type A non-print; structure F; mode S");
    raw.close();
  });

  it("offer mode Z by FEAT, set its level by OPTS, and not where it is switched off", async () => {
    const { raw } = await session();
    expect((await raw.command("FEAT")).text).toContain("\r\n MODE Z\r\n");
    expect(await raw.code("OPTS MODE Z LEVEL 9")).toBe(200);
    expect(await raw.code("OPTS MODE Z ENGINE ZLIB LEVEL 1")).toBe(200);
    expect(await raw.code("OPTS MODE Z LEVEL 10")).toBe(501);
    expect(await raw.code("OPTS MODE B LEVEL 1")).toBe(501);
    raw.close();
    const without = await session({ deflate: false });
    expect((await without.raw.command("FEAT")).text).not.toContain("MODE Z");
    expect(await without.raw.code("MODE Z")).toBe(504);
    expect(await without.raw.code("OPTS MODE Z LEVEL 6")).toBe(501);
    expect(await without.raw.code("MODE B")).toBe(200);
    without.raw.close();
  });

  it("count for SIZE, up to a cap, and not in modes C and Z", async () => {
    const { raw, storage } = await session({ limits: { asciiSize: 10 } });
    await putFile(storage, "/f", "a\nb\n");
    await putFile(storage, "/long", "a\nb\n".repeat(10));
    const sizes: [string, string][] = [
      ["TYPE I", "4"],
      ["TYPE A", "6"],
      ["TYPE E", "4"],
      ["STRU R", "6"],
      ["MODE B", "11"],
    ];
    for (const [line, expected] of sizes) {
      await raw.command(line);
      expect((await raw.command("SIZE f")).text.trim()).toBe(`213 ${expected}`);
    }
    expect(await raw.code("SIZE long")).toBe(550);
    for (const mode of ["C", "Z"]) {
      await raw.command(`MODE ${mode}`);
      expect(await raw.code("SIZE f")).toBe(550);
    }
    raw.close();
  });
});

describe("a download that cannot be told in its format", () => {
  it("is refused: a logical byte too large, pages too many, a file without its index", async () => {
    const records = { layout: "index" } as const;
    const { raw, storage } = await session({ representation: { records, pageLength: 1 } });
    await putFile(storage, "/wide", hex("ffff"));
    await putFile(storage, "/long", "x".repeat(300));
    /** The completion of a download that begins and is given up. */
    const completion = async (command: string): Promise<number> => {
      (await raw.passive()).resume();
      expect(await raw.code(command)).toBe(150);
      return (await raw.reply()).code;
    };
    await raw.command("TYPE L 12");
    expect(await completion("RETR wide")).toBe(550);
    await raw.command("TYPE I");
    await raw.command("STRU P");
    expect(await completion("RETR long")).toBe(550);
    await raw.command("STRU R");
    await raw.passive();
    expect((await raw.command("RETR long")).text).toMatch(/^550 .*index of records/);
    raw.close();
  });
});
