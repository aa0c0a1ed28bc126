/** Secure FTP over raw sockets (RFC 4217), and what attackers and broken peers do to it. */
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ConnectionOptions } from "node:tls";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { FtpServerOptions, FtpServerTlsOptions } from "../../src/ftp-server/index.ts";
import { makeAuthority, type Authority, type Issued } from "../support/certificates.ts";
import { RawSession, listenForData, readAll } from "./raw-session.ts";
import { nextEvent, putFile, readFile, startServer, type Fixture } from "./server-fixture.ts";

let authority: Authority;
let own: Issued;
let other: Issued;
let stranger: Issued;

beforeAll(async () => {
  authority = await makeAuthority();
  own = await authority.issue(["ftp.example.org", "127.0.0.1"]);
  other = await authority.issue(["*.other.example"]);
  stranger = await (await makeAuthority("Somebody else")).issue(["stranger"]);
});

function secureServer(
  tls: Partial<FtpServerTlsOptions> = {},
  more: Partial<FtpServerOptions> & Parameters<typeof startServer>[0] = {},
): Promise<Fixture> {
  return startServer({ tls: { certificates: [own, other], ...tls }, ...more });
}

async function secureLogin(port: number, options: ConnectionOptions = {}): Promise<RawSession> {
  const session = await RawSession.open(port);
  onTestFinished(() => session.close());
  await session.startTls(options);
  expect(await session.code("USER me")).toBe(331);
  expect(await session.code("PASS secret")).toBe(230);
  return session;
}

async function privateData(session: RawSession): Promise<void> {
  expect(await session.code("PBSZ 0")).toBe(200);
  expect(await session.code("PROT P")).toBe(200);
}

const versions = ["TLSv1.2", "TLSv1.3"] as const;

describe.each(versions)("secure FTP under %s", (version) => {
  const only = { minVersion: version, maxVersion: version };

  it("moves files both ways over resumed data connections", async () => {
    const { port, storage } = await secureServer();
    await putFile(storage, "/a", "hello");
    const session = await secureLogin(port, only);
    await privateData(session);
    await session.code("TYPE I");
    for (let round = 0; round < 3; round++) {
      const data = await session.passive();
      expect(await session.code("RETR a")).toBe(150);
      const secure = await session.secureData(data);
      const fresh = once(secure, "session");
      expect(secure.isSessionReused()).toBe(true);
      expect((await readAll(secure)).toString()).toBe("hello");
      // A ticket of TLS 1.3 is used once: each connection must bring the next one.
      if (version === "TLSv1.3") [session.ticket] = (await fresh) as [Buffer];
      secure.end();
      expect((await session.reply()).code).toBe(226);
    }
    const data = await session.passive();
    expect(await session.code("STOR b")).toBe(150);
    const secure = await session.secureData(data);
    let tickets = 0;
    secure.on("session", () => tickets++);
    secure.end("x".repeat(200_000));
    secure.resume();
    expect((await session.reply()).code).toBe(226);
    expect(await readFile(storage, "/b")).toBe("x".repeat(200_000));
    // A client that closes with a ticket unread resets its connection, and the end of its upload is lost.
    expect(tickets).toBe(0);
  });

  it("refuses a data connection without the control connection's session, and says why", async () => {
    const { port, server, storage } = await secureServer();
    await putFile(storage, "/a", "hello");
    const session = await secureLogin(port, only);
    await privateData(session);
    const failed = nextEvent(server, "tls-failed");
    const data = await session.passive();
    expect(await session.code("RETR a")).toBe(150);
    const secure = await session.secureData(data, { session: undefined });
    expect(secure.isSessionReused()).toBe(false);
    expect((await readAll(secure)).toString()).toBe("");
    const { code, text } = await session.reply();
    expect(code).toBe(522);
    expect(text).toContain("must resume the TLS session");
    expect(await failed).toMatchObject({ connection: "data" });
    expect(await session.code("NOOP")).toBe(200);
  });

  it("refuses the session of another client of the same server", async () => {
    const { port, storage } = await secureServer();
    await putFile(storage, "/a", "hello");
    const thief = await secureLogin(port, only);
    await thief.code("NOOP");
    const session = await secureLogin(port, only);
    await privateData(session);
    const data = await session.passive();
    expect(await session.code("RETR a")).toBe(150);
    const secure = await session.secureData(data, { session: thief.ticket });
    expect(secure.isSessionReused()).toBe(false);
    expect((await session.reply()).code).toBe(522);
  });

  it("takes a data connection of a session of its own where the option is off", async () => {
    const { port, storage } = await secureServer({ requireResumption: false });
    await putFile(storage, "/a", "hello");
    const session = await secureLogin(port, only);
    await privateData(session);
    const data = await session.passive();
    expect(await session.code("RETR a")).toBe(150);
    expect((await readAll(await session.secureData(data, { session: undefined }))).toString()).toBe("hello");
    expect((await session.reply()).code).toBe(226);
  });

  it("chooses the certificate by SNI, and resumes it", async () => {
    const { port, storage } = await secureServer();
    await putFile(storage, "/a", "hello");
    const session = await RawSession.open(port);
    onTestFinished(() => session.close());
    const control = await session.startTls({ ...only, servername: "files.other.example" });
    expect(control.getPeerCertificate().fingerprint256).toBe(other.fingerprint);
    await session.code("USER me");
    await session.code("PASS secret");
    await privateData(session);
    const data = await session.passive();
    expect(await session.code("RETR a")).toBe(150);
    const secure = await session.secureData(data);
    expect(secure.isSessionReused()).toBe(true);
    expect((await readAll(secure)).toString()).toBe("hello");
  });

  it("is TLS's server on active data connections too", async () => {
    const { port, storage } = await secureServer();
    await putFile(storage, "/a", "hello");
    const session = await secureLogin(port, only);
    await privateData(session);
    const { server, argument, accepted } = await listenForData();
    onTestFinished(() => void server.close());
    expect(await session.code(`PORT ${argument}`)).toBe(200);
    expect(await session.code("RETR a")).toBe(125);
    expect((await readAll(await session.secureData(await accepted))).toString()).toBe("hello");
    expect((await session.reply()).code).toBe(226);
  });
});

describe("AUTH", () => {
  it("is offered in FEAT, with PBSZ and PROT, only where there is TLS; CCC only where it is", async () => {
    const { port } = await secureServer();
    const session = await RawSession.open(port);
    const { text } = await session.command("FEAT");
    expect(text).toContain(" AUTH TLS\r\n");
    expect(text).toContain(" PBSZ\r\n");
    expect(text).toContain(" PROT\r\n");
    session.close();
    const plain = await RawSession.open((await startServer()).port);
    expect((await plain.command("FEAT")).text).not.toContain("AUTH");
    expect(await plain.code("AUTH TLS")).toBe(502);
    plain.close();
  });

  it("knows TLS by all its names, and no other mechanism", async () => {
    const { port } = await secureServer();
    for (const name of ["TLS", "tls", "TLS-C", "SSL", "TLS-P"]) {
      const session = await RawSession.open(port);
      await session.startTls({}, `AUTH ${name}`);
      expect(await session.code("NOOP")).toBe(200);
      expect(await session.code("AUTH TLS")).toBe(503);
      session.close();
    }
    const session = await RawSession.open(port);
    expect(await session.code("AUTH KERBEROS_V4")).toBe(504);
    expect(await session.code("AUTH")).toBe(501);
    session.close();
  });

  it("drops what came in the clear behind it", async () => {
    const { port, storage } = await secureServer();
    const session = await RawSession.open(port);
    onTestFinished(() => session.close());
    session.send("AUTH TLS\r\nUSER me\r\nPASS secret\r\nMKD injected\r\nQUIT\r\nNOO");
    expect((await session.reply()).code).toBe(234);
    await session.secure({});
    expect(await session.code("PWD")).toBe(530);
    expect(await session.code("USER me")).toBe(331);
    expect(await session.code("PASS secret")).toBe(230);
    await expect(storage.stat("/injected" as never)).rejects.toMatchObject({ kind: "not-found" });
  });

  it("drops them behind a command that takes time too", async () => {
    const { port } = await secureServer();
    const session = await RawSession.open(port);
    onTestFinished(() => session.close());
    session.send("USER me\r\nPASS wrong\r\nAUTH TLS\r\nUSER me\r\nPASS secret\r\n");
    expect((await session.reply()).code).toBe(331);
    expect((await session.reply()).code).toBe(530);
    expect((await session.reply()).code).toBe(234);
    await session.secure({});
    expect(await session.code("PWD")).toBe(530);
  });

  it("forgets a login that was made in the clear", async () => {
    const { port } = await secureServer();
    const session = await RawSession.logIn(port);
    onTestFinished(() => session.close());
    await session.startTls({});
    expect(await session.code("PWD")).toBe(530);
  });

  it("survives plaintext, other protocols, silence and a hang-up in place of a handshake", async () => {
    const { port, server } = await secureServer({}, { limits: { handshakeTimeout: 150 } });
    for (const what of ["USER me\r\n", "GET / HTTP/1.1\r\n\r\n", "", "hang up"]) {
      const failed = nextEvent(server, "tls-failed");
      const session = await RawSession.open(port);
      expect(await session.code("AUTH TLS")).toBe(234);
      if (what === "hang up") session.socket.destroy();
      else if (what !== "") session.send(what);
      expect(await failed).toMatchObject({ connection: "control" });
      await session.ended();
      session.close();
    }
    await expect.poll(() => server.sessionCount).toBe(0);
  });

  it("turns a foreign ALPN away, and takes ftp and none", async () => {
    const { port } = await secureServer();
    for (const [protocols, works] of [
      [["http/1.1"], false],
      [["h2", "ftp"], true],
      [["x-filezilla-ftp", "ftp"], true],
    ] as const) {
      const session = await RawSession.open(port);
      session.socket.on("error", () => undefined);
      const secured = session.startTls({ ALPNProtocols: [...protocols] });
      if (works) {
        expect((await secured).alpnProtocol).toBe("ftp");
        expect(await session.code("NOOP")).toBe(200);
      } else await expect(secured).rejects.toThrow(/alert/i);
      session.close();
    }
  });

  it("refuses TLS 1.1", async () => {
    const { port } = await secureServer();
    const session = await RawSession.open(port);
    session.socket.on("error", () => undefined);
    await expect(
      session.startTls({ minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT:@SECLEVEL=0" }),
    ).rejects.toThrow();
    session.close();
  });
});

describe("PBSZ and PROT", () => {
  it("need TLS, and each other in their order", async () => {
    const { port } = await secureServer();
    const session = await RawSession.open(port);
    onTestFinished(() => session.close());
    expect(await session.code("PBSZ 0")).toBe(503);
    expect(await session.code("PROT P")).toBe(503);
    await session.startTls({});
    expect(await session.code("PROT P")).toBe(503);
    expect(await session.code("PBSZ x")).toBe(501);
    expect((await session.command("PBSZ 1024")).text).toBe("200 PBSZ=0\r\n");
    expect(await session.code("PROT S")).toBe(536);
    expect(await session.code("PROT E")).toBe(536);
    expect(await session.code("PROT X")).toBe(504);
    expect(await session.code("PROT P")).toBe(200);
    expect(await session.code("PROT C")).toBe(200);
  });

  it("keep a restart offset that came before them", async () => {
    const { port, storage } = await secureServer();
    await putFile(storage, "/a", "0123456789");
    const session = await secureLogin(port);
    await session.code("TYPE I");
    expect(await session.code("REST 4")).toBe(350);
    expect(await session.code("PBSZ 0")).toBe(200);
    expect(await session.code("PROT C")).toBe(200);
    expect((await session.download("RETR a")).bytes.toString()).toBe("456789");
  });

  it("leave data in the clear until they come, and after PROT C", async () => {
    const { port, storage } = await secureServer();
    await putFile(storage, "/a", "hello");
    const session = await secureLogin(port);
    expect((await session.download("RETR a")).bytes.toString()).toBe("hello");
    await privateData(session);
    await session.code("PROT C");
    expect((await session.download("RETR a")).bytes.toString()).toBe("hello");
  });
});

describe("the policy", () => {
  it("refuses every name alike before TLS where logins need it", async () => {
    const { port } = await secureServer({ requireForLogin: true });
    const session = await RawSession.open(port);
    onTestFinished(() => session.close());
    const known = await session.command("USER me");
    const unknown = await session.command("USER nobody");
    expect(known.code).toBe(530);
    expect(known.text).toBe(unknown.text);
    expect(known.text).toContain("AUTH TLS");
    expect(await session.code("PASS secret")).toBe(503);
    await session.startTls({});
    expect(await session.code("USER me")).toBe(331);
  });

  it("refuses transfers in the clear where data must be private, and PROT C", async () => {
    const { port } = await secureServer({ requireForData: true });
    const session = await secureLogin(port);
    const data = await session.passive();
    const { code, text } = await session.command("LIST");
    expect(code).toBe(521);
    expect(text).toContain("PROT P");
    data.destroy();
    await privateData(session);
    expect(await session.code("PROT C")).toBe(534);
  });

  it("may be an account's own", async () => {
    const { port } = await secureServer({}, { account: { tls: { requireForLogin: true, requireForData: true } } });
    const session = await RawSession.open(port);
    onTestFinished(() => session.close());
    expect(await session.code("USER me")).toBe(331);
    const { code, text } = await session.command("PASS secret");
    expect(code).toBe(530);
    expect(text).toContain("AUTH TLS");
    await session.startTls({});
    await session.code("USER me");
    expect(await session.code("PASS secret")).toBe(230);
    expect(await session.code("PROT C")).toBe(503);
  });

  it("may be a listener's own", async () => {
    const { server } = await secureServer(
      {},
      {
        listeners: [
          { host: "127.0.0.1", port: 0, tlsPolicy: { requireForLogin: true } },
          { host: "127.0.0.1", port: 0, tls: "off" },
          { host: "127.0.0.1", port: 0 },
        ],
      },
    );
    const codes: number[] = [];
    for (const { port } of server.addresses) {
      const session = await RawSession.open(port);
      codes.push(await session.code("USER me"), await session.code("AUTH TLS"));
      session.close();
    }
    expect(codes).toEqual([530, 234, 331, 502, 331, 234]);
  });
});

describe("an implicit listener", () => {
  it("is under TLS from the first octet, with private data", async () => {
    const { port, server, storage } = await secureServer(
      {},
      { listeners: [{ host: "127.0.0.1", port: 0, tls: "implicit" }] },
    );
    await putFile(storage, "/a", "hello");
    const session = await RawSession.openSecure(port, {});
    onTestFinished(() => session.close());
    expect(await session.code("AUTH TLS")).toBe(502);
    await session.code("USER me");
    expect(await session.code("PASS secret")).toBe(230);
    const data = await session.passive();
    expect(await session.code("RETR a")).toBe(150);
    expect((await readAll(await session.secureData(data))).toString()).toBe("hello");
    expect((await session.reply()).code).toBe(226);
    expect(server.sessionCount).toBe(1);
  });

  it("leaves nothing of what is no TLS, and of silence", async () => {
    const { port, server } = await secureServer(
      {},
      { listeners: [{ host: "127.0.0.1", port: 0, tls: "implicit" }], limits: { handshakeTimeout: 100, sessions: 1 } },
    );
    for (const what of ["USER me\r\n", ""]) {
      const failed = nextEvent(server, "tls-failed");
      const socket = connect({ port, host: "127.0.0.1" });
      socket.on("error", () => undefined);
      if (what !== "") socket.write(what);
      expect(await failed).toMatchObject({ connection: "control" });
      socket.destroy();
    }
    // The one session that may be is free again.
    const session = await RawSession.openSecure(port, {});
    expect(await session.code("NOOP")).toBe(200);
    session.close();
  });
});

describe("data connections that are broken", () => {
  it("are answered 522, and the session goes on", async () => {
    const { port, storage } = await secureServer({}, { limits: { handshakeTimeout: 150 } });
    await putFile(storage, "/a", "hello");
    const session = await secureLogin(port);
    await privateData(session);
    for (const what of ["plain text", "", "hang up"]) {
      const data = await session.passive();
      expect(await session.code("RETR a")).toBe(150);
      if (what === "hang up") data.destroy();
      else if (what !== "") data.write(what);
      expect((await session.reply()).code).toBe(522);
      data.destroy();
    }
    const data = await session.passive();
    expect(await session.code("RETR a")).toBe(150);
    expect((await readAll(await session.secureData(data))).toString()).toBe("hello");
    expect((await session.reply()).code).toBe(226);
  });

  it("are broken by a reset that overtakes what was not read yet", async () => {
    for (const size of [1_000, 100_000, 2_000_000]) {
      const { port, storage } = await secureServer();
      const session = await secureLogin(port);
      await privateData(session);
      await session.code("TYPE I");
      const data = await session.passive();
      expect(await session.code("STOR half")).toBe(150);
      const secure = await session.secureData(data);
      secure.write(Buffer.alloc(size));
      await new Promise((resolve) => setImmediate(resolve));
      data.resetAndDestroy();
      expect((await session.reply()).code).toBe(426);
      expect(await readFile(storage, "/half")).toBeUndefined();
    }
  });

  it("keep nothing of an upload that was reset", async () => {
    const { port, storage } = await secureServer();
    const session = await secureLogin(port);
    await privateData(session);
    await session.code("TYPE I");
    const data = await session.passive();
    expect(await session.code("STOR half")).toBe(150);
    const secure = await session.secureData(data);
    await new Promise((resolve) => secure.write("half", resolve));
    await new Promise((resolve) => setTimeout(resolve, 50));
    data.resetAndDestroy();
    expect((await session.reply()).code).toBe(426);
    expect(await readFile(storage, "/half")).toBeUndefined();
  });

  it("end with ABOR in the middle of the handshake", async () => {
    const { port, storage } = await secureServer();
    await putFile(storage, "/a", "hello");
    const session = await secureLogin(port);
    await privateData(session);
    const data = await session.passive();
    expect(await session.code("RETR a")).toBe(150);
    session.send("ABOR\r\n");
    expect((await session.reply()).code).toBe(426);
    expect((await session.reply()).code).toBe(226);
    data.destroy();
  });
});

describe("client certificates", () => {
  const withClients = (use: "optional" | "required" | "login"): Partial<FtpServerTlsOptions> => ({
    clientCertificates: { authorities: [authority.cert], use },
  });

  it("are told to the accounts", async () => {
    const seen: unknown[] = [];
    const { port } = await secureServer(withClients("optional"), {
      accounts: {
        login: (_, connection) => {
          seen.push(connection);
          return { refused: "not-allowed" };
        },
      },
    });
    const mine = await authority.issue(["camera 7"]);
    for (const options of [{ cert: mine.cert, key: mine.key }, { cert: stranger.cert, key: stranger.key }, {}]) {
      const session = await RawSession.open(port);
      await session.startTls({ ...options, servername: "ftp.example.org" });
      await session.code("USER me");
      await session.code("PASS x");
      session.close();
    }
    expect(seen).toMatchObject([
      {
        secure: true,
        serverName: "ftp.example.org",
        tls: {
          protocol: "TLSv1.3",
          clientCertificate: { commonName: "camera 7", verified: true, fingerprint256: mine.fingerprint },
        },
      },
      { tls: { clientCertificate: { verified: false } } },
      { secure: true },
    ]);
    expect(seen[2]).not.toHaveProperty("tls.clientCertificate");
  });

  it("are demanded before a login, with words", async () => {
    const { port } = await secureServer(withClients("required"));
    const mine = await authority.issue(["camera 7"]);
    const expired = await authority.issue(["camera 8"], { expired: true });
    for (const [options, code] of [
      [{ cert: mine.cert, key: mine.key }, 331],
      [{ cert: expired.cert, key: expired.key }, 530],
      [{ cert: stranger.cert, key: stranger.key }, 530],
      [{}, 530],
    ] as const) {
      const session = await RawSession.open(port);
      await session.startTls(options);
      const reply = await session.command("USER me");
      expect(reply.code).toBe(code);
      if (code === 530) expect(reply.text).toContain("client certificate is needed");
      session.close();
    }
  });

  it("stand for a password where they may, and are bound to data connections by the session", async () => {
    const { StaticAccounts } = await import("../../src/accounts/index.ts");
    const { MemoryStorage } = await import("../../src/storage/index.ts");
    const mine = await authority.issue(["camera 7"]);
    const storage = new MemoryStorage();
    await putFile(storage, "/a", "hello");
    const accounts = new StaticAccounts({
      users: [
        { name: "camera", certificates: [mine.fingerprint] },
        { name: "other", password: "secret" },
      ],
      storage,
    });
    const { port } = await secureServer(withClients("login"), { accounts });
    const session = await RawSession.open(port);
    onTestFinished(() => session.close());
    await session.startTls({ cert: mine.cert, key: mine.key });
    expect(await session.code("USER other")).toBe(331);
    expect(await session.code("USER camera")).toBe(232);
    await privateData(session);
    const data = await session.passive();
    expect(await session.code("RETR a")).toBe(150);
    expect((await readAll(await session.secureData(data))).toString()).toBe("hello");
    const without = await RawSession.open(port);
    await without.startTls({});
    expect(await without.code("USER camera")).toBe(331);
    expect(await without.code("PASS ")).toBe(530);
    without.close();
  });
});

describe("HOST", () => {
  it("chooses the certificate of AUTH, and is told to the accounts", async () => {
    const { port } = await secureServer();
    const session = await RawSession.open(port);
    onTestFinished(() => session.close());
    expect(await session.code("HOST a.other.example")).toBe(220);
    const control = await session.startTls({});
    expect(control.getPeerCertificate().fingerprint256).toBe(other.fingerprint);
    expect(await session.code("HOST files.other.example")).toBe(220);
  });

  it("is refused for unknown names, with a port, after the login, and beside another SNI", async () => {
    const { port } = await secureServer({}, { hosts: ["ftp.example.org"] });
    const session = await RawSession.open(port);
    onTestFinished(() => session.close());
    expect(await session.code("HOST nobody.example")).toBe(504);
    expect(await session.code("HOST ftp.example.org:21")).toBe(501);
    expect(await session.code("HOST FTP.example.org")).toBe(220);
    await session.code("USER me");
    expect(await session.code("HOST ftp.example.org")).toBe(503);
    const named = await RawSession.open(port);
    await named.startTls({ servername: "x.other.example" });
    expect(await named.code("HOST ftp.example.org")).toBe(504);
    named.close();
  });
});

describe("CCC", () => {
  it("is denied unless it is allowed", async () => {
    const { port } = await secureServer();
    const session = await secureLogin(port);
    expect(await session.code("CCC")).toBe(534);
    expect(await session.code("NOOP")).toBe(200);
    const plain = await RawSession.logIn(port);
    expect(await plain.code("CCC")).toBe(533);
    plain.close();
  });

  it.each(versions)("ends TLS %s on the control connection, and leaves data private", async (version) => {
    const { port, storage } = await secureServer({ clearCommandChannel: true });
    await putFile(storage, "/a", "hello");
    const session = await RawSession.open(port);
    onTestFinished(() => session.close());
    const { TlsRelay } = await import("../../src/net/index.ts");
    const raw = session.socket;
    expect(await session.code("AUTH TLS")).toBe(234);
    raw.removeAllListeners("data");
    raw.removeAllListeners("end");
    const relay = new TlsRelay(raw);
    session.socket = relay as never;
    const secure = await session.secure({ minVersion: version, maxVersion: version });
    await session.code("USER me");
    expect(await session.code("PASS secret")).toBe(230);
    await privateData(session);
    relay.expectEnd();
    expect(await session.code("CCC")).toBe(200);
    const rest = await relay.unwrap(secure, 2_000);
    expect(rest.length).toBe(0);
    session.takeBack(raw);
    expect(await session.code("NOOP")).toBe(200);
    const data = await session.passive();
    expect(await session.code("RETR a")).toBe(150);
    expect((await readAll(await session.secureData(data))).toString()).toBe("hello");
    expect((await session.reply()).code).toBe(226);
    expect(await session.code("AUTH TLS")).toBe(503);
  });

  it("takes a command in the clear for the end of TLS", async () => {
    const { TlsRelay } = await import("../../src/net/index.ts");
    const { port } = await secureServer({ clearCommandChannel: true });
    const session = await RawSession.open(port);
    onTestFinished(() => session.close());
    const raw = session.socket;
    expect(await session.code("AUTH TLS")).toBe(234);
    raw.removeAllListeners("data");
    raw.removeAllListeners("end");
    session.socket = new TlsRelay(raw) as never;
    await session.secure({});
    await session.code("USER me");
    await session.code("PASS secret");
    expect(await session.code("CCC")).toBe(200);
    // Beneath TLS, whose closing alert is never sent.
    let seen = "";
    raw.on("data", (chunk: Buffer) => (seen += chunk.toString("latin1")));
    raw.write("NOOP\r\n");
    await expect.poll(() => seen).toMatch(/200 [^\n]*\r\n$/);
  });

  it("gives a peer up that does not end TLS", async () => {
    const { port, server } = await secureServer({ clearCommandChannel: true }, { limits: { idleTimeout: 100 } });
    const session = await secureLogin(port);
    const failed = nextEvent(server, "tls-failed");
    session.socket.on("error", () => undefined);
    session.socket.pause();
    session.send("CCC\r\n");
    expect(await failed).toMatchObject({ message: "The peer did not end TLS" });
  });
});

describe("certificates in files", () => {
  it("are read again when they change, without a session lost, and a broken renewal changes nothing", async () => {
    const folder = await mkdtemp(join(tmpdir(), "twinport-tls-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const [cert, key] = [{ file: join(folder, "cert.pem") }, { file: join(folder, "key.pem") }];
    await writeFile(cert.file, own.cert);
    await writeFile(key.file, own.key);
    const { port, server } = await secureServer({ certificates: [{ cert, key }] });
    const before = await secureLogin(port);
    const shown = async (): Promise<string> => {
      const session = await RawSession.open(port);
      const control = await session.startTls({});
      const { fingerprint256 } = control.getPeerCertificate();
      session.close();
      return fingerprint256;
    };
    expect(await shown()).toBe(own.fingerprint);
    const fault = nextEvent(server, "server-error");
    await writeFile(cert.file, other.cert);
    await expect.poll(shown, { timeout: 3_000, interval: 300 }).toBe(own.fingerprint);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect(await shown()).toBe(own.fingerprint);
    expect(await fault).toMatchObject({ doing: "reading a renewed certificate" });
    await writeFile(key.file, other.key);
    await expect.poll(shown, { timeout: 5_000, interval: 300 }).toBe(other.fingerprint);
    expect(await before.code("NOOP")).toBe(200);
    await privateData(before);
    const data = await before.passive();
    expect(await before.code("LIST")).toBe(150);
    expect((await before.secureData(data)).isSessionReused()).toBe(true);
    await once(before.socket, "data").catch(() => undefined);
  });

  it("that do not fit are refused at once", async () => {
    await expect(secureServer({ certificates: [{ cert: own.cert, key: other.key }] })).rejects.toThrow(/key/);
    await expect(secureServer({ certificates: [] })).rejects.toThrow(RangeError);
    await expect(startServer({ listeners: [{ host: "127.0.0.1", port: 0, tls: "implicit" }] })).rejects.toThrow(
      RangeError,
    );
  });
});
