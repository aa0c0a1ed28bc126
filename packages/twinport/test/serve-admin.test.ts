/** What administrators see of `twinport serve`: its log, SIGHUP, and TFTP without FTP. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { RawSession } from "../../core/test/ftp-server/raw-session.ts";
import { startServerProgram, type ServerProgram } from "../../../test/programs.ts";
import { twinport } from "./cli.ts";

interface Served {
  readonly server: ServerProgram;
  readonly root: string;
}

async function temporary(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "twinport-admin-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

async function served(args: readonly string[], users: "me:secret" | "none" = "me:secret"): Promise<Served> {
  const root = await temporary();
  const until = args.includes("--tftp") ? "tftp://" : "\n";
  const server = await startServerProgram([root, ...args], {
    env: users === "none" ? {} : { TWINPORT_USERS: users },
    until,
  });
  onTestFinished(async () => {
    await server.stop("SIGTERM");
  });
  return { server, root };
}

type Line = Readonly<Record<string, unknown>>;

const varying: ReadonlySet<string> = new Set(["time", "remote", "session", "ms"]);

/** The lines of a JSON log that say this, without what differs from run to run. */
function linesOf(server: ServerProgram, msg: RegExp): Line[] {
  return server
    .log()
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Line)
    .filter((line) => msg.test(String(line["msg"])))
    .map((line) => Object.fromEntries(Object.entries(line).filter(([name]) => !varying.has(name))));
}

const changing = [
  "MKD dir",
  "SITE COPY f g",
  "COMB f g",
  "RNFR f",
  "RNTO dir/h",
  "SITE CHMOD 640 dir/h",
  "MFMT 20200102030405 dir/h",
  "SITE SYMLINK dir/h link",
  "DELE link",
  "MKD gone",
  "RMD gone",
];

async function change(server: ServerProgram): Promise<void> {
  const session = await RawSession.logIn(server.port);
  await session.command("TYPE I");
  expect((await session.upload("STOR f", "12345")).last.code).toBe(226);
  for (const line of changing) expect(await session.code(line), line).toBeLessThan(400);
  expect((await session.download("RETR dir/h")).bytes.toString()).toBe("1234512345");
  expect(await session.code("QUIT")).toBe(221);
  await session.ended();
  session.close();
  await expect.poll(() => server.log(), { timeout: 10_000 }).toContain("session ended");
}

describe("the log", () => {
  it("tells each change of the tree at info, with its paths, and what a session moved at its end", async () => {
    const { server } = await served(["--log-format", "json"]);
    await change(server);
    const me = { level: 30, account: "me" };
    expect(linesOf(server, /./)).toEqual([
      { ...me, msg: "logged in" },
      { ...me, path: "/f", bytes: 5, msg: "upload complete" },
      { ...me, path: "/dir", msg: "directory made" },
      { ...me, from: "/f", to: "/g", size: 5, msg: "copied" },
      { ...me, parts: ["/g"], to: "/f", size: 10, msg: "combined" },
      { ...me, path: "/g", msg: "removed" },
      { ...me, from: "/f", to: "/dir/h", msg: "renamed" },
      { ...me, path: "/dir/h", mode: "640", msg: "attributes set" },
      { ...me, path: "/dir/h", modified: "2020-01-02T03:04:05.000Z", msg: "attributes set" },
      { ...me, path: "/link", target: "/dir/h", msg: "link made" },
      { ...me, path: "/link", msg: "removed" },
      { ...me, path: "/gone", msg: "directory made" },
      { ...me, path: "/gone", msg: "directory removed" },
      { ...me, path: "/dir/h", bytes: 10, msg: "download complete" },
      { ...me, reason: "quit", bytesSent: 10, bytesReceived: 5, msg: "session ended" },
    ]);
  });

  it("tells them as text too, and not at all below info", async () => {
    const { server } = await served(["--log-format", "pretty"]);
    await change(server);
    for (const text of ["renamed {", '"from":"/f","to":"/dir/h"', "attributes set {", '"mode":"640"', "removed {"])
      expect(server.log()).toContain(text);
    expect(server.log()).toMatch(/session ended \{.*"account":"me".*"bytesSent":10,"bytesReceived":5/);
    const quiet = await served(["--log-level", "warn"]);
    const session = await RawSession.logIn(quiet.server.port);
    expect(await session.code("MKD dir")).toBe(257);
    session.close();
    await quiet.server.stop("SIGTERM");
    expect(quiet.server.log()).toBe("");
  });

  it("shows what an upload of our own mirror is called in the end", async () => {
    const { server } = await served(["--log-format", "json"]);
    const source = await temporary();
    await writeFile(join(source, "file"), "content");
    const url = `ftp://me:secret@127.0.0.1:${server.port}/`;
    expect((await twinport(["mirror", source, url])).code).toBe(0);
    const [uploaded] = linesOf(server, /^upload complete/);
    expect(uploaded?.["path"]).toMatch(/^\/\.upload-.*\.part$/);
    expect(linesOf(server, /^renamed/)).toEqual([
      { level: 30, account: "me", from: uploaded?.["path"], to: "/file", msg: "renamed" },
    ]);
  });

  it("names what TFTP was asked for, what the rules made of it, and where the file was found", async () => {
    const map = join(await temporary(), "map");
    await writeFile(map, "rg \\\\ /\na ^/secret\n");
    const args = [
      "--tftp-map",
      map,
      "--tftp-ignore-case",
      "--tftp-write",
      "--log-format",
      "json",
      "--log-level",
      "debug",
    ];
    const { server, root } = await served(["--tftp", "127.0.0.1:0", ...args]);
    await mkdir(join(root, "Boot"));
    await writeFile(join(root, "Boot/bcd"), "loader");
    const url = (name: string): string => `tftp://127.0.0.1:${server.tftpPort}/${name}`;
    expect((await twinport(["tftp", "get", url("%5CBOOT%5CBCD"), "-"])).stdout).toBe("loader");
    expect((await twinport(["tftp", "put", url("Boot%5Cnew"), "-"], { input: "x" })).code).toBe(0);
    expect((await twinport(["tftp", "get", url("no%5Csuch"), "-"])).code).toBe(5);
    expect((await twinport(["tftp", "get", url("/secret"), "-"])).code).toBe(6);
    const told = linesOf(server, /^TFTP/).map(({ msg, asked, path }) => [msg, asked, path]);
    // A backslash is written as two, so that an escape in a log is never a name's own.
    expect(told).toEqual([
      ["TFTP read begins", "\\\\BOOT\\\\BCD", "/Boot/bcd"],
      ["TFTP read complete", "\\\\BOOT\\\\BCD", "/Boot/bcd"],
      ["TFTP write begins", "Boot\\\\new", "/Boot/new"],
      ["TFTP write complete", "Boot\\\\new", "/Boot/new"],
      [expect.stringContaining("TFTP request refused"), "no\\\\such", "no/such"],
      [expect.stringContaining("TFTP request refused"), "/secret", "/secret"],
    ]);
  });
});

describe("SIGHUP", () => {
  const logIn = async (server: ServerProgram, user: string, password: string): Promise<RawSession | undefined> => {
    const session = await RawSession.open(server.port);
    onTestFinished(() => session.close());
    await session.command(`USER ${user}`);
    return (await session.code(`PASS ${password}`)) === 230 ? session : undefined;
  };
  const hangUp = async (server: ServerProgram, until: RegExp): Promise<void> => {
    const before = linesOf(server, until).length;
    process.kill(server.pid, "SIGHUP");
    await expect.poll(() => linesOf(server, until).length, { timeout: 10_000 }).toBe(before + 1);
  };

  it("has the users read again, in place, while sessions and their transfers go on", async () => {
    const file = join(await temporary(), "users");
    await writeFile(file, "anna:one\nbert:two\n", { mode: 0o600 });
    const { server, root } = await served(["--users-file", file, "--log-format", "json"], "none");
    const anna = await logIn(server, "anna", "one");
    expect(anna).toBeDefined();
    const data = await anna?.passive();
    expect(await anna?.code("STOR going")).toBe(150);
    data?.write("first ");
    await writeFile(file, "bert:changed\ncleo:three:ro\n");
    await hangUp(server, /^SIGHUP: accounts read again/);
    expect(linesOf(server, /^SIGHUP/)).toEqual([{ level: 30, accounts: 2, msg: "SIGHUP: accounts read again" }]);
    data?.end("and last");
    expect((await anna?.reply())?.code).toBe(226);
    expect(await anna?.code("MKD still")).toBe(257);
    expect(await readFile(join(root, "going"), "utf8")).toBe("first and last");
    expect(await logIn(server, "anna", "one")).toBeUndefined();
    expect(await logIn(server, "bert", "two")).toBeUndefined();
    expect(await logIn(server, "bert", "changed")).toBeDefined();
    expect(await (await logIn(server, "cleo", "three"))?.code("MKD not")).toBe(550);
  });

  it("keeps the accounts when the file is faulty or gone, says which line, and takes the next that is right", async () => {
    const file = join(await temporary(), "users");
    await writeFile(file, "anna:one\n", { mode: 0o600 });
    const { server } = await served(["--users-file", file, "--log-format", "json"], "none");
    const faults: readonly (readonly [string | undefined, string])[] = [
      ["bert:two\n\nanna:$6$salt$hash\n", `${file}:3: what anna has`],
      ["bert\n", `${file}:1: there is no colon`],
      [undefined, `${file}: the file of users cannot be read`],
    ];
    for (const [content, why] of faults) {
      if (content === undefined) await rm(file);
      else await writeFile(file, content, { mode: 0o600 });
      await hangUp(server, /^SIGHUP: accounts stay/);
      expect(linesOf(server, /^SIGHUP/).at(-1)).toMatchObject({
        level: 50,
        msg: expect.stringContaining(why) as string,
      });
      expect(await logIn(server, "anna", "one"), why).toBeDefined();
      expect(await logIn(server, "bert", "two"), why).toBeUndefined();
    }
    await writeFile(file, "bert:two\n", { mode: 0o600 });
    await hangUp(server, /^SIGHUP: accounts read again/);
    expect(await logIn(server, "bert", "two")).toBeDefined();
    await writeFile(file, "# nobody\n", { mode: 0o600 });
    await hangUp(server, /^SIGHUP: accounts read again/);
    expect(await logIn(server, "bert", "two")).toBeUndefined();
    expect(linesOf(server, /^nobody can log in/)).toMatchObject([{ level: 40 }]);
  });

  it("has TFTP's map read again, and keeps the rules of a faulty one", async () => {
    const map = join(await temporary(), "map");
    await writeFile(map, "r ^a$ one\n");
    const args = ["--no-ftp", "--tftp", "127.0.0.1:0", "--tftp-map", map, "--log-format", "json"];
    const { server, root } = await served(args, "none");
    for (const name of ["one", "two"]) await writeFile(join(root, name), name);
    const get = async (): Promise<string> =>
      (await twinport(["tftp", "get", `tftp://127.0.0.1:${server.tftpPort}/a`, "-"])).stdout;
    expect(await get()).toBe("one");
    await writeFile(map, "r ^a$ two\nr (\n");
    await hangUp(server, /^SIGHUP: rules for TFTP's names stay/);
    expect(server.log()).toContain("map:2:");
    expect(await get()).toBe("one");
    await writeFile(map, "r ^a$ two\n");
    await hangUp(server, /^SIGHUP: rules for TFTP's names read again/);
    expect(await get()).toBe("two");
  });

  it("ends nothing where there is no file to read again, however often it comes", async () => {
    const { server } = await served(["--log-format", "json"]);
    for (let time = 0; time < 5; time++) process.kill(server.pid, "SIGHUP");
    await expect.poll(() => linesOf(server, /no file to read again/).length, { timeout: 10_000 }).toBeGreaterThan(0);
    expect(await logIn(server, "me", "secret")).toBeDefined();
    expect(await server.stop("SIGTERM")).toBe(0);
  });
});

describe("--no-ftp", () => {
  it("serves by TFTP alone, without an account, and ends as with FTP", async () => {
    const { server, root } = await served(["--no-ftp", "--tftp", "127.0.0.1:0", "--fsync", "--tftp-write"], "none");
    await writeFile(join(root, "f"), "by TFTP");
    const url = `tftp://127.0.0.1:${server.tftpPort}`;
    expect((await twinport(["tftp", "get", `${url}/f`, "-"])).stdout).toBe("by TFTP");
    expect((await twinport(["tftp", "put", `${url}/g`, "-"], { input: "new" })).code).toBe(0);
    expect(server.port).toBe(0);
    expect(await server.stop("SIGTERM")).toBe(0);
  });

  it.each([
    [["--no-ftp"], "--no-ftp needs --tftp"],
    [["--no-ftp", "--tftp=127.0.0.1:0", "--user", "a:b", "--listen=:21"], "are for: --listen, --user"],
    [["--no-ftp", "--tftp=127.0.0.1:0", "--anonymous"], "are for: --anonymous"],
    [["--no-ftp", "--tftp=127.0.0.1:0", "--max-sessions", "5"], "are for: --max-sessions"],
    [["--no-ftp", "--tftp=127.0.0.1:0", "--tls-self-signed", "--no-tls-resumption"], "--tls-self-signed, --no-tls-res"],
  ] as const)("says what is wrong with %j", async (args, text) => {
    const ended = await twinport(["serve", ...args, await temporary()]);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain(text);
  });

  it("does without what the environment says of FTP", async () => {
    const root = await temporary();
    const env = { TWINPORT_USERS: "root:x:0:0:::", TWINPORT_MAX_SESSIONS: "5", TWINPORT_ANONYMOUS: "1" };
    const args = [root, "--no-ftp", "--tftp", "127.0.0.1:0"];
    const server = await startServerProgram(args, { env, until: "tftp://" });
    expect(await server.stop("SIGTERM")).toBe(0);
  });
});
