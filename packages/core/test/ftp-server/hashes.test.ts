/** HASH, RANG, OPTS HASH and the X-verbs. */
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { describe, expect, it } from "vitest";
import { MemoryStorage, type ReadableFile, type Storage } from "../../src/storage/index.ts";
import { RawSession } from "./raw-session.ts";
import { putFile, startServer } from "./server-fixture.ts";

const content = Buffer.alloc(700_000, "0123456789abcdef-");
const digest = (name: string, bytes: Uint8Array): string => createHash(name).update(bytes).digest("hex");

async function session(storage: Storage = new MemoryStorage()): Promise<RawSession> {
  const { port } = await startServer({ storage });
  await putFile(storage, "/a b", content);
  await putFile(storage, "/empty", "");
  return RawSession.logIn(port);
}

/** A storage whose files hold still after their first slice, until they are let go. */
function halting(): { storage: Storage; go: () => void; opened: () => number } {
  const inner = new MemoryStorage();
  let go: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (go = resolve));
  let opened = 0;
  const storage: Storage = Object.assign(inner, {
    openRead: async (...given: Parameters<Storage["openRead"]>): Promise<ReadableFile> => {
      const file = await MemoryStorage.prototype.openRead.apply(inner, given);
      let reads = 0;
      opened++;
      return {
        size: file.size ?? 0,
        read: async (into) => {
          if (reads++ > 0) await gate;
          return file.read(into.subarray(0, 100_000));
        },
        close: async () => {
          opened--;
          await file.close();
        },
      };
    },
  });
  return { storage, go, opened: () => opened };
}

describe("HASH", () => {
  it("tells the hash that OPTS HASH chose, and FEAT marks it", async () => {
    const control = await session();
    expect((await control.command("FEAT")).text).toContain(" HASH SHA-256*;SHA-512;SHA-1;MD5;CRC32\r\n");
    expect((await control.command("HASH a b")).text).toBe(`213 SHA-256 0-699999 ${digest("sha256", content)} /a b\r\n`);
    for (const [name, wanted] of [
      ["SHA-512", digest("sha512", content)],
      ["sha-1", digest("sha1", content)],
      ["MD5", digest("md5", content)],
      ["crc32", crc32(content).toString(16).padStart(8, "0")],
    ] as const) {
      expect((await control.command(`OPTS HASH ${name}`)).text).toBe(`200 ${name.toUpperCase()}\r\n`);
      expect((await control.command("HASH a b")).text).toContain(` ${wanted} `);
    }
    expect((await control.command("OPTS HASH")).text).toBe("200 CRC32\r\n");
    expect((await control.command("FEAT")).text).toContain("SHA-256;SHA-512;SHA-1;MD5;CRC32*");
    expect(await control.code("OPTS HASH WHIRLPOOL")).toBe(501);
    expect((await control.command("HASH empty")).text).toBe("213 CRC32 0-0 00000000 /empty\r\n");
    control.close();
  });

  it("is of the octets that RANG names, once, and RANG 1 0 takes them back", async () => {
    const control = await session();
    expect(await control.code("RANG 0 9")).toBe(350);
    expect((await control.command("HASH a b")).text).toContain(` 0-9 ${digest("sha256", content.subarray(0, 10))} `);
    expect((await control.command("HASH a b")).text).toContain(` 0-699999 `);
    for (const [line, code] of [
      ["RANG 1 0", 350],
      ["RANG 9 5", 501],
      ["REST x", 501],
    ] as const) {
      await control.command("RANG 5 9");
      expect(await control.code(line)).toBe(code);
      if (line.startsWith("RANG")) expect((await control.command("HASH a b")).text).toContain(` 0-699999 `);
    }
    await control.command("RANG 1 0");
    expect((await control.command("HASH a b")).text).toContain(` 0-699999 `);
    await control.command("RANG 699999 800000");
    expect((await control.command("HASH a b")).text).toContain(` 699999-699999 `);
    await control.command("RANG 700001 800000");
    expect(await control.code("HASH a b")).toBe(554);
    control.close();
  });

  it("refuses folders and what is not there", async () => {
    const control = await session();
    expect(await control.code("HASH /")).toBe(550);
    expect(await control.code("HASH none")).toBe(550);
    expect(await control.code("XMD5 none")).toBe(550);
    control.close();
  });

  it("lets STAT tell how far it is, and ABOR end it with 426 and 226", async () => {
    const { storage, go, opened } = halting();
    const control = await session(storage);
    control.send("HASH a b\r\n");
    let told = "";
    while (!told.includes("HASH /a b: 100000 octets so far")) told = (await control.command("STAT")).text;
    control.send("ABOR\r\n");
    await new Promise((resolve) => setTimeout(resolve, 20));
    go();
    expect((await control.reply()).code).toBe(426);
    expect((await control.reply()).code).toBe(226);
    await expect.poll(opened).toBe(0);
    expect((await control.command("HASH a b")).text).toContain(digest("sha256", content));
    control.close();
  });

  it("leaves the other sessions their turns", async () => {
    const storage = new MemoryStorage();
    const { port } = await startServer({ storage });
    await putFile(storage, "/big", Buffer.alloc(64 * 1024 * 1024, "x"));
    const [hashing, other] = [await RawSession.logIn(port), await RawSession.logIn(port)];
    const ended: number[] = [];
    const hashed = hashing.command("HASH big").then(({ code }) => ended.push(code));
    let answered = 0;
    while (ended.length === 0) {
      expect(await other.code("NOOP")).toBe(200);
      answered++;
    }
    await hashed;
    expect(ended).toEqual([213]);
    expect(answered).toBeGreaterThan(10);
    hashing.close();
    other.close();
  });
});

describe("RANG", () => {
  it("holds for RETR in TYPE I, and is refused where it could be overlooked", async () => {
    const control = await session();
    await control.command("TYPE I");
    await control.command("RANG 10 19");
    const { bytes, first, last } = await control.download("RETR a b");
    expect(bytes.toString()).toBe(content.subarray(10, 20).toString());
    expect(first.text).toContain("(10 bytes)");
    expect(last.code).toBe(226);
    await control.command("RANG 699990 999999");
    expect((await control.download("RETR a b")).bytes).toHaveLength(10);
    expect((await control.download("RETR a b")).bytes).toHaveLength(content.length);
    const data = await control.passive();
    await control.command("RANG 0 1");
    expect(await control.code("STOR new")).toBe(504);
    await control.command("RANG 0 1");
    await control.command("TYPE A");
    expect(await control.code("RETR a b")).toBe(504);
    data.destroy();
    control.close();
  });

  it("and REST take each other's place", async () => {
    const control = await session();
    await control.command("TYPE I");
    await control.command("REST 5");
    await control.command("RANG 0 9");
    expect((await control.download("RETR a b")).bytes).toHaveLength(10);
    await control.command("RANG 0 9");
    await control.command("REST 699999");
    expect((await control.download("RETR a b")).bytes).toHaveLength(1);
    control.close();
  });
});

describe("XCRC, XMD5, XSHA1, XSHA256 and XSHA512", () => {
  it("tell hashes of files and parts of them", async () => {
    const control = await session();
    const part = content.subarray(5, 10);
    for (const [verb, name] of [
      ["XMD5", "md5"],
      ["XSHA1", "sha1"],
      ["XSHA256", "sha256"],
      ["XSHA512", "sha512"],
    ] as const) {
      expect((await control.command(`${verb} a b`)).text).toBe(`250 ${digest(name, content).toUpperCase()}\r\n`);
      expect((await control.command(`${verb} "a b" 5 10`)).text).toBe(`250 ${digest(name, part).toUpperCase()}\r\n`);
      expect((await control.command(`${verb} a b 5 10`)).text).toBe(`250 ${digest(name, part).toUpperCase()}\r\n`);
    }
    const hex = (bytes: Uint8Array): string => crc32(bytes).toString(16).toUpperCase().padStart(8, "0");
    expect((await control.command('XCRC "/a b"')).text).toBe(`250 ${hex(content)}\r\n`);
    expect((await control.command('XCRC "/a b" 699990')).text).toBe(`250 ${hex(content.subarray(699_990))}\r\n`);
    expect((await control.command('XCRC "/a b" 699990 900000')).text).toBe(`250 ${hex(content.subarray(699_990))}\r\n`);
    expect(await control.code('XCRC "/a b" 700001')).toBe(554);
    control.close();
  });

  it("mean the file of that very name first, where a name ends in numbers", async () => {
    const storage = new MemoryStorage();
    const control = await session(storage);
    await putFile(storage, "/a b 5 10", "other");
    expect((await control.command("XMD5 a b 5 10")).text).toBe(
      `250 ${digest("md5", Buffer.from("other")).toUpperCase()}\r\n`,
    );
    control.close();
  });
});
