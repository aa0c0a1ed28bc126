/** Secure FTP over raw sockets (RFC 4217): data connections, and what attackers and broken peers do to them. */
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { RawSession, listenForData, readAll } from "./raw-session.ts";
import { nextEvent, putFile, readFile } from "./server-fixture.ts";
import { other, privateData, secureLogin, secureServer, versions } from "./tls-fixture.ts";

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

  it.each([
    ["before the command, at once", 0, 0],
    ["before the command, of a connection that waited", 400, 0],
    ["behind the command, of a connection that waited", 400, undefined],
    ["while the connection waits, long before the command", 0, 400],
  ])("takes a handshake that begins %s", async (_, idle, early) => {
    const { port, storage } = await secureServer();
    await putFile(storage, "/a", "hello");
    const session = await secureLogin(port, only);
    await privateData(session);
    for (let round = 0; round < 3; round++) {
      const data = await session.passive();
      await wait(idle);
      const securing = early === undefined ? undefined : session.secureData(data);
      if (early !== undefined) await wait(early);
      expect(await session.code("RETR a")).toBe(150);
      const secure = await (securing ?? session.secureData(data));
      const fresh = once(secure, "session");
      expect((await readAll(secure)).toString()).toBe("hello");
      if (version === "TLSv1.3") [session.ticket] = (await fresh) as [Buffer];
      secure.end();
      expect((await session.reply()).code).toBe(226);
    }
  });

  it("keeps data private when another USER comes, whose client knows of nothing else", async () => {
    const { port, storage } = await secureServer();
    await putFile(storage, "/a", "hello");
    const session = await secureLogin(port, only);
    await privateData(session);
    await session.code("USER me");
    expect(await session.code("PASS secret")).toBe(230);
    const data = await session.passive();
    expect(await session.code("RETR a")).toBe(150);
    expect((await readAll(await session.secureData(data))).toString()).toBe("hello");
    expect((await session.reply()).code).toBe(226);
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

describe("data connections that are broken", () => {
  it("are answered 522 where TLS fails, 425 where there is none in time, and the session goes on", async () => {
    const { port, storage } = await secureServer({}, { limits: { handshakeTimeout: 150 } });
    await putFile(storage, "/a", "hello");
    const session = await secureLogin(port);
    await privateData(session);
    for (const [what, code] of [
      ["plain text", 522],
      ["", 425],
      ["hang up", 425],
      ["reset", 425],
    ] as const) {
      const data = await session.passive();
      expect(await session.code("RETR a")).toBe(150);
      if (what === "hang up") data.destroy();
      else if (what === "reset") data.resetAndDestroy();
      else if (what !== "") data.write(what);
      expect((await session.reply()).code, what).toBe(code);
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
