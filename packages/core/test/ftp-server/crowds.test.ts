/** One address that connects again and again: it is held to its share, and keeps nobody else out. */
import { once } from "node:events";
import { connect } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { RawSession } from "./raw-session.ts";
import { putFile, readFile, startServer, type Fixture } from "./server-fixture.ts";

/** What an address may have, and how many connections it opens. */
const [share, connections] = [60, 300];
/** Addresses of this machine: one that opens too many, and one that does not. */
const [greedy, modest] = ["127.0.0.2", "127.0.0.3"];

/** A connection from an address, and the first line that it was told. */
async function open(localAddress: string, port: number): Promise<{ session: RawSession; code: number }> {
  const socket = connect({ port, host: "127.0.0.1", localAddress, allowHalfOpen: true });
  await once(socket, "connect");
  const session = RawSession.over(socket);
  onTestFinished(() => session.close());
  return { session, code: (await session.reply()).code };
}

/** A server, and as many connections as were opened from the greedy address at once. */
async function crowded(): Promise<Fixture & { crowd: { session: RawSession; code: number }[]; refused: string[] }> {
  const fixture = await startServer({ limits: { sessionsPerAddress: share, closeTimeout: 100 } });
  const refused: string[] = [];
  fixture.server.on("session-refused", ({ remote }) => refused.push(remote.address));
  const crowd = await Promise.all(Array.from({ length: connections }, () => open(greedy, fixture.port)));
  return { ...fixture, crowd, refused };
}

it("has its share of sessions, and 421 for every other one, of which the application is told", async () => {
  const { server, crowd, refused } = await crowded();
  const codes = crowd.map(({ code }) => code);
  expect(codes.filter((code) => code === 220)).toHaveLength(share);
  expect(codes.filter((code) => code === 421)).toHaveLength(connections - share);
  expect(refused).toEqual(Array.from({ length: connections - share }, () => greedy));
  expect(server.sessionCount).toBe(share);
  // A refused client that closes nothing is closed all the same: what it sends then is answered by a reset.
  const sockets = crowd.filter(({ code }) => code === 421).map(({ session }) => session.socket);
  const open = (): number => {
    for (const socket of sockets) if (socket.writable) socket.write("NOOP\r\n");
    return sockets.filter(({ destroyed }) => !destroyed).length;
  };
  await expect.poll(open, { timeout: 10_000 }).toBe(0);
});

it("leaves another address its sessions, transfers and passive ports meanwhile", async () => {
  const { port, storage } = await crowded();
  await putFile(storage, "/file", "content");
  const { session, code } = await open(modest, port);
  expect(code).toBe(220);
  await session.command("USER me");
  expect(await session.code("PASS secret")).toBe(230);
  const transfer = async (line: string, sent = ""): Promise<string> => {
    const passive = Number(/\|(\d+)\|/.exec((await session.command("EPSV")).text)?.[1]);
    const data = connect({ port: passive, host: "127.0.0.1", localAddress: modest, allowHalfOpen: true });
    expect(await session.code(line)).toBe(150);
    data.end(sent);
    const received = (await data.toArray()).join("");
    expect((await session.reply()).code).toBe(226);
    return received;
  };
  expect(await transfer("RETR file")).toBe("content");
  await transfer("STOR mine", "mine");
  expect(await readFile(storage, "/mine")).toBe("mine");
});

it("has room again for each session that it ends, however it ends it, and for no more", async () => {
  const { port, server, crowd } = await crowded();
  const inside = crowd.filter(({ code }) => code === 220).map(({ session }) => session);
  const ways = [
    (session: RawSession) => session.socket.end("QUIT\r\n"),
    (session: RawSession) => session.socket.end(),
    (session: RawSession) => session.socket.resetAndDestroy(),
  ];
  for (const [at, session] of inside.entries()) ways[at % ways.length]?.(session);
  await expect.poll(() => server.sessionCount).toBe(0);
  const again = await Promise.all(Array.from({ length: share + 5 }, () => open(greedy, port)));
  expect(again.filter(({ code }) => code === 220)).toHaveLength(share);
});
