/** The client's half of formats: what it tells the server, keeps open, restarts, compresses and refuses. */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readFile as readLocal, rm } from "node:fs/promises";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { deflateSync } from "node:zlib";
import { describe, expect, it, onTestFinished } from "vitest";
import { FtpClient, type FtpClientOptions, type RestartPoint } from "../../src/ftp-client/index.ts";
import { MemoryStorage } from "../../src/storage/index.ts";
import { passive, startScripted, type Script } from "../ftp-client/scripted-server.ts";
import { putFile, readFile, startServer } from "../ftp-server/server-fixture.ts";

const hex = (text: string): Buffer => Buffer.from(text.replace(/\s/g, ""), "hex");

/** A client, and the verbs that it sent. */
async function connectTo(port: number, options: FtpClientOptions = {}): Promise<{ client: FtpClient; sent: string[] }> {
  const client = await FtpClient.connect({ host: "127.0.0.1", port, user: "me", password: "secret", ...options });
  onTestFinished(() => client.destroy());
  const sent: string[] = [];
  client.on("command", ({ verb, argument }) => sent.push(argument === undefined ? verb : `${verb} ${argument}`));
  return { client, sent };
}

async function ownServer(
  options: Parameters<typeof startServer>[0] = {},
  clientOptions: FtpClientOptions = {},
): Promise<{ client: FtpClient; sent: string[]; storage: MemoryStorage }> {
  const storage = new MemoryStorage();
  const { port } = await startServer({ storage, ...options });
  return { ...(await connectTo(port, clientOptions)), storage };
}

describe("a client in mode B", () => {
  it("sets the mode once, and moves files and listings over one data connection", async () => {
    const { client, sent, storage } = await ownServer();
    await client.upload(Buffer.from("one"), "/a", { mode: "block" });
    await client.upload(Buffer.from("two"), "/b", { mode: "block" });
    expect((await client.list("/")).map(({ name }) => name).sort()).toEqual(["a", "b"]);
    expect(Buffer.from(await client.downloadBytes("/b", { mode: "block" })).toString()).toBe("two");
    const read = await client.openRead("/a", { mode: "block" });
    const chunks: Uint8Array[] = [];
    for await (const chunk of read) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe("one");
    expect(sent.filter((line) => line.startsWith("MODE"))).toEqual(["MODE B"]);
    expect(sent.filter((line) => line === "EPSV")).toHaveLength(1);
    expect(await readFile(storage, "/a")).toBe("one");
    // Another mode, another connection.
    expect(Buffer.from(await client.downloadBytes("/a")).toString()).toBe("one");
    expect(sent.filter((line) => line === "EPSV")).toHaveLength(2);
  });

  it("makes another connection when the server has closed the one that was kept", async () => {
    const { client, sent } = await ownServer();
    await client.upload(Buffer.from("one"), "/a", { mode: "block" });
    await client.raw("ABOR");
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
    await client.upload(Buffer.from("two"), "/b", { mode: "block" });
    expect(sent.filter((line) => line === "EPSV")).toHaveLength(2);
  });

  it("tells a file that broke off from a whole one", async () => {
    const script: Script = (verb, _, session) => {
      if (verb === "MODE") return "200 Mode\r\n";
      if (verb === "EPSV") return passive(session, (data) => data.end(hex("00 0005 6161")));
      if (verb === "RETR") return "150 Here\r\n426 Broke\r\n";
      return undefined;
    };
    const { client } = await connectTo((await startScripted(script)).port);
    await expect(client.downloadBytes("f", { mode: "block" })).rejects.toMatchObject({ code: 426 });
    await client.noop();
  });

  it("refuses what is no block, and stays in step", async () => {
    const script: Script = (verb, _, session) => {
      if (verb === "MODE") return "200 Mode\r\n";
      if (verb === "EPSV") return passive(session, (data) => data.write(hex("ff 0005 6161")));
      if (verb === "RETR") return "150 Here\r\n";
      if (verb === "ABOR") return "426 Aborted\r\n226 Done\r\n";
      return undefined;
    };
    const { client } = await connectTo((await startScripted(script)).port);
    await expect(client.downloadBytes("f", { mode: "block" })).rejects.toMatchObject({
      name: "FtpTransferError",
      kind: "malformed",
    });
    await client.noop();
  });

  it("is refused a mode that the server has not got, and goes on without", async () => {
    const { client } = await ownServer({ deflate: false });
    await expect(client.upload(Buffer.from("x"), "/a", { mode: "deflate" })).rejects.toMatchObject({ code: 504 });
    await client.upload(Buffer.from("x"), "/a");
  });

  it("does not take a combination that means nothing", async () => {
    const { client } = await ownServer();
    await expect(client.downloadBytes("/a", { type: "ascii", structure: "page" })).rejects.toThrow(RangeError);
    await expect(client.downloadBytes("/a", { restart: { offset: 1, marker: "1" } })).rejects.toThrow(RangeError);
  });
});

describe("restart markers", () => {
  const content = randomBytes(1_000_000);
  const representation = { markerInterval: 100_000 };

  it.each(["block", "compressed"] as const)("carry a broken upload on (%s)", async (mode) => {
    const { client, storage } = await ownServer();
    let last: RestartPoint | undefined;
    let goOn: (() => void) | undefined;
    const marked = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield content.subarray(0, 450_000);
      await marked;
      throw new Error("the line broke");
    }
    const onMarker = (point: RestartPoint): void => {
      last = point;
      if (point.offset >= 400_000) goOn?.();
    };
    await expect(
      client.upload(Readable.from(broken(), { objectMode: false }), "/f", { mode, representation, onMarker }),
    ).rejects.toThrow("the line broke");
    expect(last).toEqual({ offset: 400_000, marker: "400000" });
    if (last === undefined) return;
    await client.upload(content, "/f", { mode, restart: last });
    const back = await client.downloadBytes("/f");
    expect(Buffer.compare(back, content)).toBe(0);
    expect(await readFile(storage, "/f")).toBeDefined();
  });

  it("carry a broken download on, into a file of this machine", async () => {
    const folder = await mkdtemp(join(tmpdir(), "twinport-markers-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const { client, storage } = await ownServer({ representation });
    await putFile(storage, "/f", content);
    const to = join(folder, "f");
    const abort = new AbortController();
    let last: RestartPoint | undefined;
    const onMarker = (point: RestartPoint): void => {
      last = point;
      if (point.offset === 500_000) abort.abort(new Error("enough"));
    };
    await expect(client.download("/f", to, { mode: "block", onMarker, signal: abort.signal })).rejects.toMatchObject({
      kind: "aborted",
    });
    expect(last).toBeDefined();
    if (last === undefined) return;
    const { offset } = await client.download("/f", to, { mode: "block", restart: last });
    expect(offset).toBe(last.offset);
    expect(Buffer.compare(await readLocal(to), content)).toBe(0);
  });
});

describe("records of any length", () => {
  const records = { layout: "index" } as const;

  it("travel with an index that is kept beside the file", async () => {
    const { client, storage } = await ownServer({ representation: { records } });
    const how = { structure: "record", representation: { records } } as const;
    await client.upload(Buffer.from("abcdefg"), "/f", { ...how, recordLengths: [3, 0, 4] });
    expect(await readFile(storage, "/f.records")).toBe("\0\0\0\x03\0\0\0\0\0\0\0\x04");
    const folder = await mkdtemp(join(tmpdir(), "twinport-records-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const { recordLengths } = await client.download("/f", join(folder, "f"), how);
    expect(recordLengths).toEqual([3, 0, 4]);
    expect((await readLocal(join(folder, "f"))).toString()).toBe("abcdefg");
  });

  it("are refused when they are not those of the file", async () => {
    const { client } = await ownServer({ representation: { records } });
    const how = { structure: "record", representation: { records } } as const;
    await expect(client.upload(Buffer.from("abc"), "/f", { ...how, recordLengths: [2] })).rejects.toThrow(
      /longer than its record index/,
    );
    await expect(client.upload(Buffer.from("abc"), "/f", { ...how, recordLengths: [-1] })).rejects.toThrow(RangeError);
  });
});

describe("compress: auto", () => {
  it.each([
    ["text", "/log.txt", Buffer.from("line\n".repeat(5_000)), "Z"],
    ["a file that is small", "/small.txt", Buffer.from("line\n"), "S"],
    ["a file that does not compress", "/random", randomBytes(50_000), "S"],
    ["a name that says it is compressed", "/x.tar.gz", Buffer.alloc(50_000), "S"],
  ])("chooses the mode for %s", async (_, path, content, mode) => {
    const { client, sent } = await ownServer({}, { compress: "auto" });
    await client.upload(content, path);
    expect(sent.filter((line) => line.startsWith("MODE"))).toEqual(mode === "S" ? [] : ["MODE Z"]);
    expect(Buffer.compare(await client.downloadBytes(path), content)).toBe(0);
  });

  it("leaves a server alone that has no mode Z, and is off by default", async () => {
    const content = Buffer.from("line\n".repeat(5_000));
    const without = await ownServer({ deflate: false }, { compress: "auto" });
    await without.client.upload(content, "/a");
    const unsaid = await ownServer();
    await unsaid.client.upload(content, "/a");
    expect([...without.sent, ...unsaid.sent].some((line) => line.startsWith("MODE"))).toBe(false);
  });

  it("bounds what a server makes of a few octets", async () => {
    const bomb = deflateSync(Buffer.alloc(40 * 1024 * 1024));
    const script: Script = (verb, _, session) => {
      if (verb === "MODE" || verb === "OPTS") return "200 Fine\r\n";
      if (verb === "EPSV") return passive(session, (data) => data.end(bomb));
      if (verb === "RETR") return "150 Here\r\n";
      if (verb === "ABOR") return "426 Aborted\r\n226 Done\r\n";
      return undefined;
    };
    const { client } = await connectTo((await startScripted(script)).port, { inflateRatio: 100 });
    await expect(client.downloadBytes("f", { mode: "deflate" })).rejects.toMatchObject({ kind: "malformed" });
    await client.noop();
  });
});

describe("a NetX Duo server in block mode", () => {
  const representation = { blocks: "netx" } as const;

  it("is sent one block and a close, and told MODE B before each transfer", async () => {
    const uploads: Promise<Buffer>[] = [];
    const collect = async (data: Socket): Promise<Buffer> => {
      const chunks: Buffer[] = [];
      data.on("data", (chunk) => chunks.push(chunk));
      await once(data, "end");
      data.end();
      return Buffer.concat(chunks);
    };
    const script: Script = (verb, _, session) => {
      if (verb === "MODE") return "200 Mode\r\n";
      if (verb === "EPSV") {
        return passive(session, (data) => {
          uploads.push(
            collect(data).then((bytes) => {
              session.send("226 Done\r\n");
              return bytes;
            }),
          );
        });
      }
      if (verb === "STOR") return "150 Go\r\n";
      return undefined;
    };
    const { port, commands } = await startScripted(script);
    const { client } = await connectTo(port);
    await client.upload(Buffer.from("abc"), "f", { mode: "block", representation });
    await client.upload(Buffer.from("de"), "g", { mode: "block", representation });
    expect((await Promise.all(uploads)).map((bytes) => bytes.toString("hex"))).toEqual([
      "000003616263400000",
      "0000026465400000",
    ]);
    expect(commands.filter((line) => line === "MODE B")).toHaveLength(2);
  });

  it("is read past the 16 bits of its count", async () => {
    const content = randomBytes(100_000);
    const script: Script = (verb, _, session) => {
      if (verb === "MODE") return "200 Mode\r\n";
      if (verb === "EPSV") {
        return passive(session, (data) => {
          data.write(Buffer.of(0, (100_000 >> 8) & 0xff, 100_000 & 0xff));
          data.write(content);
          data.end(hex("40 0000"));
        });
      }
      if (verb === "RETR") return "150 Here\r\n226 Done\r\n";
      return undefined;
    };
    const { client } = await connectTo((await startScripted(script)).port);
    const back = await client.downloadBytes("f", { mode: "block", representation });
    expect(Buffer.compare(back, content)).toBe(0);
  });
});
