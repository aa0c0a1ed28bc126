/** ABOR, STAT and QUIT while the storage takes its time to open what is transferred (RFC 959 §4.1.3). */
import { describe, expect, it, onTestFinished } from "vitest";
import type { ReadableFile, WritableFile } from "../../src/bytes/index.ts";
import { MemoryStorage, type Entry } from "../../src/storage/index.ts";
import { RawSession } from "./raw-session.ts";
import { putFile, readFile, startServer, type Fixture } from "./server-fixture.ts";
import { privateData, secureLogin, secureServer } from "./tls-fixture.ts";

/** A storage whose openings wait until they are let go, whatever the signal says. */
class SlowStorage extends MemoryStorage {
  /** Lets go what waits now, and what comes later. */
  release: () => void = () => undefined;
  waiting = 0;
  closed = 0;
  abandoned = 0;
  readonly #gate = new Promise<void>((resolve) => {
    this.release = resolve;
  });
  slow = false;

  async #wait(): Promise<void> {
    if (!this.slow) return;
    this.waiting++;
    await this.#gate;
  }

  override async openRead(...given: Parameters<MemoryStorage["openRead"]>): Promise<ReadableFile> {
    await this.#wait();
    const [path] = given;
    const file = await super.openRead(path);
    return {
      size: file.size ?? 0,
      read: (into) => file.read(into),
      close: () => {
        this.closed++;
        return file.close();
      },
    };
  }

  override async openWrite(...given: Parameters<MemoryStorage["openWrite"]>): Promise<WritableFile<Entry>> {
    await this.#wait();
    const [path, asked = {}] = given;
    const options = { ...asked };
    delete options.signal;
    const file = await super.openWrite(path, options);
    return {
      write: (from) => file.write(from),
      commit: () => file.commit(),
      abandon: (cause) => {
        this.abandoned++;
        return file.abandon(cause);
      },
    };
  }

  override async stat(...given: Parameters<MemoryStorage["stat"]>): Promise<Entry> {
    await this.#wait();
    return super.stat(...given);
  }
}

interface Slow extends Fixture {
  readonly session: RawSession;
  readonly slow: SlowStorage;
}

async function start(secure = false): Promise<Slow> {
  const slow = new SlowStorage();
  await putFile(slow, "/file", "content");
  const fixture = secure ? await secureServer({}, { storage: slow }) : await startServer({ storage: slow });
  const session = secure ? await secureLogin(fixture.port) : await RawSession.logIn(fixture.port);
  onTestFinished(() => {
    slow.release();
    session.close();
  });
  if (secure) await privateData(session);
  await session.command("TYPE I");
  return { ...fixture, session, slow };
}

const lines = ["RETR file", "STOR new", "APPE file", "STOU", "LIST", "NLST", "MLSD"] as const;

describe.each([false, true])("a transfer whose storage opens slowly (under TLS: %s)", (secure) => {
  it.each(lines)("is ended by ABOR at once, also in one segment: %s", async (line) => {
    const { session, slow, server } = await start(secure);
    for (const inOne of [false, true]) {
      slow.slow = true;
      const data = await session.passive();
      session.send(inOne ? `${line}\r\nABOR\r\n` : `${line}\r\n`);
      if (!inOne) {
        await expect.poll(() => slow.waiting).toBe(1);
        expect((await session.command("STAT")).text).toContain(line.split(" ")[0]);
        session.send("ABOR\r\n");
      }
      expect((await session.reply()).code).toBe(426);
      expect((await session.reply()).code).toBe(226);
      data.destroy();
      slow.slow = false;
      expect(await session.code("NOOP")).toBe(200);
    }
    slow.release();
    // What was opened too late is given back, and nothing more is said of it.
    if (line === "RETR file") await expect.poll(() => slow.closed).toBe(slow.waiting);
    if (line === "STOR new" || line === "STOU") await expect.poll(() => slow.abandoned).toBe(slow.waiting);
    expect(await session.code("NOOP")).toBe(200);
    expect(server.passivePortsArmed).toBe(0);
    expect(await readFile(slow, "/file")).toBe("content");
    expect(await readFile(slow, "/new")).toBeUndefined();
  });
});

describe("a session that ends while the storage opens slowly", () => {
  it.each(["closes", "resets"])("gives back what was opened too late: the client %s", async (how) => {
    const { session, slow, server } = await start();
    slow.slow = true;
    const data = await session.passive();
    session.send("STOR new\r\n");
    await expect.poll(() => slow.waiting).toBe(1);
    if (how === "closes") session.socket.end();
    else session.socket.resetAndDestroy();
    await expect.poll(() => server.sessionCount).toBe(0);
    slow.release();
    await expect.poll(() => slow.abandoned).toBe(1);
    data.destroy();
    expect(await readFile(slow, "/new")).toBeUndefined();
  });

  it("says goodbye after the transfer where that is asked for", async () => {
    const { session, slow } = await start();
    slow.slow = true;
    const data = await session.passive();
    session.send("RETR file\r\nQUIT\r\n");
    await expect.poll(() => slow.waiting).toBe(1);
    slow.release();
    data.resume();
    expect([(await session.reply()).code, (await session.reply()).code, (await session.reply()).code]).toEqual([
      150, 226, 221,
    ]);
    data.destroy();
  });
});

describe("a reservation that is slow", () => {
  it("does not hold up ABOR, and is given back when it comes", async () => {
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    let asked = 0;
    let given = 0;
    const { port } = await startServer({
      reservations: {
        reserve: async ({ kind }) => {
          if (kind !== "transfer") return { release: () => Promise.resolve() };
          asked++;
          await gate;
          return {
            release: () => {
              given++;
              return Promise.resolve();
            },
          };
        },
      },
    });
    const session = await RawSession.logIn(port);
    const data = await session.passive();
    session.send("STOR new\r\n");
    await expect.poll(() => asked).toBe(1);
    session.send("ABOR\r\n");
    expect([(await session.reply()).code, (await session.reply()).code]).toEqual([426, 226]);
    release();
    await expect.poll(() => given).toBe(1);
    data.destroy();
    session.close();
  });
});

describe("replies during a transfer", () => {
  it("keep the order of their commands", async () => {
    const { session, slow } = await start();
    slow.slow = true;
    const data = await session.passive();
    session.send("RETR file\r\nNOOP\r\nPWD\r\nABOR\r\nSYST\r\n");
    const codes: number[] = [];
    while (codes.length < 5) codes.push((await session.reply()).code);
    expect(codes).toEqual([426, 200, 257, 226, 215]);
    data.destroy();
  });

  it("have ABOR end every transfer that was asked for before it", async () => {
    const { session, slow } = await start();
    slow.slow = true;
    const data = await session.passive();
    session.send("RETR file\r\nNOOP\r\nRETR file\r\nABOR\r\nNOOP\r\n");
    const codes: number[] = [];
    while (codes.length < 5) codes.push((await session.reply()).code);
    expect(codes).toEqual([426, 200, 426, 226, 200]);
    data.destroy();
  });
});
