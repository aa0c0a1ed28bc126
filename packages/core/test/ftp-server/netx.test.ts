/** `replies: "netx"`: the sequences that NetX Duo documents, octet for octet, and what its client asks of a server. */
import { Socket } from "node:net";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { MemoryStorage, resolveVirtualPath, rootPath } from "../../src/storage/index.ts";
import { FtpClient } from "../../src/ftp-client/index.ts";
import { FtpServer } from "../../src/ftp-server/index.ts";
import { controlWindow, NetxClient } from "./netx-client.ts";
import { putFile, readFile, startServer } from "./server-fixture.ts";

const hex = (text: string): Buffer => Buffer.from(text.replace(/\s/g, ""), "hex");
const loopback = { 4: "127.0.0.1", 6: "::1" } as const;

async function startNetx(
  family: 4 | 6 = 4,
  options: Parameters<typeof startServer>[0] = {},
): Promise<{ client: NetxClient; storage: MemoryStorage; port: number }> {
  const storage = new MemoryStorage();
  const host = loopback[family];
  const { port } = await startServer({ replies: "netx", storage, listeners: [{ host, port: 0 }], ...options });
  return { client: await NetxClient.connect(port, host), storage, port };
}

/**
 * What the sockets of this port were given, write by write. Each write is a segment of its own: without Nagle's delay the
 * system sends it at once. (A reader cannot tell: it gets together what came together.)
 */
function watchWrites(port: number): () => string[] {
  const one = vi.spyOn(Socket.prototype, "_write");
  const several = vi.spyOn(Socket.prototype as Required<Pick<Socket, "_writev">>, "_writev");
  onTestFinished(() => {
    one.mockRestore();
    several.mockRestore();
  });
  return () => {
    expect(several.mock.contexts.filter((socket) => (socket as Socket).localPort === port)).toEqual([]);
    return one.mock.calls
      .filter((_, i) => (one.mock.contexts[i] as Socket | undefined)?.localPort === port)
      .map(([chunk]) => String(chunk));
  };
}

const login = [
  "220 Twinport FTP ready\r\n",
  "USER me\r\n",
  "331 Password required\r\n",
  "PASS secret\r\n",
  "230 Logged in\r\n",
  "TYPE I\r\n",
  "200 Type is I\r\n",
];
const address = {
  4: ["PORT 127,000,000,001,<port>\r\n", "200 Data port noted\r\n"],
  6: ["EPRT |2|0000:0000:0000:0000:0000:0000:0000:0001<port>\r\n", "200 Data port noted\r\n"],
} as const;
const passiveAnswer = {
  4: ["PASV\r\n", "227 Entering Passive Mode (127,0,0,1,<port>).\r\n"],
  6: ["EPSV\r\n", "229 Entering Extended Passive Mode (<port>)\r\n"],
} as const;
const quit = ["QUIT\r\n", "221 Goodbye\r\n"];

describe.each([4, 6] as const)("the documented sequence over IPv%i of", (family) => {
  it("an active read is 200, 125, the octets, the server's close, 250", async () => {
    const { client, storage } = await startNetx(family);
    await putFile(storage, "/a", "octets");
    await client.command("TYPE I", "2");
    const { accepted } = await client.active();
    client.send("RETR a");
    const data = await accepted;
    await client.expect("1");
    expect((await client.readToEnd(data)).toString()).toBe("octets");
    await client.expect("2");
    await client.command("QUIT", "2");
    expect(client.transcript).toEqual([
      ...login,
      ...address[family],
      "RETR a\r\n",
      "125 Opening BINARY mode data connection for /a (6 bytes)\r\n",
      "250 Transfer complete\r\n",
      ...quit,
    ]);
  });

  it("a passive read is 227 or 229, 150, the octets, the close, 226", async () => {
    const { client, storage } = await startNetx(family);
    await putFile(storage, "/a", "octets");
    await client.command("TYPE I", "2");
    const data = await client.passive();
    await client.command("RETR a", "1");
    expect((await client.readToEnd(data)).toString()).toBe("octets");
    await client.expect("2");
    await client.command("QUIT", "2");
    expect(client.transcript).toEqual([
      ...login,
      ...passiveAnswer[family],
      "RETR a\r\n",
      "150 Opening BINARY mode data connection for /a (6 bytes)\r\n",
      "226 Transfer complete\r\n",
      ...quit,
    ]);
  });

  it("an active write is 200, 125, the octets, the client's close, 250", async () => {
    const { client, storage } = await startNetx(family);
    await client.command("TYPE I", "2");
    const { accepted } = await client.active();
    client.send("STOR b");
    const data = await accepted;
    await client.expect("1");
    data.end("octets");
    await client.expect("2");
    await client.command("QUIT", "2");
    expect(await readFile(storage, "/b")).toBe("octets");
    expect(client.transcript).toEqual([
      ...login,
      ...address[family],
      "STOR b\r\n",
      "125 Opening BINARY mode data connection for /b\r\n",
      "250 Transfer complete; /b has 6 octets\r\n",
      ...quit,
    ]);
  });

  it("a passive write is 227 or 229, 150, the octets, the client's close, 226", async () => {
    const { client, storage } = await startNetx(family);
    await client.command("TYPE I", "2");
    const data = await client.passive();
    await client.command("STOR b", "1");
    data.end("octets");
    await client.expect("2");
    await client.command("QUIT", "2");
    expect(await readFile(storage, "/b")).toBe("octets");
    expect(client.transcript).toEqual([
      ...login,
      ...passiveAnswer[family],
      "STOR b\r\n",
      "150 Opening BINARY mode data connection for /b\r\n",
      "226 Transfer complete; /b has 6 octets\r\n",
      ...quit,
    ]);
  });
});

describe("a NetX Duo client", () => {
  it("goes from active to passive and back on one connection", async () => {
    const { client, storage } = await startNetx();
    await putFile(storage, "/a", "octets");
    await client.command("TYPE I", "2");
    for (const way of ["active", "passive", "active"] as const) {
      const data = way === "active" ? (await client.active()).accepted : await client.passive();
      client.send("RETR a");
      const connection = await data;
      await client.expect("1");
      expect((await client.readToEnd(connection)).toString()).toBe("octets");
      await client.expect(way === "active" ? "250" : "226");
    }
  });

  it("lists by NLST with a trailing space, and by NLST with a path", async () => {
    const { client, storage } = await startNetx();
    await putFile(storage, "/a", "1");
    await client.command("MKD logs", "2");
    await putFile(storage, "/logs/b", "2");
    for (const [line, names] of [
      ["NLST ", "a\r\nlogs\r\n"],
      ["NLST logs", "logs/b\r\n"],
    ] as const) {
      const { accepted } = await client.active();
      client.send(line);
      const data = await accepted;
      await client.expect("1");
      expect((await client.readToEnd(data)).toString()).toBe(names);
      await client.expect("2");
    }
  });

  it("makes, enters and removes folders, renames and deletes by the classes it looks for", async () => {
    const { client, storage } = await startNetx();
    await client.command("MKD logs", "2");
    await client.command("CWD logs", "2");
    await client.command("CWD /", "2");
    await client.command("RMD logs", "2");
    await putFile(storage, "/a", "1");
    await client.command("RNFR a", "3");
    await client.command("RNTO b", "2");
    await client.command("DELE b", "2");
    await client.command("DELE b", "5");
  });

  it("moves a file in block mode actively: MODE B after PORT, before each transfer", async () => {
    const { client, storage } = await startNetx();
    await putFile(storage, "/a", "aaa");
    await client.command("TYPE I", "2");
    const reading = (await client.active()).accepted;
    await client.command("MODE B", "2");
    client.send("RETR a");
    const read = await reading;
    await client.expect("125");
    expect((await client.readToEnd(read)).toString("hex")).toBe("000003616161400000");
    await client.expect("250");
    const writing = (await client.active()).accepted;
    await client.command("MODE B", "2");
    client.send("STOR b");
    const written = await writing;
    await client.expect("125");
    written.write(hex("00 0002"));
    written.write("bb");
    written.end(hex("40 0000"));
    await client.expect("250");
    expect(await readFile(storage, "/b")).toBe("bb");
  });

  it("stores an empty file in block mode as a connection without an octet", async () => {
    const { client, storage } = await startNetx();
    await client.command("TYPE I", "2");
    const data = await client.passive();
    await client.command("MODE B", "2");
    await client.command("STOR b", "1");
    data.end();
    await client.expect("226");
    expect(await readFile(storage, "/b")).toBe("");
  });

  it("gets 33x after USER for every name, one that needs no password too", async () => {
    const { client } = await startNetx(4, {
      accounts: { login: () => ({ name: "me", storage: new MemoryStorage() }), isAnonymous: () => true },
    });
    await client.command("USER anonymous", "33");
    await client.command("USER nobody", "33");
  });

  it("gets each reply in a segment of its own, the completion of a file of no octets too", async () => {
    const { client, storage, port } = await startNetx();
    await putFile(storage, "/empty", "");
    const writes = watchWrites(port);
    await client.command("TYPE I", "200");
    for (const name of ["RETR empty", "NLST "]) {
      const { accepted } = await client.active();
      client.send(name);
      await client.readToEnd(await accepted);
      await client.expect("125");
      await client.expect("250");
      const data = await client.passive();
      client.send(name);
      await client.readToEnd(data);
      await client.expect("150");
      await client.expect("226");
    }
    expect(writes().map((write) => write.replace(/^(\d{3}) [^\n]*\n$/, "$1"))).toEqual([
      "200",
      "200",
      "125",
      "250",
      "227",
      "150",
      "226",
      "200",
      "125",
      "250",
      "227",
      "150",
      "226",
    ]);
  });

  it("gets no reply of its window's size, however long names and welcomes are", async () => {
    const storage = new MemoryStorage();
    const { client } = await startNetx(4, {
      accounts: { login: () => ({ name: "me", storage, welcome: "Welcome. ".repeat(100) }) },
    });
    const long = "ü".repeat(100);
    for (const path of [long, `${long}/${long}`]) await storage.makeDirectory(resolveVirtualPath(rootPath, path));
    const name = `${long}/${long}/${long}`;
    await client.command("TYPE I", "2");
    const data = await client.passive();
    await client.command(`STOR ${name}`, "150");
    data.end("octets");
    await client.expect("226");
    expect(await readFile(storage, `/${name}`)).toBe("octets");
    await client.command(`CWD ${name}`, "5");
    await client.command(`DELE ${name}`, "2");
  });

  it("is greeted in less than its window, whatever the banner", () => {
    const accounts = { login: () => ({ name: "me", storage: new MemoryStorage() }) };
    expect(() => new FtpServer({ accounts, banner: "é".repeat(197) })).toThrow(RangeError);
    expect(() => new FtpServer({ accounts, banner: "é".repeat(196) })).not.toThrow();
    expect(Buffer.byteLength(`220 ${"é".repeat(196)}\r\n`)).toBeLessThan(controlWindow);
  });
});

describe("our client and our server in these replies", () => {
  it.each(["active", "pasv", "epsv"] as const)("understand each other (%s)", async (dataMode) => {
    const { port } = await startNetx();
    await using ours = await FtpClient.connect({ host: "127.0.0.1", port, user: "me", password: "secret", dataMode });
    await ours.upload(Buffer.from("octets"), "a");
    expect(Buffer.from(await ours.downloadBytes("a")).toString()).toBe("octets");
    const block = { mode: "block", representation: { blocks: "netx" } } as const;
    await ours.upload(Buffer.from("in a block"), "b", block);
    expect(Buffer.from(await ours.downloadBytes("b", block)).toString()).toBe("in a block");
    expect(await ours.names()).toEqual(["a", "b"]);
  });
});
