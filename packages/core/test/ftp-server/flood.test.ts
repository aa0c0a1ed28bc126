/** Clients that send more than they read, or more at once than is anybody's turn. */
import { setTimeout as wait } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { MemoryStorage } from "../../src/storage/index.ts";
import { RawSession } from "./raw-session.ts";
import { putFile, startServer } from "./server-fixture.ts";

async function open(port: number): Promise<RawSession> {
  const session = await RawSession.open(port);
  onTestFinished(() => session.close());
  return session;
}

/** Octets of replies that wait in the server for a client. */
function largestBacklog(): number {
  // What waits is seen from outside as the memory of the socket's writes: the test's process holds the server's sockets.
  const handles = (process as unknown as { _getActiveHandles(): unknown[] })._getActiveHandles();
  let most = 0;
  for (const handle of handles) {
    if (typeof handle !== "object" || handle === null || !("writableLength" in handle)) continue;
    most = Math.max(most, Number(handle.writableLength));
  }
  return most;
}

it("a client that reads nothing is answered no further than its backlog, and wholly once it reads", async () => {
  const { port } = await startServer();
  const session = await open(port);
  session.socket.pause();
  const lines = "HELP\r\n".repeat(10_000);
  for (let sent = 0; sent < 8; sent++) session.send(lines);
  let most = 0;
  for (let looks = 0; looks < 40; looks++) {
    await wait(10);
    most = Math.max(most, largestBacklog());
  }
  // A reply more than the limit at most; the client's own commands that wait count too, and are 60,000 octets a piece.
  expect(most).toBeLessThan(600_000);
  session.socket.resume();
  session.send("QUIT\r\n");
  const text = await session.ended();
  expect(text.match(/^214 /gm)).toHaveLength(80_000);
  expect(text.match(/^221 /gm)).toHaveLength(1);
});

it.each(["NOOP", "SIZE a", "A1 x", "STAT a"])(
  "ten thousand commands in a piece leave others their turn: %s",
  async (line) => {
    const storage = new MemoryStorage();
    await putFile(storage, "/a", "a");
    const { port } = await startServer({ storage });
    const flooding = await RawSession.logIn(port);
    const other = await RawSession.logIn(port);
    onTestFinished(() => [flooding, other].forEach((session) => session.close()));
    await flooding.command("TYPE I");
    const flooded = { over: false };
    const flood = (async () => {
      flooding.send(`${line}\r\n`.repeat(10_000));
      for (let replies = 0; replies < 10_000; replies++) await flooding.reply();
      flooded.over = true;
    })();
    let turns = 0;
    while (!flooded.over && turns < 20) {
      await other.command("NOOP");
      turns++;
    }
    // Without turns, all of the flood is answered before the other one's second command is read.
    expect(turns).toBe(20);
    await flood;
  },
);

it("a client that has sent all its commands and closed its end is answered them all", async () => {
  const { port } = await startServer();
  const session = await open(port);
  session.socket.pause();
  session.socket.end("HELP\r\n".repeat(2_000));
  await wait(50);
  session.socket.resume();
  expect((await session.ended()).match(/^214 /gm)).toHaveLength(2_000);
});
