/** A server as a storage: sessions that open files hold, what is left behind, servers with few words, times. */
import { describe, expect, it, onTestFinished } from "vitest";
import { FtpClient, FtpPool, FtpStorage, type FtpStorageOptions } from "../../../src/ftp-client/index.ts";
import { StorageError, type Entry, type Storage } from "../../../src/storage/index.ts";
import { at, contentOf, entriesOf, namesOf, put, textOf } from "../../../src/storage/conformance/conformance-case.ts";
import { readFile, startServer, type Fixture } from "../../ftp-server/server-fixture.ts";
import { startScripted, type Script, type ScriptedSession } from "../scripted-server.ts";

const login = { host: "127.0.0.1", user: "me", password: "secret" };
const once = { retry: { retries: 0 } };

async function start(
  options: FtpStorageOptions & { readonly limit?: number } = {},
): Promise<Fixture & { pool: FtpPool; remote: FtpStorage; inside: Storage }> {
  const fixture = await startServer();
  const pool = new FtpPool({ ...login, port: fixture.port }, { limit: options.limit ?? 4, ...once });
  onTestFinished(() => pool.close());
  return { ...fixture, pool, inside: fixture.storage, remote: new FtpStorage(pool, options) };
}

async function connect(port: number): Promise<FtpClient> {
  const client = await FtpClient.connect({ ...login, port });
  onTestFinished(() => client.close());
  return client;
}

async function kindOf(result: Promise<unknown>): Promise<unknown> {
  return result.then(
    () => "succeeded",
    (error: unknown) => (error instanceof StorageError ? error.kind : error),
  );
}

describe("an open file holds its session", () => {
  it("so that another operation waits for it to be closed", async () => {
    const { remote, inside } = await start({ limit: 1 });
    await put(inside, "/file", "content");
    const file = await remote.openRead(at("/file"));
    const waiting = remote.stat(at("/file"));
    await file.close();
    expect((await waiting).size).toBe(7);
    const writing = await remote.openWrite(at("/new"));
    const listing = namesOf(remote, "/");
    await writing.write(Buffer.from("new"));
    await writing.commit();
    expect(await listing).toEqual(["file", "new"]);
  });

  it("and is told of when nobody uses it and others wait", async () => {
    const { remote, inside, pool } = await start({ limit: 1, openFileWait: 40 });
    await put(inside, "/file", "content");
    const file = await remote.openWrite(at("/new"));
    expect(await kindOf(remote.stat(at("/file")))).toBe("too-many-open");
    expect(await kindOf(remote.openRead(at("/file")))).toBe("too-many-open");
    expect(await kindOf(namesOf(remote, "/"))).toBe("too-many-open");
    expect(pool.waiting).toBe(0);
    await file.write(Buffer.from("still works"));
    await file.commit();
    expect(await textOf(remote, "/new")).toBe("still works");
  });

  it("for no longer than it is read, closed or not", async () => {
    const { remote, inside } = await start({ limit: 1 });
    await put(inside, "/file", "content");
    const file = await remote.openRead(at("/file"));
    while ((await file.read(Buffer.alloc(100))) > 0);
    expect((await remote.stat(at("/file"))).size).toBe(7);
    await file.close();
  });

  it("and waiting for it can be aborted", async () => {
    const { remote, inside } = await start({ limit: 1 });
    await put(inside, "/file", "content");
    const file = await remote.openRead(at("/file"));
    const abort = new AbortController();
    const waiting = kindOf(remote.stat(at("/file"), { signal: abort.signal }));
    abort.abort();
    expect(await waiting).toBe("aborted");
    await file.close();
  });
});

describe("a file that is written to a server", () => {
  it("lies under another name until it is whole, which listings leave out", async () => {
    const { remote, port } = await start();
    await put(remote, "/file", "old");
    const client = await connect(port);
    const file = await remote.openWrite(at("/file"));
    await file.write(Buffer.from("new"));
    expect(await textOf(remote, "/file")).toBe("old");
    await client.upload(Buffer.from("left"), ".upload-0123456789abcdef.part");
    expect(await namesOf(remote, "/")).toEqual(["file"]);
    await file.commit();
    expect(await textOf(remote, "/file")).toBe("new");
    expect(await client.names()).toEqual([".upload-0123456789abcdef.part", "file"]);
  });

  it("has the permission bits of the one that it replaces", async () => {
    const { remote, inside } = await start();
    await put(inside, "/file", "old", { permissions: 0o600 });
    await put(remote, "/file", "new");
    expect((await inside.stat(at("/file"))).mode).toBe(0o600);
  });

  it("keeps a beginning that is larger than what is copied at a time", async () => {
    const { remote, inside } = await start();
    const content = Buffer.alloc(9_000_000, "0123456789abcdef");
    await put(inside, "/file", content);
    await put(remote, "/file", "end", { mode: "at", offset: 8_900_001 });
    const now = await contentOf(inside, "/file");
    expect(now.equals(Buffer.concat([content.subarray(0, 8_900_001), Buffer.from("end")]))).toBe(true);
    expect(await namesOf(inside, "/")).toEqual(["file"]);
  });

  it("goes to its own name where there are to be no temporary ones", async () => {
    const { remote, inside, pool } = await start({ temporaryNames: false });
    const commands: string[] = [];
    await pool.use(
      async (client) => void client.on("command", ({ verb, argument }) => commands.push(`${verb} ${argument ?? ""}`)),
    );
    await put(remote, "/file", "content");
    expect(await readFile(inside, "/file")).toBe("content");
    expect(commands).toContain("STOR file");
    expect(commands.join("\n")).not.toContain("RNFR");
  });
});

describe("a server that hands no reasons on", () => {
  /** One without facts, whose refusals say nothing, and on which there are a folder `folder` and a file `file`. */
  function curt(more: Script = () => undefined): Script {
    return (verb, argument, session) => {
      const name = argument.replace(/^.*\//, "");
      switch (verb) {
        case "PWD":
          return '257 "/"\r\n';
        case "SIZE":
          return name === "file" ? "213 3\r\n" : "550 No.\r\n";
        case "MDTM":
          return name === "file" ? "213 20200102030405\r\n" : "550 No.\r\n";
        case "CWD":
          return name === "folder" || argument === "/" ? "250 There.\r\n" : "550 No.\r\n";
        case "EPSV":
          return passive(session, "-rw-r--r-- 1 a b 3 Jan  2  2020 file\r\ndrwxr-xr-x 1 a b 3 Jan  2  2020 folder\r\n");
        case "LIST":
          return "150 Here\r\n226 Done\r\n";
        case "RETR":
        case "DELE":
        case "RMD":
        case "MKD":
          return "550 No.\r\n";
        default:
          return more(verb, argument, session);
      }
    };
  }

  async function storage(script: Script): Promise<{ remote: FtpStorage; commands: string[] }> {
    const { port, commands } = await startScripted(script);
    const pool = new FtpPool({ ...login, port }, { limit: 1, ...once });
    onTestFinished(() => pool.close());
    return { remote: new FtpStorage(pool), commands };
  }

  it("is asked what is there", async () => {
    const { remote } = await storage(curt());
    expect(await kindOf(remote.openRead(at("/missing")))).toBe("not-found");
    expect(await kindOf(remote.openRead(at("/folder")))).toBe("is-a-directory");
    expect(await kindOf(remote.openRead(at("/file")))).toBe("permission-denied");
    expect(await kindOf(remote.remove(at("/folder")))).toBe("is-a-directory");
    expect(await kindOf(remote.removeDirectory(at("/file")))).toBe("not-a-directory");
    expect(await kindOf(remote.removeDirectory(at("/folder")))).toBe("directory-not-empty");
    expect(await kindOf(remote.makeDirectory(at("/folder")))).toBe("already-exists");
    expect(await kindOf(remote.makeDirectory(at("/missing/new")))).toBe("not-found");
    expect(await kindOf(remote.makeDirectory(at("/file/new")))).toBe("not-a-directory");
    expect(await kindOf(remote.freeSpace(at("/")))).toBe("not-supported");
  });

  it("is understood in the words of others", async () => {
    for (const [reply, kind] of [
      ["550 /file: Permission denied", "permission-denied"],
      ["550 No such file or directory", "not-found"],
      ["553 file: File exists", "already-exists"],
      ["552 Over", "quota-exceeded"],
      ["452 Full", "no-space"],
      ["450 Text file busy", "busy"],
      ["530 Log in", "permission-denied"],
      ["502 What", "not-supported"],
      ["421 Bye", "unavailable"],
      ['550 "/is a directory": cannot', "permission-denied"],
    ] as const) {
      const { remote } = await storage(curt((verb) => (verb === "RNFR" ? `${reply}\r\n` : undefined)));
      expect(await kindOf(remote.rename(at("/file"), at("/new"))), reply).toBe(kind);
    }
  });

  it("that replaces no file by a rename has the old one put aside, and back when that is of no use", async () => {
    for (const ends of [true, false]) {
      const files = new Set(["from", "to"]);
      let from = "";
      const { remote } = await storage((verb, argument) => {
        if (verb === "RNFR") from = argument;
        if (verb === "RNFR") return "350 To\r\n";
        if (verb === "RNTO" && (files.has(argument) || (from === "from" && !ends))) return "553 No.\r\n";
        if (verb === "RNTO") {
          files.delete(from);
          files.add(argument);
          return "250 Done\r\n";
        }
        if (verb === "DELE") return files.delete(argument) ? "250 Gone\r\n" : "550 No.\r\n";
        if (verb === "SIZE") return files.has(argument) ? "213 1\r\n" : "550 No.\r\n";
        return curt()(verb, argument, undefined as unknown as ScriptedSession);
      });
      expect(await kindOf(remote.rename(at("/from"), at("/to")))).toBe(ends ? "succeeded" : "name-not-allowed");
      expect([...files].sort()).toEqual(ends ? ["to"] : ["from", "to"]);
    }
  });

  it("and writes a line that nobody understands has no listing that looks whole", async () => {
    const { remote } = await storage((verb, argument, session) =>
      verb === "EPSV"
        ? passive(session, "-rw-r--r-- 1 a b 3 Jan  2  2020 file\r\n???\r\n")
        : curt()(verb, argument, session),
    );
    expect(await kindOf(entriesOf(remote, "/"))).toBe("input-output");
  });

  it("has times as exact as it tells them", async () => {
    const { remote } = await storage(curt());
    const [file] = await entriesOf(remote, "/");
    expect(file).toMatchObject({ name: "file", modified: Date.UTC(2020, 0, 2), timePrecision: 86_400_000 });
    expect(await remote.stat(at("/file"))).toMatchObject({
      modified: Date.UTC(2020, 0, 2, 3, 4, 5),
      timePrecision: 1_000,
    });
    expect(await remote.stat(at("/folder"))).toMatchObject({ modified: 0, timePrecision: Infinity });
  });
});

it("tells times to the millisecond where the server does", async () => {
  const { remote, inside } = await start();
  await put(inside, "/file", "x");
  await inside.setTimes?.(at("/file"), { modified: 1_600_000_000_123 });
  const told: Entry = await remote.stat(at("/file"));
  expect([told.modified, told.timePrecision]).toEqual([1_600_000_000_123, undefined]);
  const [listed] = await entriesOf(remote, "/");
  expect([listed?.modified, listed?.timePrecision]).toEqual([1_600_000_000_123, undefined]);
});

it("tells what the server can do", async () => {
  const { remote } = await start();
  expect([...(await remote.abilities())]).toEqual(expect.arrayContaining(["setTimes", "freeSpace", "hash"]));
});

/** A data port that says something and closes. */
function passive(session: ScriptedSession, content: string): undefined {
  void session.listen((data) => data.end(content)).then((port) => session.send(`229 Here (|||${port}|)\r\n`));
  return undefined;
}
