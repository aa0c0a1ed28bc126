/** What one command leaves for another, and what a refused or finished transfer does with its data connection. */
import { once } from "node:events";
import type { Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { MemoryStorage } from "../../src/storage/index.ts";
import { RawSession, readAll } from "./raw-session.ts";
import { putFile, readFile, startServer, type Fixture } from "./server-fixture.ts";
import { privateData, secureLogin, secureServer } from "./tls-fixture.ts";

async function start(
  options: Parameters<typeof startServer>[0] = {},
): Promise<Fixture & { readonly session: RawSession }> {
  const fixture = await startServer(options);
  const session = await RawSession.logIn(fixture.port);
  onTestFinished(() => {
    session.close();
  });
  await session.command("TYPE I");
  return { ...fixture, session };
}

/** Every verb that may stand between REST and its transfer, and commands that are refused. */
const between = [
  "PWD",
  "CWD .",
  "CDUP",
  "NOOP",
  "ABOR",
  "TYPE I",
  "MODE S",
  "STRU F",
  "PASV",
  "EPSV",
  "SIZE file",
  "MDTM file",
  "MLST file",
  "STAT",
  "STAT file",
  "FEAT",
  "HELP",
  "SYST",
  "SITE HELP",
  "SITE IDLE 900",
  "OPTS MLST type;",
  "HASH file",
  "MKD dir",
  "RNFR file",
  "DELE missing",
  "CWD missing",
  "SIZE missing",
  "NONSENSE",
  "TYPE X",
  "CLNT me",
] as const;

describe("REST", () => {
  it.each(between)("survives %s until the upload", async (line) => {
    const { session, storage } = await start();
    await putFile(storage, "/file", "0123456789");
    expect(await session.code("REST 4")).toBe(350);
    await session.command(line);
    await session.upload("STOR file", "abc");
    expect(await readFile(storage, "/file")).toBe("0123abc");
  });

  it.each(["LIST", "NLST", "MLSD"])("survives %s, which is whole", async (line) => {
    const { session, storage } = await start();
    await putFile(storage, "/file", "0123456789");
    await session.command("REST 4");
    expect((await session.download(line)).bytes.toString()).toContain("file\r\n");
    expect((await session.download("RETR file")).bytes.toString()).toBe("456789");
    expect((await session.download("RETR file")).bytes.toString()).toBe("0123456789");
  });

  it.each(["RETR missing", "STOR no/such/file", "APPE no/such/file", "RETR"])("is used up by %s", async (line) => {
    const { session, storage } = await start();
    await putFile(storage, "/file", "0123456789");
    await session.command("REST 4");
    expect(await session.code(line)).toBeGreaterThan(499);
    expect((await session.download("RETR file")).bytes.toString()).toBe("0123456789");
  });

  it("is used up by a transfer that the account may not do", async () => {
    const permissions = { read: false, list: true, create: true, overwrite: true, append: true };
    const { session, storage } = await start({
      account: {
        permissions: {
          ...permissions,
          remove: true,
          rename: true,
          makeDirectory: true,
          removeDirectory: true,
          attributes: true,
        } as never,
      },
    });
    await putFile(storage, "/file", "0123456789");
    await session.command("REST 4");
    expect(await session.code("RETR file")).toBe(550);
    await session.upload("STOR file", "abc");
    expect(await readFile(storage, "/file")).toBe("abc");
  });

  it.each(["USER me", "REIN"])("is forgotten by %s", async (line) => {
    const { session, storage } = await start();
    await putFile(storage, "/file", "0123456789");
    await session.command("REST 4");
    await session.command(line);
    if (line === "REIN") await session.command("USER me");
    await session.command("PASS secret");
    await session.command("TYPE I");
    expect((await session.download("RETR file")).bytes.toString()).toBe("0123456789");
  });

  it("is taken back by REST 0", async () => {
    const { session, storage } = await start();
    await putFile(storage, "/file", "0123456789");
    await session.command("REST 4");
    await session.command("REST 0");
    expect((await session.download("RETR file")).bytes.toString()).toBe("0123456789");
  });
});

describe("ALLO", () => {
  it.each([
    ["less comes than was announced", "ALLO 10", "STOR file", "12345"],
    ["it tells of the whole file before what is missing", "ALLO 10", "APPE file", "12345"],
    ["it comes with a record size", "ALLO 10 R 5", "STOR file", "123"],
  ])("is no fault of an upload where %s", async (_, allo, line, content) => {
    const storage = new MemoryStorage({ maxBytes: 12 });
    const { session } = await start({ storage });
    if (line.startsWith("APPE")) await putFile(storage, "/file", "67890");
    expect(await session.code(allo)).toBe(line.startsWith("APPE") ? 552 : 200);
    expect((await session.upload(line, content)).last.code).toBe(226);
  });

  it("before REST and STOR asks for room for the rest only", async () => {
    const storage = new MemoryStorage({ maxBytes: 14 });
    const { session } = await start({ storage });
    await putFile(storage, "/file", "67890");
    expect(await session.code("ALLO 9")).toBe(200);
    await session.command("REST 5");
    expect((await session.upload("STOR file", "1234")).last.code).toBe(226);
    expect(await readFile(storage, "/file")).toBe("678901234");
  });

  it("is refused where there is no room", async () => {
    const { session } = await start({ storage: new MemoryStorage({ maxBytes: 10 }) });
    expect(await session.code("ALLO 11")).toBe(552);
    expect(await session.code("ALLO 10")).toBe(200);
  });
});

/** Whether a connection is ended by the peer's FIN, not by a reset. */
async function endsByFin(socket: Socket): Promise<boolean> {
  socket.resume();
  return Promise.race([once(socket, "end").then(() => true), once(socket, "error").then(() => false)]);
}

describe("the data connection of a refused transfer", () => {
  it.each([
    "RETR missing",
    "STOR no/file",
    "APPE no/file",
    "LIST missing",
    "NLST missing",
    "MLSD missing",
    "RETR",
    "STOR",
  ])("is closed after the reply: %s", async (line) => {
    const { session, storage } = await start();
    await putFile(storage, "/file", "0123456789");
    const data = await session.passive();
    const closed = endsByFin(data);
    expect(await session.code(line)).toBeGreaterThan(499);
    expect(await closed).toBe(true);
    data.destroy();
    expect((await session.download("RETR file")).bytes.toString()).toBe("0123456789");
  });

  it("is closed where the client has closed its side already, and where it has sent something", async () => {
    const { session } = await start();
    for (const sent of ["", "data"]) {
      const data = await session.passive();
      const closed = endsByFin(data);
      data.end(sent);
      expect(await session.code("RETR missing")).toBe(550);
      expect(await closed).toBe(true);
      data.destroy();
    }
  });

  it("stays where another command is refused, and serves the next transfer", async () => {
    const { session, storage } = await start();
    await putFile(storage, "/file", "0123456789");
    const data = await session.passive();
    expect(await session.code("SIZE missing")).toBe(550);
    expect(await session.code("RETR file")).toBe(150);
    expect((await readAll(data)).toString()).toBe("0123456789");
    expect((await session.reply()).code).toBe(226);
    data.destroy();
  });
});

describe("the end of an upload", () => {
  it.each([false, true])("is told after the server's end of the data connection (under TLS: %s)", async (secure) => {
    const { port } = secure ? await secureServer() : await startServer();
    const session = secure ? await secureLogin(port) : await RawSession.logIn(port);
    if (secure) await privateData(session);
    for (let round = 0; round < 50; round++) {
      const raw = await session.passive();
      await session.code(`STOR file${round}`);
      const data = secure ? await session.secureData(raw) : raw;
      let ended = false;
      data.on("end", () => {
        ended = true;
      });
      data.resume();
      data.end("x".repeat(1000 * (round % 3)));
      expect((await session.reply()).code).toBe(226);
      // What the server sent before its reply is here already: two turns of the event loop read it.
      for (let turns = 0; turns < 2; turns++) await new Promise((resolve) => setImmediate(resolve));
      expect(ended).toBe(true);
      raw.destroy();
    }
    session.close();
  });
});

describe("TYPE", () => {
  it.each(["TYPE L8", "TYPE L 8", "TYPE AN", "TYPE A N", "TYPE at", "TYPE EN", "type l8"])("takes %s", async (line) => {
    const { session } = await start();
    expect(await session.code(line)).toBe(200);
  });

  it.each(["TYPE I8", "TYPE AX", "TYPE L", "TYPE L0", "TYPE ANT"])("refuses %s", async (line) => {
    const { session } = await start();
    expect(await session.code(line)).toBeGreaterThan(499);
  });
});

describe("STOU", () => {
  it.each(["n".repeat(255), "ü".repeat(127), "a".repeat(250), "€".repeat(85)])("shortens a long name", async (name) => {
    const { session, storage } = await start();
    const { first, last } = await session.upload(`STOU ${name}`, "content");
    expect(last.code).toBe(226);
    const given = /FILE: (.*)\r\n/.exec(first.text)?.[1] ?? "";
    expect(Buffer.byteLength(given)).toBeLessThanOrEqual(255);
    expect(Buffer.byteLength(given)).toBeGreaterThan(250);
    expect(name.startsWith(given.slice(0, given.lastIndexOf(".")))).toBe(true);
    expect(await readFile(storage, `/${given}`)).toBe("content");
  });
});

describe("REIN", () => {
  it("is refused under TLS, which it could not end", async () => {
    const { port } = await secureServer();
    const session = await secureLogin(port);
    expect(await session.code("REIN")).toBe(502);
    expect(await session.code("PWD")).toBe(257);
    session.close();
  });
});
