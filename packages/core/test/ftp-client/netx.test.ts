/** Our client and a server as NetX Duo's is: the documented sequences octet for octet, and all that it lacks. */
import { createServer } from "node:net";
import { once } from "node:events";
import { Readable } from "node:stream";
import { describe, expect, it, onTestFinished } from "vitest";
import { FtpClient, FtpConnectionError, FtpReplyError, type FtpClientOptions } from "../../src/ftp-client/index.ts";
import { startNetxServer, type NetxServer } from "./netx-server.ts";

async function connectTo(
  host: string,
  options: FtpClientOptions = {},
): Promise<{ client: FtpClient; server: NetxServer }> {
  const server = await startNetxServer(host);
  const client = await FtpClient.connect({ host, port: server.port, user: "me", password: "secret", ...options });
  onTestFinished(() => client.destroy());
  return { client, server };
}

/** What a client sent, segment by segment, with ports left out. */
function sent({ chunks }: NetxServer): string[] {
  return chunks.map((chunk) => chunk.replace(/(\d+,\d+|\|\d+\|)\r\n$/, "<port>\r\n"));
}

const start = ["USER me\r\n", "PASS secret\r\n", "FEAT\r\n", "TYPE I\r\n"];
const address = {
  "127.0.0.1": { active: "PORT 127,0,0,1,<port>\r\n", pasv: "PASV\r\n" },
  "::1": { active: "EPRT |2|::1<port>\r\n", pasv: "EPSV\r\n" },
} as const;

describe.each(["127.0.0.1", "::1"] as const)("the documented sequence on %s", (host) => {
  it.each([
    ["actively", "active"],
    ["passively", host === "::1" ? "epsv" : "pasv"],
  ] as const)("of a read is sent %s, each command in a segment of its own", async (_, dataMode) => {
    const { client, server } = await connectTo(host, { dataMode, checkSize: false });
    server.files.set("/a", Buffer.from("octets"));
    expect(Buffer.from(await client.downloadBytes("a")).toString()).toBe("octets");
    await client.close();
    const way = address[host][dataMode === "active" ? "active" : "pasv"];
    expect(sent(server)).toEqual([...start, way, "RETR a\r\n", "QUIT\r\n"]);
  });

  it.each([["actively", "active"], ...(host === "::1" ? [] : ([["passively", "pasv"]] as const))] as const)(
    "of a write is sent %s",
    async (_, dataMode) => {
      const { client, server } = await connectTo(host, { dataMode });
      await client.upload(Buffer.from("octets"), "b");
      await client.close();
      expect(server.files.get("/b")?.toString()).toBe("octets");
      const way = address[host][dataMode === "active" ? "active" : "pasv"];
      expect(sent(server)).toEqual([...start, way, "STOR b\r\n", "QUIT\r\n"]);
    },
  );
});

describe("a NetX Duo server", () => {
  it.each(["127.0.0.1", "::1"])("is never sent an upload over EPSV, whose data it drops (%s)", async (host) => {
    const { client, server } = await connectTo(host);
    await client.upload(Buffer.from("octets"), "b");
    expect(server.files.get("/b")?.toString()).toBe("octets");
    expect(Buffer.from(await client.downloadBytes("b")).toString()).toBe("octets");
    expect((await client.list()).map(({ name }) => name)).toEqual(["b"]);
    await client.upload(Buffer.from("again"), "b");
    expect(server.files.get("/b")?.toString()).toBe("again");
  });

  it("is left its EPSV where the caller insists", async () => {
    const { client, server } = await connectTo("127.0.0.1", { dataMode: "epsv" });
    server.files.set("/a", Buffer.from("octets"));
    await client.downloadBytes("a");
    expect(server.commands).toContain("EPSV");
  });

  it("serves folders, names and files without FEAT, SIZE, MDTM and MLST", async () => {
    const { client, server } = await connectTo("127.0.0.1");
    expect(client.features.size).toBe(0);
    await client.mkdir("logs");
    await client.upload(Buffer.from("1"), "logs/a");
    await client.rename("logs/a", "logs/b");
    await client.cd("logs");
    expect(await client.pwd()).toBe("/logs");
    expect(await client.names()).toEqual(["b"]);
    await client.cd("/");
    expect(await client.size("logs/b")).toBeUndefined();
    expect(await client.stat("logs/b")).toMatchObject({ kind: "file", size: 1 });
    expect(await client.stat("logs")).toMatchObject({ kind: "directory" });
    expect(await client.exists("logs/a")).toBe(false);
    expect(await client.exists("nowhere/a")).toBe(false);
    await client.remove("logs/b");
    await client.removeDirectory("logs");
    expect(server.files.size).toBe(0);
  });

  it("fails NLST of an empty folder, and lists it by LIST", async () => {
    const { client } = await connectTo("127.0.0.1");
    await expect(client.names()).rejects.toMatchObject({ code: 550 });
    expect(await client.list()).toEqual([]);
  });

  it("has listings whose months are capitals and whose years are not told", async () => {
    const { client, server } = await connectTo("127.0.0.1");
    server.files.set("/BOOT.BIN", Buffer.alloc(5));
    server.files.set("/LOGS", undefined);
    const [file, folder] = await client.list("/");
    expect(file).toMatchObject({ name: "BOOT.BIN", kind: "file", size: 5, timePrecision: "minute" });
    expect(folder).toMatchObject({ name: "LOGS", kind: "directory" });
    // The last JAN 02 that there was, but for zones.
    expect(file?.modified).toBeLessThan(Date.now() + 86_400_000);
    expect(file?.modified).toBeGreaterThan(Date.now() - 367 * 86_400_000);
  });

  it("is sent no switches with LIST, nor a name that looks like some", async () => {
    const { client, server } = await connectTo("127.0.0.1");
    server.files.set("/-al", undefined);
    server.files.set("/-al/x", Buffer.from("1"));
    expect((await client.list("-al")).map(({ name }) => name)).toEqual(["x"]);
    await client.list();
    expect(server.commands.filter((line) => line.startsWith("LIST"))).toEqual(["LIST", "LIST"]);
  });

  it("sees a passive data connection before the command that it is for", async () => {
    const { client, server } = await connectTo("127.0.0.1");
    server.files.set("/a", Buffer.from("octets"));
    const begun = Date.now();
    await client.downloadBytes("a");
    expect(Date.now() - begun).toBeLessThan(1_000);
    expect(server.commands.indexOf("PASV")).toBe(server.commands.indexOf("RETR a") - 1);
  });

  it("keeps in block mode what one block holds, and is not sent more", async () => {
    const { client, server } = await connectTo("127.0.0.1");
    const block = { mode: "block", representation: { blocks: "netx" } } as const;
    await client.upload(Buffer.alloc(65_535, "x"), "b", block);
    expect(server.files.get("/b")?.length).toBe(65_535);
    // It is back in stream mode by then.
    expect(await client.names()).toEqual(["b"]);
    await expect(client.upload(Buffer.alloc(65_536, "x"), "c", block)).rejects.toThrow("65535");
    const pieces = (count: number): Readable => Readable.from(new Array<Buffer>(count).fill(Buffer.alloc(1_000, "p")));
    await expect(client.upload(pieces(66), "c", block)).rejects.toThrow("65535");
    expect(server.files.has("/c")).toBe(false);
    await client.upload(pieces(65), "c", block);
    expect(server.files.get("/c")?.length).toBe(65_000);
    server.files.set("/large", Buffer.alloc(70_000, "y"));
    expect((await client.downloadBytes("large", block)).length).toBe(70_000);
    expect((await client.downloadBytes("b", block)).length).toBe(65_535);
    // Without a mode it is told MODE S again, where it was told another.
    expect((await client.downloadBytes("b")).length).toBe(65_535);
  });

  it("answers 530 to all but a login, and a wrong one is told as that", async () => {
    const { port, commands } = await startNetxServer();
    const wrong = FtpClient.connect({ host: "127.0.0.1", port, user: "me", password: "wrong" });
    const error: unknown = await wrong.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(FtpReplyError);
    expect(error).toMatchObject({ code: 530, verb: "PASS" });
    expect(commands).toEqual(["USER me", "PASS wrong"]);
  });

  it("answers 530 to AUTH, after which TLS that may be left out is left out", async () => {
    const { client } = await connectTo("127.0.0.1", { tls: "auto" });
    expect(client.secure).toBe(false);
    await client.noop();
  });

  it("has no room for a fifth client, and says so with a close alone", async () => {
    const full = createServer((socket) => socket.resetAndDestroy());
    full.listen(0, "127.0.0.1");
    await once(full, "listening");
    onTestFinished(() => void full.close());
    const address = full.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    await expect(FtpClient.connect({ host: "127.0.0.1", port })).rejects.toBeInstanceOf(FtpConnectionError);
  });

  it("has no room for a fifth client, and may not even say so", async () => {
    const full = createServer((socket) => onTestFinished(() => void socket.destroy()));
    full.listen(0, "127.0.0.1");
    await once(full, "listening");
    onTestFinished(() => void full.close());
    const address = full.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const waiting = FtpClient.connect({ host: "127.0.0.1", port, replyTimeout: 50 });
    await expect(waiting).rejects.toMatchObject({ name: "FtpTimeoutError", phase: "reply" });
  });
});
