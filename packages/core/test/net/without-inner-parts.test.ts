/**
 * What is done on a Node that lacks the inner parts that `inner-parts.test.ts` looks for: they are taken away here, for the
 * whole of this file's process, and all must work as before.
 */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect, createServer, Socket, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSecureContext } from "node:tls";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { FtpClient } from "../../src/ftp-client/index.ts";
import { DescriptorReserve } from "../../src/ftp-server/descriptor-reserve.ts";
import { DataConnection } from "../../src/net/index.ts";
import { readIntoOwnMemory } from "../../src/net/own-memory.ts";
import { LocalStorage } from "../../src/storage/index.ts";
import { authority, privateData, secureLogin, secureServer, versions } from "../ftp-server/tls-fixture.ts";
import { readAll } from "../ftp-server/raw-session.ts";
import { putFile, startServer } from "../ftp-server/server-fixture.ts";
import { pair } from "./socket-pair.ts";

type Inner = Record<string, unknown>;
type InnerSocket = Socket & { _handle: Inner; readonly _readableState: Inner };

/** Hides a part of one object. */
function hide(object: object, part: string): void {
  expect(object, "a part of Node's").toHaveProperty(part);
  Object.defineProperty(object, part, { value: undefined, writable: true, configurable: true });
}

/** Hides a part of all objects of a kind. @returns How it is put back. */
function hideInAll(object: object, part: string): () => void {
  let owner = object;
  while (!Object.hasOwn(owner, part)) owner = Object.getPrototypeOf(owner) as object;
  const before = Object.getOwnPropertyDescriptor(owner, part);
  hide(owner, part);
  return () => void Object.defineProperty(owner, part, before ?? {});
}

/** Reads what a connection brings, by the stream or by own memory. */
async function readThrough(
  connection: DataConnection,
  more: Socket,
  memory = new Uint8Array(1024),
): Promise<{ readonly text: string; readonly isOwn: boolean }> {
  const parts: Buffer[] = [];
  const take = (chunk: Uint8Array): void => void parts.push(Buffer.from(chunk));
  const early = readIntoOwnMemory(connection, memory, take);
  const { socket } = connection;
  onTestFinished(() => void socket.destroy());
  if (early === undefined) socket.on("data", take);
  else parts.push(Buffer.from(early));
  more.end(", and all that followed");
  socket.resume();
  await once(socket, "end");
  return { text: Buffer.concat(parts).toString(), isOwn: early !== undefined };
}

describe("a connection is read by its stream, and whole,", () => {
  it.each([
    ["useUserBuffer", (socket: InnerSocket) => hide(socket._handle, "useUserBuffer")],
    ["readStop", (socket: InnerSocket) => hide(socket._handle, "readStop")],
    ["_readableState.ended", (socket: InnerSocket) => hide(socket._readableState, "ended")],
  ] as const)("without %s", async (_part, remove) => {
    const [ours, theirs] = (await pair()) as unknown as [InnerSocket, Socket];
    theirs.write("what came first");
    ours.read(0);
    await expect.poll(() => ours.readableLength).toBe(15);
    remove(ours);
    const connection = new DataConnection(ours);
    expect(readIntoOwnMemory(connection, new Uint8Array(8), () => undefined)).toBe(undefined);
    expect(connection.socket).toBe(ours);
    for (const part of ["readStop", "ended"])
      for (const owner of [ours._handle, ours._readableState]) Reflect.deleteProperty(owner, part);
    expect((await readThrough(connection, theirs)).text).toBe("what came first, and all that followed");
  });

  it("without the option `handle`", async () => {
    // A constructor that knows no such option.
    const Forgetful: typeof Socket = new Proxy(Socket, {
      construct: (target, [options]: [object]) =>
        new target(Object.assign({}, options, { handle: undefined }) as object),
    });
    vi.doMock("node:net", async (original) => ({ ...(await original<object>()), Socket: Forgetful }));
    vi.resetModules();
    const { readIntoOwnMemory: read } = await import("../../src/net/own-memory.ts");
    vi.doUnmock("node:net");
    vi.resetModules();
    const [ours, theirs] = await pair();
    const connection = new DataConnection(ours);
    expect(read(connection, new Uint8Array(8), () => undefined)).toBe(undefined);
    expect(connection.socket).toBe(ours);
    expect(readIntoOwnMemory(new DataConnection((await pair())[0]), new Uint8Array(8), () => undefined)).toBeDefined();
    theirs.write("what came first");
    expect((await readThrough(connection, theirs)).text).toBe("what came first, and all that followed");
  });

  it("without the option `onread`", async () => {
    const [ours, theirs] = await pair();
    theirs.write("what came first");
    ours.read(0);
    await expect.poll(() => ours.readableLength).toBe(15);
    const connection = new DataConnection(ours);
    // Node takes no memory that is not truly an array of bytes: the option is then as one that it does not know.
    const noMemory = Object.create(Uint8Array.prototype) as Uint8Array<ArrayBuffer>;
    expect(await readThrough(connection, theirs, noMemory)).toEqual({
      text: "what came first, and all that followed",
      isOwn: true,
    });
  });
});

describe("a Node without any of them", () => {
  const restore: (() => void)[] = [];
  let folder = "";

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "twinport-inner-"));
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const socket = connect((server.address() as AddressInfo).port, "127.0.0.1") as InnerSocket;
    await once(socket, "connect");
    const { _handle: handle } = socket;
    const context = (createSecureContext() as { readonly context: object }).context;
    restore.push(hideInAll(handle, "useUserBuffer"), hideInAll(context, "enableTicketKeyCallback"));
    socket.destroy();
    server.close();
  });
  afterAll(async () => {
    for (const putBack of restore) putBack();
    await rm(folder, { recursive: true });
  });

  it.each(["clear", "TLS"] as const)("moves files both ways, %s", async (manner) => {
    const storage = new LocalStorage({ root: folder });
    const { port } = manner === "TLS" ? await secureServer({}, { storage }) : await startServer({ storage });
    const content = randomBytes(3_000_000);
    const [up, down] = [join(folder, `up ${manner}`), join(folder, `down ${manner}`)];
    await writeFile(up, content);
    const client = await FtpClient.connect({
      host: "127.0.0.1",
      port,
      user: "me",
      password: "secret",
      ...(manner === "TLS" ? { tls: { mode: "explicit", authorities: [Buffer.from(authority.cert)] } } : {}),
    });
    onTestFinished(() => client.destroy());
    for (let round = 0; round < 4; round++) {
      await client.upload(up, `there ${round}`);
      await client.download(`there ${round}`, down);
      expect((await readFile(down)).equals(content)).toBe(true);
    }
    expect((await client.list()).length).toBeGreaterThan(4);
    await client.close();
  });

  it.each(versions)(
    "resumes sessions of TLS on data connections, by the tickets that Node makes: %s",
    async (version) => {
      const { port, storage } = await secureServer();
      await putFile(storage, "/a", "hello");
      const session = await secureLogin(port, { minVersion: version, maxVersion: version });
      await privateData(session);
      for (let round = 0; round < 3; round++) {
        const data = await session.passive();
        expect(await session.code("RETR a")).toBe(150);
        const secure = await session.secureData(data);
        expect(secure.isSessionReused()).toBe(true);
        expect((await readAll(secure)).toString()).toBe("hello");
        secure.end();
        expect((await session.reply()).code).toBe(226);
      }
    },
  );

  it.skipIf(process.platform === "win32")("keeps descriptors for those who are in", async () => {
    const [socket] = (await pair()) as unknown as [InnerSocket];
    hide(socket._handle, "fd");
    expect(new DescriptorReserve(1_000_000).isTouchedBy(socket)).toBe(false);
    expect(new DescriptorReserve(4).isTouchedBy(socket)).toBe(true);
  });
});
