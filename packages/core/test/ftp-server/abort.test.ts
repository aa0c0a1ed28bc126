/** ABOR while bytes flow, plain and behind a Telnet Synch (RFC 959 §4.1.3): both directions, both data modes, TLS too. */
import { once } from "node:events";
import type { Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { listenForData, RawSession } from "./raw-session.ts";
import { putFile, readFile, startServer, type Fixture } from "./server-fixture.ts";
import { privateData, secureLogin, secureServer } from "./tls-fixture.ts";

const big = Buffer.alloc(30_000_000, "0123456789abcdef");

/** What stands before ABOR: the Synch whole, with the urgent byte lost that either kind of client sends, and none. */
const synchs: readonly (readonly [name: string, octets: readonly number[]])[] = [
  ["plain", []],
  ["IAC IP IAC DM", [0xff, 0xf4, 0xff, 0xf2]],
  ["IAC IP DM", [0xff, 0xf4, 0xf2]],
  ["IAC IP IAC", [0xff, 0xf4, 0xff]],
  ["IAC IP", [0xff, 0xf4]],
];

/** A data connection in mid-transfer, which the test has read from or written to. */
async function begin(session: RawSession, line: string, mode: "passive" | "active", secure: boolean): Promise<Socket> {
  let raw: Socket;
  if (mode === "passive") {
    raw = await session.passive();
    expect(await session.code(line)).toBe(150);
  } else {
    const listener = await listenForData();
    onTestFinished(() => void listener.server.close());
    expect(await session.code(`PORT ${listener.argument}`)).toBe(200);
    session.send(`${line}\r\n`);
    raw = await listener.accepted;
    raw.on("error", () => undefined);
    expect((await session.reply()).code).toBe(125);
  }
  const data = secure ? await session.secureData(raw) : raw;
  onTestFinished(() => void raw.destroy());
  return data;
}

async function start(secure: boolean): Promise<Fixture & { session: RawSession }> {
  const fixture = secure ? await secureServer() : await startServer();
  const session = secure ? await secureLogin(fixture.port) : await RawSession.logIn(fixture.port);
  onTestFinished(() => session.close());
  if (secure) await privateData(session);
  expect(await session.code("TYPE I")).toBe(200);
  return { ...fixture, session };
}

const connections = (["passive", "active"] as const).flatMap((mode) => [
  { mode, secure: false, title: mode },
  { mode, secure: true, title: `${mode}, under TLS` },
]);

describe.each(connections)("ABOR in mid-transfer ($title)", ({ mode, secure }) => {
  it.each(synchs)("ends a download with 426 and then 226: %s", async (_, synch) => {
    const { session, storage, server } = await start(secure);
    await putFile(storage, "/big", big);
    const data = await begin(session, "RETR big", mode, secure);
    let octets = 0;
    data.on("data", (chunk: Buffer) => (octets += chunk.length));
    data.once("data", () => session.send(Buffer.concat([Buffer.from(synch), Buffer.from("ABOR\r\n")])));
    expect([(await session.reply()).code, (await session.reply()).code]).toEqual([426, 226]);
    // Whether it was a reset cannot be asked: after a short read libuv tells one as an end.
    expect(octets).toBeLessThan(big.length);
    expect(server.passivePortsArmed).toBe(0);
    expect(await session.code("NOOP")).toBe(200);
  });

  it.each(synchs)("ends an upload with 426 and then 226: %s", async (_, synch) => {
    const { session, storage, server } = await start(secure);
    const data = await begin(session, "STOR half", mode, secure);
    data.write(big.subarray(0, 1_000_000));
    while (!(await session.command("STAT")).text.includes(" 1000000 octets"));
    session.send(Buffer.concat([Buffer.from(synch), Buffer.from("ABOR\r\n")]));
    expect([(await session.reply()).code, (await session.reply()).code]).toEqual([426, 226]);
    data.resume();
    await closed(data);
    expect(server.passivePortsArmed).toBe(0);
    expect(await readFile(storage, "/half")).toBeUndefined();
    expect(await session.code("NOOP")).toBe(200);
  });
});

describe("ABOR behind a Telnet Synch", () => {
  it("is understood in single octets, in the middle of a transfer", async () => {
    const { session, storage } = await start(false);
    await putFile(storage, "/big", big);
    await begin(session, "RETR big", "passive", false);
    for (const octet of [0xff, 0xf4, 0xff, 0xf2, ...Buffer.from("ABOR\r\n")]) {
      session.send(Uint8Array.of(octet));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect([(await session.reply()).code, (await session.reply()).code]).toEqual([426, 226]);
  });

  it("leaves the commands before and behind it as they are", async () => {
    const { session, storage } = await start(false);
    await putFile(storage, "/big", big);
    await begin(session, "RETR big", "passive", false);
    const synch = Buffer.from([0xff, 0xf4, 0xff, 0xf2]);
    session.send(Buffer.concat([Buffer.from("NOOP\r\n"), synch, Buffer.from("ABOR\r\nPWD\r\n")]));
    const codes = [];
    for (let replies = 0; replies < 4; replies++) codes.push((await session.reply()).code);
    expect(codes).toEqual([426, 200, 226, 257]);
  });
});

async function closed(socket: Socket): Promise<void> {
  if (!socket.closed) await once(socket, "close");
}
