/** The client's formats where something goes wrong, or is gone on with: restarts, listings, refusals, what is left behind. */
import { once } from "node:events";
import { mkdtemp, readdir, readFile as readLocal, rm, stat, writeFile } from "node:fs/promises";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { describe, expect, it, onTestFinished } from "vitest";
import { FtpClient, type DownloadOptions, type FtpClientOptions } from "../../src/ftp-client/index.ts";
import { MemoryStorage } from "../../src/storage/index.ts";
import { passive, startScripted, type Script } from "../ftp-client/scripted-server.ts";
import { putFile, readFile, startServer } from "../ftp-server/server-fixture.ts";

const whole = Buffer.from("0123456789abcdefghij".repeat(100));
const hex = (text: string): Buffer => Buffer.from(text.replace(/\s/g, ""), "hex");

async function connectTo(port: number, options: FtpClientOptions = {}): Promise<{ client: FtpClient; sent: string[] }> {
  const client = await FtpClient.connect({ host: "127.0.0.1", port, user: "me", password: "secret", ...options });
  onTestFinished(() => client.destroy());
  const sent: string[] = [];
  client.on("command", ({ verb, argument }) => sent.push(argument === undefined ? verb : `${verb} ${argument}`));
  return { client, sent };
}

async function ownServer(
  clientOptions: FtpClientOptions = {},
): Promise<{ client: FtpClient; sent: string[]; storage: MemoryStorage }> {
  const storage = new MemoryStorage();
  const { port } = await startServer({ storage });
  return { ...(await connectTo(port, clientOptions)), storage };
}

/** Settles once a socket is closed, in whatever way. */
function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once("close", () => resolve());
  });
}

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "twinport-faults-"));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

describe("resuming in a format", () => {
  it.each(["block", "compressed", "deflate"] as const)(
    "sends the rest in the mode that was asked for (%s)",
    async (mode) => {
      const { client, sent, storage } = await ownServer();
      await putFile(storage, "/f", whole.subarray(0, 500));
      expect(await client.upload(whole, "/f", { mode, resume: true })).toMatchObject({ offset: 500 });
      expect(await readFile(storage, "/f")).toBe(whole.toString());
      expect(sent.findIndex((line) => line.startsWith("MODE"))).toBeGreaterThan(sent.indexOf("SIZE /f"));
    },
  );

  it("appends in the mode that was asked for, where the end is looked for to verify", async () => {
    const { client, storage } = await ownServer();
    await putFile(storage, "/f", whole.subarray(0, 500));
    await client.append(whole.subarray(500), "/f", { mode: "deflate", verify: true });
    expect(await readFile(storage, "/f")).toBe(whole.toString());
  });

  it("deflates the rest where compression is automatic", async () => {
    const { client, storage } = await ownServer({ compress: "auto" });
    const lines = "line\n".repeat(5_000);
    await putFile(storage, "/f", lines.slice(0, 500));
    await client.upload(Buffer.from(lines), "/f", { resume: true });
    expect(await readFile(storage, "/f")).toBe(lines);
  });

  it("goes on in EBCDIC, whose octets keep their places", async () => {
    const { client, storage } = await ownServer();
    await putFile(storage, "/f", "AAA\n");
    await client.upload(Buffer.from("AAA\nBBB\n"), "/f", { type: "ebcdic", resume: true });
    expect(await readFile(storage, "/f")).toBe("AAA\nBBB\n");
  });

  it.each<[string, DownloadOptions]>([
    ["ASCII", { type: "ascii" }],
    ["packed logical bytes", { type: { type: "L", byteSize: 12 } }],
    ["records", { structure: "record" }],
    ["pages", { structure: "page" }],
  ])("is refused for %s both ways, before anything is sent", async (_, format) => {
    const { client, sent, storage } = await ownServer();
    await putFile(storage, "/f", "AAA\nBBB\n");
    const to = join(await folder(), "f");
    await writeFile(to, "AAA\n");
    await expect(client.upload(Buffer.from("AAA\nBBB\nCCC\n"), "/f", { ...format, resume: true })).rejects.toThrow(
      RangeError,
    );
    await expect(client.download("/f", to, { ...format, resume: true })).rejects.toThrow(RangeError);
    await expect(client.openRead("/f", { ...format, offset: 4 })).rejects.toThrow(RangeError);
    expect(sent).toEqual([]);
    expect((await readLocal(to)).toString()).toBe("AAA\n");
    expect(await readFile(storage, "/f")).toBe("AAA\nBBB\n");
  });

  it("sends an empty rest, by which a server takes the file for whole", async () => {
    const { client, sent, storage } = await ownServer();
    await putFile(storage, "/f", whole);
    await client.upload(whole, "/f", { resume: true });
    await client.upload(whole, "/f", { mode: "block", restart: { offset: 2_000, marker: "2000" } });
    expect(sent.filter((line) => line === "REST 2000" || line === "STOR /f")).toEqual([
      "REST 2000",
      "STOR /f",
      "REST 2000",
      "STOR /f",
    ]);
    expect(await readFile(storage, "/f")).toBe(whole.toString());
  });

  it("is refused for a restart beyond what is here", async () => {
    const { client, sent, storage } = await ownServer();
    await putFile(storage, "/f", whole);
    const at = join(await folder(), "f");
    const how = { mode: "block", restart: { offset: 100, marker: "100" } } as const;
    await expect(client.download("/f", at, how)).rejects.toMatchObject({ kind: "cannot-resume" });
    await writeFile(at, "short");
    await expect(client.download("/f", at, how)).rejects.toMatchObject({ kind: "cannot-resume" });
    await expect(client.upload(Buffer.from("short"), "/f", how)).rejects.toMatchObject({ kind: "cannot-resume" });
    expect((await readLocal(at)).toString()).toBe("short");
    expect(sent).toEqual([]);
  });
});

describe("listings after transfers", () => {
  it("have spaces in mode C, where the server sends fillers", async () => {
    const { client, storage } = await ownServer();
    await putFile(storage, "/a    b", "x");
    await client.upload(Buffer.from("hello"), "/h", { mode: "compressed" });
    expect((await client.list("/")).map(({ name }) => name).sort()).toEqual(["a    b", "h"]);
    expect((await client.names()).sort()).toEqual(["a    b", "h"]);
  });

  it("come in stream mode from a NetX Duo server, which has left block mode", async () => {
    let mode = "S";
    const listing = "-rw-rw-rw-  1 owner group  5 JAN 01 10:10 hello\r\n";
    const script: Script = (verb, argument, session) => {
      if (verb === "MODE") {
        mode = argument;
        return "200 Mode\r\n";
      }
      if (verb === "EPSV") return passive(session, (data) => void serve(data, (text) => session.send(text)));
      if (verb === "STOR" || verb === "LIST") return "150 Go\r\n";
      return undefined;
    };
    const serve = async (data: Socket, send: (text: string) => void): Promise<void> => {
      const stores = mode === "B";
      if (stores) {
        data.resume();
        await once(data, "end");
      }
      data.end(stores ? "" : listing);
      mode = "S";
      send("226 Done\r\n");
    };
    const { client } = await connectTo((await startScripted(script)).port);
    await client.upload(Buffer.from("hello"), "hello", { mode: "block", representation: { blocks: "netx" } });
    expect((await client.list()).map(({ name }) => name)).toEqual(["hello"]);
  });

  it("leave nothing behind that broke off, and the client in step", async () => {
    const closes: Promise<void>[] = [];
    const script: Script = (verb, _, session) => {
      if (verb === "MODE" || verb === "OPTS") return "200 Fine\r\n";
      if (verb === "EPSV") {
        return passive(session, (data) => {
          closes.push(closed(data));
          data.resume().end(deflateSync("a listing").subarray(0, 8));
        });
      }
      if (verb === "STOR") return "150 Go\r\n226 Done\r\n";
      if (verb === "LIST") return "150 Go\r\n426 Broke\r\n";
      return undefined;
    };
    const { client } = await connectTo((await startScripted(script)).port);
    await client.upload(Buffer.from("x"), "f", { mode: "deflate" });
    await expect(client.list()).rejects.toMatchObject({ code: 426 });
    await Promise.all(closes);
    expect(closes).toHaveLength(2);
    await client.noop();
  });
});

describe("a parameter that is refused", () => {
  it("leaves the one before, so that listings are still asked for as text", async () => {
    const script: Script = (verb, argument, session) => {
      if (verb === "TYPE") return argument === "L 8" || argument === "A" ? "200 Type\r\n" : "504 Not that\r\n";
      if (verb === "EPSV") return passive(session, (data) => data.end("hello\r\n"));
      if (verb === "RETR" || verb === "NLST") return "150 Go\r\n226 Done\r\n";
      return undefined;
    };
    const { port, commands } = await startScripted(script);
    const { client } = await connectTo(port);
    await client.downloadBytes("f", { type: { type: "L", byteSize: 8 } }).catch(() => undefined);
    await expect(client.downloadBytes("f", { type: "ebcdic" })).rejects.toMatchObject({ code: 504 });
    expect(await client.names()).toEqual(["hello"]);
    expect(commands.filter((line) => line.startsWith("TYPE")).at(-1)).toBe("TYPE A");
  });
});

describe("a connection that is kept", () => {
  const script =
    (sockets: Socket[]): Script =>
    (verb, _, session) => {
      if (verb === "MODE") return "200 Mode\r\n";
      if (verb === "EPSV") {
        return passive(session, (data) => {
          sockets.push(data);
          data.resume();
        });
      }
      if (verb === "STOR") return "150 Go\r\n250 Done\r\n";
      return undefined;
    };

  it.each<[string, (client: FtpClient, control: Socket | undefined) => unknown]>([
    ["close", (client) => client.close()],
    ["destroy", (client) => client.destroy()],
    ["the server's close", (_, control) => control?.destroy()],
  ])("goes with the client, by %s", async (_, end) => {
    const sockets: Socket[] = [];
    let control: Socket | undefined;
    const inner = script(sockets);
    const { port } = await startScripted((verb, argument, session) => {
      control = session.control;
      return inner(verb, argument, session);
    });
    const { client } = await connectTo(port);
    await client.upload(Buffer.from("x"), "f", { mode: "block" });
    const [data] = sockets;
    if (data === undefined) throw new Error("No data connection was made");
    expect(data.readableEnded).toBe(false);
    const gone = closed(data);
    await end(client, control);
    await gone;
  });
});

describe("the size of a download", () => {
  const server =
    (preliminary: string, wire: Buffer, ends: boolean): Script =>
    (verb, _, session) => {
      if (verb === "MODE" || verb === "OPTS") return "200 Fine\r\n";
      if (verb === "EPSV") return passive(session, (data) => (ends ? data.end(wire) : data.write(wire)));
      if (verb === "RETR") return `${preliminary}\r\n226 Done\r\n`;
      if (verb === "SIZE") return "213 9\r\n";
      return undefined;
    };

  it.each([
    ["deflate", "150 Go", deflateSync("12345"), true],
    ["block", "150 Go (9 bytes)", hex("40 0005 3132333435"), false],
    ["compressed", "150 Go (9 bytes)", hex("00 40 05 3132333435"), true],
  ] as const)("is held against the server's in mode %s", async (mode, preliminary, wire, ends) => {
    const { port } = await startScripted(server(preliminary, wire, ends));
    const { client } = await connectTo(port);
    await expect(client.downloadBytes("f", { mode })).rejects.toMatchObject({ kind: "size-mismatch" });
    const { client: trusting } = await connectTo(port, { checkSize: false });
    expect(Buffer.from(await trusting.downloadBytes("f", { mode })).toString()).toBe("12345");
  });

  it("is not asked for where the data tells its end and no number is in doubt", async () => {
    const { port, commands } = await startScripted(server("150 Go (5 bytes)", hex("40 0005 3132333435"), false));
    const { client } = await connectTo(port);
    expect(Buffer.from(await client.downloadBytes("f", { mode: "block" })).toString()).toBe("12345");
    expect(commands).not.toContain("SIZE f");
  });
});

describe("a file with holes", () => {
  it("comes with them into a file of this machine", async () => {
    const { client, storage } = await ownServer();
    const size = 8 * 1024 * 1024;
    const content = Buffer.alloc(size);
    content.write("end", size - 4);
    await putFile(storage, "/f", content);
    const to = join(await folder(), "f");
    await client.download("/f", to, { type: { type: "L", byteSize: 32 }, structure: "page" });
    expect(Buffer.compare(await readLocal(to), content)).toBe(0);
    const { blocks } = await stat(to);
    expect(blocks * 512).toBeLessThan(size / 2);
  });

  it("leaves nothing to resume when its pages broke off, which come in any order", async () => {
    const page = (number: string): string => `0004 ${number} 0001 0001 6162`;
    const script: Script = (verb, _, session) => {
      if (verb === "STRU") return "200 Structure\r\n";
      if (verb === "EPSV") return passive(session, (data) => data.end(hex(`${page("0001")} ${page("0000")} 00`)));
      if (verb === "RETR") return "150 Go\r\n426 Broke\r\n";
      return undefined;
    };
    const { client } = await connectTo((await startScripted(script)).port);
    const at = await folder();
    const how = { type: { type: "L", byteSize: 16 }, structure: "page" } as const;
    await expect(client.download("f", join(at, "f"), how)).rejects.toMatchObject({ code: 426 });
    expect(await readdir(at)).toEqual([]);
  });
});
