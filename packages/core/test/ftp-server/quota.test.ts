/** Uploads that run into a quota: told as such, nothing lost, nothing left that counts against it, and the session goes on. */
import { mkdtemp, readdir, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  LocalStorage,
  MemoryStorage,
  mountedStorage,
  rootedStorage,
  StorageError,
  type Storage,
  type StorageErrorKind,
} from "../../src/storage/index.ts";
import { RawSession } from "./raw-session.ts";
import { putFile, readFile, startServer } from "./server-fixture.ts";

/** Octets that one upload may bring. */
const quota = 10_000;
const tooMuch = "x".repeat(50_000);

/** Why an upload goes no further, and what a client is told (RFC 959 §5.4). */
const refusals: readonly (readonly [StorageErrorKind, number])[] = [
  ["quota-exceeded", 552],
  ["too-large", 552],
  ["no-space", 452],
];

/** A storage of an application's own around another one: an upload brings so many octets, and no more. */
function limited(inner: Storage, kind: StorageErrorKind): Storage {
  const change: Partial<Storage> = {
    openWrite: async (path, options) => {
      const file = await inner.openWrite(path, options);
      let left = quota;
      return {
        write: async (from) => {
          const part = from.subarray(0, left);
          left -= part.length;
          if (part.length > 0) await file.write(part);
          if (part.length < from.length) throw new StorageError(kind, `${path}: no further`, { path });
        },
        commit: () => file.commit(),
        abandon: (cause) => file.abandon(cause),
      };
    },
  };
  return new Proxy(inner, {
    get: (target, name) => {
      const own: unknown = Reflect.get(change, name) ?? Reflect.get(target, name);
      return typeof own === "function" ? (own.bind(target) as unknown) : own;
    },
  });
}

interface Place {
  readonly storage: Storage;
  /** What lies there, hidden files of the storage included. */
  readonly names: () => Promise<readonly string[]>;
  /** Octets that are taken, where that is told. */
  readonly taken: () => Promise<number | undefined>;
}

async function local(): Promise<Place> {
  const root = await realpath(await mkdtemp(join(tmpdir(), "twinport-quota-")));
  const storage = new LocalStorage({ root });
  onTestFinished(async () => {
    await storage.close();
    await rm(root, { recursive: true });
  });
  const names = async (): Promise<string[]> => (await readdir(root)).filter((name) => name !== ".twinport-journal");
  return { storage, names, taken: async () => undefined };
}

async function memory(): Promise<Place> {
  const storage = new MemoryStorage({ maxBytes: 1_000_000 });
  const names = async (): Promise<string[]> => {
    const all: string[] = [];
    for await (const batch of storage.list("/" as never)) all.push(...batch.map(({ name }) => name));
    return all;
  };
  return { storage, names, taken: async () => 1_000_000 - (await storage.freeSpace("/" as never)) };
}

/** What is sent, and what of it is the file's beginning. */
const ways: Readonly<Record<string, readonly string[]>> = {
  STOR: ["STOR file"],
  APPE: ["APPE file"],
  "REST and STOR": ["REST 3", "STOR file"],
  "STOR of a new name": ["STOR new"],
  STOU: ["STOU"],
  "text in STOR": ["TYPE A", "STOR file"],
};

async function begin(storage: Storage): Promise<RawSession> {
  const { port } = await startServer({ storage });
  const session = await RawSession.logIn(port);
  onTestFinished(() => session.close());
  await session.command("TYPE I");
  return session;
}

async function send(session: RawSession, lines: readonly string[], bytes: string | Uint8Array): Promise<number> {
  const data = await session.passive();
  for (const line of lines.slice(0, -1)) expect(await session.code(line)).toBeLessThan(400);
  expect(await session.code(lines.at(-1) ?? "")).toBe(150);
  data.end(bytes);
  const { code } = await session.reply();
  data.destroy();
  await session.command("TYPE I");
  return code;
}

describe.each(Object.entries({ local, memory }))("an upload into a %s storage with a quota around it", (_, make) => {
  it.each(Object.entries(ways).flatMap(([name, lines]) => refusals.map((how) => [name, ...how, lines] as const)))(
    "is refused, and leaves nothing but what was there: %s, %s, %i",
    async (_name, kind, code, lines) => {
      const { storage, names, taken } = await make();
      await putFile(storage, "/file", "before");
      const before = await taken();
      const session = await begin(limited(storage, kind));
      expect(await send(session, lines, tooMuch)).toBe(code);
      expect(await readFile(storage, "/file")).toBe("before");
      expect(await names()).toEqual(["file"]);
      expect(await taken()).toBe(before);
      // Nothing is told as begun either: a client that goes on from there would run into the quota again.
      expect(await session.code("SIZE new")).toBe(550);
      expect((await session.command("SIZE file")).text).toBe("213 6\r\n");
      expect(await send(session, ["STOR small"], "small")).toBe(226);
      expect(await readFile(storage, "/small")).toBe("small");
    },
  );

  it.each(refusals)("is refused where it comes deflated or in blocks, too: %s, %i", async (kind, code) => {
    const { storage, names } = await make();
    const session = await begin(limited(storage, kind));
    expect(await session.code("MODE Z")).toBe(200);
    expect(await send(session, ["STOR file"], deflateSync(tooMuch))).toBe(code);
    expect(await session.code("MODE B")).toBe(200);
    const block = Buffer.concat([Buffer.of(0x40, tooMuch.length >> 8, tooMuch.length & 0xff), Buffer.from(tooMuch)]);
    expect(await send(session, ["STOR file"], block)).toBe(code);
    expect(await names()).toEqual([]);
    expect(await send(session, ["STOR file"], Buffer.from("\x40\0\x05small", "latin1"))).toBe(250);
    expect(await readFile(storage, "/file")).toBe("small");
  });

  it("leaves nothing through the library's own wrappers either", async () => {
    const { storage, names } = await make();
    await storage.makeDirectory("/folder" as never);
    const quoted = limited(storage, "quota-exceeded");
    const session = await begin(mountedStorage(new MemoryStorage(), { "/in": rootedStorage(quoted, "/folder") }));
    expect(await send(session, ["STOR in/file"], tooMuch)).toBe(552);
    expect(await session.code("SIZE in/file")).toBe(550);
    expect(await names()).toEqual(["folder"]);
    expect(await session.code("RMD in")).toBe(550);
    await storage.removeDirectory("/folder" as never);
  });
});

describe("an upload that inflates without end", () => {
  it.each(Object.entries({ local, memory }))("is not kept to go on with (%s storage)", async (_, make) => {
    const { storage, names, taken } = await make();
    const { port } = await startServer({ storage, limits: { inflatedSize: 100_000 } });
    const session = await RawSession.logIn(port);
    onTestFinished(() => session.close());
    await session.command("TYPE I");
    await session.command("MODE Z");
    expect(await send(session, ["STOR bomb"], deflateSync(Buffer.alloc(500_000)))).toBe(552);
    expect(await names()).toEqual([]);
    expect((await taken()) ?? 0).toBe(0);
    await session.command("MODE S");
    expect(await session.code("SIZE bomb")).toBe(550);
  });
});
