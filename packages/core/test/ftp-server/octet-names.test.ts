/** Names that are no UTF-8, on the wire: octet for octet what is on the disk, by every verb. */
import fc from "fast-check";
import fs from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { FtpServerOptions } from "../../src/ftp-server/index.ts";
import { decodeOctetText, encodeOctetText } from "../../src/protocol/index.ts";
import { MemoryStorage, mountedStorage, rootedStorage, type Storage } from "../../src/storage/index.ts";
import { withLocalFolder } from "../storage/local-folder.ts";
import { cyrillic } from "../support/cyrillic.ts";
import { RawSession } from "./raw-session.ts";
import { nextEvent, putFile, startServer, type Fixture } from "./server-fixture.ts";

/** A session in which each character of a text is one octet on the wire. */
class OctetSession {
  readonly session: RawSession;

  constructor(session: RawSession) {
    this.session = session;
    session.socket.setEncoding("latin1");
  }

  /** Sends a line, Telnet's mark doubled, and gives the reply. */
  async say(line: string): Promise<string> {
    this.send(line);
    return this.reply();
  }

  async reply(): Promise<string> {
    return (await this.session.reply()).text.replaceAll("\xff\xff", "\xff");
  }

  send(line: string): void {
    this.session.send(Buffer.from(`${line.replaceAll("\xff", "\xff\xff")}\r\n`, "latin1"));
  }

  /** What a listing or a file brings. */
  async fetch(line: string): Promise<string> {
    const data = await this.session.passive();
    const chunks: Buffer[] = [];
    data.on("data", (chunk) => chunks.push(chunk));
    const first = await this.say(line);
    if (!first.startsWith("1")) {
      data.destroy();
      return first;
    }
    const last = await this.reply();
    if (!data.readableEnded) await new Promise((resolve) => data.once("end", resolve));
    data.destroy();
    expect(last).toMatch(/^226/);
    return Buffer.concat(chunks).toString("latin1");
  }

  /** Stores something. Gives both replies. */
  async store(line: string, content: string): Promise<readonly [string, string]> {
    const data = await this.session.passive();
    const first = await this.say(line);
    data.end(content);
    data.resume();
    const last = await this.reply();
    data.destroy();
    return [first, last];
  }
}

interface Served {
  readonly root: string;
  readonly storage: Storage;
  readonly served: Fixture;
  readonly session: OctetSession;
}

/** Runs with a server of a folder, logged in. */
async function withServer(
  run: (served: Served) => Promise<void>,
  options: Partial<FtpServerOptions> = {},
  around: (storage: Storage) => Storage = (storage) => storage,
): Promise<void> {
  await withLocalFolder(async ({ root, storage }) => {
    const served = await startServer({ ...options, storage: around(storage) });
    const session = new OctetSession(await RawSession.logIn(served.port));
    await session.say("TYPE I");
    await run({ root, storage, served, session });
    session.session.close();
    await served.server.stop();
  });
}

/** A place on the host, each character an octet. */
const host = (root: string, name: string): Buffer =>
  Buffer.concat([Buffer.from(root), Buffer.from(`/${name}`, "latin1")]);
const onDisk = (root: string, name = ""): string[] =>
  fs
    .readdirSync(host(root, name), "buffer")
    .map((one) => one.toString("latin1"))
    .filter((one) => !one.startsWith(".twinport-"))
    .sort();
const utf8 = (text: string): string => Buffer.from(text).toString("latin1");

describe("names that are no UTF-8", () => {
  it("go through every verb as the octets that they are", () =>
    withServer(async ({ root, session }) => {
      const [file, folder] = ["caf\xe9 \xff", "m\xe5pp"];
      expect(await session.say(`MKD ${folder}`)).toBe(`257 "/${folder}" created\r\n`);
      expect(await session.say(`CWD ${folder}`)).toBe(`250 "/${folder}" is the working directory\r\n`);
      expect(await session.say("PWD")).toBe(`257 "/${folder}" is the working directory\r\n`);
      expect(await session.store(`STOR ${file}`, "content")).toEqual([
        expect.stringMatching(/^150/),
        expect.stringMatching(/^226/),
      ]);
      expect(onDisk(root, folder)).toEqual([file]);
      expect(await session.store(`APPE ${file}`, "!")).toEqual([
        expect.stringMatching(/^150/),
        expect.stringMatching(/^226/),
      ]);
      expect(await session.fetch(`RETR ${file}`)).toBe("content!");
      expect(await session.fetch(`RETR /${folder}/${file}`)).toBe("content!");
      expect(await session.say(`SIZE ${file}`)).toBe("213 8\r\n");
      expect(await session.say(`MFMT 20200102030405 ${file}`)).toBe(
        `213 Modify=20200102030405; /${folder}/${file}\r\n`,
      );
      expect(await session.say(`MDTM ${file}`)).toBe("213 20200102030405\r\n");
      expect(await session.say(`MFF Modify=20210102030405; ${file}`)).toContain(
        `Modify=20210102030405; /${folder}/${file}\r\n`,
      );
      expect(await session.say(`SITE CHMOD 600 ${file}`)).toMatch(/^200/);
      expect(fs.statSync(host(root, `${folder}/${file}`)).mode & 0o777).toBe(0o600);
      expect(await session.say(`SITE UTIME 20200102030405 ${file}`)).toMatch(/^200/);
      expect(await session.say(`HASH ${file}`)).toMatch(new RegExp(`^213 SHA-256 0-7 [0-9a-f]{64} .*${file}\r\n$`));
      expect(await session.say(`XMD5 ${file}`)).toMatch(/^250 [0-9A-F]{32}\r\n$/);
      expect(await session.say(`MLST ${file}`)).toMatch(new RegExp(`; /${folder}/${file}\r\n250 End\r\n$`));
      expect(await session.say(`STAT ${file}`)).toMatch(new RegExp(` ${file}\r\n213 End of status\r\n$`));
      expect(await session.fetch("NLST")).toBe(`${file}\r\n`);
      expect(await session.fetch(`NLST /${folder}`)).toBe(`/${folder}/${file}\r\n`);
      expect(await session.fetch("LIST")).toMatch(new RegExp(`^-rw------- .* ${file}\r\n$`));
      expect(await session.fetch("MLSD")).toMatch(new RegExp(`; ${file}\r\n$`));
      expect(await session.fetch("LIST -R /")).toContain(`/${folder}:\r\n-rw------- `);
      expect(await session.say(`SITE COPY "${file}" "\xe4"`)).toBe(`250 /${folder}/\xe4 has 8 octets\r\n`);
      expect(await session.say(`SITE CPFR ${file}`)).toMatch(/^350/);
      expect(await session.say("SITE CPTO \xf6")).toMatch(/^250/);
      expect(await session.say(`SITE SYMLINK "${file}" "\xfc"`)).toBe(
        `200 /${folder}/\xfc leads to /${folder}/${file}\r\n`,
      );
      expect(await session.fetch("LIST \xfc")).toMatch(/ \xfc(?: -> caf\xe9 \xff)?\r\n$/);
      expect(await session.say("DELE \xfc")).toMatch(/^250/);
      expect(await session.say(`COMB "\xe0" "\xe4" "\xf6"`)).toMatch(/^250/);
      expect(onDisk(root, folder)).toEqual([file, "\xe0"].sort());
      expect(await session.say(`RNFR ${file}`)).toMatch(/^350/);
      expect(await session.say("RNTO /\xe9 new")).toBe(`250 /${folder}/${file} renamed to /\xe9 new\r\n`);
      expect(await session.say("DELE /\xe9 new")).toBe("250 /\xe9 new deleted\r\n");
      expect(await session.say("DELE \xe0")).toMatch(/^250/);
      expect(await session.say("CDUP")).toMatch(/^250/);
      expect(await session.say(`RMD ${folder}`)).toBe(`250 /${folder} removed\r\n`);
      expect(await session.say(`RMD ${folder}`)).toBe(`550 /${folder}: no such file or directory\r\n`);
      expect(onDisk(root)).toEqual([]);
    }));

  it("are what STOU begins with, and what it tells", () =>
    withServer(async ({ root, session }) => {
      const [first] = await session.store("STOU \xe9", "x");
      const name = /^150 FILE: (\xe9\.[0-9a-f]+)\r\n$/.exec(first)?.[1];
      expect(onDisk(root)).toEqual([name]);
    }));

  it("are matched by patterns, an octet by a question mark", () =>
    withServer(async ({ root, session }) => {
      for (const name of ["\xe9\x80.txt", "\xe9.txt", utf8("é.txt"), "plain.txt"])
        fs.writeFileSync(host(root, name), "");
      expect((await session.fetch("NLST *.txt")).split("\r\n").sort()).toEqual(
        ["", utf8("é.txt"), "plain.txt", "\xe9.txt", "\xe9\x80.txt"].sort(),
      );
      expect((await session.fetch("NLST ?.txt")).split("\r\n").sort()).toEqual(["", utf8("é.txt"), "\xe9.txt"].sort());
      expect(await session.fetch("NLST [\x80-\xff].txt")).toBe("\xe9.txt\r\n");
      expect(await session.fetch("NLST \xe9?.txt")).toBe("\xe9\x80.txt\r\n");
    }));

  it("are another name than the same letters in UTF-8", () =>
    withServer(async ({ root, session }) => {
      fs.writeFileSync(host(root, "\xe9"), "octet");
      fs.writeFileSync(host(root, utf8("é")), "UTF-8");
      expect(await session.fetch("RETR \xe9")).toBe("octet");
      expect(await session.fetch(`RETR ${utf8("é")}`)).toBe("UTF-8");
      expect(await session.say("DELE \xe9")).toMatch(/^250/);
      expect(onDisk(root)).toEqual([utf8("é")]);
      // What is nearly UTF-8 is no other spelling of it: overlong forms, halves of characters, surrogates.
      for (const nearly of ["\xc3", "\xa9", "\xc1\xa9", "\xe0\x83\xa9", "\xed\xb3\xa9", "\xc0\xae\xc0\xae", "\xc0\xaf"])
        expect(await session.say(`SIZE ${nearly}`)).toMatch(/^550/);
    }));

  it("let nobody out of the folder that is theirs", () =>
    withServer(
      async ({ root, session }) => {
        fs.mkdirSync(join(root, "home"));
        fs.mkdirSync(host(root, "\xe9"));
        fs.writeFileSync(host(root, "\xe9/secret"), "secret");
        for (const line of ["RETR ../\xe9/secret", "RETR /\xe9/secret", "RETR \xc0\xae\xc0\xae/\xe9/secret"])
          expect(await session.fetch(line)).toMatch(/^550/);
        expect(await session.say("CWD ..\xc0\xaf\xe9")).toMatch(/^550/);
      },
      {},
      (storage) => rootedStorage(storage, "/home"),
    ));

  it("reach a mount, and what is mounted there", () =>
    withServer(
      async ({ session }) => {
        expect(await session.fetch("NLST")).toBe("\xe9\r\n");
        expect(await session.store("STOR \xe9/\xe4", "mounted")).toEqual([
          expect.any(String),
          expect.stringMatching(/^226/),
        ]);
        expect(await session.fetch("MLSD \xe9")).toMatch(/^[^\r]*; \xe4\r\n$/);
        expect(await session.fetch("RETR \xe9/\xe4")).toBe("mounted");
        expect(await session.say("RMD \xe9")).toMatch(/^550/);
        expect(await session.say("SIZE \xe9/none")).toBe("550 /\xe9/none: no such file or directory\r\n");
      },
      {},
      (storage) => mountedStorage(storage, { "/\uDCE9": new MemoryStorage() }),
    ));

  it("keep no folder from being removed once they are deleted, with what is listed", () =>
    withServer(async ({ root, session }) => {
      fs.mkdirSync(host(root, "d\xf6d"));
      for (const name of ["\xe9", "\xff\xff", "ok"]) fs.writeFileSync(host(root, `d\xf6d/${name}`), "");
      expect(await session.say("RMD d\xf6d")).toBe("550 /d\xf6d: the directory is not empty\r\n");
      const listed = await session.fetch("NLST d\xf6d");
      for (const line of listed.split("\r\n").filter((one) => one !== ""))
        expect(await session.say(`DELE ${line}`)).toMatch(/^250/);
      expect(await session.say("RMD d\xf6d")).toMatch(/^250/);
      expect(onDisk(root)).toEqual([]);
    }));

  it("go out whole in long listings, among names in UTF-8", () =>
    withServer(async ({ root, session }) => {
      const names = Array.from({ length: 300 }, (_, index) =>
        index % 7 === 0 ? `${"\xe9".repeat(40)}${index}` : utf8(`${"안녕".repeat(12)}${index}`),
      );
      for (const name of names) fs.writeFileSync(host(root, name), "");
      expect((await session.fetch("NLST")).split("\r\n").sort()).toEqual(["", ...names].sort());
      const facts = (await session.fetch("MLSD")).split("\r\n").map((line) => line.slice(line.indexOf("; ") + 2));
      expect(facts.sort()).toEqual(["", ...names].sort());
    }));

  it("are told to the application as text that encodes to them", () =>
    withServer(async ({ session, served: { server } }) => {
      const upload = nextEvent(server, "upload");
      await session.store("STOR \xe9", "x");
      expect((await upload).path).toBe("/\uDCE9");
      const refusal = nextEvent(server, "refusal");
      await session.say("RETR no\xff");
      expect(await refusal).toMatchObject({ argument: "no\uDCFF", message: "/no\uDCFF: no such file or directory" });
    }));

  it("are for files alone: users, passwords and words for people are in UTF-8", () =>
    withServer(async ({ session, served: { port, server } }) => {
      const other = new OctetSession(await RawSession.open(port));
      expect(await other.say("USER m\xe9")).toBe("501 This argument must be in UTF-8\r\n");
      await other.say("USER me");
      const refusal = nextEvent(server, "refusal");
      expect(await other.say("PASS secr\xe9t")).toMatch(/^501/);
      expect((await refusal).argument).toBe("***");
      expect(await other.say("PASS secret")).toMatch(/^503|^230/);
      other.session.close();
      for (const line of [
        "NOOP \xe9",
        "CLNT \xe9",
        "HELP \xe9",
        "SITE HELP \xe9",
        "HOST \xe9",
        "LANG \xe9",
        "TYPE \xe9",
      ])
        expect(await session.say(line), line).toMatch(/^50[0134]/);
      expect(await session.say("NOOP")).toMatch(/^200/);
    }));

  it("are in the short replies of NetX Duo's manner whole, or cut between characters", () =>
    withServer(
      async ({ session }) => {
        const long = "\xe9".repeat(200);
        expect(await session.say(`SIZE ${long}`)).toBe(`550 /${long}: no such file or directory\r\n`);
        expect((await session.say(`SIZE ${long}/${utf8("é").repeat(120)}`)).length).toBeLessThanOrEqual(399);
      },
      { replies: "netx" },
    ));

  it("come and go as the octets that they are, whatever these are", () =>
    withServer(async ({ root, session }) => {
      const octet = fc.oneof(
        fc.integer({ min: 1, max: 255 }),
        fc.constantFrom(0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xff, 0xf4),
      );
      const name = fc
        .array(octet, { minLength: 1, maxLength: 12 })
        .map((octets) =>
          Buffer.from(octets)
            .toString("latin1")
            .replace(/[\n\r/]/g, ""),
        )
        // Blanks alone ask for the folder itself, by the verbs that may.
        .filter((text) => text.trim() !== "" && text !== "." && text !== "..");
      await fc.assert(
        fc.asyncProperty(name, name, async (one, other) => {
          fs.writeFileSync(host(root, one), "content");
          expect(await session.fetch("NLST")).toBe(`${one}\r\n`);
          expect(await session.fetch("MLSD")).toMatch(/; /);
          expect((await session.fetch("MLSD")).endsWith(`; ${one}\r\n`)).toBe(true);
          expect(await session.fetch(`RETR ${one}`)).toBe("content");
          expect(await session.say(`RNFR ${one}`)).toMatch(/^350/);
          expect(await session.say(`RNTO ${other}`)).toBe(`250 /${one} renamed to /${other}\r\n`);
          expect(onDisk(root)).toEqual([other]);
          expect(await session.say(`DELE ${other}`)).toBe(`250 /${other} deleted\r\n`);
          expect(onDisk(root)).toEqual([]);
        }),
        { numRuns: 60 },
      );
    }));
});

describe("a session with a charset", () => {
  const withCharset = (run: (served: Served) => Promise<void>): Promise<void> =>
    withServer(run, { nameCodec: cyrillic });

  it("lists no name that is no UTF-8: its octets would be another name", () =>
    withCharset(async ({ root, storage, session }) => {
      // In the charset, octet E0 is `а`.
      fs.writeFileSync(host(root, "\xe0"), "octet");
      await putFile(storage, "/а", "UTF-8");
      fs.symlinkSync(Buffer.from([0xe0]), join(root, "link"));
      expect((await session.fetch("NLST")).split("\r\n").sort()).toEqual(["", "link", utf8("а"), "\xe0"].sort());
      expect(await session.say("OPTS UTF8 OFF")).toMatch(/^200/);
      expect((await session.fetch("NLST")).split("\r\n").sort()).toEqual(["", "link", "\xe0"]);
      expect((await session.fetch("MLSD")).match(/; \xe0\r\n/g)).toHaveLength(1);
      expect(await session.fetch("NLST ?")).toBe("\xe0\r\n");
      const listed = await session.fetch("LIST");
      expect(listed).toMatch(/ link\r\n/);
      expect(listed.split("\r\n")).toHaveLength(3);
      expect((await session.say("STAT .")).match(/\xe0/g)).toHaveLength(1);
      expect(await session.fetch("RETR \xe0")).toBe("UTF-8");
      expect(await session.say("DELE \xe0")).toMatch(/^250/);
      expect(onDisk(root)).toEqual(["link", "\xe0"]);
      expect(await session.say("OPTS UTF8 ON")).toMatch(/^200/);
      expect(await session.fetch("RETR \xe0")).toBe("octet");
    }));

  it("has no path for programs of a folder that it could only misname", () =>
    withCharset(async ({ root, session }) => {
      fs.mkdirSync(host(root, "\xe0"));
      await session.say("CWD \xe0");
      await session.say("OPTS UTF8 OFF");
      expect(await session.say("PWD")).toMatch(/^550 .*OPTS UTF8 ON/);
      expect(await session.say("MKD new")).toMatch(/^55[03] /);
      expect(onDisk(root, "\xe0")).toEqual([]);
      expect(await session.say("CDUP")).toMatch(/^250/);
      expect(await session.say("PWD")).toMatch(/^257 "\/"/);
    }));

  it("takes no octets for a name that a careless codec makes lone surrogates of", () =>
    withServer(
      async ({ root, session }) => {
        fs.writeFileSync(host(root, "\xe9"), "octet");
        await session.say("OPTS UTF8 OFF");
        expect(await session.say("SIZE \xe9")).toBe("501 The name is not in this server's charset\r\n");
      },
      { nameCodec: { encode: (text) => Buffer.from(text, "latin1"), decode: (bytes) => decodeOctetText(bytes) } },
    ));
});

describe("a memory storage", () => {
  it("has such names as the disk has them", async () => {
    const { port, storage } = await startServer();
    const session = new OctetSession(await RawSession.logIn(port));
    await session.say("MKD \xe9");
    await session.store("STOR \xe9/\xff\xfe", "content");
    expect(await session.fetch("NLST \xe9")).toBe("\xe9/\xff\xfe\r\n");
    expect(await session.fetch("RETR \xe9/\xff\xfe")).toBe("content");
    const longest = "\xe9".repeat(255);
    expect((await session.store(`STOR ${longest}`, "x"))[1]).toMatch(/^226/);
    expect(await session.say(`MKD ${longest}x`)).toMatch(/^553/);
    expect(encodeOctetText("\uDCE9")).toEqual(Uint8Array.of(0xe9));
    expect(storage).toBeInstanceOf(MemoryStorage);
    session.session.close();
  });
});
