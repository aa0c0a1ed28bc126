/** The client and the command line through proxies. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FtpClient, type FtpClientOptions } from "@twinport/core/ftp-client";
import { FtpServer } from "@twinport/core/ftp-server";
import { MemoryStorage } from "@twinport/core/storage";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { UsageError } from "../src/exit-codes.ts";
import { dialThrough, findProxy, parseProxy, type ProxyServer } from "../src/remote/proxy.ts";
import { makeAuthority } from "../../core/test/support/certificates.ts";
import { twinport } from "./cli.ts";
import { startHttpProxy, startSocks } from "./proxy-servers.ts";

/** A name that no resolver knows. */
const name = "ftp.example.invalid";

async function startServer(tls?: { cert: string; key: string }): Promise<number> {
  const storage = new MemoryStorage();
  const server = new FtpServer({
    accounts: { login: ({ user }) => ({ name: user, storage }) },
    listeners: [{ host: "127.0.0.1", port: 0 }],
    ...(tls === undefined ? {} : { tls: { certificates: [tls], requireForLogin: true, requireForData: true } }),
  });
  await server.start();
  onTestFinished(() => server.stop());
  return server.addresses[0]?.port ?? 0;
}

async function connect(proxy: ProxyServer, port: number, options: FtpClientOptions = {}): Promise<FtpClient> {
  const dial = dialThrough(proxy, undefined);
  const client = await FtpClient.connect({ host: name, port, user: "me", password: "x", dial, ...options });
  onTestFinished(() => client.destroy());
  return client;
}

describe.each([
  ["socks5", startSocks],
  ["http", startHttpProxy],
] as const)("through a proxy (%s)", (scheme, start) => {
  it.each(["auto", "pasv"] as const)("control and data connections go, by name (%s)", async (dataMode) => {
    const port = await startServer();
    const proxy = await start();
    const client = await connect({ scheme, host: "127.0.0.1", port: proxy.port }, port, { dataMode });
    const bytes = Buffer.alloc(2_000_000, "through ");
    await client.upload(bytes, "file");
    expect(bytes.equals(await client.downloadBytes("file"))).toBe(true);
    expect(await client.list()).toHaveLength(1);
    await client.close();
    expect(proxy.targets).toHaveLength(4);
    expect(proxy.targets[0]).toBe(`${name}:${port}`);
    for (const target of proxy.targets) expect(target).toMatch(/^ftp\.example\.invalid:\d+$/);
  });

  it("TLS goes, and the server's name is checked", async () => {
    const authority = await makeAuthority();
    const port = await startServer(await authority.issue([name]));
    const proxy = { scheme, host: "127.0.0.1", port: (await start()).port };
    const tls = { authorities: [authority.cert] };
    const client = await connect(proxy, port, { tls });
    const bytes = Buffer.alloc(500_000, "sealed ");
    for (let round = 0; round < 5; round++) {
      await client.upload(bytes, "file");
      expect(bytes.equals(await client.downloadBytes("file"))).toBe(true);
    }
    await client.close();
    const other = connect(proxy, port, { host: "other.example.invalid", tls });
    await expect(other).rejects.toMatchObject({ name: "FtpTlsError", kind: "unverified" });
  });

  it("a login is given, and a wrong one is an error without it", async () => {
    const port = await startServer();
    const proxy = await start({ user: "who", password: "häm:ş" });
    const own = { scheme, host: "127.0.0.1", port: proxy.port };
    const client = await connect({ ...own, user: "who", password: "häm:ş" }, port);
    expect(await client.list()).toEqual([]);
    for (const wrong of [{}, { user: "who", password: "secret-1" }]) {
      const error: unknown = await connect({ ...own, ...wrong }, port).catch((cause: unknown) => cause);
      expect(error).toMatchObject({ name: "FtpConnectionError" });
      for (let each = error; each instanceof Error; each = each.cause) {
        expect(JSON.stringify(Object.entries(each)) + String(each)).not.toContain("secret-1");
      }
    }
  });

  it("a refusal, a server that is not there and a proxy that is not there are told", async () => {
    const refusing = await start({ mood: "refuses" });
    const own = { scheme, host: "127.0.0.1", port: refusing.port };
    await expect(connect(own, 21)).rejects.toThrow(
      scheme === "http"
        ? /the proxy 127\.0\.0\.1:\d+: it said 403 Forbidden/
        : /the proxy 127\.0\.0\.1:\d+: .*NotAllowed/,
    );
    const willing = await start();
    await expect(connect({ ...own, port: willing.port }, 1)).rejects.toMatchObject({ name: "FtpConnectionError" });
    await expect(connect({ ...own, port: 1 }, 21)).rejects.toThrow(/the proxy 127\.0\.0\.1:1: .*ECONNREFUSED/);
  });

  it("one that never answers is given up in time", async () => {
    const { port } = await start({ mood: "sleeps" });
    const asleep = connect({ scheme, host: "127.0.0.1", port }, 21, { connectTimeout: 100 });
    await expect(asleep).rejects.toMatchObject({ name: "FtpTimeoutError", phase: "connect" });
  });

  it("the command line goes, by option and by environment", async () => {
    const port = await startServer();
    const proxy = await start();
    const folder = await mkdtemp(join(tmpdir(), "twinport-proxy-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, "file"), "proxied");
    const url = `ftp://me:x@${name}:${port}/`;
    const by = `${scheme}://127.0.0.1:${proxy.port}`;
    const put = await twinport(["put", "--proxy", by, join(folder, "file"), url]);
    expect(put).toMatchObject({ code: 0, stderr: "" });
    const env = scheme === "http" ? { ftp_proxy: `127.0.0.1:${proxy.port}` } : { ALL_PROXY: by };
    const get = await twinport(["get", "-o", join(folder, "back"), `${url}file`], { env });
    expect(get).toMatchObject({ code: 0, stderr: "" });
    expect(await readFile(join(folder, "back"), "utf8")).toBe("proxied");
    for (const straight of [
      twinport(["ls", "--no-proxy", url], { env }),
      twinport(["ls", url], { env: { ...env, no_proxy: ".example.invalid" } }),
    ]) {
      const { code, stderr } = await straight;
      expect(code).toBe(3);
      expect(stderr).toContain("ENOTFOUND");
    }
    const active = await twinport(["ls", "--active", url], { env });
    expect(active.code).toBe(2);
    expect(active.stderr).toContain("--active does not work through a proxy");
  });
});

describe("the proxy of a server", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it("is read from a URL", () => {
    const parse = (text: string): ProxyServer => parseProxy(text, "--proxy");
    expect(parse("socks5://proxy")).toEqual({ scheme: "socks5", host: "proxy", port: 1080 });
    expect(parse("socks5h://proxy:9050")).toEqual({ scheme: "socks5", host: "proxy", port: 9050 });
    expect(parse("http://proxy")).toEqual({ scheme: "http", host: "proxy", port: 80 });
    expect(parse("http://[::1]:3128/")).toEqual({ scheme: "http", host: "::1", port: 3128 });
    expect(parse("socks5://me:p%3Aw@proxy:1")).toMatchObject({ user: "me", password: "p:w" });
  });

  it.each(["", "proxy", "proxy:3128", "https://proxy", "socks4://proxy", "http://", "socks5://me:secret%@proxy"])(
    "is refused as %j, without showing it",
    (text) => {
      const read = (): ProxyServer => parseProxy(text, "--proxy");
      expect(read).toThrow(UsageError);
      expect(read).not.toThrow(/secret/);
    },
  );

  it("is the option's, the environment's, or none", () => {
    const server = { host: "ftp.example.org", port: 2121 };
    for (const key of ["ftp_proxy", "all_proxy", "no_proxy", "FTP_PROXY", "ALL_PROXY", "NO_PROXY"]) vi.stubEnv(key, "");
    expect(findProxy(undefined, server)).toBeUndefined();
    vi.stubEnv("all_proxy", "socks5://everything:1");
    expect(findProxy(undefined, server)).toMatchObject({ scheme: "socks5", host: "everything" });
    vi.stubEnv("ftp_proxy", "files:2");
    expect(findProxy(undefined, server)).toMatchObject({ scheme: "http", host: "files", port: 2 });
    expect(findProxy("http://own:3", server)).toMatchObject({ host: "own" });
    expect(findProxy(false, server)).toBeUndefined();
    vi.stubEnv("no_proxy", "other.example.org,.example.org:2121");
    expect(findProxy(undefined, server)).toBeUndefined();
    expect(findProxy(undefined, { ...server, port: 21 })).toMatchObject({ host: "files" });
    vi.stubEnv("no_proxy", "[::1]");
    expect(findProxy(undefined, { host: "::1", port: 21 })).toBeUndefined();
  });
});
