/** The client's TLS, against our own server: what other servers do with it, the interop tests tell. */
import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { createServer as createTlsServer, type TLSSocket } from "node:tls";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import {
  FtpClient,
  FtpConnectionError,
  type FtpClientOptions,
  type FtpClientTlsOptions,
} from "../../src/ftp-client/index.ts";
import { FtpServer, type FtpServerOptions, type FtpServerTlsOptions } from "../../src/ftp-server/index.ts";
import { MemoryStorage } from "../../src/storage/index.ts";
import { makeAuthority, type Authority, type Issued } from "../support/certificates.ts";
import { startScripted } from "./scripted-server.ts";

let authority: Authority;
let own: Issued;

beforeAll(async () => {
  authority = await makeAuthority();
  own = await authority.issue(["ftp.example.org", "127.0.0.1"]);
});

async function serve(
  tls: Partial<FtpServerTlsOptions> = {},
  more: Partial<FtpServerOptions> = {},
): Promise<{ server: FtpServer; port: number }> {
  const storage = new MemoryStorage();
  const server = new FtpServer({
    accounts: { login: ({ user }) => ({ name: user, storage }) },
    listeners: [{ host: "127.0.0.1", port: 0 }],
    tls: { certificates: [own], ...tls },
    ...more,
  });
  await server.start();
  onTestFinished(() => server.stop());
  return { server, port: server.addresses[0]?.port ?? 0 };
}

async function connect(
  port: number,
  tls: FtpClientTlsOptions | "auto" = {},
  more: FtpClientOptions = {},
): Promise<FtpClient> {
  const trusting = typeof tls === "string" ? tls : { authorities: [authority.cert], ...tls };
  const client = await FtpClient.connect({
    host: "127.0.0.1",
    port,
    user: "me",
    password: "x",
    tls: trusting,
    ...more,
  });
  onTestFinished(() => client.destroy());
  return client;
}

describe.each(["TLSv1.2", "TLSv1.3"] as const)("a client under %s", (version) => {
  it.each(["auto", "pasv", "active"] as const)(
    "resumes its session for each of 50 transfers (%s)",
    async (dataMode) => {
      const { port } = await serve({ requireForLogin: true, requireForData: true });
      const client = await connect(port, { minVersion: version, maxVersion: version }, { dataMode });
      expect(client.secure).toBe(true);
      const bytes = Buffer.alloc(100_000, "tls ");
      for (let round = 0; round < 25; round++) {
        await client.upload(bytes.subarray(0, round * 4_000), `f${round}`);
        expect((await client.downloadBytes(`f${round}`)).length).toBe(round * 4_000);
      }
      expect(await client.list()).toHaveLength(25);
      await client.close();
    },
  );

  it("works over an implicit listener, and goes back to the clear by CCC", async () => {
    const { port } = await serve(
      { clearCommandChannel: true },
      { listeners: [{ host: "127.0.0.1", port: 0, tls: "implicit" }] },
    );
    const only = { minVersion: version, maxVersion: version } as const;
    const client = await connect(port, { mode: "implicit", ...only, clearCommandChannel: true });
    expect(client.secure).toBe(false);
    await client.upload(Buffer.from("hello"), "a");
    expect(Buffer.from(await client.downloadBytes("a")).toString()).toBe("hello");
    await client.close();
  });
});

describe("a certificate", () => {
  it("that nobody known vouches for is an error that says so", async () => {
    const { port } = await serve();
    const connecting = FtpClient.connect({ host: "127.0.0.1", port, user: "me", password: "x", tls: "explicit" });
    await expect(connecting).rejects.toMatchObject({
      name: "FtpTlsError",
      kind: "unverified",
      message: expect.stringContaining("its authority is not known here") as string,
    });
  });

  it("for another name is an error", async () => {
    const { port } = await serve();
    await expect(connect(port, { serverName: "ftp.example.com" })).rejects.toMatchObject({
      kind: "unverified",
      message: expect.stringContaining("another name") as string,
    });
    const client = await connect(port, { serverName: "ftp.example.org" });
    expect(client.secure).toBe(true);
  });

  it("that has expired is an error", async () => {
    const expired = await authority.issue(["127.0.0.1"], { expired: true });
    const { port } = await serve({ certificates: [expired] });
    await expect(connect(port)).rejects.toMatchObject({ message: expect.stringContaining("expired") as string });
  });

  it("is taken when it is pinned, and no other is then", async () => {
    const { port } = await serve();
    const client = await connect(port, { authorities: [], fingerprints: [own.fingerprint.toLowerCase()] });
    expect(client.secure).toBe(true);
    await expect(connect(port, { fingerprints: ["00".repeat(32)] })).rejects.toMatchObject({ kind: "unverified" });
  });

  it("is taken unverified when the caller says so", async () => {
    const { port } = await serve();
    expect((await connect(port, { authorities: [], acceptUnverified: true })).secure).toBe(true);
  });

  it("of the client's own logs it in", async () => {
    const mine = await authority.issue(["camera"]);
    const { port } = await serve(
      { clientCertificates: { authorities: [authority.cert], use: "login" } },
      {
        accounts: {
          login: () => ({ refused: "credentials" }),
          loginByCertificate: (user) => ({ name: user, storage: new MemoryStorage() }),
        },
      },
    );
    const client = await connect(port, { cert: mine.cert, key: mine.key });
    await client.upload(Buffer.from("x"), "a");
    await expect(connect(port)).rejects.toMatchObject({ code: 530 });
    await expect(connect(port, { cert: mine.cert })).rejects.toThrow(RangeError);
  });
});

describe("auto", () => {
  it("is secure where the server is", async () => {
    const { port } = await serve();
    await expect(connect(port, "auto")).rejects.toMatchObject({ kind: "unverified" });
    expect((await connect(port, { mode: "auto" })).secure).toBe(true);
  });

  it("goes in the clear where there is no TLS", async () => {
    const storage = new MemoryStorage();
    const server = new FtpServer({
      accounts: { login: ({ user }) => ({ name: user, storage }) },
      listeners: [{ host: "127.0.0.1", port: 0 }],
    });
    await server.start();
    onTestFinished(() => server.stop());
    const port = server.addresses[0]?.port ?? 0;
    expect((await connect(port, { mode: "auto" })).secure).toBe(false);
    await expect(connect(port, { mode: "explicit" })).rejects.toMatchObject({ code: 502 });
  });
});

describe("a server that does TLS wrongly", () => {
  it("hangs up, talks plain, or says nothing: each is an error, and soon", async () => {
    for (const after of ["", "hang up", "220 plain text\r\n"]) {
      const { port } = await startScripted((verb, _, session) => {
        if (verb !== "AUTH") return undefined;
        if (after === "hang up") setImmediate(() => session.control.end());
        else setTimeout(() => session.send(after), 20);
        return "234 Go\r\n";
      });
      await expect(connect(port, {}, { connectTimeout: 300 })).rejects.toMatchObject({ name: "FtpTlsError" });
    }
  });

  it.each(["explicit", "implicit"] as const)(
    "and never answers the handshake is left by an abort (%s)",
    async (mode) => {
      for (const clearCommandChannel of [false, true]) {
        const { port } = await startScripted(
          (verb) => (verb === "AUTH" ? "234 Go\r\n" : undefined),
          mode === "explicit" ? "220 Ready\r\n" : "",
        );
        const abort = new AbortController();
        const reason = new Error("waited long enough");
        setTimeout(() => abort.abort(reason), 100);
        await expect(
          connect(port, { mode, clearCommandChannel }, { signal: abort.signal, connectTimeout: 2_000 }),
        ).rejects.toMatchObject({
          name: "ClientClosedError",
          message: "Connecting to 127.0.0.1: it was aborted",
          cause: reason,
        });
      }
    },
  );

  it("injects replies in the clear before the handshake: they are not believed", async () => {
    // A login that was accepted, if only it had been asked for.
    const { port, commands } = await startScripted((verb) =>
      verb === "AUTH" ? "234 Go\r\n331 Okay\r\n230 In\r\n" : undefined,
    );
    await expect(connect(port, {}, { connectTimeout: 300 })).rejects.toBeInstanceOf(FtpConnectionError);
    expect(commands.filter((line) => /USER|PASS/.test(line))).toEqual([]);
  });

  it("shows another certificate on a data connection: nothing is sent over it", async () => {
    const stranger = await (await makeAuthority("Somebody else")).issue(["127.0.0.1"]);
    const seen: string[] = [];
    let told: TLSSocket | undefined;
    const data = createTlsServer({ cert: stranger.cert, key: stranger.key }, (socket) => {
      socket.on("error", () => undefined);
      socket.on("data", (chunk: Buffer) => seen.push(chunk.toString()));
    });
    data.on("connection", (raw: Socket) => raw.on("close", () => told?.write("426 It broke\r\n")));
    data.listen(0, "127.0.0.1");
    await once(data, "listening");
    const dataPort = (data.address() as AddressInfo).port;
    const answers: Record<string, string> = {
      USER: "331 Password",
      PASS: "230 In",
      FEAT: "500 What",
      EPSV: `229 (|||${dataPort}|)`,
      STOR: "150 Go",
      ABOR: "226 Aborted",
    };
    const control = createTlsServer({ cert: own.cert, key: own.key }, (socket) => {
      socket.on("error", () => undefined);
      told = socket;
      socket.write("220 Ready\r\n");
      socket.on("data", (chunk: Buffer) => {
        const verb = chunk.toString().slice(0, 4).trim();
        socket.write(`${answers[verb] ?? "200 Okay"}\r\n`);
      });
    });
    control.listen(0, "127.0.0.1");
    await once(control, "listening");
    onTestFinished(() => {
      control.close();
      data.close();
    });
    const { port } = control.address() as AddressInfo;
    const client = await connect(port, { mode: "implicit" });
    await expect(client.upload(Buffer.from("secret"), "a")).rejects.toMatchObject({
      name: "FtpTlsError",
      kind: "unverified",
    });
    expect(seen).toEqual([]);
  });
});
