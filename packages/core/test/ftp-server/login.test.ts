import { describe, expect, it } from "vitest";
import type { LogoutReason } from "../../src/accounts/index.ts";
import { MemoryStorage } from "../../src/storage/index.ts";
import { RawSession } from "./raw-session.ts";
import { nextEvent, putFile, startServer } from "./server-fixture.ts";

describe("logging in", () => {
  it("greets in one segment under 400 octets", async () => {
    const { port } = await startServer();
    const session = await RawSession.open(port);
    expect(session.chunks).toHaveLength(1);
    expect(session.chunks[0]).toMatch(/^220 .{1,390}\r\n$/);
    session.close();
  });

  it("answers USER with 331 for names that exist and names that do not", async () => {
    const { port } = await startServer();
    const session = await RawSession.open(port);
    const known = await session.command("USER me");
    const unknown = await session.command("USER nobody");
    expect(known.text).toBe(unknown.text);
    expect(known.code).toBe(331);
    session.close();
  });

  it("refuses a wrong password with 530 and lets the right one in afterwards", async () => {
    const { port } = await startServer();
    const session = await RawSession.open(port);
    await session.command("USER me");
    expect(await session.code("PASS wrong")).toBe(530);
    expect(await session.code("PASS secret")).toBe(503);
    await session.command("USER me");
    expect(await session.code("PASS secret")).toBe(230);
    session.close();
  });

  it("closes after too many failed logins", async () => {
    const { port } = await startServer({ limits: { loginAttempts: 2, loginDelay: 1 } });
    const session = await RawSession.open(port);
    for (const expected of [530, 421]) {
      await session.command("USER me");
      expect(await session.code("PASS wrong")).toBe(expected);
    }
    await session.ended();
  });

  it("asks for an account by 332 where the accounts want one, and takes it", async () => {
    const storage = new MemoryStorage();
    const { port } = await startServer({
      accounts: {
        login: ({ account }) => (account === "sales" ? { name: "me", storage } : { refused: "account-needed" }),
      },
    });
    const session = await RawSession.open(port);
    await session.command("USER me");
    expect(await session.code("PASS secret")).toBe(332);
    expect(await session.code("ACCT sales")).toBe(230);
    expect(await session.code("ACCT again")).toBe(202);
    session.close();
  });

  it("tells the routines addresses and ports of both ends", async () => {
    const seen: unknown[] = [];
    const storage = new MemoryStorage();
    const { port } = await startServer({
      accounts: {
        login: (credentials, connection) => {
          seen.push(credentials, connection.local, connection.remote.address);
          return { name: "me", storage };
        },
      },
    });
    const session = await RawSession.logIn(port);
    expect(seen).toEqual([{ user: "me", password: "secret" }, { address: "127.0.0.1", port }, "127.0.0.1"]);
    session.close();
  });

  it("runs logout exactly once for each login, whatever ends the session", async () => {
    const reasons: LogoutReason[] = [];
    const storage = new MemoryStorage();
    const { port, server } = await startServer({
      accounts: { login: () => ({ name: "me", storage }), logout: (_, __, reason) => void reasons.push(reason) },
    });
    const quits = await RawSession.logIn(port);
    await quits.command("QUIT");
    await quits.ended();
    const vanishes = await RawSession.logIn(port);
    const gone = nextEvent(server, "session-end");
    vanishes.socket.resetAndDestroy();
    await gone;
    const reinitialises = await RawSession.logIn(port);
    expect(await reinitialises.code("REIN")).toBe(220);
    expect(await reinitialises.code("PWD")).toBe(530);
    await reinitialises.command("USER me");
    await reinitialises.command("PASS secret");
    await server.stop();
    expect(reasons).toEqual(["quit", "connection-lost", "reinitialised", "server-stopped"]);
  });

  it("keeps the transfer parameters when another USER comes, and forgets HOST by REIN alone", async () => {
    const storage = new MemoryStorage();
    await putFile(storage, "/a", "one\ntwo\n");
    const seen: (string | undefined)[] = [];
    const { port } = await startServer({
      accounts: {
        login: (_, { serverName }) => {
          seen.push(serverName);
          return { name: "me", storage };
        },
      },
    });
    const session = await RawSession.open(port);
    await session.command("HOST a.example");
    for (const [line, size] of [
      ["TYPE I", 8],
      ["NOOP", 8],
      ["REIN", 10],
    ] as const) {
      await session.command(line);
      await session.command("USER me");
      if (line === "TYPE I") {
        expect(await session.code("PASS secret")).toBe(230);
        await session.command("TYPE I");
        await session.command("USER me");
      }
      expect(await session.code("PASS secret")).toBe(230);
      expect((await session.command("SIZE a")).text, line).toBe(`213 ${size}\r\n`);
    }
    expect(seen).toEqual(["a.example", "a.example", "a.example", undefined]);
    session.close();
  });

  it("logs an account out that came after its session's end", async () => {
    const storage = new MemoryStorage();
    let admit: () => void = () => undefined;
    let tell: (reason: LogoutReason) => void = () => undefined;
    const loggedOut = new Promise<LogoutReason>((resolve) => {
      tell = resolve;
    });
    const { port, server } = await startServer({
      accounts: {
        login: () => new Promise((resolve) => (admit = () => resolve({ name: "me", storage }))),
        logout: (_, __, reason) => tell(reason),
      },
    });
    const session = await RawSession.open(port);
    await session.command("USER me");
    session.send("PASS secret\r\n");
    await new Promise((resolve) => setTimeout(resolve, 20));
    const ended = nextEvent(server, "session-end");
    session.socket.resetAndDestroy();
    await new Promise((resolve) => setTimeout(resolve, 20));
    admit();
    expect(await loggedOut).toBe("connection-lost");
    await ended;
  });

  it("answers 421 and goes on when the accounts fail", async () => {
    const { port, server } = await startServer({
      accounts: {
        login: () => {
          throw new Error("the table is gone");
        },
      },
    });
    const fault = nextEvent(server, "server-error");
    const session = await RawSession.open(port);
    await session.command("USER me");
    expect(await session.code("PASS secret")).toBe(421);
    expect((await fault).cause).toEqual(new Error("the table is gone"));
    expect(await (await RawSession.open(port)).code("NOOP")).toBe(200);
  });

  it("asks anonymous users politely for an e-mail address", async () => {
    const storage = new MemoryStorage();
    const { port } = await startServer({
      accounts: {
        login: () => ({ name: "anonymous", storage, anonymous: true }),
        isAnonymous: (user) => user === "ftp",
      },
    });
    const session = await RawSession.open(port);
    expect((await session.command("USER ftp")).text).toMatch(/^331 .*e-mail/);
    expect(await session.code("PASS me@example.org")).toBe(230);
    session.close();
  });
});

describe("a server", () => {
  it("can be stopped and started again", async () => {
    const { server, port } = await startServer();
    const session = await RawSession.logIn(port);
    await server.stop();
    expect(await session.ended()).toMatch(/^421 /);
    expect(server.addresses).toEqual([]);
    await server.start();
    const again = await RawSession.logIn(server.addresses[0]?.port ?? 0);
    expect(await again.code("NOOP")).toBe(200);
    again.close();
  });

  it("lets running transfers finish within the time it is given", async () => {
    const { server, port } = await startServer();
    const session = await RawSession.logIn(port);
    const data = await session.passive();
    await session.command("STOR late.bin");
    const stopped = server.stop({ drainFor: 5_000 });
    data.end("all of it");
    expect((await session.reply()).code).toBe(226);
    data.destroy();
    session.close();
    await stopped;
  });

  it("refuses sessions over its limits with 421", async () => {
    const { port } = await startServer({ limits: { sessionsPerAddress: 1 } });
    const first = await RawSession.open(port);
    const second = await RawSession.open(port);
    expect(await second.ended()).toBe("");
    expect(second.chunks.join("")).toMatch(/^421 Too many sessions from your address/);
    first.close();
  });

  it("asks the application's reservations and releases each once", async () => {
    const log: string[] = [];
    const { port } = await startServer({
      reservations: {
        reserve: async (request) => {
          if (request.kind === "transfer" && request.path === "/no") return { refused: true, message: "Quota" };
          log.push(`+${request.kind}`);
          return { release: ({ bytes, complete }) => void log.push(`-${request.kind} ${bytes} ${complete}`) };
        },
      },
    });
    const session = await RawSession.logIn(port);
    await session.upload("STOR yes", "1234");
    const data = await session.passive();
    expect(await session.code("STOR no")).toBe(450);
    data.destroy();
    await session.command("QUIT");
    await session.ended();
    expect(log).toEqual(["+session", "+login", "+transfer", "-transfer 4 true", "-login 0 true", "-session 0 true"]);
  });
});
