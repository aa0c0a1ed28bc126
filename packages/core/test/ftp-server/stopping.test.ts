/** How a server ends: transfers may finish, new sessions are told, and nothing outlives its time. */
import { connect } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { MemoryStorage } from "../../src/storage/index.ts";
import { RawSession } from "./raw-session.ts";
import { readFile, startServer } from "./server-fixture.ts";

async function logIn(port: number): Promise<RawSession> {
  const session = await RawSession.logIn(port);
  onTestFinished(() => session.close());
  return session;
}

/** What a connection is told until its end. */
function greetingOf(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connect({ port, host: "127.0.0.1" });
    socket.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    socket.on("error", reject);
    socket.on("end", () => resolve(text));
  });
}

describe("a server that stops", () => {
  it("ends idle sessions at once, refuses new ones with 421, and ends with the last transfer", async () => {
    const { server, port, storage } = await startServer();
    const busy = await logIn(port);
    const idle = await logIn(port);
    const data = await busy.passive();
    await busy.command("STOR late");
    const stopped = server.stop({ drainFor: 600_000 });
    expect(await idle.ended()).toMatch(/^421 /);
    expect(await greetingOf(port)).toMatch(/^421 The server is stopping/);
    data.end("all of it");
    expect((await busy.reply()).code).toBe(226);
    expect((await busy.reply()).code).toBe(421);
    await busy.ended();
    await stopped;
    expect(await readFile(storage, "/late")).toBe("all of it");
    await expect(greetingOf(port)).rejects.toThrow("ECONNREFUSED");
    data.destroy();
  });

  it("takes no further command of a session whose transfer is done", async () => {
    const { server, port } = await startServer();
    const session = await logIn(port);
    const data = await session.passive();
    await session.command("STOR late");
    const stopped = server.stop({ drainFor: 600_000 });
    session.send("MKD folder\r\nSTAT\r\n");
    expect((await session.reply()).code).toBe(211);
    data.end();
    expect([(await session.reply()).code, (await session.reply()).code]).toEqual([226, 421]);
    expect(await session.ended()).toBe("");
    await stopped;
    data.destroy();
  });

  it("breaks off what is not done in time, and keeps it for its uploader", async () => {
    const { server, port, storage } = await startServer();
    const session = await logIn(port);
    const data = await session.passive();
    await session.command("STOR late");
    data.write("half");
    while ((await session.command("STAT")).text.includes(" 0 octets"));
    await server.stop({ drainFor: 50 });
    expect(await session.ended()).toMatch(/^(426 .*\r\n)?421 /);
    expect(await readFile(storage, "/late")).toBeUndefined();
    expect((await storage.stat("/late" as never, { uploader: "me" })).size).toBe(4);
    data.destroy();
  });

  it("waits no longer once it is told to stop again", async () => {
    const { server, port } = await startServer();
    const session = await logIn(port);
    const data = await session.passive();
    await session.command("STOR late");
    const first = server.stop({ drainFor: 600_000 });
    await Promise.all([first, server.stop()]);
    expect(server.sessionCount).toBe(0);
    data.destroy();
  });

  it("stops once it has started, when it is told to meanwhile", async () => {
    const { server } = await startServer();
    await server.stop();
    const starting = server.start();
    await server.stop();
    await starting;
    expect(server.addresses).toEqual([]);
    await server.start();
    expect(server.addresses).toHaveLength(1);
  });

  it("begins no transfer whose file is opened only now", async () => {
    const storage = new MemoryStorage();
    const openWrite = storage.openWrite.bind(storage);
    let open: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => {
      storage.openWrite = async (...given) => {
        resolve();
        await new Promise<void>((done) => (open = done));
        return openWrite(...given);
      };
    });
    const { server, port } = await startServer({ storage });
    const session = await logIn(port);
    const data = await session.passive();
    session.send("STOR late\r\n");
    await asked;
    const stopped = server.stop({ drainFor: 600_000 });
    expect(await session.ended()).toMatch(/^421 /);
    open();
    await stopped;
    expect(server.passivePortsArmed).toBe(0);
    data.destroy();
  });

  it("waits for nobody who was refused and does not close", async () => {
    const { server, port } = await startServer({ limits: { sessions: 1, closeTimeout: 600_000 } });
    const session = await logIn(port);
    const refused = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    onTestFinished(() => void refused.destroy());
    refused.on("error", () => undefined).resume();
    await new Promise((resolve) => refused.once("data", resolve));
    session.close();
    await server.stop();
  });
});
