/** What REST, RANG and ALLO leave for a later transfer: what uses it up, and what does not (RFC 959 §4.1.3, RFC 3659 §5.3). */
import { describe, expect, it, onTestFinished } from "vitest";
import { readOnly } from "../../src/accounts/index.ts";
import { MemoryStorage, StorageError } from "../../src/storage/index.ts";
import { RawSession } from "./raw-session.ts";
import { putFile, readFile, startServer } from "./server-fixture.ts";

const content = "0123456789";

async function start(storage = new MemoryStorage()): Promise<{ session: RawSession; storage: MemoryStorage }> {
  await putFile(storage, "/f", content);
  await putFile(storage, "/other", "other");
  await storage.makeDirectory("/d" as never);
  const { port } = await startServer({ storage });
  const session = await RawSession.logIn(port);
  onTestFinished(() => session.close());
  expect(await session.code("TYPE I")).toBe(200);
  return { session, storage };
}

/** Commands that come between REST and the transfer, whether they succeed or not. */
const between: readonly string[] = [
  ...["PWD", "XPWD", "CWD .", "CWD d/..", "CWD missing", "CDUP", "NOOP", "SYST", "FEAT", "HELP", "HELP RETR", "STAT"],
  ...[
    "STAT f",
    "SIZE f",
    "SIZE missing",
    "MDTM f",
    "MLST f",
    "MFMT 20200101000000 other",
    "TYPE I",
    "MODE S",
    "STRU F",
  ],
  ...["OPTS UTF8 ON", "LANG en", "CLNT me", "ABOR", "SITE HELP", "SITE NONE", "SITE CHMOD 600 other", "HASH other"],
  ...["XCRC other", "MKD e", "RMD e", "DELE nothing", "RNFR other", "RNTO another", "ALLO 5", "PASV", "EPSV", "AVBL"],
  ...[
    "PRET RETR f",
    "SMNT x",
    "PASS again",
    "ACCT x",
    "XYZZY",
    "SIZE",
    "CWD \xff".replace("\xff", "\u0000"),
    "X".repeat(5000),
  ],
];

describe("REST", () => {
  it.each(between)("survives %s", async (line) => {
    const { session, storage } = await start();
    expect(await session.code("REST 4")).toBe(350);
    await session.command(line);
    expect((await session.upload("STOR f", "NEW")).last.code).toBe(226);
    expect(await readFile(storage, "/f")).toBe("0123NEW");
    // It was used up.
    expect((await session.download("RETR f")).bytes.toString()).toBe("0123NEW");
  });

  it("survives all of them, one after the other, and reaches RETR", async () => {
    const { session } = await start();
    expect(await session.code("REST 4")).toBe(350);
    for (const line of between) await session.command(line);
    expect((await session.download("RETR f")).bytes.toString()).toBe("456789");
    expect((await session.download("RETR f")).bytes.toString()).toBe(content);
  });

  it.each(["LIST", "NLST", "MLSD", "LIST f", "NLST *", "LIST missing"])("survives %s, which is whole", async (line) => {
    const { session } = await start();
    const listing = async (): Promise<string> => {
      const data = await session.passive();
      let text = "";
      data.on("data", (chunk: Buffer) => (text += chunk.toString()));
      const { code } = await session.command(line);
      if (code < 200) await session.reply();
      data.destroy();
      return text;
    };
    const whole = await listing();
    expect(await session.code("REST 4")).toBe(350);
    expect(await listing()).toBe(whole);
    expect((await session.download("RETR f")).bytes.toString()).toBe("456789");
  });

  it.each([
    ["RETR missing", 550],
    ["RETR d", 550],
    ["RETR", 501],
    ["STOR missing/f", 550],
    ["STOR", 501],
    ["APPE d", 550],
    [`RETR ${"x".repeat(5000)}`, 500],
    ["STOU d/missing/x", 550],
  ])("is used up by a transfer that is refused: %s", async (line, code) => {
    const { session, storage } = await start();
    expect(await session.code("REST 4")).toBe(350);
    expect(await session.code(line)).toBe(code);
    expect((await session.upload("STOR f", "NEW")).last.code).toBe(226);
    expect(await readFile(storage, "/f")).toBe("NEW");
  });

  it("is used up by a transfer that the account may not do", async () => {
    const storage = new MemoryStorage();
    await putFile(storage, "/f", content);
    const { port } = await startServer({ storage, account: { permissions: { ...readOnly, list: true } } });
    const session = await RawSession.logIn(port);
    onTestFinished(() => session.close());
    await session.command("TYPE I");
    for (const line of ["STOR f", "APPE f", "STOU f"]) {
      expect(await session.code("REST 4")).toBe(350);
      expect(await session.code(line)).toBe(550);
      expect((await session.download("RETR f")).bytes.toString()).toBe(content);
    }
  });

  it("is taken back by REST 0, by a REST that is refused, and by RANG", async () => {
    const { session } = await start();
    for (const line of ["REST 0", "REST x", "RANG 1 0"]) {
      expect(await session.code("REST 4")).toBe(350);
      await session.command(line);
      expect((await session.download("RETR f")).bytes.toString()).toBe(content);
    }
  });

  it.each([
    ["USER me", "PASS secret"],
    ["REIN", "USER me", "PASS secret"],
    ["USER me", "USER me", "PASS secret"],
  ])("goes with its account: %s", async (...lines) => {
    const { session } = await start();
    expect(await session.code("REST 4")).toBe(350);
    for (const line of lines) await session.command(line);
    await session.command("TYPE I");
    expect((await session.download("RETR f")).bytes.toString()).toBe(content);
  });

  it("means nothing to STOU, which uses it up", async () => {
    const { session, storage } = await start();
    expect(await session.code("REST 4")).toBe(350);
    const { first } = await session.upload("STOU f", "unique");
    const name = /FILE: (\S+)/.exec(first.text)?.[1] ?? "";
    expect(await readFile(storage, `/${name}`)).toBe("unique");
    expect((await session.download("RETR f")).bytes.toString()).toBe(content);
  });
});

describe("RANG", () => {
  it("survives what is no transfer, and is used up by HASH and by RETR", async () => {
    const { session } = await start();
    expect(await session.code("RANG 2 3")).toBe(350);
    for (const line of ["PWD", "NOOP", "SIZE f", "XYZZY", "XCRC f"]) await session.command(line);
    expect((await session.download("RETR f")).bytes.toString()).toBe("23");
    expect((await session.download("RETR f")).bytes.toString()).toBe(content);
    expect(await session.code("RANG 2 3")).toBe(350);
    await session.command("PWD");
    expect((await session.command("HASH f")).text).toContain(" 2-3 ");
    expect((await session.command("HASH f")).text).toContain(" 0-9 ");
  });
});

describe("RNFR", () => {
  it.each(["NOOP", "PWD", "XYZZY", "STAT", "ABOR", "REST 1", "SIZE"])("does not survive %s", async (line) => {
    const { session } = await start();
    expect(await session.code("RNFR f")).toBe(350);
    await session.command(line);
    expect(await session.code("RNTO g")).toBe(503);
  });
});

describe("ALLO", () => {
  it("is refused by 552 for more than there is room for, and by 452 where the room went meanwhile", async () => {
    const { session } = await start(new MemoryStorage({ maxBytes: 100 }));
    expect(await session.code("ALLO 1000")).toBe(552);
    // What was refused limits nothing.
    expect((await session.upload("STOR a", "small")).last.code).toBe(226);
    expect(await session.code("ALLO 60")).toBe(200);
    await session.command("PWD");
    const data = await session.passive();
    expect(await session.code("RNFR a")).toBe(350);
    expect(await session.code("RNTO b")).toBe(250);
    const other = new MemoryStorage();
    await putFile(other, "/x", "x");
    data.destroy();
    expect((await session.upload("STOR c", "y".repeat(60))).last.code).toBe(226);
    expect(await session.code("ALLO 60")).toBe(552);
  });

  it("is of the whole file where only its rest comes, and asks for no more room than that", async () => {
    const storage = new MemoryStorage({ maxBytes: 100 });
    const { session } = await start(storage);
    await session.command("DELE other");
    expect((await session.upload("STOR f", "x".repeat(45))).last.code).toBe(226);
    expect(await session.code("ALLO 50")).toBe(200);
    expect((await session.upload("APPE f", "12345")).last.code).toBe(226);
    expect(await readFile(storage, "/f")).toBe(`${"x".repeat(45)}12345`);
  });

  it("says nothing where the storage cannot tell", async () => {
    const storage = new MemoryStorage();
    const { session } = await start(storage);
    storage.freeSpace = () => Promise.reject(new StorageError("not-supported", "Nobody knows"));
    expect(await session.code("ALLO 50")).toBe(200);
    expect((await session.upload("STOR f", "12345")).last.code).toBe(226);
  });
});
