/** Secure FTP over raw sockets (RFC 4217): certificates of the server and of its clients. */
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { StaticAccounts } from "../../src/accounts/index.ts";
import type { FtpServerTlsOptions } from "../../src/ftp-server/index.ts";
import { MemoryStorage } from "../../src/storage/index.ts";
import { RawSession, readAll } from "./raw-session.ts";
import { nextEvent, putFile, startServer } from "./server-fixture.ts";
import { authority, other, own, privateData, secureLogin, secureServer, stranger } from "./tls-fixture.ts";

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
