/** Storages that throw, hang or are slow, in each of their methods: the session answers, and the server serves the others. */
import { describe, expect, it, onTestFinished } from "vitest";
import type { ReadableFile, WritableFile } from "../../src/bytes/index.ts";
import { MemoryStorage, StorageError, type Entry, type Storage } from "../../src/storage/index.ts";
import { RawSession } from "./raw-session.ts";
import { nextEvent, putFile, readFile, startServer, type Fixture } from "./server-fixture.ts";

type Method = Exclude<keyof MemoryStorage, "close">;

/** A command for each method, with what must come before it. */
const uses: readonly (readonly [method: Method | "link", ...lines: string[]])[] = [
  ["stat", "SIZE a"],
  ["stat", "MDTM a"],
  ["stat", "MLST a"],
  ["stat", "CWD d"],
  ["stat", "RNFR a"],
  ["list", "STAT d"],
  ["list", "LIST d"],
  ["list", "NLST d"],
  ["list", "MLSD d"],
  ["openRead", "RETR a"],
  ["openRead", "HASH a"],
  ["openWrite", "STOR b"],
  ["openWrite", "APPE a"],
  ["openWrite", "STOU"],
  ["openWrite", "REST 1", "STOR a"],
  ["remove", "DELE a"],
  ["rename", "RNFR a", "RNTO b"],
  ["makeDirectory", "MKD e"],
  ["removeDirectory", "RMD d"],
  ["setTimes", "MFMT 20200101000000 a"],
  ["setCreated", "MFCT 20200101000000 a"],
  ["changeMode", "SITE CHMOD 600 a"],
  ["freeSpace", "AVBL"],
];

async function served(change: (storage: MemoryStorage) => void): Promise<Fixture & { readonly session: RawSession }> {
  const storage = new MemoryStorage();
  await putFile(storage, "/a", "content");
  await storage.makeDirectory("/d" as never);
  change(storage);
  const fixture = await startServer({ storage, limits: { closeTimeout: 200, dataConnectionTimeout: 2_000 } });
  const session = await RawSession.logIn(fixture.port);
  onTestFinished(() => session.close());
  await session.command("TYPE I");
  return { ...fixture, session };
}

/** The last reply to the last of some lines, with a data connection at hand. */
async function last(session: RawSession, lines: readonly string[]): Promise<number> {
  const data = await session.passive();
  data.resume();
  data.end("x");
  let code = 0;
  for (const line of lines) code = await session.code(line);
  if (code < 200) code = (await session.reply()).code;
  data.destroy();
  return code;
}

function replace(storage: Storage, method: string, by: () => unknown): void {
  // What lists is no promise: it fails, or hangs, once it is asked for the first entries.
  const list = (): AsyncIterable<unknown> => ({ [Symbol.asyncIterator]: () => ({ next: async () => by() as never }) });
  Object.assign(storage, { [method]: method === "list" ? list : by });
}

const failures: Readonly<Record<string, () => unknown>> = {
  "throws at once": () => {
    throw new Error("broken");
  },
  "rejects with anything": () => Promise.reject(new Error("broken")),
  "is unavailable": () => Promise.reject(new StorageError("unavailable", "The disk is away")),
};

describe.each(Object.entries(failures))("a storage that %s", (_, fails) => {
  it.each(uses)("is told, and its session goes on: %s for %s", async (method, ...lines) => {
    const { session } = await served((storage) => replace(storage, method, fails));
    const code = await last(session, lines);
    expect(code).toBeGreaterThanOrEqual(400);
    expect(await session.code("NOOP")).toBe(200);
  });
});

describe("a storage that hangs", () => {
  it.each(uses)(
    "holds its own session only, and the server stops nevertheless: %s for %s",
    async (method, ...lines) => {
      const { session, port, server } = await served((storage) =>
        replace(storage, method, () => new Promise(() => undefined)),
      );
      const data = await session.passive();
      for (const line of lines) session.send(`${line}\r\n`);
      const other = await RawSession.logIn(port);
      onTestFinished(() => other.close());
      expect(await other.code("NOOP")).toBe(200);
      expect((await other.command("PWD")).code).toBe(257);
      await server.stop({ drainFor: 50 });
      expect(server.passivePortsArmed).toBe(0);
      data.destroy();
    },
  );
});

/** A storage whose open files behave otherwise. */
function withFiles(change: {
  read?: Partial<ReadableFile>;
  write?: Partial<WritableFile<Entry>>;
}): (storage: MemoryStorage) => void {
  return (storage) => {
    const openRead = storage.openRead.bind(storage);
    const openWrite = storage.openWrite.bind(storage);
    // Without `readNow` and `writeNow`, so that what a test replaces is what is called.
    storage.openRead = async (...given) => {
      const file = await openRead(...given);
      return { read: (into) => file.read(into), close: () => file.close(), ...change.read };
    };
    storage.openWrite = async (...given) => {
      const file = await openWrite(...given);
      const plain = { write: file.write.bind(file), commit: file.commit.bind(file), abandon: file.abandon.bind(file) };
      return { ...plain, ...change.write };
    };
  };
}

const never = (): Promise<never> => new Promise(() => undefined);
const broken = (): Promise<never> => Promise.reject(new Error("broken"));

describe("an open file that fails", () => {
  it.each([
    ["read", { read: { read: broken } }, "RETR a"],
    ["close", { read: { close: broken } }, "RETR a"],
    ["write", { write: { write: broken } }, "STOR b"],
    ["commit", { write: { commit: broken } }, "STOR b"],
    ["write and abandon", { write: { write: broken, abandon: broken } }, "STOR b"],
  ])("is told, and leaves nothing: %s", async (_, change, line) => {
    const { session, server, storage } = await served(withFiles(change));
    expect(await last(session, [line])).toBeGreaterThanOrEqual(400);
    expect(await session.code("NOOP")).toBe(200);
    expect(server.passivePortsArmed).toBe(0);
    expect((await storage.stat("/b" as never).catch(() => undefined))?.name).toBeUndefined();
  });
});

describe("an open file that hangs", () => {
  it.each([
    ["read", { read: { read: never } }, "RETR a"],
    ["write", { write: { write: never } }, "STOR b"],
  ])("is let go by ABOR: %s", async (_, change, line) => {
    const { session } = await served(withFiles(change));
    const data = await session.passive();
    expect(await session.code(line)).toBe(150);
    data.write("some of it");
    await new Promise((resolve) => setTimeout(resolve, 50));
    session.send("ABOR\r\n");
    expect([(await session.reply()).code, (await session.reply()).code]).toEqual([426, 226]);
    expect(await session.code("NOOP")).toBe(200);
    data.destroy();
  });

  it("is let go when its client has gone", async () => {
    const { session, server } = await served(withFiles({ write: { write: never } }));
    const data = await session.passive();
    expect(await session.code("STOR b")).toBe(150);
    data.write("some of it");
    await new Promise((resolve) => setTimeout(resolve, 50));
    const ended = nextEvent(server, "session-end");
    session.socket.resetAndDestroy();
    data.destroy();
    expect((await ended).reason).toBe("connection-lost");
  });
});

describe("a slow storage", () => {
  it("is waited for, whole files come of it, and others are served meanwhile", async () => {
    const slowly = async <T>(run: () => Promise<T>): Promise<T> => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return run();
    };
    const { session, port, storage } = await served((slow) => {
      for (const method of ["stat", "openRead", "openWrite", "remove", "rename"] as const) {
        const run = slow[method].bind(slow) as (...given: unknown[]) => Promise<unknown>;
        Object.assign(slow, { [method]: (...given: unknown[]) => slowly(() => run(...given)) });
      }
    });
    const other = await RawSession.logIn(port);
    onTestFinished(() => other.close());
    const uploaded = session.upload("STOR b", "all of it");
    expect(await other.code("NOOP")).toBe(200);
    expect((await uploaded).last.code).toBe(226);
    expect(await session.code("RNFR b")).toBe(350);
    expect(await session.code("RNTO c")).toBe(250);
    expect(await readFile(storage, "/c")).toBe("all of it");
  });
});
