import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readOnly } from "../../src/accounts/index.ts";
import { siteVerbNames, siteVerbs, verbNames, verbs, type Verb } from "../../src/protocol/index.ts";
import { commands } from "../../src/ftp-server/commands/index.ts";
import { RawSession } from "./raw-session.ts";
import { nextEvent, putFile, readFile, startServer } from "./server-fixture.ts";
import { MemoryStorage, readOnlyStorage } from "../../src/storage/index.ts";

describe("the control connection", () => {
  it("takes a command in single bytes, and many in one segment", async () => {
    const { port } = await startServer();
    const session = await RawSession.logIn(port);
    for (const byte of "nOoP\r\n") {
      session.send(byte);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await session.reply()).code).toBe(200);
    session.send("PWD\r\nSYST\r\nNOOP\r\n");
    expect([(await session.reply()).code, (await session.reply()).code, (await session.reply()).code]).toEqual([
      257, 215, 200,
    ]);
    session.close();
  });

  it("answers each of a script of commands exactly once, however it is split", async () => {
    const { port } = await startServer();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom("NOOP", "PWD", "SYST", "XYZZY", "TYPE I", "CWD /nope", "SIZE", "REST 5", "FEAT"), {
          minLength: 1,
          maxLength: 20,
        }),
        fc.array(fc.nat(400), { maxLength: 6 }),
        async (script, cuts) => {
          const session = await RawSession.logIn(port);
          const bytes = script.map((line) => `${line}\r\n`).join("");
          const at = [...new Set([0, ...cuts.filter((cut) => cut < bytes.length), bytes.length])].sort((a, b) => a - b);
          for (let i = 1; i < at.length; i++) {
            session.send(bytes.slice(at[i - 1], at[i]));
            await new Promise((resolve) => setImmediate(resolve));
          }
          for (const line of script) expect(await session.reply(), line).toBeDefined();
          session.send("QUIT\r\n");
          expect((await session.reply()).code).toBe(221);
          expect(await session.ended()).toBe("");
        },
      ),
      { numRuns: 25 },
    );
  });

  it("drops a line over 4 KiB with 500, and understands the next one", async () => {
    const { port } = await startServer();
    const session = await RawSession.logIn(port);
    session.send("A".repeat(100_000));
    expect((await session.reply()).code).toBe(500);
    session.send("\r\n");
    expect(await session.code("NOOP")).toBe(200);
    session.close();
  });

  it("understands ABOR behind a Telnet Synch, whole or with a byte lost", async () => {
    const { port } = await startServer();
    const session = await RawSession.logIn(port);
    for (const synch of [
      [0xff, 0xf4, 0xff, 0xf2],
      [0xff, 0xf4, 0xf2],
      [0xff, 0xf4, 0xff],
    ]) {
      session.send(Buffer.concat([Buffer.from(synch), Buffer.from("ABOR\r\n")]));
      expect((await session.reply()).code).toBe(226);
    }
    session.close();
  });

  it("closes on verbs of HTTP and SMTP", async () => {
    const { port } = await startServer();
    for (const line of ["GET / HTTP/1.1", "POST /x HTTP/1.1", "EHLO example.org"]) {
      const session = await RawSession.open(port);
      expect(await session.code(line)).toBe(421);
      expect(await session.ended()).toBe("");
    }
  });

  it("refuses text for people that is no UTF-8 and goes on", async () => {
    const { port } = await startServer();
    const session = await RawSession.logIn(port);
    session.send(Buffer.concat([Buffer.from("CLNT "), Buffer.from([0xe5, 0xe4]), Buffer.from("\r\n")]));
    expect((await session.reply()).code).toBe(501);
    expect(await session.code("NOOP")).toBe(200);
    session.close();
  });

  it("refuses binary noise and goes on", async () => {
    const { port } = await startServer();
    const session = await RawSession.logIn(port);
    session.send(Buffer.from([0x16, 3, 1, 0, 10, 13, 10]));
    expect((await session.reply()).code).toBe(500);
    session.close();
  });

  it("sends a multi-line reply whose inner lines cannot be taken for its end", async () => {
    const { port } = await startServer();
    const session = await RawSession.logIn(port);
    const { text } = await session.command("FEAT");
    expect(text).toMatch(/^211-[^\r\n]*\r\n( \S[^\r\n]*\r\n)+211 End\r\n$/);
    session.close();
  });

  it("ends a session that is idle for too long, and none whose transfer runs", async () => {
    const { port, server } = await startServer({ limits: { idleTimeout: 120 } });
    const idle = await RawSession.logIn(port);
    const ended = nextEvent(server, "session-end");
    expect(await idle.ended()).toMatch(/^421 Idle/);
    expect((await ended).reason).toBe("idle");
    const busy = await RawSession.logIn(port);
    const data = await busy.passive();
    await busy.command("STOR slow.bin");
    data.write("a");
    await new Promise((resolve) => setTimeout(resolve, 300));
    data.end("b");
    expect((await busy.reply()).code).toBe(226);
    data.destroy();
    busy.close();
  });

  it("ends a session that does not log in in time", async () => {
    const { port } = await startServer({ limits: { loginTimeout: 100 } });
    const session = await RawSession.open(port);
    expect(await session.ended()).toMatch(/^421 Not logged in/);
  });
});

/** An argument that the verb's codec refuses, for each verb that has such a one. */
const malformed: Partial<Record<Verb, readonly [argument: string, code: number]>> = {
  USER: ["", 501],
  ACCT: ["", 501],
  REIN: ["now", 501],
  QUIT: ["now", 501],
  CDUP: ["x", 501],
  XCUP: ["x", 501],
  PWD: ["x", 501],
  XPWD: ["x", 501],
  MKD: ["", 501],
  XMKD: ["", 501],
  RMD: ["", 501],
  XRMD: ["", 501],
  DELE: ["", 501],
  RNFR: ["", 501],
  TYPE: ["Q", 504],
  STRU: ["Q", 504],
  MODE: ["Q", 504],
  PORT: ["127,0,0,1,4,1,9", 501],
  EPRT: ["|1|127.0.0.1|x|", 501],
  PASV: ["x", 501],
  EPSV: ["3", 522],
  RETR: ["", 501],
  STOR: ["", 501],
  APPE: ["", 501],
  REST: ["-1", 501],
  ALLO: ["many", 501],
  ABOR: ["x", 501],
  SIZE: ["", 501],
  MDTM: ["", 501],
  MFMT: ["20200230000000 x", 501],
  MFCT: ["20200230000000 x", 501],
  MFF: ["Modify=20200230000000; x", 501],
  SMNT: ["", 501],
  COMB: ["one", 501],
  LPRT: ["16,4,1,2,3,4,2,4,1", 521],
  LPSV: ["x", 501],
  PRET: ["NOOP", 504],
  RANG: ["5 4", 501],
  HASH: ["", 501],
  XCRC: ['"x" 5 4', 501],
  XMD5: ["", 501],
  XSHA1: ["", 501],
  XSHA256: ["", 501],
  XSHA512: ["", 501],
  CSID: ["", 501],
  CLNT: ["", 501],
  FEAT: ["x", 501],
  OPTS: ["", 501],
  LANG: ["s-", 501],
  SYST: ["x", 501],
  SITE: ["", 501],
};

describe("the verb table", () => {
  it.each(verbNames.filter((verb) => commands[verb].phase !== "any"))(
    "refuses %s before the login with 530",
    async (verb) => {
      const { port } = await startServer();
      const session = await RawSession.open(port);
      expect(await session.code(`${verb} x`)).toBe(530);
      expect(await session.code("NOOP")).toBe(200);
      session.close();
    },
  );

  it.each(Object.entries(malformed))(
    "refuses a malformed argument of %s, and works on",
    async (verb, [argument, code]) => {
      const { port } = await startServer();
      const session = await RawSession.logIn(port);
      const reply = await session.command(`${verb} ${argument}`.trimEnd());
      expect(reply.code).toBe(code);
      expect(verbs[verb as Verb].replies).toContain(code);
      expect(await session.code("NOOP")).toBe(200);
      session.close();
    },
  );

  it.each(verbNames.filter((verb) => commands[verb].permission !== undefined))(
    "refuses %s to an account that may not",
    async (verb) => {
      const permission = commands[verb].permission ?? "list";
      const { port } = await startServer({
        account: { permissions: { ...readOnly, read: true, list: true, [permission]: false } },
      });
      const session = await RawSession.logIn(port);
      if (verb === "RNTO") return session.close();
      expect(await session.code(`${verb} 20200101000000 x`)).toBe(550);
      session.close();
    },
  );

  it("has HELP for every verb, and tells all of them", async () => {
    const { port } = await startServer();
    const session = await RawSession.open(port);
    const all = (await session.command("HELP")).text;
    const words = all.split(/\s+/);
    for (const verb of verbNames) {
      expect(words).toContain(verb);
      expect((await session.command(`HELP ${verb}`)).text).toContain(verbs[verb].summary);
    }
    expect(await session.code("HELP XYZZY")).toBe(504);
    session.close();
  });

  it("has SITE HELP for every SITE command", async () => {
    const { port } = await startServer();
    const session = await RawSession.logIn(port);
    const { text } = await session.command("SITE HELP");
    const words = text.split(/\s+/);
    for (const verb of siteVerbNames) {
      expect(words).toContain(verb);
      expect((await session.command(`SITE HELP ${verb}`)).text).toContain(siteVerbs[verb].summary);
    }
    expect(await session.code("SITE XYZZY")).toBe(504);
    session.close();
  });

  it("leaves out of FEAT what the storage cannot do, and answers it with 502", async () => {
    const { port } = await startServer({ storage: readOnlyStorage(new MemoryStorage()) });
    const session = await RawSession.logIn(port);
    expect((await session.command("FEAT")).text).not.toContain("MFMT");
    expect(await session.code("MFMT 20200101000000 x")).toBe(502);
    session.close();
  });

  it("never shows a password in an event", async () => {
    const { port, server } = await startServer();
    const told: string[] = [];
    server.on("refusal", (event) => told.push(JSON.stringify(event)));
    server.on("login-refused", (event) => told.push(JSON.stringify(event)));
    const session = await RawSession.open(port);
    await session.command("USER me");
    await session.command("PASS hunter2");
    await session.command("PASS hunter2");
    session.close();
    expect(told).toHaveLength(3);
    expect(told.join("")).not.toContain("hunter2");
  });
});

describe("folders, names and facts", () => {
  it("makes, enters, tells, leaves and removes folders, quotes doubled", async () => {
    const { port } = await startServer();
    const session = await RawSession.logIn(port);
    expect((await session.command('MKD say "hi"')).text).toBe('257 "/say ""hi""" created\r\n');
    expect(await session.code('CWD say "hi"')).toBe(250);
    expect((await session.command("PWD")).text).toContain('"/say ""hi"""');
    expect(await session.code("MKD 한국어")).toBe(257);
    expect(await session.code("RMD 한국어")).toBe(250);
    expect(await session.code("CDUP")).toBe(250);
    expect((await session.command("XPWD")).text).toContain('"/"');
    expect(await session.code("CDUP")).toBe(250);
    expect(await session.code('XRMD say "hi"')).toBe(250);
    expect(await session.code("CWD nowhere")).toBe(550);
    session.close();
  });

  it("does the same by the verbs of RFC 775", async () => {
    const { port } = await startServer();
    const session = await RawSession.logIn(port);
    expect(await session.code("XMKD old")).toBe(257);
    expect(await session.code("XCWD old")).toBe(250);
    expect((await session.command("XPWD")).text).toMatch(/^257 "\/old"/);
    expect(await session.code("XCUP")).toBe(250);
    expect((await session.command("XPWD")).text).toMatch(/^257 "\/"/);
    expect(await session.code("XRMD old")).toBe(250);
    session.close();
  });

  it("renames only by RNFR and RNTO that are adjacent", async () => {
    const { port, storage } = await startServer();
    await putFile(storage, "/a", "A");
    const session = await RawSession.logIn(port);
    expect(await session.code("RNTO b")).toBe(503);
    expect(await session.code("RNFR nothing")).toBe(550);
    expect(await session.code("RNFR a")).toBe(350);
    expect(await session.code("NOOP")).toBe(200);
    expect(await session.code("RNTO b")).toBe(503);
    expect(await session.code("RNFR a")).toBe(350);
    expect(await session.code("RNTO b")).toBe(250);
    expect(await readFile(storage, "/b")).toBe("A");
    session.close();
  });

  it.each(["RNFR none", "RNFR", "?", `NOOP ${"x".repeat(5_000)}`])(
    "forgets RNFR and SITE CPFR after %s",
    async (line) => {
      const { port, storage } = await startServer();
      await putFile(storage, "/a", "A");
      const session = await RawSession.logIn(port);
      for (const [first, second] of [
        ["RNFR a", "RNTO b"],
        ["SITE CPFR a", "SITE CPTO b"],
      ] as const) {
        expect(await session.code(first)).toBe(350);
        expect(await session.code(line)).toBeGreaterThanOrEqual(500);
        expect(await session.code(second), second).toBe(503);
      }
      session.close();
    },
  );

  it("sets and tells times, sizes and permission bits", async () => {
    const { port, storage } = await startServer();
    await putFile(storage, "/a", "one\ntwo\n");
    const session = await RawSession.logIn(port);
    expect((await session.command("MFMT 20200102030405 a")).text).toBe("213 Modify=20200102030405; /a\r\n");
    expect((await session.command("MDTM a")).text).toBe("213 20200102030405\r\n");
    expect((await session.command("SIZE a")).text).toBe("213 10\r\n");
    await session.command("TYPE I");
    expect((await session.command("SIZE a")).text).toBe("213 8\r\n");
    expect(await session.code("SITE CHMOD 4600 a")).toBe(200);
    expect((await session.command("MLST a")).text).toContain("UNIX.mode=0600;");
    expect(await session.code("SITE UTIME 202101020304 a")).toBe(200);
    expect((await session.command("MDTM a")).text).toBe("213 20210102030400\r\n");
    expect((await session.command("SITE UMASK 077")).text).toContain("077");
    await session.command("MKD private");
    expect((await session.command("MLST private")).text).toContain("UNIX.mode=0700;");
    expect(await session.code("SIZE private")).toBe(550);
    session.close();
  });

  it("tells no SIZE in TYPE A of a file over the cap", async () => {
    const { port, storage } = await startServer({ limits: { asciiSize: 4 } });
    await putFile(storage, "/a", "12345");
    const session = await RawSession.logIn(port);
    expect(await session.code("SIZE a")).toBe(550);
    session.close();
  });

  it("takes OPTS UTF8 and MLST before the login, and no others", async () => {
    const { port } = await startServer();
    const session = await RawSession.open(port);
    expect(await session.code("OPTS UTF8 ON")).toBe(200);
    expect((await session.command("opts mlst size;Type;nonsense")).text).toBe("200 MLST OPTS Type;Size;\r\n");
    expect((await session.command("FEAT")).text).toContain("MLST Type*;Size*;Modify;");
    expect(await session.code("OPTS XYZZY")).toBe(501);
    session.close();
  });

  it("serves a drop box: files come in, and nobody sees or fetches them", async () => {
    const { port } = await startServer({
      account: { permissions: { ...readOnly, list: false, read: false, create: true } },
    });
    const session = await RawSession.logIn(port);
    expect((await session.upload("STOR in.txt", "secret")).last.code).toBe(226);
    const data = await session.passive();
    expect(await session.code("RETR in.txt")).toBe(550);
    expect(await session.code("LIST")).toBe(550);
    expect(await session.code("STOR in.txt")).toBe(550);
    data.destroy();
    session.close();
  });
});
