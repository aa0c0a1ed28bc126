/** What clients of other servers are used to: forms of TYPE, names of STOU, renames over empty folders and of dangling links, REIN. */
import { mkdir, mkdtemp, readdir, readlink, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { LocalStorage, MemoryStorage, type Storage } from "../../src/storage/index.ts";
import { listenForData, RawSession, readAll } from "./raw-session.ts";
import { nextEvent, putFile, readFile, startServer } from "./server-fixture.ts";
import { privateData, secureLogin, secureServer } from "./tls-fixture.ts";

async function logIn(
  options: Parameters<typeof startServer>[0] = {},
): Promise<{ session: RawSession; storage: Storage }> {
  const { port, storage } = await startServer(options);
  const session = await RawSession.logIn(port);
  onTestFinished(() => session.close());
  return { session, storage };
}

async function localFolder(): Promise<{ root: string; storage: LocalStorage }> {
  const root = await mkdtemp(join(tmpdir(), "twinport-habits-"));
  const storage = new LocalStorage({ root });
  onTestFinished(async () => {
    await storage.close();
    await rm(root, { recursive: true, force: true });
  });
  return { root, storage };
}

describe("TYPE", () => {
  it.each([
    ["L8", "Type is L 8"],
    ["l8", "Type is L 8"],
    ["L 8", "Type is L 8"],
    ["L36", "Type is L 36"],
    ["AN", "Type is A"],
    ["an", "Type is A"],
    ["AT", "Type is A T"],
    ["AC", "Type is A C"],
    ["EN", "Type is E"],
    ["ET", "Type is E T"],
    ["A  N", "Type is A"],
  ])("takes %s", async (argument, text) => {
    const { session } = await logIn();
    expect((await session.command(`TYPE ${argument}`)).text).toBe(`200 ${text}\r\n`);
  });

  it.each([
    ["L", 501],
    ["L0", 501],
    ["L256", 501],
    ["L8 8", 504],
    ["I8", 504],
    ["IN", 504],
    ["AX", 504],
    ["ANN", 504],
    ["AN N", 504],
    ["8", 504],
  ])("refuses %s", async (argument, code) => {
    const { session } = await logIn();
    expect(await session.code(`TYPE ${argument}`)).toBe(code);
    expect((await session.command("STAT")).text).toContain("Type A non-print");
  });
});

describe("STOU", () => {
  const names = [
    ["x".repeat(255), 1],
    ["x".repeat(243), 1],
    ["\u00e9".repeat(127), 2],
    ["\u20ac".repeat(85), 3],
    [`a${"\u{1f600}".repeat(63)}`, 4],
    ["x".repeat(2000), 1],
  ] as const;

  it.each(["memory", "local"])("shortens a long name at a character's border (%s storage)", async (kind) => {
    const storage = kind === "local" ? (await localFolder()).storage : new MemoryStorage();
    const { session } = await logIn({ storage });
    for (const [name, width] of names) {
      const { first, last } = await session.upload(`STOU ${name}`, "unique");
      expect(last.code).toBe(226);
      const made = /^150 FILE: (.*)\r\n$/.exec(first.text)?.[1] ?? "";
      const octets = Buffer.byteLength(made);
      expect(octets).toBeLessThanOrEqual(255);
      expect(octets).toBeGreaterThan(255 - width);
      expect(name.startsWith(made.slice(0, made.lastIndexOf(".")))).toBe(true);
      expect(made).not.toContain("\ufffd");
      expect(await readFile(storage, `/${made}`)).toBe("unique");
    }
  });

  it("leaves a short name whole, and makes one up in any directory", async () => {
    const { session, storage } = await logIn();
    expect((await session.upload("STOU report.txt", "x")).first.text).toMatch(
      /^150 FILE: report\.txt\.[0-9a-f]{12}\r\n$/,
    );
    await storage.makeDirectory("/upload" as never);
    await storage.makeDirectory('/\u00e4 "b"' as never);
    await putFile(storage, '/\u00e4 "b"/upload', "there");
    for (const line of ["CWD /", "CWD upload", 'CWD /\u00e4 "b"']) {
      expect(await session.code(line)).toBe(250);
      for (const verb of ["STOU", "STOU /", "STOU ."]) expect((await session.upload(verb, "x")).last.code).toBe(226);
    }
    expect(await readFile(storage, '/\u00e4 "b"/upload')).toBe("there");
  });
});

describe("RNFR and RNTO", () => {
  it.each(["memory", "local"])(
    "move a folder onto an empty folder, and nothing else onto one (%s storage)",
    async (kind) => {
      const storage = kind === "local" ? (await localFolder()).storage : new MemoryStorage();
      const { session } = await logIn({ storage });
      for (const name of ["a", "empty", "full"]) expect(await session.code(`MKD ${name}`)).toBe(257);
      await putFile(storage, "/a/file", "of a");
      await putFile(storage, "/full/file", "of full");
      await putFile(storage, "/file", "x");
      const rename = async (from: string, to: string): Promise<number> => {
        expect(await session.code(`RNFR ${from}`)).toBe(350);
        return session.code(`RNTO ${to}`);
      };
      for (const [from, to] of [
        ["a", "full"],
        ["file", "empty"],
        ["a", "file"],
        ["a", "a/b"],
      ] as const)
        expect([550, 553]).toContain(await rename(from, to));
      expect(await rename("a", "empty")).toBe(250);
      expect(await readFile(storage, "/empty/file")).toBe("of a");
      expect(await readFile(storage, "/full/file")).toBe("of full");
      expect(await session.code("CWD a")).toBe(550);
    },
  );

  it("rename a link that leads nowhere, or out, and leave it a link; DELE deletes one", async () => {
    const { root, storage } = await localFolder();
    await mkdir(join(root, "d"));
    await writeFile(join(root, "file"), "x");
    const links = { dangling: "nowhere", out: "/etc/passwd", circle: "circle", folder: "d" };
    for (const [name, target] of Object.entries(links)) await symlink(target, join(root, name));
    const { session } = await logIn({ storage });
    for (const [name, target] of Object.entries(links)) {
      expect(await session.code(`RNFR ${name}`)).toBe(350);
      expect(await session.code(`RNTO ${name}-2`)).toBe(250);
      expect(await readlink(join(root, `${name}-2`))).toBe(target);
    }
    // Over another, and a file over one; but a folder over none, nor a link over a folder.
    for (const [from, to, code] of [
      ["dangling-2", "circle-2", 250],
      ["file", "circle-2", 250],
      ["d", "out-2", 553],
      ["out-2", "d", 553],
    ] as const) {
      expect(await session.code(`RNFR ${from}`)).toBe(350);
      expect(await session.code(`RNTO ${to}`)).toBe(code);
    }
    for (const name of ["out-2", "folder-2"]) expect(await session.code(`DELE ${name}`)).toBe(250);
    await symlink("nowhere", join(root, "last"));
    expect(await session.code("DELE last")).toBe(250);
    expect((await readdir(root)).filter((name) => !name.startsWith("."))).toEqual(["circle-2", "d"]);
    expect(await session.code("RNFR last")).toBe(550);
  });
});

describe("REIN", () => {
  it("is answered 502 once TLS has begun, and changes nothing", async () => {
    const { port, storage } = await secureServer();
    await putFile(storage, "/f", "content");
    const session = await secureLogin(port);
    await privateData(session);
    expect(await session.code("REIN")).toBe(502);
    const raw = await session.passive();
    expect(await session.code("RETR f")).toBe(150);
    expect((await readAll(await session.secureData(raw))).toString()).toBe("content");
    expect((await session.reply()).code).toBe(226);
  });

  it("is answered 502 on an implicit listener, before the login too", async () => {
    const { server } = await secureServer({}, { listeners: [{ host: "127.0.0.1", port: 0, tls: "implicit" }] });
    const session = await RawSession.openSecure(server.addresses[0]?.port ?? 0, {});
    onTestFinished(() => session.close());
    expect(await session.code("REIN")).toBe(502);
    expect(await session.code("USER me")).toBe(331);
    expect(await session.code("PASS secret")).toBe(230);
    expect(await session.code("REIN")).toBe(502);
    expect(await session.code("PWD")).toBe(257);
  });

  it("works in the clear of a server that has TLS, and AUTH after it", async () => {
    const { port } = await secureServer();
    const session = await RawSession.logIn(port);
    onTestFinished(() => session.close());
    expect(await session.code("REIN")).toBe(220);
    expect(await session.code("PWD")).toBe(530);
    await session.startTls({});
    expect(await session.code("USER me")).toBe(331);
    expect(await session.code("PASS secret")).toBe(230);
    expect(await session.code("REIN")).toBe(502);
  });

  it("lets a transfer that runs finish (RFC 959 \u00a74.1.1)", async () => {
    const { port, storage, server } = await startServer();
    const session = await RawSession.logIn(port);
    onTestFinished(() => session.close());
    const done = nextEvent(server, "upload");
    const data = await session.passive();
    expect(await session.code("STOR f")).toBe(150);
    session.send("REIN\r\nPWD\r\n");
    data.write("all ");
    await new Promise((resolve) => setTimeout(resolve, 50));
    data.end("of it");
    expect([(await session.reply()).code, (await session.reply()).code, (await session.reply()).code]).toEqual([
      226, 220, 530,
    ]);
    expect((await done).account).toBe("me");
    expect(await readFile(storage, "/f")).toBe("all of it");
    data.destroy();
  });

  it("forgets the data port of a session", async () => {
    const { session } = await logIn();
    const listener = await listenForData();
    onTestFinished(() => void listener.server.close());
    expect(await session.code(`PORT ${listener.argument}`)).toBe(200);
    expect(await session.code("REIN")).toBe(220);
    expect(await session.code("LIST")).toBe(530);
  });
});
