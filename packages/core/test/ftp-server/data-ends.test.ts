/** When the server ends a data connection: before the reply that says so, and after a transfer that was refused (RFC 959 §5.2). */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { readOnly } from "../../src/accounts/index.ts";
import { listenForData, RawSession, readAll } from "./raw-session.ts";
import { putFile, readFile, startServer, type Fixture } from "./server-fixture.ts";
import { privateData, secureLogin, secureServer } from "./tls-fixture.ts";

async function start(
  options: Parameters<typeof startServer>[0] = {},
  secure = false,
): Promise<Fixture & { session: RawSession }> {
  const fixture = secure ? await secureServer({}, options) : await startServer(options);
  await putFile(fixture.storage, "/f", "content");
  const session = secure ? await secureLogin(fixture.port) : await RawSession.logIn(fixture.port);
  onTestFinished(() => session.close());
  if (secure) await privateData(session);
  await session.command("TYPE I");
  return { ...fixture, session };
}

/** Notes in which order things come: the end of a data connection, and replies. */
function note(session: RawSession, data: Socket): string[] {
  const order: string[] = [];
  data.on("end", () => order.push("end"));
  data.resume();
  session.socket.on("data", (chunk: Buffer) => order.push(chunk.toString().slice(0, 3)));
  return order;
}

/** Fulfilled when the server has ended its side; rejects when it resets the connection instead. */
function ended(data: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    data.once("error", reject);
    data.once("end", resolve).resume();
    if (data.readableEnded) resolve();
  });
}

describe.each([
  ["in clear", false],
  ["under TLS", true],
] as const)("an upload (%s)", (_, secure) => {
  it.each(["passive", "active"])(
    "has its data connection ended before its 226, fifty times over (%s)",
    async (mode) => {
      const { session, storage } = await start({}, secure);
      for (let round = 0; round < 50; round++) {
        let raw: Socket;
        if (mode === "passive") raw = await session.passive();
        else {
          const listener = await listenForData();
          await session.command(`PORT ${listener.argument}`);
          session.send("STOR g\r\n");
          raw = await listener.accepted;
          listener.server.close();
        }
        if (mode === "passive") session.send("STOR g\r\n");
        expect([125, 150]).toContain((await session.reply()).code);
        const data = secure ? await session.secureData(raw) : raw;
        const order = note(session, data);
        data.end(`round ${round}`);
        expect((await session.reply()).code).toBe(226);
        expect(order).toEqual(["end", "226"]);
        data.destroy();
        raw.destroy();
      }
      expect(await readFile(storage, "/g")).toBe("round 49");
    },
  );

  it("is answered though the client has closed both sides, or reads nothing", async () => {
    const { session, storage } = await start({}, secure);
    for (const content of ["", "x".repeat(100_000)]) {
      const raw = await session.passive();
      expect(await session.code("STOR g")).toBe(150);
      const data = secure ? await session.secureData(raw) : raw;
      data.end(content, () => raw.destroySoon());
      expect((await session.reply()).code).toBe(226);
      expect(await readFile(storage, "/g")).toBe(content);
    }
  });
});

/** Refusals by every gate, with a data connection at hand. */
const refused: readonly (readonly [line: string, code: number])[] = [
  ["RETR missing", 550],
  ["RETR", 501],
  ["RETR d", 550],
  ["STOR missing/f", 550],
  ["STOR d", 550],
  ["APPE d", 550],
  ["STOU missing/f", 550],
  ["LIST missing", 550],
  ["NLST missing", 550],
  ["MLSD missing", 550],
  ["MLSD f", 501],
];

describe.each([
  ["in clear", false],
  ["under TLS", true],
] as const)("a transfer that is refused (%s)", (_, secure) => {
  it.each(refused)("has its connection ended, and the next one works: %s", async (line, code) => {
    const { session, storage, server } = await start({}, secure);
    await storage.makeDirectory("/d" as never);
    const data = await session.passive();
    const order = note(session, data);
    const end = ended(data);
    expect(await session.code(line)).toBe(code);
    await end;
    expect(order).toEqual([String(code), "end"]);
    expect(server.passivePortsArmed).toBe(0);
    data.destroy();
    const raw = await session.passive();
    expect(await session.code("RETR f")).toBe(150);
    const next = secure ? await session.secureData(raw) : raw;
    expect((await readAll(next)).toString()).toBe("content");
    next.destroy();
  });

  it("does so though the client has sent some of its file already", async () => {
    const { session } = await start({}, secure);
    const data = await session.passive();
    data.write("x".repeat(100_000));
    const end = ended(data);
    expect(await session.code("STOR missing/f")).toBe(550);
    await end;
    data.destroy();
  });
});

describe("a transfer that is refused", () => {
  it("has its connection ended whoever refuses it", async () => {
    const denied = await start({ account: { permissions: { ...readOnly, list: false } } });
    for (const line of ["STOR g", "APPE f", "STOU", "LIST", "MLSD"]) {
      const data = await denied.session.passive();
      const end = ended(data);
      expect(await denied.session.code(line)).toBe(550);
      await end;
      data.destroy();
    }
    const full = await start({
      reservations: {
        reserve: ({ kind }) =>
          kind === "transfer" ? { refused: true, message: "No more today" } : { release: () => undefined },
      },
    });
    const data = await full.session.passive();
    const end = ended(data);
    expect(await full.session.code("RETR f")).toBe(450);
    await end;
    data.destroy();
    const strict = await secureServer({ requireForData: true });
    const session = await secureLogin(strict.port);
    const clear = await session.passive();
    const clearEnd = ended(clear);
    expect(await session.code("LIST")).toBe(521);
    await clearEnd;
    clear.destroy();
  });

  it("has it ended where it is answered 554, 504 and 426 before any byte", async () => {
    const { session } = await start();
    for (const [lines, code] of [
      [["REST 100", "RETR f"], 554],
      [["STRU P", "TYPE A", "RETR f"], 504],
      [["STRU F", "TYPE I", "RETR f\r\nABOR"], 426],
    ] as const) {
      const data = await session.passive();
      const end = ended(data);
      for (const line of lines.slice(0, -1)) await session.command(line);
      expect(await session.code(lines.at(-1) ?? "")).toBe(code);
      await end;
      data.destroy();
    }
    expect((await session.reply()).code).toBe(226);
  });

  it("keeps a port that nobody has connected to, and a connection that another verb did not want", async () => {
    const { session, server } = await start();
    for (const line of ["SIZE missing", "CWD missing", "HASH missing", "DELE missing", "STAT missing", "XYZZY"]) {
      const data = await session.passive();
      expect(await session.code(line)).toBeGreaterThanOrEqual(450);
      expect(await session.code("RETR f")).toBe(150);
      expect((await readAll(data)).toString()).toBe("content");
      expect((await session.reply()).code).toBe(226);
      data.destroy();
    }
    await session.command("EPSV");
    expect(await session.code("RETR missing")).toBe(550);
    expect(server.passivePortsArmed).toBe(1);
  });

  it("resets the connection of another server, which would take its end for that of a file", async () => {
    const { session } = await start({ account: { allowForeignData: true } });
    const { text } = await session.command("EPSV");
    const port = Number(/\(\|\|\|(\d+)\|\)/.exec(text)?.[1]);
    const other = connect({ port, host: "127.0.0.1", localAddress: "127.0.0.3", allowHalfOpen: true });
    await once(other, "connect");
    const failed = once(other, "error");
    other.resume();
    expect(await session.code("RETR missing")).toBe(550);
    expect(((await failed)[0] as NodeJS.ErrnoException).code).toBe("ECONNRESET");
  });
});

describe("a data connection that is not used", () => {
  it("is ended once the client ends it", async () => {
    const { session } = await start();
    const data = await session.passive();
    data.end();
    await ended(data);
    expect(await session.code("NOOP")).toBe(200);
    expect(await session.code("RETR f")).toBe(150);
    expect([425, 426]).toContain((await session.reply()).code);
    expect((await session.download("RETR f")).bytes.toString()).toBe("content");
    data.destroy();
  });

  it("still serves a client that ended its side early: its download, and what it has sent", async () => {
    const { session, storage } = await start();
    const down = await session.passive();
    down.end();
    expect(await session.code("RETR f")).toBe(150);
    expect((await readAll(down)).toString()).toBe("content");
    expect((await session.reply()).code).toBe(226);
    const up = await session.passive();
    up.end("sent before its command");
    // Longer than a connection waits before it is looked at.
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(await session.code("STOR g")).toBe(150);
    up.resume();
    expect((await session.reply()).code).toBe(226);
    expect(await readFile(storage, "/g")).toBe("sent before its command");
  });

  it("is left alone while the storage opens the file of an empty upload", async () => {
    const { session, storage } = await start();
    const openWrite = storage.openWrite.bind(storage);
    storage.openWrite = async (...given) => {
      await new Promise((resolve) => setTimeout(resolve, 600));
      return openWrite(...given);
    };
    const data = await session.passive();
    session.send("STOR empty\r\n");
    data.end();
    data.resume();
    expect((await session.reply()).code).toBe(150);
    expect((await session.reply()).code).toBe(226);
    expect(await readFile(storage, "/empty")).toBe("");
  });
});
