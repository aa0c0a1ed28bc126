import { mkdtemp, readFile as readLocal, rm, stat as statLocal, utimes, writeFile } from "node:fs/promises";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { ReadableStream, WritableStream } from "node:stream/web";
import { describe, expect, it, onTestFinished } from "vitest";
import { ClientBusyError, FtpClient, parseFtpUrl, type DataMode } from "../../src/ftp-client/index.ts";
import { FtpServer } from "../../src/ftp-server/index.ts";
import { MemoryStorage, resolveVirtualPath, rootPath } from "../../src/storage/index.ts";
import { putFile, readFile } from "../ftp-server/server-fixture.ts";

const big = Buffer.alloc(3_000_000, "0123456789abcdef");

async function start(
  host = "127.0.0.1",
  dataMode: DataMode = "auto",
): Promise<{ client: FtpClient; storage: MemoryStorage; server: FtpServer }> {
  const storage = new MemoryStorage();
  const server = new FtpServer({
    accounts: { login: () => ({ name: "me", storage }) },
    listeners: [{ host, port: 0 }],
  });
  await server.start();
  const client = await FtpClient.connect({
    host,
    port: server.addresses[0]?.port ?? 0,
    user: "me",
    password: "x",
    dataMode,
  });
  onTestFinished(async () => {
    await client.close();
    await server.stop();
  });
  return { client, storage, server };
}

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "twinport-client-"));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

describe.each([
  ["127.0.0.1", "auto"],
  ["127.0.0.1", "pasv"],
  ["127.0.0.1", "active"],
  ["::1", "auto"],
  ["::1", "active"],
] as const)("a client on %s, %s", (host, dataMode) => {
  it("moves bytes, files and streams both ways", async () => {
    const { client, storage } = await start(host, dataMode);
    const local = await folder();
    await writeFile(join(local, "big"), big);
    expect(await client.upload(join(local, "big"), "file")).toMatchObject({ bytes: big.length, offset: 0 });
    await client.upload(big, "bytes");
    await client.upload(Readable.from([big.subarray(0, 10), big.subarray(10)]), "node");
    await client.upload(
      new ReadableStream<Uint8Array>({
        start: (control) => {
          control.enqueue(big);
          control.close();
        },
      }),
      "web",
    );
    await client.upload(
      (async function* () {
        yield "text, ";
        yield Buffer.from("bytes");
      })(),
      "iterated",
    );
    await client.append(Buffer.from(" and more"), "iterated");
    expect(await readFile(storage, "/iterated")).toBe("text, bytes and more");
    for (const name of ["file", "bytes", "node", "web"])
      expect(big.equals(await client.downloadBytes(name)), name).toBe(true);
    await client.download("file", join(local, "back"));
    expect(big.equals(await readLocal(join(local, "back")))).toBe(true);
    const through = new PassThrough();
    const collected = through.toArray();
    await client.download("file", through);
    expect(big.equals(Buffer.concat((await collected) as Buffer[]))).toBe(true);
    let octets = 0;
    await client.download("file", new WritableStream<Uint8Array>({ write: (chunk) => void (octets += chunk.length) }));
    expect(octets).toBe(big.length);
    const parts: Uint8Array[] = [];
    for await (const chunk of await client.openRead("file", { offset: 100 })) parts.push(chunk);
    expect(big.subarray(100).equals(Buffer.concat(parts))).toBe(true);
    const web = (await client.openRead("file")).toWebStream();
    octets = 0;
    for await (const chunk of web) octets += chunk.length;
    expect(octets).toBe(big.length);
  });

  it("is usable after a download that was closed early, and after an abort", async () => {
    const { client, storage } = await start(host, dataMode);
    await putFile(storage, "/big", big);
    const download = await client.openRead("big");
    expect(await download.read(new Uint8Array(10))).toBe(10);
    await download.close();
    const abort = new AbortController();
    const aborted = client.upload(
      (async function* () {
        for (;;) {
          yield big;
          abort.abort();
          await new Promise((resolve) => setImmediate(resolve));
        }
      })(),
      "half",
      { signal: abort.signal },
    );
    await expect(aborted).rejects.toMatchObject({ kind: "aborted" });
    expect(await readFile(storage, "/half")).toBeUndefined();
    expect(await client.pwd()).toBe("/");
    expect(await client.size("big")).toBe(big.length);
  });
});

describe("a client", () => {
  it.each([false, true])("aborts by ABOR, behind a Telnet Synch where it is asked to (%s)", async (telnetSynch) => {
    const { storage, server } = await start();
    await putFile(storage, "/big", big);
    const port = server.addresses[0]?.port ?? 0;
    const relayed: Buffer[] = [];
    // What the client sends is read off on its way.
    const relay = createServer((socket) => {
      const there = connect({ port, host: "127.0.0.1" });
      socket.on("data", (chunk) => relayed.push(chunk)).pipe(there);
      there.pipe(socket);
      for (const [one, other] of [
        [socket, there],
        [there, socket],
      ] as const) {
        one.on("error", () => other.destroy()).on("close", () => other.destroy());
      }
    }).listen(0, "127.0.0.1");
    await once(relay, "listening");
    const address = relay.address();
    const relayPort = typeof address === "object" && address !== null ? address.port : 0;
    const client = await FtpClient.connect({
      host: "127.0.0.1",
      port: relayPort,
      user: "me",
      password: "x",
      telnetSynch,
    });
    onTestFinished(async () => {
      await client.close();
      relay.close();
    });
    const download = await client.openRead("big");
    expect(await download.read(new Uint8Array(10))).toBe(10);
    await download.close();
    expect(await client.pwd()).toBe("/");
    const sent = Buffer.concat(relayed).toString("latin1");
    expect(sent.split("\r\n")).toContain(telnetSynch ? "\xff\xf4\xff\xf2ABOR" : "ABOR");
  });

  it("queues calls up by itself", async () => {
    const { client } = await start();
    const uploads = Array.from({ length: 8 }, (_, i) => client.upload(Buffer.from(`${i}`), `file-${i}`));
    const [names] = await Promise.all([client.names(), ...uploads]);
    expect(names.length).toBe(8);
  });

  it("rejects calls at once while the caller drives a transfer, naming it", async () => {
    const { client, storage } = await start();
    await putFile(storage, "/a", "content");
    const download = await client.openRead("a");
    await expect(client.noop()).rejects.toBeInstanceOf(ClientBusyError);
    await expect(client.openRead("a")).rejects.toThrow("Downloading a is open");
    await download.close();
    await client.noop();
    const busy: unknown[] = [];
    await client.upload(
      (async function* () {
        busy.push(await client.noop().catch((error: unknown) => error));
        yield "x";
      })(),
      "b",
    );
    expect(busy[0]).toBeInstanceOf(ClientBusyError);
  });

  it("aborts what waits, and keeps in step with what was sent", async () => {
    const { client } = await start();
    const abort = new AbortController();
    abort.abort();
    await expect(client.list(undefined, { signal: abort.signal })).rejects.toMatchObject({ kind: "aborted" });
    await expect(client.pwd({ signal: AbortSignal.abort() })).rejects.toMatchObject({ kind: "aborted" });
    expect(await client.pwd()).toBe("/");
  });

  it("resumes both ways", async () => {
    const { client, storage } = await start();
    const local = await folder();
    await putFile(storage, "/a", big);
    await writeFile(join(local, "a"), big.subarray(0, 1_000_000));
    expect(await client.download("a", join(local, "a"), { resume: true })).toMatchObject({
      offset: 1_000_000,
      bytes: 2_000_000,
    });
    expect(big.equals(await readLocal(join(local, "a")))).toBe(true);
    await putFile(storage, "/b", big.subarray(0, 500));
    expect(await client.upload(join(local, "a"), "b", { resume: true })).toMatchObject({ offset: 500 });
    expect(big.equals(await client.downloadBytes("b"))).toBe(true);
    expect(await client.upload(join(local, "a"), "b", { resume: true })).toMatchObject({ bytes: 0 });
    await expect(client.upload(big.subarray(0, 5), "b", { resume: true })).rejects.toMatchObject({
      kind: "cannot-resume",
    });
  });

  it("makes, tells, renames and removes", async () => {
    const { client } = await start();
    await client.mkdir("한국어/deep", { recursive: true });
    await client.mkdir("한국어/deep", { recursive: true });
    await client.upload(Buffer.from("x"), "한국어/deep/file");
    await client.setTime("한국어/deep/file", new Date("2020-01-02T03:04:05Z"));
    await client.chmod("한국어/deep/file", 0o600);
    expect(await client.stat("한국어/deep/file")).toMatchObject({
      name: "file",
      kind: "file",
      size: 1,
      mode: 0o600,
      modified: Date.UTC(2020, 0, 2, 3, 4, 5),
    });
    expect(await client.exists("nowhere")).toBe(false);
    await client.rename("한국어/deep/file", "file");
    expect((await client.list()).map(({ name }) => name).sort()).toEqual(["file", "한국어"]);
    await client.cd("한국어");
    expect(await client.pwd()).toBe("/한국어");
    await client.cd("/");
    await client.removeDirectory("한국어", { recursive: true });
    await client.remove("file");
    expect(await client.list()).toEqual([]);
    expect((await client.raw("SYST")).code).toBe(215);
  });

  it("converts line ends and keeps times", async () => {
    const { client, storage } = await start();
    const local = await folder();
    await writeFile(join(local, "text"), "a\nb\n");
    await utimes(join(local, "text"), 1_000_000, 1_000_000);
    await client.upload(join(local, "text"), "text", { type: "ascii", preserveTime: true });
    expect(await readFile(storage, "/text")).toBe("a\nb\n");
    await client.download("text", join(local, "back"), { type: "ascii", preserveTime: true });
    expect(await readLocal(join(local, "back"), "utf8")).toBe("a\nb\n");
    expect((await statLocal(join(local, "back"))).mtimeMs).toBe(1_000_000_000);
  });

  it.each(["TYPE A", "TYPE E", "stru r", "MODE B", "MODE C", "MODE S"])(
    "moves files as before after the caller's own %s",
    async (command) => {
      const { client, storage } = await start();
      await client.upload(big, "before");
      expect((await client.raw(command)).code).toBe(200);
      expect((await client.list()).map(({ name }) => name)).toEqual(["before"]);
      expect((await client.raw(command)).code).toBe(200);
      const content = Buffer.from("a\r\nb\n\xff\0", "latin1");
      await client.upload(content, "after");
      const stored = await storage.openRead(resolveVirtualPath(rootPath, "/after"));
      expect(stored.size).toBe(content.length);
      await stored.close();
      expect(Buffer.compare(await client.downloadBytes("after"), content)).toBe(0);
    },
  );

  it("tells its progress, and shows no secret in its events", async () => {
    const { client } = await start();
    const told: string[] = [];
    client.on("command", ({ verb, argument }) => told.push(`${verb} ${argument ?? ""}`));
    let last = 0;
    await client.upload(big, "a", { onProgress: ({ bytes }) => (last = bytes) });
    await client.raw("PASS hunter2");
    expect(last).toBe(big.length);
    expect(told).toContain("PASS ***");
  });

  it("tells its trace the login too, from the greeting on and when it is refused", async () => {
    const storage = new MemoryStorage();
    const server = new FtpServer({
      accounts: { login: ({ password }) => (password === "x" ? { name: "me", storage } : { refused: "credentials" }) },
      listeners: [{ host: "127.0.0.1", port: 0 }],
    });
    await server.start();
    onTestFinished(() => server.stop());
    for (const password of ["x", "hunter2"]) {
      const told: string[] = [];
      const connecting = FtpClient.connect({
        host: "127.0.0.1",
        port: server.addresses[0]?.port ?? 0,
        user: "me",
        password,
        trace: {
          command: ({ verb, argument }) => told.push(`${verb} ${argument ?? ""}`),
          reply: ({ code }) => told.push(`${code}`),
        },
      });
      const client = await connecting.catch(() => undefined);
      await client?.close();
      const login = ["220", "USER me", "331", "PASS ***"];
      if (password === "hunter2") expect(told).toEqual([...login, "530"]);
      else {
        expect(told.slice(0, 6)).toEqual([...login, "230", "FEAT "]);
        expect(told.slice(-2)).toEqual(["QUIT ", "221"]);
      }
    }
  });
});

describe("FTP URLs", () => {
  it("name paths relative to the login, or from the root by %2F", () => {
    expect(parseFtpUrl("ftp://me:p%40ss@example.org:2121/a%20b/c;type=a")).toEqual({
      host: "example.org",
      port: 2121,
      user: "me",
      password: "p@ss",
      path: "a b/c",
      type: "a",
    });
    expect(parseFtpUrl("ftp://[::1]/%2Fetc")).toEqual({ host: "::1", port: 21, path: "/etc" });
    expect(parseFtpUrl("ftp://x/a?b#c;type=i")).toMatchObject({ path: "a?b#c", type: "i" });
    expect(parseFtpUrl("ftpes://x/a?")).toMatchObject({ path: "a?" });
    expect(parseFtpUrl("ftp://x?")).toMatchObject({ host: "x", path: "?" });
    for (const wrong of ["http://x/", "ftp://", "nonsense", "ftp://x/%0d%0aDELE", "ftp://x/%zz"])
      expect(() => parseFtpUrl(wrong)).toThrow(RangeError);
    expect(() => parseFtpUrl("ftp://me:hunter2@x/%00")).toThrow(/^(?!.*hunter2)/);
  });
});
