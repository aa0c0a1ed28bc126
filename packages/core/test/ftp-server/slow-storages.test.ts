/** ABOR, STAT, QUIT and the loss of a client while a storage, an application or a handshake takes its time (RFC 959 §4.1.3). */
import { describe, expect, it, onTestFinished } from "vitest";
import type { Account } from "../../src/accounts/index.ts";
import type { FtpServerOptions } from "../../src/ftp-server/index.ts";
import { MemoryStorage, type Entry } from "../../src/storage/index.ts";
import { RawSession } from "./raw-session.ts";
import { nextEvent, putFile, readFile, startServer, type Fixture } from "./server-fixture.ts";
import { privateData, secureLogin, secureServer } from "./tls-fixture.ts";

/** A signal that never fires. */
const { signal: unheard } = new AbortController();

/** A storage in which one method waits until the test lets it go on, and heeds no signal. */
class SlowStorage extends MemoryStorage {
  slow = "none";
  readonly signals: (AbortSignal | undefined)[] = [];
  opened = 0;
  closed = 0;
  abandoned = 0;
  #go: () => void = () => undefined;
  #asked: () => void = () => undefined;
  readonly #gone = new Promise<void>((resolve) => (this.#go = resolve));
  readonly asked = new Promise<void>((resolve) => (this.#asked = resolve));

  letGo(): void {
    this.#go();
  }

  /** Waits until whatever goes on is done, and looks whether every file that was opened was closed or given up. */
  async allClosed(): Promise<void> {
    for (let turns = 0; turns < 20; turns++) await new Promise((resolve) => setImmediate(resolve));
    await expect.poll(() => this.opened - this.closed - this.abandoned).toBe(0);
  }

  async #wait(method: string, signal: AbortSignal | undefined): Promise<void> {
    if (method !== this.slow) return;
    this.signals.push(signal);
    this.#asked();
    await this.#gone;
  }

  override async stat(...[path, options]: Parameters<MemoryStorage["stat"]>): Promise<Entry> {
    await this.#wait("stat", options?.signal);
    return super.stat(path);
  }

  override async *list(...[path, options]: Parameters<MemoryStorage["list"]>): AsyncGenerator<readonly Entry[]> {
    await this.#wait("list", options?.signal);
    yield* super.list(path);
  }

  override async openRead(
    ...[path, options]: Parameters<MemoryStorage["openRead"]>
  ): ReturnType<MemoryStorage["openRead"]> {
    await this.#wait("openRead", options?.signal);
    const file = await super.openRead(path, { ...options, signal: unheard });
    this.opened++;
    return {
      ...(file.size === undefined ? {} : { size: file.size }),
      read: (into) => file.read(into),
      close: () => {
        this.closed++;
        return file.close();
      },
    };
  }

  override async openWrite(
    ...[path, options]: Parameters<MemoryStorage["openWrite"]>
  ): ReturnType<MemoryStorage["openWrite"]> {
    await this.#wait("openWrite", options?.signal);
    const file = await super.openWrite(path, { ...options, signal: unheard });
    this.opened++;
    return {
      write: (from) => file.write(from),
      commit: () => file.commit(),
      abandon: (cause) => {
        this.abandoned++;
        return file.abandon(cause);
      },
    };
  }
}

async function start(
  more: Partial<FtpServerOptions> & { readonly account?: Partial<Account> } = {},
  secure = false,
): Promise<Fixture & { storage: SlowStorage; session: RawSession }> {
  const storage = new SlowStorage();
  await putFile(storage, "/f", "content");
  await storage.makeDirectory("/d" as never);
  storage.opened = 0;
  const fixture = secure ? await secureServer({}, { storage, ...more }) : await startServer({ storage, ...more });
  onTestFinished(() => storage.letGo());
  const session = secure ? await secureLogin(fixture.port) : await RawSession.logIn(fixture.port);
  onTestFinished(() => session.close());
  if (secure) await privateData(session);
  await session.command("TYPE I");
  return { ...fixture, storage, session };
}

const codes = async (session: RawSession, count: number): Promise<number[]> => {
  const all: number[] = [];
  while (all.length < count) all.push((await session.reply()).code);
  return all;
};

/** Every verb that waits for the storage's first look or its open file. */
const opening: readonly (readonly [slow: string, ...lines: string[]])[] = [
  ["openRead", "RETR f"],
  ["openWrite", "STOR g"],
  ["openWrite", "APPE f"],
  ["openWrite", "STOU"],
  ["openWrite", "REST 3", "STOR f"],
  ["stat", "LIST d"],
  ["stat", "LIST -a d"],
  ["stat", "NLST d"],
  ["stat", "MLSD d"],
  ["stat", "STAT d"],
  ["list", "STAT d"],
  ["list", "STAT *"],
  ["openRead", "HASH f"],
  ["stat", "HASH f"],
  ["openRead", "XMD5 f"],
  ["openRead", "SIZE f"],
  ["stat", "SITE COPY f g"],
  ["openRead", "SITE COPY f g"],
  ["openWrite", "SITE COPY f g"],
  ["openWrite", "COMB g f"],
];

describe.each([
  ["in clear", false],
  ["under TLS", true],
] as const)("ABOR while the storage takes its time (%s)", (_, secure) => {
  it.each(opening)("is answered 426 and 226, and nothing follows: %s for %s", async (slow, ...lines) => {
    const { session, storage, server } = await start({}, secure);
    const data = await session.passive();
    const line = lines.at(-1) ?? "";
    for (const before of lines.slice(0, -1)) expect(await session.code(before)).toBe(350);
    // Where octets are not converted, SIZE reads nothing.
    if (line === "SIZE f") await session.command("TYPE A");
    storage.slow = slow;
    session.send(`${line}\r\n`);
    await storage.asked;
    expect((await session.command("STAT")).text).toContain(line.split(" ")[0]);
    session.send("ABOR\r\n");
    expect(await codes(session, 2)).toEqual([426, 226]);
    expect(storage.signals[0]?.aborted).toBe(true);
    storage.slow = "none";
    storage.letGo();
    expect(await session.code("NOOP")).toBe(200);
    await storage.allClosed();
    expect(await session.code("NOOP")).toBe(200);
    expect(await readFile(storage, "/f")).toBe("content");
    expect(await readFile(storage, "/g")).toBeUndefined();
    expect(server.passivePortsArmed).toBe(0);
    data.destroy();
    expect(session.chunks.join("")).not.toContain("\n150");
  });

  it("comes in one segment with its transfer, and with what sets it up", async () => {
    for (const lines of ["RETR f", "STOR g", "LIST", "NOOP\r\nSTOU", "EPSV\r\nRETR f", "CWD d\r\nMLSD", "HASH f"]) {
      const { session, storage } = await start({}, secure);
      const count = lines.split("\r\n").length + 1;
      session.send(`${lines}\r\nABOR\r\nNOOP\r\n`);
      expect((await codes(session, count + 1)).slice(-3)).toEqual([426, 226, 200]);
      expect(await readFile(storage, "/g")).toBeUndefined();
      expect(storage.opened).toBe(storage.closed + storage.abandoned);
      session.close();
    }
  });
});

describe("a listing whose storage hangs after the preliminary reply", () => {
  it.each(["LIST d", "NLST d", "MLSD d", "LIST *"])("is ended by ABOR with 426 and 226: %s", async (line) => {
    const { session, storage } = await start();
    const data = await session.passive();
    storage.slow = "list";
    expect(await session.code(line)).toBe(150);
    await storage.asked;
    session.send("ABOR\r\n");
    expect(await codes(session, 2)).toEqual([426, 226]);
    expect(storage.signals[0]?.aborted).toBe(true);
    data.destroy();
  });
});

describe("ABOR before any byte moves", () => {
  it("is answered 426 and 226 while the passive connection is awaited", async () => {
    const { session, server, storage } = await start();
    await session.command("EPSV");
    expect(await session.code("RETR f")).toBe(150);
    session.send("ABOR\r\n");
    expect(await codes(session, 2)).toEqual([426, 226]);
    expect(server.passivePortsArmed).toBe(0);
    await expect.poll(() => storage.closed).toBe(1);
  });

  it("is answered 426 and 226 while a reservation is awaited, which is given back when it comes", async () => {
    let grant: () => void = () => undefined;
    let released = 0;
    let asked: () => void = () => undefined;
    const reserving = new Promise<void>((resolve) => (asked = resolve));
    const { session, storage } = await start({
      reservations: {
        reserve: async ({ kind }) => {
          if (kind !== "transfer") return { release: () => undefined };
          asked();
          await new Promise<void>((resolve) => (grant = resolve));
          return {
            release: () => {
              released++;
            },
          };
        },
      },
    });
    const data = await session.passive();
    session.send("RETR f\r\n");
    await reserving;
    session.send("ABOR\r\n");
    expect(await codes(session, 2)).toEqual([426, 226]);
    grant();
    await expect.poll(() => released).toBe(1);
    expect(storage.closed).toBe(1);
    data.destroy();
  });

  it("ends an upload in its grace, and keeps what came", async () => {
    const { session, storage } = await start({ limits: { uploadGrace: 600_000 } });
    const data = await session.passive();
    expect(await session.code("STOR g")).toBe(150);
    data.end("all of it");
    while (!(await session.command("STAT")).text.includes(" 9 octets"));
    session.send("ABOR\r\n");
    expect(await codes(session, 2)).toEqual([426, 226]);
    expect(await readFile(storage, "/g")).toBeUndefined();
    data.destroy();
  });
});

describe("ABOR that comes once the outcome is being made to hold", () => {
  it.each([
    ["STOR g", [226, 226]],
    ["SITE COPY f g", [250, 226]],
  ])("is too late: the answers tell what holds (%s)", async (line, answers) => {
    const { session, storage } = await start();
    const openWrite = storage.openWrite.bind(storage);
    let committing: () => void = () => undefined;
    let goOn: () => void = () => undefined;
    const commits = new Promise<void>((resolve) => (committing = resolve));
    storage.openWrite = async (...given) => {
      const file = await openWrite(...given);
      const commit = async (): Promise<Entry> => {
        committing();
        await new Promise<void>((resolve) => (goOn = resolve));
        return file.commit();
      };
      return { write: (from) => file.write(from), abandon: (cause) => file.abandon(cause), commit };
    };
    const data = await session.passive();
    session.send(`${line}\r\n`);
    if (line.startsWith("STOR")) {
      expect((await session.reply()).code).toBe(150);
      data.end("content");
    }
    await commits;
    session.send("ABOR\r\n");
    // The server has heard it once it answers what came behind it.
    expect((await session.command("STAT")).code).toBe(211);
    goOn();
    expect(await codes(session, 2)).toEqual(answers);
    expect(await readFile(storage, "/g")).toBe("content");
    data.destroy();
  });
});

describe("a client that leaves while the storage opens its file", () => {
  it.each(opening)("leaves nothing open, and its session ends at once: %s for %s", async (slow, ...lines) => {
    const { session, storage, server } = await start();
    const data = await session.passive();
    const line = lines.at(-1) ?? "";
    for (const before of lines.slice(0, -1)) expect(await session.code(before)).toBe(350);
    if (line === "SIZE f") await session.command("TYPE A");
    storage.slow = slow;
    const ended = nextEvent(server, "session-end");
    session.send(`${line}\r\n`);
    await storage.asked;
    session.socket.resetAndDestroy();
    data.destroy();
    expect((await ended).reason).toBe("connection-lost");
    expect(server.passivePortsArmed).toBe(0);
    storage.slow = "none";
    storage.letGo();
    await storage.allClosed();
    expect(await readFile(storage, "/f")).toBe("content");
  });

  it("waits for its result where it has said QUIT, and is gone where it then closes", async () => {
    const { session, storage, server, port } = await start();
    const data = await session.passive();
    storage.slow = "openRead";
    session.send("RETR f\r\nQUIT\r\n");
    await storage.asked;
    data.resume();
    storage.letGo();
    expect(await codes(session, 3)).toEqual([150, 226, 221]);
    const other = await RawSession.logIn(port);
    storage.slow = "openWrite";
    const ended = nextEvent(server, "session-end");
    other.send("STOR g\r\nQUIT\r\n");
    other.socket.resetAndDestroy();
    await ended;
    expect(server.sessionCount).toBeLessThanOrEqual(1);
    data.destroy();
  });
});

describe("a second command behind one that opens its file", () => {
  it("waits for it, in the order of the commands", async () => {
    const { session, storage } = await start();
    const data = await session.passive();
    storage.slow = "openRead";
    session.send("RETR f\r\nNOOP\r\nPWD\r\nABOR\r\nSYST\r\n");
    expect(await codes(session, 5)).toEqual([426, 200, 257, 226, 215]);
    data.destroy();
  });

  it("is ended by an ABOR behind it too", async () => {
    const { session, storage } = await start();
    const data = await session.passive();
    storage.slow = "openRead";
    session.send("RETR f\r\nNOOP\r\nRETR f\r\nABOR\r\nNOOP\r\n");
    expect(await codes(session, 5)).toEqual([426, 200, 426, 226, 200]);
    data.destroy();
  });
});
