import { mkdtemp, readdir, readFile as readLocal, rm } from "node:fs/promises";
import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { LocalStorage, MemoryStorage, type Storage } from "../../src/storage/index.ts";
import { RawSession } from "./raw-session.ts";
import { nextEvent, readFile, startServer } from "./server-fixture.ts";

async function localStorage(): Promise<{ storage: Storage; root: string }> {
  const root = await mkdtemp(join(tmpdir(), "twinport-"));
  const storage = new LocalStorage({ root });
  onTestFinished(async () => {
    await storage.close();
    await rm(root, { recursive: true });
  });
  return { storage, root };
}

const visible = async (root: string): Promise<string[]> =>
  (await readdir(root)).filter((name) => !name.startsWith(".twinport-"));

describe.each(["local", "memory"])("an upload that breaks off (%s storage)", (kind) => {
  const make = async (): Promise<Storage> => (kind === "local" ? (await localStorage()).storage : new MemoryStorage());

  it.each(["data reset", "data and control gone together", "control and data gone together", "control reset"])(
    "leaves nothing under its name (%s), can be resumed, and is nobody else's",
    async (how) => {
      const storage = await make();
      const { port, server } = await startServer({
        accounts: { login: ({ user }) => ({ name: user, storage }) },
      });
      const session = await RawSession.logIn(port);
      await session.command("TYPE I");
      const data = await session.passive();
      data.on("error", () => undefined);
      const broken = nextEvent(server, "upload-broken");
      await session.command("STOR file");
      data.write("half of it");
      while ((await session.command("STAT")).text.includes(" 0 octets"))
        await new Promise((resolve) => setImmediate(resolve));
      if (how === "data reset") data.resetAndDestroy();
      else if (how === "data and control gone together") {
        data.destroy();
        session.socket.destroy();
      } else if (how === "control and data gone together") {
        session.socket.destroy();
        data.destroy();
      } else session.socket.resetAndDestroy();
      expect((await broken).path).toBe("/file");
      data.destroy();
      session.close();
      expect(await readFile(storage, "/file")).toBeUndefined();
      expect(server.passivePortsArmed).toBe(0);

      const other = await RawSession.open(port);
      await other.command("USER other");
      await other.command("PASS x");
      await other.command("TYPE I");
      expect(await other.code("SIZE file")).toBe(550);
      expect((await other.download("NLST")).bytes.toString()).toBe("");
      other.close();

      const again = await RawSession.logIn(port);
      await again.command("TYPE I");
      expect((await again.command("SIZE file")).text).toBe("213 10\r\n");
      expect(await again.code("RETR file")).toBe(550);
      await again.command("REST 10");
      expect((await again.upload("STOR file", ", and the rest")).last.code).toBe(226);
      expect(await readFile(storage, "/file")).toBe("half of it, and the rest");
      again.close();
    },
  );

  it("leaves the old file as it was", async () => {
    const storage = await make();
    const { port, server } = await startServer({ storage });
    const session = await RawSession.logIn(port);
    await session.upload("STOR file", "the old one");
    const data = await session.passive();
    data.on("error", () => undefined);
    await session.command("STOR file");
    data.write("the new");
    const broken = nextEvent(server, "upload-broken");
    while ((await session.command("STAT")).text.includes(" 0 octets"))
      await new Promise((resolve) => setImmediate(resolve));
    data.resetAndDestroy();
    expect((await session.reply()).code).toBe(426);
    await broken;
    expect(await readFile(storage, "/file")).toBe("the old one");
    session.close();
  });

  it("is none where the client has said QUIT and closed early", async () => {
    const storage = await make();
    const { port, server } = await startServer({ storage });
    const session = await RawSession.logIn(port);
    const done = nextEvent(server, "upload");
    const data = await session.passive();
    await session.command("STOR file");
    session.send("QUIT\r\n");
    data.write("all of it");
    session.socket.end();
    data.end();
    await done;
    expect(await readFile(storage, "/file")).toBe("all of it");
    data.destroy();
  });
});

describe("a hundred uploads that break off", () => {
  it("leave no descriptor, no port and no file behind", async () => {
    const { storage, root } = await localStorage();
    const { port, server } = await startServer({ storage });
    const descriptors = (): number => (process.platform === "linux" ? readdirSync("/proc/self/fd").length : 0);
    const warm = await RawSession.logIn(port);
    await warm.upload("STOR warm", "x");
    warm.close();
    for (let i = 0; i < 40; i++) await (await breakOff(port, i)).ended();
    const before = descriptors();
    for (let i = 0; i < 100; i++) await (await breakOff(port, i)).ended();
    while (server.sessionCount > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    // Passive listeners stay bound on purpose, up to their number; nothing else may stay.
    expect(descriptors()).toBeLessThanOrEqual(before + 4);
    expect(server.passivePortsArmed).toBe(0);
    expect(await visible(root)).toEqual(["warm"]);
  });
});

async function breakOff(port: number, turn: number): Promise<RawSession> {
  const session = await RawSession.logIn(port);
  const data = await session.passive();
  data.on("error", () => undefined);
  await session.command(`STOR broken-${turn % 7}`);
  data.write("x".repeat(1000 * turn));
  if (turn % 2 === 0) data.resetAndDestroy();
  session.socket.resetAndDestroy();
  data.destroy();
  return session;
}

describe("the journal", () => {
  it("goes with the storage, and the hidden files with it", async () => {
    const root = await mkdtemp(join(tmpdir(), "twinport-"));
    const storage = new LocalStorage({ root });
    const { port, server } = await startServer({ storage });
    const session = await breakOff(port, 3);
    await session.ended();
    await server.stop();
    await storage.close();
    expect(await readdir(root)).toEqual([]);
    await rm(root, { recursive: true });
    await expect(readLocal(join(root, "broken-3"))).rejects.toThrow("ENOENT");
  });
});
