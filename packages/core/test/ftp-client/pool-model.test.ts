/**
 * A pool before a server that takes, refuses, drops and forgets sessions in any order, with uses that succeed, fail, are
 * given up or lie inside others: whatever the order, there are never more sessions than the limit, every use settles, and
 * nothing is left after the end.
 */
import { once } from "node:events";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FtpPool } from "../../src/ftp-client/index.ts";
import { outcome } from "./faults/faulty-line.ts";

/** What a server does with a connection. */
type Welcome =
  "take" | "refuse" | "hang up" | "close at once" | "deny the login" | "close after three" | "leave at QUIT";

const welcomes: readonly Welcome[] = [
  "take",
  "take",
  "take",
  "refuse",
  "hang up",
  "close at once",
  "deny the login",
  "close after three",
  "leave at QUIT",
];

/** What is done with a pool. */
interface Use {
  readonly does: "noop" | "throw" | "cd" | "destroy" | "nest" | "leave a download open";
  /** Milliseconds for which the session is held, and before which the use begins. */
  readonly holds: number;
  readonly after: number;
  /** Milliseconds after which it is given up; undefined is never. */
  readonly abortedAfter: number | undefined;
}

interface Scene {
  readonly limit: number;
  readonly retries: number;
  readonly idleTimeout: number;
  readonly growAfter: number;
  readonly welcomes: readonly Welcome[];
  readonly uses: readonly Use[];
  /** Milliseconds after which the pool is closed; undefined is once all uses are over. */
  readonly closedAfter: number | undefined;
}

const milliseconds = fc.integer({ min: 0, max: 12 });
const scenes: fc.Arbitrary<Scene> = fc.record({
  limit: fc.integer({ min: 1, max: 4 }),
  retries: fc.integer({ min: 0, max: 2 }),
  idleTimeout: fc.constantFrom(0, 3, 1_000),
  growAfter: fc.constantFrom(0, 5, 60_000),
  welcomes: fc.array(fc.constantFrom(...welcomes), { maxLength: 20 }),
  uses: fc.array(
    fc.record({
      does: fc.constantFrom<Use["does"]>("noop", "noop", "throw", "cd", "destroy", "nest", "leave a download open"),
      holds: milliseconds,
      after: milliseconds,
      abortedAfter: fc.option(milliseconds, { nil: undefined, freq: 4 }),
    }),
    { minLength: 1, maxLength: 12 },
  ),
  closedAfter: fc.option(milliseconds, { nil: undefined, freq: 3 }),
});

/** A server of sessions that are welcomed as told, one after the other, and taken once nothing is told any more. */
class MoodyServer {
  /** Sessions that were logged in at once at most. */
  most = 0;
  readonly open = new Set<Socket>();
  readonly #server: Server;
  readonly #welcomes: Welcome[];
  readonly #sessions = new Set<Socket>();

  constructor(given: readonly Welcome[]) {
    this.#welcomes = [...given];
    this.#server = createServer((socket) => this.#serve(socket));
  }

  async start(): Promise<number> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return (this.#server.address() as AddressInfo).port;
  }

  stop(): void {
    this.#server.close();
    for (const socket of this.open) socket.destroy();
  }

  #serve(socket: Socket): void {
    const mood = this.#welcomes.shift() ?? "take";
    this.open.add(socket);
    socket
      .on("error", () => undefined)
      .on("close", () => {
        this.open.delete(socket);
        this.#sessions.delete(socket);
      });
    if (mood === "hang up") {
      socket.resetAndDestroy();
      return;
    }
    socket.write(mood === "refuse" ? "421 Too many\r\n" : "220 Ready\r\n");
    let commands = 0;
    let text = "";
    socket.setEncoding("latin1").on("data", (chunk: string) => {
      text += chunk;
      for (let end = text.indexOf("\r\n"); end !== -1; end = text.indexOf("\r\n")) {
        const verb = text.slice(0, end).split(" ")[0] ?? "";
        text = text.slice(end + 2);
        this.#answer(socket, mood, verb, verb === "USER" || verb === "PASS" || verb === "FEAT" ? 0 : ++commands);
      }
    });
  }

  #answer(socket: Socket, mood: Welcome, verb: string, commands: number): void {
    if (verb === "PASS" && mood !== "deny the login") {
      this.#sessions.add(socket);
      this.most = Math.max(this.most, this.#sessions.size);
    }
    if ((mood === "close at once" && commands > 0) || (mood === "close after three" && commands > 3)) {
      socket.destroy();
      return;
    }
    if (verb === "QUIT") this.#sessions.delete(socket);
    if (verb === "QUIT" && mood === "leave at QUIT") socket.destroy();
    else socket.write(`${mood === "deny the login" && verb === "PASS" ? "530 No" : (answers[verb] ?? "200 Okay")}\r\n`);
    if (verb === "QUIT") socket.end();
  }
}

const answers: Readonly<Record<string, string>> = {
  USER: "331 Password",
  PASS: "230 In",
  FEAT: "500 What",
  PWD: '257 "/"',
  CWD: "250 There",
  QUIT: "221 Bye",
  EPSV: "502 No",
  PASV: "502 No",
};

function run(pool: FtpPool, use: Use): Promise<unknown> {
  const signal = use.abortedAfter === undefined ? undefined : AbortSignal.timeout(use.abortedAfter);
  return pool.use(
    async (client) => {
      await wait(use.holds);
      switch (use.does) {
        case "noop":
          return client.noop();
        case "throw":
          throw new RangeError("the application's own");
        case "cd":
          return client.cd("elsewhere");
        case "destroy":
          return client.destroy();
        case "nest":
          return pool.use((other) => other.noop());
        case "leave a download open":
          return client.openRead("f");
      }
    },
    signal === undefined ? {} : { signal },
  );
}

async function play(scene: Scene): Promise<void> {
  const server = new MoodyServer(scene.welcomes);
  const port = await server.start();
  const { limit, idleTimeout, growAfter, retries } = scene;
  const pool = new FtpPool(
    { host: "127.0.0.1", port, user: "me", password: "x", replyTimeout: 5_000 },
    { limit, idleTimeout, growAfter, retry: { retries, delay: 1 } },
  );
  let largest = 0;
  const look = setInterval(() => (largest = Math.max(largest, pool.size)), 1);
  try {
    const uses = scene.uses.map(async (use) => {
      await wait(use.after);
      return run(pool, use);
    });
    const closing = scene.closedAfter === undefined ? undefined : wait(scene.closedAfter).then(() => pool.close());
    const settled = await outcome(Promise.allSettled(uses), "the uses");
    expect(settled).toHaveProperty("value");
    expect(await outcome(Promise.all([closing, pool.close()]), "closing")).toHaveProperty("value");
    expect(largest).toBeLessThanOrEqual(limit);
    expect(server.most).toBeLessThanOrEqual(limit);
    expect([pool.size, pool.waiting]).toEqual([0, 0]);
    for (let looks = 0; server.open.size > 0 && looks < 1_000; looks++) await wait(2);
    expect(server.open.size).toBe(0);
  } finally {
    clearInterval(look);
    server.stop();
  }
}

describe("a pool, whatever happens", () => {
  it("keeps to its limit, settles every use, and leaves no session", async () => {
    await fc.assert(fc.asyncProperty(scenes, play), { numRuns: 60, seed: 19, endOnFailure: true });
  });
});
