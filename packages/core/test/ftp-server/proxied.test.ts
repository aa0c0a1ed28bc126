/** Listeners behind a proxy: the PROXY header by hand, and what the session makes of it. */
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { FtpServer, type FtpServerEvents, type FtpServerOptions } from "../../src/ftp-server/index.ts";
import { MemoryStorage } from "../../src/storage/index.ts";
import { makeAuthority } from "../support/certificates.ts";
import { listenForData, RawSession, readAll } from "./raw-session.ts";
import { nextEvent, putFile, startServer, type Fixture } from "./server-fixture.ts";

const line = "PROXY TCP4 192.0.2.7 198.51.100.9 49153 2121\r\n";
const signature = "\r\n\r\n\0\r\nQUIT\n";
const octets = (command: number, family: number, ...body: number[]): Buffer =>
  Buffer.concat([Buffer.from(signature), Buffer.from([command, family, 0, body.length, ...body])]);
const binary = octets(0x21, 0x11, 192, 0, 2, 7, 198, 51, 100, 9, 0xc0, 1, 8, 0x49, 1, 0, 1, 65);

function start(
  trusted: readonly string[] = ["127.0.0.0/8"],
  options: Partial<FtpServerOptions> = {},
  tls?: "implicit",
): Promise<Fixture> {
  const listener = { host: "127.0.0.1", port: 0, proxyProtocol: { trusted }, ...(tls === undefined ? {} : { tls }) };
  return startServer({ listeners: [listener], ...options });
}

async function greeted(port: number, ...pieces: (string | Uint8Array)[]): Promise<RawSession> {
  const session = await RawSession.begin(port, pieces);
  expect((await session.reply()).code).toBe(220);
  return session;
}

async function logIn(port: number, header: string | Uint8Array = line): Promise<RawSession> {
  const session = await greeted(port, header);
  await session.command("USER me");
  expect(await session.code("PASS secret")).toBe(230);
  return session;
}

/** A proxy that sends its header in one segment with the first bytes of the client. Gives its port. */
async function relayTo(port: number): Promise<number> {
  const relay = createServer((client) => {
    client.once("data", (bytes) => {
      const server = connect(port, "127.0.0.1");
      server.write(Buffer.concat([binary, bytes]));
      client.pipe(server).pipe(client);
      for (const each of [client, server]) each.on("error", () => client.destroy());
    });
  });
  relay.listen(0, "127.0.0.1");
  await once(relay, "listening");
  onTestFinished(() => void relay.close());
  const address = relay.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

describe("a session through a trusted proxy", () => {
  it.each<[string, (string | Uint8Array)[]]>([
    ["a line", [line]],
    ["octets", [binary]],
    ["a line in pieces", ["PRO", "XY TCP4 192.0.2.7 198.51.100.9 49153 2121", "\r", "\n"]],
    ["octets in pieces", [...binary].map((octet) => Uint8Array.of(octet))],
  ])("is that of the client that %s tells", async (_name, pieces) => {
    const { server, port } = await start();
    const told = nextEvent(server, "session");
    await greeted(port, ...pieces);
    expect(await told).toMatchObject({
      remote: { address: "192.0.2.7", port: 49_153 },
      local: { address: "198.51.100.9", port: 2121 },
    });
  });

  it("takes what comes in one segment with the header", async () => {
    const { port } = await start();
    const session = await greeted(port, `${line}USER me\r\nPASS secret\r\n`);
    expect((await session.reply()).code).toBe(331);
    expect((await session.reply()).code).toBe(230);
  });

  it("asks the accounts, counts and limits by the client's address", async () => {
    const storage = new MemoryStorage();
    const asked: string[] = [];
    const { port, server } = await start(["127.0.0.1"], {
      limits: { sessionsPerAddress: 1 },
      accounts: {
        login: (_credentials, { remote, local }) => {
          asked.push(`${remote.address} to ${local.address}`);
          return { name: "me", storage };
        },
      },
    });
    await logIn(port);
    expect(asked).toEqual(["192.0.2.7 to 198.51.100.9"]);
    const refusal = nextEvent(server, "session-refused");
    const second = await RawSession.begin(port, [binary]);
    expect((await second.reply()).code).toBe(421);
    expect(await refusal).toMatchObject({ remote: { address: "192.0.2.7" } });
    await logIn(port, "PROXY TCP6 2001:db8::1 2001:db8::2 1 2\r\n");
    expect(asked[1]).toBe("2001:db8::1 to 2001:db8::2");
  });

  it("names the proxy's address in PASV, and takes data from the proxy", async () => {
    const { port, storage } = await start();
    await putFile(storage, "/file", "content");
    const session = await logIn(port);
    expect((await session.command("PASV")).text).toContain("(198,51,100,9,");
    const { bytes, last } = await session.download("RETR file");
    expect(bytes.toString()).toBe("content");
    expect(last.code).toBe(226);
    expect((await session.upload("STOR back", "sent")).last.code).toBe(226);
  });

  it("takes no data from elsewhere", async () => {
    const { port } = await start();
    const session = await logIn(port);
    const { text } = await session.command("EPSV");
    const other = connect({ port: Number(/\|(\d+)\|/.exec(text)?.[1]), host: "127.0.0.1", localAddress: "127.0.0.2" });
    expect(await once(other, "error")).toMatchObject([{ code: "ECONNRESET" }]);
  });

  it("refuses PASV to a client of IPv6, and offers it EPSV", async () => {
    const { port } = await start();
    const session = await logIn(port, "PROXY TCP6 2001:db8::1 2001:db8::2 1 2\r\n");
    expect(await session.code("PASV")).toBe(522);
    expect(await session.code("EPSV 2")).toBe(229);
  });

  it("connects to the client itself for active data, from an address of its own", async () => {
    const { port, storage } = await start();
    await putFile(storage, "/file", "content");
    const session = await logIn(port, "PROXY TCP4 127.0.0.3 198.51.100.9 49153 2121\r\n");
    const proxys = await listenForData("127.0.0.1");
    expect(await session.code(`PORT ${proxys.argument}`)).toBe(504);
    proxys.server.close();
    const clients = await listenForData("127.0.0.3");
    expect(await session.code(`PORT ${clients.argument}`)).toBe(200);
    expect(await session.code("RETR file")).toBe(125);
    expect((await readAll(await clients.accepted)).toString()).toBe("content");
    expect((await session.reply()).code).toBe(226);
    clients.server.close();
  });

  it.each<[string, string | Uint8Array]>([
    ["UNKNOWN", "PROXY UNKNOWN\r\n"],
    ["LOCAL", octets(0x20, 0)],
    ["UNSPEC", octets(0x21, 0)],
  ])("has the connection's own addresses by %s", async (_name, header) => {
    const { server, port } = await start();
    const told = nextEvent(server, "session");
    await logIn(port, header);
    expect(await told).toMatchObject({ remote: { address: "127.0.0.1" }, local: { address: "127.0.0.1", port } });
  });

  it.each(["", "clear"])("begins TLS after the header (CCC allowed: %j)", async (clear) => {
    const authority = await makeAuthority();
    const certificates = [await authority.issue(["127.0.0.1"])];
    const tls = { certificates, clearCommandChannel: clear !== "" };
    const explicit = await start(["127.0.0.1"], { tls });
    const session = await greeted(explicit.port, binary);
    await session.startTls({});
    const implicit = await start(["127.0.0.1"], { tls }, "implicit");
    const told = nextEvent(implicit.server, "session");
    const first = await RawSession.begin(await relayTo(implicit.port), []);
    await first.secure({});
    expect((await first.reply()).code).toBe(220);
    expect(await told).toMatchObject({ remote: { address: "192.0.2.7" } });
    for (const each of [session, first]) {
      await each.command("USER me");
      expect(await each.code("PASS secret")).toBe(230);
      each.close();
    }
  });
});

describe("a connection to a listener behind a proxy", () => {
  const refusal = (server: FtpServer): Promise<FtpServerEvents["session-refused"][0]> =>
    nextEvent(server, "session-refused");

  it("is closed without a word when it comes from elsewhere", async () => {
    const { server, port } = await start(["192.0.2.0/24", "::1"]);
    const told = refusal(server);
    const session = await RawSession.begin(port, [line]);
    expect(await session.ended()).toBe("");
    expect(await told).toMatchObject({ remote: { address: "127.0.0.1" }, message: "This address is no trusted proxy" });
    expect(server.sessionCount).toBe(0);
  });

  it.each<[string, string | Uint8Array]>([
    ["a command", "USER me\r\n"],
    ["a broken line", "PROXY TCP4 192.0.2.7\r\n"],
    ["a line that never ends", `PROXY UNKNOWN ${"x".repeat(200)}`],
    ["broken octets", octets(0x21, 0x11, 1, 2, 3)],
  ])("is closed without a word when it begins with %s", async (_name, bytes) => {
    const { server, port } = await start();
    const told = refusal(server);
    const session = await RawSession.begin(port, [bytes]);
    expect(await session.ended()).toBe("");
    expect((await told).message).toContain("PROXY");
    expect(server.sessionCount).toBe(0);
  });

  it.each(["", "PROXY TCP4 192"])("is closed when its header %j does not come in time", async (first) => {
    const { server, port } = await start(undefined, { limits: { proxyHeaderTimeout: 30 } });
    const told = refusal(server);
    const session = await RawSession.begin(port, [first]);
    expect(await session.ended()).toBe("");
    expect((await told).message).toContain("did not come within 30 ms");
  });

  it("is told when it ends within its header, and passed over when it ends before", async () => {
    const { server, port } = await start();
    const messages: string[] = [];
    server.on("session-refused", ({ message }) => messages.push(message));
    for (const first of ["", "PROXY"]) {
      const socket = connect(port, "127.0.0.1");
      socket.end(first);
      socket.resume();
      await once(socket, "close");
    }
    await expect.poll(() => messages).toEqual(["The connection ended within its PROXY header"]);
  });

  it("does not outlive the server", async () => {
    const { server, port } = await start();
    const session = await RawSession.begin(port, ["PROXY"]);
    await server.stop();
    expect(await session.ended()).toBe("");
  });
});

describe("trusted proxies", () => {
  it.each(["", "proxy", "10.0.0.0/33", "10.0.0.0/", "::/129", "10.0.0.0/8/8", "fe80::1%eth0"])(
    "are not %j",
    (entry) => {
      const make = (): FtpServer =>
        new FtpServer({
          accounts: { login: () => ({ refused: "credentials" }) },
          listeners: [{ host: "127.0.0.1", port: 0, proxyProtocol: { trusted: [entry] } }],
        });
      expect(make).toThrow(RangeError);
    },
  );

  it("are named", () => {
    const listeners = [{ host: "127.0.0.1", port: 0, proxyProtocol: { trusted: [] } }];
    expect(() => new FtpServer({ accounts: { login: () => ({ refused: "credentials" }) }, listeners })).toThrow(
      /must name a proxy/,
    );
  });
});
