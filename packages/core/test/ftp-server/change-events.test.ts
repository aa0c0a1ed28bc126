/** What a server tells of changes that are no uploads, and of a session's end. */
import { describe, expect, it, onTestFinished } from "vitest";
import { readOnly } from "../../src/accounts/index.ts";
import { FtpPool, FtpStorage } from "../../src/ftp-client/index.ts";
import { FtpServer, type FtpServerEvents } from "../../src/ftp-server/index.ts";
import { MemoryStorage, resolveVirtualPath, rootPath, StorageError } from "../../src/storage/index.ts";
import { withLocalFolder } from "../storage/local-folder.ts";
import { RawSession } from "./raw-session.ts";
import { nextEvent, putFile, startServer } from "./server-fixture.ts";

const changes = [
  ...(["rename", "remove", "make-directory", "remove-directory"] as const),
  ...(["attributes", "copy", "combine", "link", "upload"] as const),
];

/** The names and payloads of all changes, without what all events of a session have in common and what is measured. */
function recordChanges(server: FtpServer): unknown[][] {
  const told: unknown[][] = [];
  for (const name of changes) {
    server.on(name, (event: FtpServerEvents[(typeof changes)[number]][0]) => {
      const { session, account, remote, local, ...rest } = event;
      expect(session).not.toBe("");
      expect(account).toBe("me");
      expect(remote.address).toBe("127.0.0.1");
      expect(local.port).toBe(server.addresses[0]?.port);
      told.push([name, "milliseconds" in rest ? { path: rest.path, bytes: rest.bytes } : rest]);
    });
  }
  return told;
}

async function logIn(port: number): Promise<RawSession> {
  const session = await RawSession.logIn(port);
  onTestFinished(() => session.close());
  return session;
}

const time = Date.UTC(2020, 0, 2, 3, 4, 5);

/** Commands, their code, and what is told of each. Names start from a working directory where they are relative. */
const table: readonly (readonly [string, number, ...(readonly (readonly [string, object])[])])[] = [
  ["MKD sub", 257, ["make-directory", { verb: "MKD", path: "/in/sub" }]],
  ["XMKD /other", 257, ["make-directory", { verb: "MKD", path: "/other" }]],
  ["RMD sub", 250, ["remove-directory", { verb: "RMD", path: "/in/sub" }]],
  ["XRMD ../other", 250, ["remove-directory", { verb: "RMD", path: "/other" }]],
  ["SITE COPY a b", 250, ["copy", { verb: "SITE COPY", from: "/in/a", to: "/in/b", size: 1 }]],
  ["SITE CPFR a", 350],
  ["SITE CPTO /c", 250, ["copy", { verb: "SITE COPY", from: "/in/a", to: "/c", size: 1 }]],
  [
    "COMB a b /c",
    250,
    ["combine", { verb: "COMB", parts: ["/in/b", "/c"], to: "/in/a", size: 3 }],
    ["remove", { verb: "COMB", path: "/in/b" }],
    ["remove", { verb: "COMB", path: "/c" }],
  ],
  ["RNFR a", 350],
  ["RNTO ../moved", 250, ["rename", { verb: "RNTO", from: "/in/a", to: "/moved" }]],
  ["SITE CHMOD 4640 /moved", 200, ["attributes", { verb: "SITE CHMOD", path: "/moved", mode: 0o640 }]],
  ["MFMT 20200102030405 /moved", 213, ["attributes", { verb: "MFMT", path: "/moved", modified: time }]],
  ["MDTM 20200102030405 /moved", 213, ["attributes", { verb: "MDTM", path: "/moved", modified: time }]],
  [
    "SITE UTIME 202001020304 /moved",
    200,
    ["attributes", { verb: "SITE UTIME", path: "/moved", modified: time - 5_000 }],
  ],
  [
    "SITE UTIME /moved 20200102030406 20200102030405 20200102030405 UTC",
    200,
    ["attributes", { verb: "SITE UTIME", path: "/moved", accessed: time + 1_000, modified: time }],
  ],
  [
    "MFF Modify=20200102030405;UNIX.mode=4600; /moved",
    213,
    ["attributes", { verb: "MFF", path: "/moved", mode: 0o600, modified: time }],
  ],
  ["SITE SYMLINK /moved link", 200, ["link", { verb: "SITE SYMLINK", path: "/in/link", target: "/moved" }]],
  ["DELE link", 250, ["remove", { verb: "DELE", path: "/in/link" }]],
  // These change nothing, and nothing is told of them.
  ["MDTM /moved", 213],
  ["MKD /in", 550],
  ["RMD /missing", 550],
  ["DELE /missing", 550],
  ["RNFR /moved", 350],
  ["RNTO /missing/moved", 550],
  ["SITE COPY /missing x", 550],
  ["SITE CHMOD 600 /missing", 550],
  ["MFMT 20200102030405 /missing", 550],
];

describe("each change is told once it is done, before its reply, with its paths", () => {
  it.each(["who may do everything", "who may only read"])("to a listener, of a user %s", async (who) => {
    await withLocalFolder(async ({ storage }) => {
      const restricted = who === "who may only read";
      await storage.makeDirectory(resolveVirtualPath(rootPath, "/in"));
      await putFile(storage, "/in/a", "A");
      await putFile(storage, "/moved-not", "A");
      const account = restricted ? { permissions: readOnly } : {};
      const { server, port } = await startServer({ storage, account });
      const told = recordChanges(server);
      const session = await logIn(port);
      await session.command("CWD in");
      for (const [line, code, ...events] of table) {
        const reply = await session.command(line);
        // Replies and events are one and the same process's: what is told before the reply is there now.
        if (restricted) expect([550, 503, 350, 250, 213, 200], reply.text).toContain(reply.code);
        else expect(reply.code, `${line}: ${reply.text}`).toBe(code);
        expect(told.splice(0), line).toEqual(restricted ? [] : events);
      }
      await server.stop();
    });
  });
});

it("what MFF set before one of its facts failed is told, and what failed is not", async () => {
  class NoTimes extends MemoryStorage {
    override async setTimes(): Promise<void> {
      throw new StorageError("permission-denied", "No times today");
    }
  }
  const storage = new NoTimes();
  await putFile(storage, "/f", "f");
  const { server, port } = await startServer({ storage });
  const told = recordChanges(server);
  const session = await logIn(port);
  expect(await session.code("MFF Modify=20200102030405;UNIX.mode=0600; f")).toBe(550);
  expect(told).toEqual([["attributes", { verb: "MFF", path: "/f", mode: 0o600 }]]);
});

it("a part that COMB could not remove is not told as removed, and the others are", async () => {
  class Sticky extends MemoryStorage {
    override async remove(...args: Parameters<MemoryStorage["remove"]>): Promise<void> {
      if (args[0].endsWith("/b")) throw new StorageError("permission-denied", "It stays");
      await super.remove(...args);
    }
  }
  const storage = new Sticky();
  for (const name of ["/a", "/b"]) await putFile(storage, name, name);
  const { server, port } = await startServer({ storage });
  const told = recordChanges(server);
  const session = await logIn(port);
  expect(await session.code("COMB all a b")).toBe(550);
  expect(told).toEqual([
    ["combine", { verb: "COMB", parts: ["/a", "/b"], to: "/all", size: 4 }],
    ["remove", { verb: "COMB", path: "/a" }],
  ]);
});

it("a file that our own client stores under a temporary name gets its final one by the rename that follows", async () => {
  const { server, port } = await startServer();
  const told = recordChanges(server);
  const pool = new FtpPool({ host: "127.0.0.1", port, user: "me", password: "secret" });
  onTestFinished(() => pool.close());
  const file = await new FtpStorage(pool).openWrite(resolveVirtualPath(rootPath, "/final"));
  await file.write(Buffer.from("content"));
  await file.commit();
  const paths = told.filter(([name]) => name === "upload" || name === "rename");
  const [[, { path }]] = paths as [[string, { path: string }]];
  expect(path).toMatch(/^\/\.upload-[0-9a-f]{16}\.part$/);
  expect(paths).toEqual([
    ["upload", { path, bytes: 7 }],
    ["rename", { verb: "RNTO", from: path, to: "/final" }],
  ]);
});

describe("the end of a session tells", () => {
  it("the account that was logged in last, and the bytes of all transfers, broken ones and listings included", async () => {
    const { server, port, storage } = await startServer();
    await putFile(storage, "/down", "x".repeat(1000));
    const ended = nextEvent(server, "session-end");
    const session = await logIn(port);
    await session.command("TYPE I");
    await session.upload("STOR up", "y".repeat(300));
    const listing = await session.download("NLST");
    expect((await session.download("RETR down")).bytes.length).toBe(1000);
    await session.command("REST 400");
    expect((await session.download("RETR down")).bytes.length).toBe(600);
    const data = await session.passive();
    const broken = nextEvent(server, "upload-broken");
    await session.command("STOR broken");
    data.write("z".repeat(50));
    await expect.poll(async () => (await session.command("STAT")).text).toContain("50 octets");
    data.resetAndDestroy();
    expect((await session.reply()).code).toBe(426);
    expect((await broken).bytes).toBe(50);
    // Neither a copy nor a hash travels.
    expect(await session.code("SITE COPY down copy")).toBe(250);
    expect(await session.code("HASH down")).toBe(213);
    await session.command("QUIT");
    const { account, reason, bytesSent, bytesReceived } = await ended;
    expect({ account, reason, bytesSent, bytesReceived }).toEqual({
      account: "me",
      reason: "quit",
      bytesSent: listing.bytes.length + 1600,
      bytesReceived: 350,
    });
  });

  it("the account also after REIN and a login that failed, and none where nobody logged in", async () => {
    const { server, port } = await startServer();
    const first = nextEvent(server, "session-end");
    const session = await logIn(port);
    expect(await session.code("REIN")).toBe(220);
    await session.command("USER else");
    expect(await session.code("PASS wrong")).toBe(530);
    session.close();
    expect(await first).toMatchObject({ account: "me", reason: "connection-lost", bytesSent: 0, bytesReceived: 0 });
    const second = nextEvent(server, "session-end");
    const stranger = await RawSession.open(port);
    stranger.close();
    expect(await second).toMatchObject({ account: undefined });
  });

  it("the bytes of a transfer that the session's end broke off", async () => {
    const { server, port } = await startServer();
    const ended = nextEvent(server, "session-end");
    const session = await logIn(port);
    const data = await session.passive();
    onTestFinished(() => void data.destroy());
    await session.command("STOR cut");
    data.write("z".repeat(70));
    await expect.poll(async () => (await session.command("STAT")).text).toContain("70 octets");
    session.close();
    expect(await ended).toMatchObject({ account: "me", bytesReceived: 70 });
  });
});
