/** What somebody tries who means harm: names that lead out, files that are none, numbers without end, guesses, and port after port. */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { link, mkdir, readdir, readFile as readLocal, rm, stat, symlink } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { StaticAccounts } from "../../src/accounts/index.ts";
import { PassivePorts, passiveListenersKept } from "../../src/net/index.ts";
import { MemoryStorage } from "../../src/storage/index.ts";
import { startJailed, type Jailed } from "./jailed-session.ts";
import { RawSession } from "./raw-session.ts";
import { startServer } from "./server-fixture.ts";

async function jailed(): Promise<Jailed> {
  const begun = await startJailed({
    secret: "secret",
    mine: "mine",
    server: { limits: { dataConnectionTimeout: 2_000 } },
  });
  await mkdir(join(begun.root, "deep"));
  await symlink(begun.outside, join(begun.root, "out"));
  return begun;
}

/** The octets of a command line whose name is given as octets. */
const line = (verb: string, name: Uint8Array): Uint8Array =>
  Buffer.concat([Buffer.from(`${verb} `), name, Buffer.from("\r\n")]);
const text = (name: string): Buffer => Buffer.from(name, "utf8");
const octets = (name: string): Buffer => Buffer.from(name, "latin1");

const spellings: readonly (readonly [string, Buffer])[] = [
  ["two dots", text("../outside/secret")],
  ["from the root", text("/../../outside/secret")],
  ["through a folder", text("deep/../../outside/secret")],
  ["doubled separators", text("..//..//outside//secret")],
  ["backslashes", text("..\\outside\\secret")],
  ["mixed separators", text("..\\../outside/secret")],
  ["a drive", text("C:\\outside\\secret")],
  ["a share", text("\\\\localhost\\outside\\secret")],
  ["encoded", text("%2e%2e/outside/secret")],
  ["encoded twice", text("%252e%252e%252foutside%252fsecret")],
  ["encoded for IIS", text("..%u2215outside%u2215secret")],
  ["overlong dots", octets("\xc0\xae\xc0\xae/outside/secret")],
  ["overlong slash", octets("..\xc0\xafoutside\xc0\xafsecret")],
  ["overlong in three octets", octets("..\xe0\x80\xafoutside\xe0\x80\xafsecret")],
  ["a NUL behind", octets("../outside/secret\0.txt")],
  ["a NUL between", octets("..\0/outside/secret")],
  ["a CR between", octets("..\r/outside/secret")],
  ["trailing dots", text(".../outside../secret...")],
  ["trailing blanks", text(".. /outside /secret ")],
  ["wide dots and slashes", text("\uff0e\uff0e\uff0foutside\uff0fsecret")],
  ["a link", text("out/secret")],
  ["a link, and back", text("out/../outside/secret")],
  ["a link by another way", text("deep/../out/./secret")],
  ["a pattern", text("../*/sec*")],
  ["home", text("~/../outside/secret")],
  ["a descriptor", text("/proc/self/root/etc/passwd")],
];

const verbs = [
  ...[
    "SIZE",
    "MDTM",
    "MLST",
    "CWD",
    "DELE",
    "MKD",
    "RMD",
    "RNFR",
    "HASH",
    "STAT",
    "SITE CHMOD 777",
    "SITE CPFR",
    "XMD5",
  ],
  ...[
    "MFMT 20200101000000",
    "SITE UTIME 20200101000000",
    "RNFR mine\r\nRNTO",
    "SITE CPFR mine\r\nSITE CPTO",
    "SITE SYMLINK mine",
  ],
];
const transferVerbs = ["RETR", "STOR", "APPE", "STOU", "LIST", "NLST", "MLSD"];

describe("a name that is to lead out of the root", () => {
  it.each(spellings)("tells, takes and changes nothing there: %s", async (_, name) => {
    const { outside, session } = await jailed();
    for (const verb of verbs) {
      session.send(line(verb, name));
      let { text: reply } = await session.reply();
      if (verb.includes("\r\n")) reply += (await session.reply()).text;
      expect(reply, verb).not.toContain("size=6");
      expect(reply, verb).not.toContain("213 6");
      await session.command("CWD /");
    }
    for (const verb of transferVerbs) {
      const data = await session.passive();
      let received = "";
      data.setEncoding("utf8").on("data", (chunk: string) => (received += chunk));
      data.end(verb === "STOR" || verb === "APPE" || verb === "STOU" ? "attack" : "");
      session.send(line(verb, name));
      if ((await session.reply()).code === 150) await session.reply();
      // The file itself, or its name in a list; what STOR made in here has the whole spelling for its name.
      expect(received, verb).not.toMatch(/(?:^|[ /])secret\r?$/m);
      data.destroy();
    }
    expect(await readdir(outside)).toEqual(["secret"]);
    expect(await readLocal(join(outside, "secret"), "utf8")).toBe("secret");
    const { mode, mtimeMs } = await stat(join(outside, "secret"));
    expect(mode & 0o777).not.toBe(0o777);
    expect(mtimeMs).toBeGreaterThan(Date.UTC(2020, 1, 2));
  });
});

describe("a hard link to a file outside", () => {
  it("is replaced, not written through, by STOR, APPE and REST", async () => {
    const { root, outside, session } = await jailed();
    for (const lines of [["STOR hard"], ["APPE hard"], ["REST 2", "STOR hard"]]) {
      await rm(join(root, "hard"), { force: true });
      await link(join(outside, "secret"), join(root, "hard"));
      const data = await session.passive();
      for (const command of lines.slice(0, -1)) await session.command(command);
      expect(await session.code(lines.at(-1) ?? "")).toBe(150);
      data.end("attack");
      expect((await session.reply()).code).toBe(226);
      expect(await readLocal(join(outside, "secret"), "utf8")).toBe("secret");
      expect(await readLocal(join(root, "hard"), "utf8")).toContain("attack");
      data.destroy();
    }
  });
});

describe.skipIf(process.platform === "win32")("what is no file", () => {
  it.each(["pipe", "socket", "to-zero", "to-mem"])(
    "is neither read nor written, and holds nobody up: %s",
    async (name) => {
      const { root, session } = await jailed();
      execFileSync("mkfifo", [join(root, "pipe")]);
      const server = createServer().listen(join(root, "socket"));
      await once(server, "listening");
      onTestFinished(() => void server.close());
      await symlink("/dev/zero", join(root, "to-zero"));
      await symlink("/proc/self/mem", join(root, "to-mem"));
      for (const verb of ["RETR", "STOR", "APPE", "HASH"]) {
        const data = await session.passive();
        expect(await session.code(`${verb} ${name}`), verb).toBe(550);
        data.destroy();
      }
      for (const command of [
        `SITE CHMOD 777 ${name}`,
        `MFMT 20200101000000 ${name}`,
        `CWD ${name}`,
        `SITE CPFR ${name}`,
      ]) {
        expect(await session.code(command), command).toBeGreaterThanOrEqual(500);
      }
      expect(await session.code("NOOP")).toBe(200);
    },
  );
});

describe("numbers without end", () => {
  const numbers = [
    "9007199254740991",
    "9007199254740992",
    "18446744073709551616",
    "9".repeat(300),
    "-1",
    "1e9",
    "0x10",
    "1.5",
    "+1",
  ];

  it.each(["local", "memory"])("of REST and ALLO take no memory, and leave the file (%s storage)", async (kind) => {
    const { session } = kind === "local" ? await jailed() : { session: await inMemory() };
    expect((await session.upload("STOR file", "content")).last.code).toBe(226);
    const before = process.memoryUsage().arrayBuffers;
    for (const number of numbers) {
      for (const verb of ["STOR", "RETR", "APPE"]) {
        const rest = await session.code(`REST ${number}`);
        expect([350, 501], `REST ${number}`).toContain(rest);
        if (rest !== 350) continue;
        const data = await session.passive();
        expect(await session.code(`${verb} file`), `${verb} after REST ${number}`).toBe(554);
        data.destroy();
      }
      expect([200, 202, 452, 501, 504, 552], `ALLO ${number}`).toContain(await session.code(`ALLO ${number}`));
      await session.command("CWD /");
      expect([200, 501, 504, 554], `RANG 0 ${number}`).toContain(
        await session.code(`RANG 0 ${number}`).then((code) => (code === 350 ? 200 : code)),
      );
      await session.command("CWD /");
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50_000_000);
    expect((await session.download("RETR file")).bytes.toString()).toBe("content");
  });

  async function inMemory(): Promise<RawSession> {
    const session = await RawSession.logIn((await startServer()).port);
    onTestFinished(() => session.close());
    await session.command("TYPE I");
    return session;
  }
});

/** A session from another address of this machine. */
async function from(localAddress: string, port: number): Promise<RawSession> {
  const socket = connect({ port, host: "127.0.0.1", localAddress });
  await once(socket, "connect");
  const session = RawSession.over(socket);
  onTestFinished(() => session.close());
  await session.reply();
  return session;
}

describe("guesses of passwords", () => {
  it("wait ever longer, those of one address, whatever session they come by; another address waits for nobody", async () => {
    const { port } = await startServer({ limits: { loginDelay: 50, loginDelayMax: 800, loginAttempts: 2 } });
    const waited: number[] = [];
    for (let guess = 0; guess < 5; guess++) {
      const session = await from("127.0.0.2", port);
      await session.command("USER me");
      const begun = performance.now();
      expect(await session.code("PASS guess")).toBe(530);
      waited.push(performance.now() - begun);
      session.close();
    }
    for (const [guess, least] of [50, 100, 200, 400, 800].entries()) expect(waited[guess]).toBeGreaterThan(least - 5);
    const guessing = await from("127.0.0.2", port);
    await guessing.command("USER me");
    guessing.send("PASS guess\r\n");
    // Answered while the other still waits.
    const own = await from("127.0.0.3", port);
    await own.command("USER me");
    expect(await own.code("PASS secret")).toBe(230);
    expect(await own.code("NOOP")).toBe(200);
    expect(guessing.chunks.join("")).not.toContain("530");
  });

  it("of one address, hundreds at once, keep nobody else's password from being checked", async () => {
    const accounts = new StaticAccounts({ storage: new MemoryStorage(), users: [{ name: "me", password: "secret" }] });
    const { port } = await startServer({ accounts, limits: { loginDelay: 1, loginDelayMax: 1 } });
    const guessers = await Promise.all(Array.from({ length: 300 }, () => from("127.0.0.2", port)));
    for (const guesser of guessers) guesser.send("USER me\r\nPASS guess\r\n");
    await expect.poll(() => guessers.filter(({ chunks }) => chunks.join("").includes("421")).length).toBeGreaterThan(0);
    const own = await from("127.0.0.3", port);
    await own.command("USER me");
    expect(await own.code("PASS secret")).toBe(230);
    // The guesses that wait are many still: the one that came last had its turn before them.
    expect(guessers.filter(({ chunks }) => /5\d\d |421/.test(chunks.join(""))).length).toBeLessThan(300);
  });
});

describe("passive ports", () => {
  it("that one address has all taken are free for another", async () => {
    const { port } = await startServer({
      listeners: [{ host: "0.0.0.0", port: 0 }],
      passive: { ports: [47_321, 47_323] },
    });
    const taken: string[] = [];
    for (let count = 0; count < 3; count++) {
      const session = await from("127.0.0.2", port);
      await session.command("USER me");
      await session.command("PASS secret");
      taken.push(/\|(\d+)\|/.exec((await session.command("EPSV")).text)?.[1] ?? "");
    }
    expect(new Set(taken).size).toBe(3);
    const own = await RawSession.logIn(port);
    onTestFinished(() => own.close());
    expect((await own.download("LIST")).last.code).toBe(226);
  });

  it("that were asked for by hundreds and given up are closed again", async () => {
    const ports = new PassivePorts({ host: "127.0.0.1", quarantine: 50, sweep: 20 });
    onTestFinished(() => ports.close());
    const armings = await Promise.all(Array.from({ length: 300 }, () => ports.arm("127.0.0.1", {})));
    // Each for itself, though all were asked for at once.
    expect(new Set(armings.map(({ port }) => port)).size).toBe(300);
    for (const arming of armings) arming.release();
    await expect.poll(() => ports.bound, { timeout: 10_000 }).toBe(passiveListenersKept);
    (await ports.arm("127.0.0.1", {})).release();
  });
});

describe("a client that is slow on purpose", () => {
  it("has no longer than others to log in, an octet at a time", async () => {
    const { port } = await startServer({ limits: { loginTimeout: 400 } });
    const session = await RawSession.open(port);
    onTestFinished(() => session.close());
    const drip = setInterval(() => session.socket.write("U"), 20);
    onTestFinished(() => clearInterval(drip));
    expect(await session.ended()).toMatch(/^421 /);
  });
});
