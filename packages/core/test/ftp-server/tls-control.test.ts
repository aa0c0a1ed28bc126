/** Secure FTP over raw sockets (RFC 4217): the control connection, and what attackers and broken peers do to it. */
import { connect } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { RawSession, readAll } from "./raw-session.ts";
import { nextEvent, putFile, startServer } from "./server-fixture.ts";
import { loginOverRelay, privateData, secureLogin, secureServer, versions } from "./tls-fixture.ts";

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
    const only = { minVersion: version, maxVersion: version };
    const { session, raw, relay, secure } = await loginOverRelay(port, only);
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
    const { port } = await secureServer({ clearCommandChannel: true });
    const { session, raw } = await loginOverRelay(port);
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
