/** Faults of formats that a review found in the server: each was wrong once. */
import { mkdtemp, readdir, readFile as readLocal, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { describe, expect, it, onTestFinished } from "vitest";
import { readOnly, readWrite } from "../../src/accounts/index.ts";
import { FtpServer } from "../../src/ftp-server/index.ts";
import { LocalStorage, MemoryStorage, rootedStorage, rootPath, type Storage } from "../../src/storage/index.ts";
import { putFile, readFile, startServer } from "../ftp-server/server-fixture.ts";
import { RawSession } from "../ftp-server/raw-session.ts";

const hex = (text: string): Buffer => Buffer.from(text.replace(/\s/g, ""), "hex");

async function session(
  options: Parameters<typeof startServer>[0] = {},
  storage: Storage = new MemoryStorage(),
): Promise<{ raw: RawSession; storage: Storage }> {
  const { port } = await startServer({ storage, ...options });
  return { raw: await RawSession.logIn(port), storage };
}

const index = { representation: { records: { layout: "index" } } } as const;

describe("an upload in mode Z", () => {
  it("of no octet is no file when the client is gone with it", async () => {
    const { raw, storage } = await session({ limits: { uploadGrace: 200 } });
    await putFile(storage, "/f", "precious");
    await raw.command("TYPE I");
    await raw.command("MODE Z");
    const data = await raw.passive();
    await raw.command("STOR f");
    data.destroy();
    raw.close();
    await new Promise((resolve) => {
      setTimeout(resolve, 400);
    });
    expect(await readFile(storage, "/f")).toBe("precious");
  });

  it.each([
    ["another stream", deflateSync(Buffer.from("second"))],
    ["rubbish", Buffer.alloc(300_000, "x")],
  ])("is refused when %s follows its end", async (_, more) => {
    const { raw, storage } = await session();
    await raw.command("TYPE I");
    await raw.command("MODE Z");
    const { last } = await raw.upload("STOR f", Buffer.concat([deflateSync(Buffer.from("first")), more]));
    expect(last.code).toBe(550);
    expect(await readFile(storage, "/f")).toBeUndefined();
    raw.close();
  });
});

describe("restart markers of an upload", () => {
  it("are not answered where nobody could restart there: appends, pages, bits that are held back", async () => {
    const { raw, storage } = await session();
    await putFile(storage, "/f", "PRECIOUS--");
    await raw.command("TYPE I");
    await raw.command("MODE B");
    const first = await raw.passive();
    await raw.command("APPE f");
    first.write(hex("00 0003 616263  10 0001 31  40 0000"));
    expect((await raw.reply()).code).toBe(250);
    await raw.command("TYPE L 12");
    expect(await raw.code("STOR g")).toBe(125);
    first.write(hex("00 0001 ab  10 0001 31  00 0002 c123  40 0000"));
    expect((await raw.reply()).code).toBe(250);
    await raw.command("TYPE I");
    await raw.command("STRU P");
    expect(await raw.code("STOR h")).toBe(125);
    first.write(hex("00 0005 0400010161  10 0001 31  00 0004 04010000  40 0000"));
    expect((await raw.reply()).code).toBe(250);
    raw.close();
  });

  it("must be places where one can restart", async () => {
    const { raw, storage } = await session();
    await putFile(storage, "/f", Buffer.alloc(16));
    await raw.command("MODE B");
    await raw.command("TYPE L 12");
    await raw.passive();
    await raw.command("REST 3");
    expect(await raw.code("STOR f")).toBe(554);
    await raw.command("TYPE I");
    await raw.command("STRU P");
    await raw.command("REST 4");
    expect(await raw.code("STOR f")).toBe(554);
    raw.close();
  });
});

describe("a record index", () => {
  it("is not ruined by an append", async () => {
    const { raw, storage } = await session(index);
    await raw.command("TYPE I");
    await raw.command("STRU R");
    await raw.upload("STOR f", hex("616263 ff01 6465 ff03"));
    expect((await raw.command("APPE f")).code).toBe(504);
    expect(await readFile(storage, "/f.records")).toBe("\0\0\0\x03\0\0\0\x02");
    raw.close();
  });

  it("is a file of its own, which an account replaces only where it may", async () => {
    const permissions = { ...readWrite, overwrite: false };
    const { raw, storage } = await session({ ...index, account: { permissions } });
    await putFile(storage, "/f.records", "somebody's");
    await raw.command("TYPE I");
    await raw.command("STRU R");
    await raw.passive();
    expect(await raw.code("STOR f")).toBe(550);
    expect(await readFile(storage, "/f.records")).toBe("somebody's");
    expect(await readFile(storage, "/f")).toBeUndefined();
    expect(readOnly.overwrite).toBe(false);
    raw.close();
  });

  it("stays as it was when the file is not stored", async () => {
    const { raw, storage } = await session(index);
    await raw.command("TYPE I");
    await raw.command("STRU R");
    await raw.upload("STOR f", hex("616263 ff03"));
    expect((await raw.upload("STOR f", hex("61 ff01"))).last.code).toBe(426);
    expect(await readFile(storage, "/f.records")).toBe("\0\0\0\x03");
    raw.close();
  });
});

describe("options that no file can travel by", () => {
  it.each([
    { records: { layout: "fixed", length: 0 } },
    { pageLength: 0 },
    { pageLength: NaN },
    { markerInterval: -1 },
    { longestRecord: 0.5 },
  ] as const)("are refused when the server is made: %o", (representation) => {
    const accounts = { login: () => ({ refused: "credentials" }) as const };
    expect(() => new FtpServer({ accounts, representation })).toThrow(RangeError);
  });

  it("send no markers to NetX Duo, which would take them for data", async () => {
    const { raw, storage } = await session({ replies: "netx", representation: { markerInterval: 2 } });
    await putFile(storage, "/f", "abcdef");
    await raw.command("TYPE I");
    await raw.command("MODE B");
    const { bytes, last } = await raw.download("RETR f");
    expect(bytes.toString("hex")).toBe(hex("00 0006 616263646566 40 0000").toString("hex"));
    expect(last.code).toBe(226);
    raw.close();
  });
});

describe("a peer that costs more than it gives", () => {
  it("makes no code page for each record", async () => {
    const { raw, storage } = await session();
    await putFile(storage, "/f", "\n".repeat(200_000));
    await raw.command("TYPE E");
    await raw.command("STRU R");
    // Made for each record anew, the tables of so many took a quarter of a minute of the processor.
    const before = process.cpuUsage();
    expect((await raw.download("RETR f")).last.code).toBe(226);
    expect(process.cpuUsage(before).user).toBeLessThan(5_000_000);
    raw.close();
  });

  it("gets no more zeros than a few MiB for a page where the storage has no holes", async () => {
    const { raw } = await session();
    await raw.command("TYPE L 32");
    await raw.command("STRU P");
    const far = hex("00000004 00100000 00000001 00000001 00000061  00000004 00100001 00000000 00000000");
    expect((await raw.upload("STOR f", far)).last.code).toBe(552);
    raw.close();
  });

  it("leaves holes where the storage has them, through wrappers too", async () => {
    const root = await mkdtemp(join(tmpdir(), "twinport-holes-"));
    onTestFinished(() => rm(root, { recursive: true }));
    const { raw } = await session({}, rootedStorage(new LocalStorage({ root }), rootPath));
    await raw.command("TYPE L 16");
    await raw.command("STRU P");
    // The second page before the first: 512 bytes of two octets each.
    const pages = hex("0004 0001 0001 0001 0062  0004 0000 0001 0001 0061  0004 0002 0000 0000");
    expect((await raw.upload("STOR f", pages)).last.code).toBe(226);
    const stored = await readLocal(join(root, "f"));
    expect([stored.length, stored[1], stored[1025]]).toEqual([1026, 0x61, 0x62]);
    expect((await readdir(root)).filter((name) => name.endsWith(".part"))).toEqual([]);
    raw.close();
  });
});
