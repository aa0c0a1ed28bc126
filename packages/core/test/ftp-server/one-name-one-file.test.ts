/** At any time a name means one file for an account, whatever broke off under it, and whoever puts another file there. */
import { mkdtemp, readdir, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { LocalStorage, MemoryStorage, type Storage } from "../../src/storage/index.ts";
import { RawSession } from "./raw-session.ts";
import { readFile, startServer } from "./server-fixture.ts";

/** A server with users of any name. */
interface Place {
  readonly port: number;
  readonly storage: Storage;
  /** The directory on the host, of a local storage. */
  readonly root: string | undefined;
}

async function start(kind: string): Promise<Place> {
  const root = kind === "memory" ? undefined : await mkdtemp(join(tmpdir(), "twinport-name-"));
  const storage = root === undefined ? new MemoryStorage() : new LocalStorage({ root });
  const { port } = await startServer({ accounts: { login: ({ user }) => ({ name: user, storage }) } });
  onTestFinished(async () => {
    await storage.close();
    if (root !== undefined) await rm(root, { recursive: true });
  });
  return { port, storage, root };
}

async function logIn(port: number, user = "anna"): Promise<RawSession> {
  const session = await RawSession.open(port);
  await session.command(`USER ${user}`);
  await session.command("PASS x");
  await session.command("TYPE I");
  onTestFinished(() => {
    session.close();
  });
  return session;
}

/** Has an upload break off once the server has what was sent. */
async function breakOff(session: RawSession, line: string, content: string): Promise<void> {
  const data = await session.passive();
  expect(await session.code(line)).toBe(150);
  data.write(content);
  while (!(await session.command("STAT")).text.includes(` ${content.length} octets`))
    await new Promise((resolve) => setImmediate(resolve));
  data.resetAndDestroy();
  expect((await session.reply()).code).toBe(426);
}

/** Asks for an upload that is refused before the data. Gives the reply's code. */
async function refused(session: RawSession, line: string): Promise<number> {
  const data = await session.passive();
  const { code } = await session.command(line);
  data.destroy();
  return code;
}

/** What SIZE, MLST and RETR say of a name: bytes, or undefined where it is not there. */
async function seen(session: RawSession, name: string): Promise<readonly (number | undefined)[]> {
  const size = await session.command(`SIZE ${name}`);
  const facts = await session.command(`MLST ${name}`);
  const data = await session.passive();
  const first = await session.command(`RETR ${name}`);
  let length: number | undefined;
  if (first.code === 150) {
    length = 0;
    for await (const chunk of data) length += (chunk as Buffer).length;
    await session.reply();
  }
  data.destroy();
  const number = (text: string, pattern: RegExp): number | undefined => {
    const found = pattern.exec(text)?.[1];
    return found === undefined ? undefined : Number(found);
  };
  return [number(size.text, /^213 (\d+)/), number(facts.text, /size=(\d+)/i), length];
}

const half = "n".repeat(500);
const old = "o".repeat(1100);

describe.each(["local", "memory"])("a name whose upload broke off (%s storage)", (kind) => {
  it("means the file that is there, which the upload was to replace", async () => {
    const { port, storage } = await start(kind);
    const anna = await logIn(port);
    await anna.upload("STOR x", old);
    await breakOff(anna, "STOR x", half);
    for (const session of [anna, await logIn(port), await logIn(port, "bert")])
      expect(await seen(session, "x")).toEqual([1100, 1100, 1100]);
    expect((await anna.download("MLSD")).bytes.toString()).toMatch(/size=1100/i);
    // Resuming from what the client was told would mix the two.
    await anna.command("REST 1100");
    expect(await refused(anna, "STOR x")).toBe(554);
    expect(await refused(anna, "APPE x")).toBe(554);
    expect(await readFile(storage, "/x")).toBe(old);
    // From what it has by its own count it may go on.
    await anna.command("REST 500");
    expect((await anna.upload("STOR x", "rest")).last.code).toBe(226);
    expect(await readFile(storage, "/x")).toBe(`${half}rest`);
    expect(await seen(anna, "x")).toEqual([504, 504, 504]);
  });

  it("means the file that the client renamed to it instead", async () => {
    const { port, storage } = await start(kind);
    const anna = await logIn(port);
    await breakOff(anna, "STOR x", half);
    expect(await seen(anna, "x")).toEqual([500, 500, undefined]);
    await anna.upload("STOR x.tmp", "w".repeat(1000));
    await anna.command("RNFR x.tmp");
    expect(await anna.code("RNTO x")).toBe(250);
    expect(await seen(anna, "x")).toEqual([1000, 1000, 1000]);
    await anna.command("REST 500");
    expect(await refused(anna, "STOR x")).toBe(554);
    expect(await readFile(storage, "/x")).toBe("w".repeat(1000));
    expect((await anna.upload("APPE x", "+")).last.code).toBe(226);
    expect(await readFile(storage, "/x")).toBe(`${"w".repeat(1000)}+`);
  });

  it.each(["nothing", "a file"])("means what another account stored, where %s was before", async (before) => {
    const { port, storage } = await start(kind);
    const anna = await logIn(port);
    const bert = await logIn(port, "bert");
    if (before === "a file") await bert.upload("STOR x", old);
    await breakOff(anna, "STOR x", half);
    await bert.upload("STOR x", "by bert");
    expect(await seen(anna, "x")).toEqual([7, 7, 7]);
    await anna.command("REST 500");
    expect(await refused(anna, "STOR x")).toBe(554);
    await anna.command("REST 5");
    expect(await refused(anna, "STOR x")).toBe(554);
    expect(await readFile(storage, "/x")).toBe("by bert");
    expect((await anna.upload("APPE x", ", and anna")).last.code).toBe(226);
    expect(await readFile(storage, "/x")).toBe("by bert, and anna");
  });

  it("is free again after DELE, for its uploader alone", async () => {
    const { port } = await start(kind);
    const anna = await logIn(port);
    const bert = await logIn(port, "bert");
    await breakOff(anna, "STOR x", half);
    expect(await bert.code("DELE x")).toBe(550);
    expect(await seen(anna, "x")).toEqual([500, 500, undefined]);
    expect(await anna.code("DELE x")).toBe(250);
    expect(await seen(anna, "x")).toEqual([undefined, undefined, undefined]);
    expect(await anna.code("DELE x")).toBe(550);
    await anna.command("REST 500");
    expect(await refused(anna, "STOR x")).toBe(554);
  });

  it("means the directory that was made there", async () => {
    const { port } = await start(kind);
    const anna = await logIn(port);
    await breakOff(anna, "STOR x", half);
    expect(await anna.code("MKD x")).toBe(257);
    expect((await anna.command("MLST x")).text).toMatch(/type=dir/i);
    expect(await anna.code("SIZE x")).toBe(550);
    expect(await anna.code("RMD x")).toBe(250);
    expect(await seen(anna, "x")).toEqual([undefined, undefined, undefined]);
  });

  it.each(["SITE COPY", "COMB"])("means what %s put there", async (verb) => {
    const { port } = await start(kind);
    const anna = await logIn(port);
    await anna.upload("STOR y", "0123456789");
    await breakOff(anna, "STOR x", half);
    const line = verb === "COMB" ? "COMB x y" : "SITE COPY y x";
    expect([200, 250]).toContain(await anna.code(line));
    const [size] = await seen(anna, "x");
    expect(await seen(anna, "x")).toEqual([10, 10, 10]);
    expect(size).toBe(10);
  });

  it("is gone with the file that is renamed away, and stays so for the next one of its name", async () => {
    const { port } = await start(kind);
    const anna = await logIn(port);
    await anna.upload("STOR x", old);
    await breakOff(anna, "STOR x", half);
    await anna.command("RNFR x");
    expect(await anna.code("RNTO y")).toBe(250);
    expect(await seen(anna, "x")).toEqual([undefined, undefined, undefined]);
    expect(await seen(anna, "y")).toEqual([1100, 1100, 1100]);
  });

  it.each(["REST 500\r\nSTOR x", "APPE x"])("goes on by %j where nothing else is there", async (lines) => {
    const { port, storage } = await start(kind);
    const anna = await logIn(port);
    await breakOff(anna, "STOR x", half);
    const data = await anna.passive();
    anna.send(`${lines}\r\n`);
    if (lines.startsWith("REST")) expect((await anna.reply()).code).toBe(350);
    expect((await anna.reply()).code).toBe(150);
    data.end("rest");
    expect((await anna.reply()).code).toBe(226);
    data.destroy();
    expect(await readFile(storage, "/x")).toBe(`${half}rest`);
  });

  it("tells by SIZE where an append goes on that broke", async () => {
    const { port, storage } = await start(kind);
    const anna = await logIn(port);
    await anna.upload("STOR x", "0123456789");
    await breakOff(anna, "APPE x", "abcde");
    expect(await seen(anna, "x")).toEqual([15, 15, 15]);
    await anna.command("REST 15");
    await breakOff(anna, "STOR x", "fg");
    expect(await seen(anna, "x")).toEqual([17, 17, 17]);
    await anna.upload("APPE x", "h");
    expect(await readFile(storage, "/x")).toBe("0123456789abcdefgh");
  });

  it("keeps the file's old end where an upload within it breaks", async () => {
    const { port, storage } = await start(kind);
    const anna = await logIn(port);
    await anna.upload("STOR x", "0123456789");
    await anna.command("REST 4");
    await breakOff(anna, "STOR x", "abc");
    expect(await seen(anna, "x")).toEqual([10, 10, 10]);
    expect(await readFile(storage, "/x")).toBe("0123456789");
    await anna.command("REST 4");
    expect((await anna.upload("STOR x", "abc")).last.code).toBe(226);
    expect(await readFile(storage, "/x")).toBe("0123abc");
  });

  it("takes several appends at once, one after the other", async () => {
    const { port, storage } = await start(kind);
    const all = await Promise.all(Array.from({ length: 5 }, (_, index) => logIn(port, `user${index}`)));
    await all[0]?.upload("STOR log", "log:");
    const results = await Promise.all(all.map((session, index) => session.upload("APPE log", `<${index}>`)));
    expect(results.map(({ last }) => last.code)).toEqual([226, 226, 226, 226, 226]);
    const text = (await readFile(storage, "/log")) ?? "";
    expect(text.match(/<\d>/g)?.sort()).toEqual(["<0>", "<1>", "<2>", "<3>", "<4>"]);
    expect(text).toHaveLength(19);
  });
});

describe("a name that a local program uses too", () => {
  it.each(["nothing", "a file"])("means what the program wrote, where %s was before", async (before) => {
    const { port, root = "" } = await start("local");
    const anna = await logIn(port);
    if (before === "a file") await writeFile(join(root, "x"), old);
    await breakOff(anna, "STOR x", half);
    await writeFile(join(root, "x.new"), "by a program");
    await writeFile(join(root, "x"), "by a program");
    expect(await seen(anna, "x")).toEqual([12, 12, 12]);
    await anna.command("REST 12");
    expect(await refused(anna, "STOR x")).toBe(554);
    expect((await anna.upload("APPE x", "!")).last.code).toBe(226);
    expect(await seen(anna, "x")).toEqual([13, 13, 13]);
    await rm(join(root, "x"));
    expect(await seen(anna, "x")).toEqual([undefined, undefined, undefined]);
  });

  it("loses nothing that a program appends while an upload does", async () => {
    const { port, storage, root = "" } = await start("local");
    const anna = await logIn(port);
    await writeFile(join(root, "log"), "0");
    const data = await anna.passive();
    await anna.command("APPE log");
    data.write("a");
    while (!(await anna.command("STAT")).text.includes(" 1 octets"))
      await new Promise((resolve) => setImmediate(resolve));
    await writeFile(join(root, "log"), "p", { flag: "a" });
    data.end("b");
    expect((await anna.reply()).code).toBe(226);
    data.destroy();
    expect(await readFile(storage, "/log")).toBe("0apb");
  });
});

describe("a large file", () => {
  it("is appended to, and written within, without a copy being made first", async () => {
    const { port, root = "" } = await start("local");
    const anna = await logIn(port);
    const size = 64 * 1024 ** 3;
    // Larger than what could be copied here: it has no blocks.
    await writeFile(join(root, "x"), "");
    await truncate(join(root, "x"), size);
    expect((await anna.upload("APPE x", "end")).last.code).toBe(226);
    expect((await anna.command("SIZE x")).text).toBe(`213 ${size + 3}\r\n`);
    await anna.command(`REST ${size - 5}`);
    await breakOff(anna, "STOR x", "broken");
    expect((await anna.command("SIZE x")).text).toBe(`213 ${size + 3}\r\n`);
    await anna.command(`REST ${size - 5}`);
    expect((await anna.upload("STOR x", "within")).last.code).toBe(226);
    expect((await anna.command("SIZE x")).text).toBe(`213 ${size + 1}\r\n`);
    await anna.command(`REST ${size - 6}`);
    expect((await anna.download("RETR x")).bytes.toString()).toBe("\0within");
    expect(await readdir(root)).toEqual([".twinport-journal", "x"]);
  });
});

describe.each(["local", "memory"])("a directory that is renamed (%s storage)", (kind) => {
  it("has an upload that runs end up in it", async () => {
    const { port, storage, root } = await start(kind);
    const anna = await logIn(port);
    const bert = await logIn(port, "bert");
    await anna.command("MKD m");
    const data = await anna.passive();
    await anna.command("STOR m/f");
    data.write("first");
    await bert.command("RNFR m");
    expect(await bert.code("RNTO n")).toBe(250);
    data.end(", last");
    expect((await anna.reply()).code).toBe(226);
    data.destroy();
    expect(await readFile(storage, "/n/f")).toBe("first, last");
    expect(await bert.code("DELE n/f")).toBe(250);
    expect(await bert.code("RMD n")).toBe(250);
    if (root !== undefined) expect(await readdir(root)).toEqual([".twinport-journal"]);
  });

  it("has a broken upload be gone on with under its new path", async () => {
    const { port, storage } = await start(kind);
    const anna = await logIn(port);
    await anna.command("MKD m");
    await breakOff(anna, "STOR m/f", half);
    await anna.command("RNFR m");
    expect(await anna.code("RNTO n")).toBe(250);
    expect(await seen(anna, "n/f")).toEqual([500, 500, undefined]);
    await anna.command("REST 500");
    expect((await anna.upload("STOR n/f", "rest")).last.code).toBe(226);
    expect(await readFile(storage, "/n/f")).toBe(`${half}rest`);
  });

  it("goes by RMD where nothing but broken uploads is in it", async () => {
    const { port, root } = await start(kind);
    const anna = await logIn(port);
    const bert = await logIn(port, "bert");
    await anna.command("MKD m");
    await breakOff(anna, "STOR m/f", half);
    await anna.command("RNFR m");
    await anna.command("RNTO n");
    expect((await bert.download("LIST -a n")).bytes.toString()).toBe("");
    expect(await bert.code("RMD n")).toBe(250);
    if (root !== undefined) expect(await readdir(root)).toEqual([".twinport-journal"]);
  });
});
