/** Data connections that stay open between transfers, and restart markers (RFC 959 §3.3, §3.5). */
import { once } from "node:events";
import type { Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { MemoryStorage } from "../../src/storage/index.ts";
import { putFile, readFile, startServer } from "../ftp-server/server-fixture.ts";
import { listenForData, RawSession } from "../ftp-server/raw-session.ts";

const hex = (text: string): Buffer => Buffer.from(text.replace(/\s/g, ""), "hex");

/** Reads what a connection brings in pieces that the test asks for. */
class Reader {
  #bytes: Buffer = Buffer.alloc(0);
  #ended = false;
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, chunk]);
    });
    socket.on("end", () => {
      this.#ended = true;
    });
    socket.on("error", () => undefined);
  }

  /** The next octets, as hexadecimal. */
  async take(count: number): Promise<string> {
    while (this.#bytes.length < count) await once(this.#socket, "data");
    const taken = this.#bytes.subarray(0, count);
    this.#bytes = this.#bytes.subarray(count);
    return taken.toString("hex");
  }

  /** Waits until the server closed. Gives what was not taken. */
  async ended(): Promise<string> {
    if (!this.#ended) await once(this.#socket, "end");
    return this.#bytes.toString("hex");
  }
}

async function blockSession(options: Parameters<typeof startServer>[0] = {}): Promise<{
  raw: RawSession;
  storage: MemoryStorage;
}> {
  const storage = new MemoryStorage();
  await putFile(storage, "/a", "aaa");
  await putFile(storage, "/b", "bb");
  const { port } = await startServer({ storage, ...options });
  const raw = await RawSession.logIn(port);
  await raw.command("TYPE I");
  expect(await raw.code("MODE B")).toBe(200);
  return { raw, storage };
}

describe("in mode B the data connection", () => {
  it("stays open and carries downloads, uploads and listings, one after the other", async () => {
    const { raw, storage } = await blockSession();
    const data = await raw.passive();
    const reader = new Reader(data);
    expect(await raw.code("RETR a")).toBe(150);
    expect((await raw.reply()).code).toBe(250);
    expect(await reader.take(9)).toBe("0000036161614" + "00000");
    expect(await raw.code("RETR b")).toBe(125);
    expect((await raw.reply()).code).toBe(250);
    expect(await reader.take(8)).toBe("0000026262400000");
    expect(await raw.code("STOR c")).toBe(125);
    data.write(hex("40 0002 6363"));
    expect((await raw.reply()).code).toBe(250);
    expect(await readFile(storage, "/c")).toBe("cc");
    expect(await raw.code("NLST")).toBe(125);
    expect((await raw.reply()).code).toBe(250);
    expect(await reader.take(15)).toBe(hex("00 0009 610d0a 620d0a 630d0a 400000").toString("hex"));
    raw.close();
    await reader.ended();
  });

  it("stays open in active mode too", async () => {
    const { raw } = await blockSession();
    const listener = await listenForData();
    await raw.command(`PORT ${listener.argument}`);
    expect(await raw.code("RETR a")).toBe(125);
    const reader = new Reader(await listener.accepted);
    expect((await raw.reply()).code).toBe(250);
    expect(await raw.code("RETR b")).toBe(125);
    expect((await raw.reply()).code).toBe(250);
    expect(await reader.take(17)).toMatch(/^000003616161400000/);
    raw.close();
    listener.server.close();
  });

  it.each([["EPSV"], ["PORT 127,0,0,1,200,1"], ["MODE S"], ["REIN"], ["ABOR"], ["QUIT"]])(
    "is closed by %s",
    async (line) => {
      const { raw } = await blockSession();
      const reader = new Reader(await raw.passive());
      await raw.command("RETR a");
      await raw.reply();
      await raw.command(line);
      expect(await reader.ended()).toBe("000003616161400000");
      raw.close();
    },
  );

  it("is closed when the client closes it, and another is made", async () => {
    const { raw } = await blockSession();
    const data = await raw.passive();
    await raw.command("RETR a");
    await raw.reply();
    data.destroy();
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
    const second = new Reader(await raw.passive());
    expect(await raw.code("RETR b")).toBe(150);
    expect(await second.take(8)).toBe("0000026262400000");
    raw.close();
  });

  it("may bring a file before the command that stores it", async () => {
    const { raw, storage } = await blockSession();
    const data = await raw.passive();
    expect(await raw.code("STOR c")).toBe(150);
    data.write(hex("00 0001 63 40 0000  00 0001 64 40 0000"));
    expect((await raw.reply()).code).toBe(250);
    expect(await raw.code("STOR d")).toBe(125);
    expect((await raw.reply()).code).toBe(250);
    expect([await readFile(storage, "/c"), await readFile(storage, "/d")]).toEqual(["c", "d"]);
    raw.close();
  });

  it("is broken by a client that goes away within a file", async () => {
    const { raw, storage } = await blockSession();
    const data = await raw.passive();
    await raw.command("STOR c");
    data.end(hex("00 0005 6363"));
    expect((await raw.reply()).code).toBe(426);
    expect(await readFile(storage, "/c")).toBeUndefined();
    raw.close();
  });
});

describe("in mode C", () => {
  it("an end of file with nothing after it is one, once nothing follows, and the connection closes", async () => {
    const { raw, storage } = await blockSession({ limits: { quietEnd: 100 } });
    await raw.command("MODE C");
    const data = await raw.passive();
    const reader = new Reader(data);
    await raw.command("STOR c");
    data.write(hex("02 6363 00 40"));
    expect((await raw.reply()).code).toBe(226);
    expect(await readFile(storage, "/c")).toBe("cc");
    await reader.ended();
    raw.close();
  });

  it("the last string may come long after the escape that announces it", async () => {
    const { raw, storage } = await blockSession();
    await raw.command("MODE C");
    const data = await raw.passive();
    await raw.command("STOR c");
    data.write(hex("02 6162 00 40"));
    await new Promise((resolve) => {
      setTimeout(resolve, 600);
    });
    data.write(hex("03 636465"));
    expect((await raw.reply()).code).toBe(250);
    expect(await readFile(storage, "/c")).toBe("abcde");
    expect(await raw.code("STOR d")).toBe(125);
    data.write(hex("00 40 01 64"));
    expect((await raw.reply()).code).toBe(250);
    expect(await readFile(storage, "/d")).toBe("d");
    raw.close();
  });
});

describe("restart markers", () => {
  it("are sent every so many octets, and REST with one goes on there", async () => {
    const { raw, storage } = await blockSession({ representation: { markerInterval: 4 } });
    await putFile(storage, "/f", "abcdefghij");
    const data = await raw.passive();
    const reader = new Reader(data);
    await raw.command("RETR f");
    await raw.reply();
    const blocks = "00 0004 61626364  10 0001 34  00 0004 65666768  10 0001 38  00 0002 696a  40 0000";
    expect(await reader.take(hex(blocks).length)).toBe(hex(blocks).toString("hex"));
    expect(await raw.code("REST 8")).toBe(350);
    expect(await raw.code("RETR f")).toBe(125);
    await raw.reply();
    expect(await reader.take(8)).toBe("000002696a400000");
    raw.close();
  });

  it("stand after lines in text, and are offsets of the stored file", async () => {
    const { raw, storage } = await blockSession({ representation: { markerInterval: 1 } });
    await putFile(storage, "/f", "ab\nc\n");
    await raw.command("TYPE A");
    await raw.command("STRU R");
    const reader = new Reader(await raw.passive());
    await raw.command("RETR f");
    const blocks = "80 0002 6162  10 0001 33  80 0001 63  10 0001 35  40 0000";
    expect(await reader.take(hex(blocks).length)).toBe(hex(blocks).toString("hex"));
    raw.close();
  });

  it("of an upload are answered by 110 with ours, from which a broken upload goes on", async () => {
    const { raw, storage } = await blockSession();
    const data = await raw.passive();
    await raw.command("STOR f");
    data.write(hex("00 0003 616263  10 0006 3132382d6262"));
    expect((await raw.reply()).text).toBe("110 MARK 128-bb = 3\r\n");
    data.end(hex("00 0002 7878"));
    expect((await raw.reply()).code).toBe(426);
    const again = await raw.passive();
    expect(await raw.code("REST 3")).toBe(350);
    expect(await raw.code("STOR f")).toBe(150);
    again.write(hex("40 0003 646566"));
    expect((await raw.reply()).code).toBe(250);
    expect(await readFile(storage, "/f")).toBe("abcdef");
    raw.close();
  });

  it("refuse a REST that is none of them, and one in a structure that has no restart", async () => {
    const { raw, storage } = await blockSession({ representation: { records: { layout: "fixed", length: 4 } } });
    await putFile(storage, "/f", "abcdefgh");
    await raw.command("STRU R");
    await raw.command("REST 3");
    await raw.passive();
    expect(await raw.code("RETR f")).toBe(554);
    await raw.command("MODE S");
    await raw.command("REST 4");
    await raw.passive();
    expect(await raw.code("RETR f")).toBe(554);
    raw.close();
  });
});

describe("block mode as NetX Duo speaks it", () => {
  const netx = { replies: "netx" } as const;

  it("is read: one header for a file of more than 64 KiB, the file, and the end", async () => {
    const { raw, storage } = await blockSession(netx);
    const content = Buffer.alloc(70_000, "n");
    const data = await raw.passive();
    expect(await raw.code("STOR f")).toBe(150);
    data.write(Buffer.of(0, (70_000 >> 8) & 0xff, 70_000 & 0xff));
    data.write(content);
    data.end(hex("40 0000"));
    data.resume();
    expect((await raw.reply()).code).toBe(226);
    expect(await readFile(storage, "/f")).toBe(content.toString());
    raw.close();
  });

  it("is not ended by octets of the file that look like the end", async () => {
    const { raw, storage } = await blockSession({ ...netx, limits: { quietEnd: 50 } });
    const data = await raw.passive();
    await raw.command("STOR f");
    data.write(hex("00 0064"));
    data.write(Buffer.concat([Buffer.alloc(100, "n"), hex("40 0000")]));
    await new Promise((resolve) => {
      setTimeout(resolve, 200);
    });
    data.resume();
    // What was guessed to be the end was one: a file of 100 octets. A larger one waits for the close.
    expect((await raw.reply()).code).toBe(226);
    const again = await raw.passive();
    await raw.command("MODE B");
    await raw.command("STOR g");
    const content = Buffer.concat([Buffer.alloc(65_636 - 3, "n"), hex("40 0000")]);
    again.write(Buffer.concat([hex("00 0064"), content]));
    await new Promise((resolve) => {
      setTimeout(resolve, 200);
    });
    again.end(hex("40 0000"));
    again.resume();
    expect((await raw.reply()).code).toBe(226);
    expect((await readFile(storage, "/g"))?.length).toBe(65_636);
    raw.close();
  });

  it("is read with a command before each transfer, and a connection that closes after each", async () => {
    const { raw } = await blockSession(netx);
    for (const [name, blocks] of [
      ["a", "000003616161400000"],
      ["b", "0000026262400000"],
    ] as const) {
      const data = await raw.passive();
      expect(await raw.code("MODE B")).toBe(200);
      const reader = new Reader(data);
      expect(await raw.code(`RETR ${name}`)).toBe(150);
      expect(await reader.ended()).toBe(blocks);
      expect((await raw.reply()).code).toBe(226);
      data.destroy();
    }
    raw.close();
  });

  it("sends NLST with a trailing space in one block", async () => {
    const { raw } = await blockSession(netx);
    const reader = new Reader(await raw.passive());
    expect(await raw.code("NLST ")).toBe(150);
    expect(await reader.ended()).toBe(hex("00 0006 610d0a 620d0a 40 0000").toString("hex"));
    expect((await raw.reply()).code).toBe(226);
    raw.close();
  });

  it("refuses a file that does not fit into the one block that its client takes", async () => {
    const { raw, storage } = await blockSession(netx);
    await putFile(storage, "/f", "x".repeat(65_536));
    await raw.passive();
    expect([550, 552]).toContain(await raw.code("RETR f"));
    raw.close();
  });
});
