/** Listings that are not whole, or are another directory's: each manner of servers, and what the client makes of it. */
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { FtpClient, FtpPool, listingFault, type ListedEntry } from "../../src/ftp-client/index.ts";
import { meansEmpty, tellsFailure } from "../../src/ftp-client/listing-refusals.ts";
import { nameWithin } from "../../src/ftp-client/listing-names.ts";
import { passive, startScripted, type Script } from "./scripted-server.ts";
import { manners, startTreeServer, type Manner, type Node } from "./tree-server.ts";

async function connect(port: number): Promise<FtpClient> {
  const client = await FtpClient.connect({ host: "127.0.0.1", port, user: "me", password: "x", replyTimeout: 3_000 });
  onTestFinished(() => client.destroy());
  return client;
}

async function scripted(script: Script): Promise<{ client: FtpClient; commands: string[] }> {
  const { port, commands } = await startScripted(script);
  return { client: await connect(port), commands };
}

const namesOf = (entries: readonly ListedEntry[]): string[] => entries.map(({ name }) => name).sort();
const tree = (): Map<string, Node> =>
  new Map<string, Node>([
    [
      "dir",
      new Map<string, Node>([
        ["f", "12"],
        ["dir", new Map()],
      ]),
    ],
    ["empty", new Map()],
    ["file.txt", "123"],
    ["-dash", new Map([["d", "1"]])],
    ["[b]", new Map([["in b", "1"]])],
  ]);

describe("a directory is listed from inside", () => {
  it("and the session is where it was, which it asks for once", async () => {
    const { port, commands } = await startTreeServer({ tree: tree(), unreadable: new Map() });
    const client = await connect(port);
    expect(namesOf(await client.list("dir"))).toEqual(["dir", "f"]);
    expect(namesOf(await client.list("/dir/"))).toEqual(["dir", "f"]);
    expect((await client.names("dir")).sort()).toEqual(["dir", "f"]);
    expect(await client.names("empty")).toEqual([]);
    await client.cd("dir");
    expect(namesOf(await client.list())).toEqual(["dir", "f"]);
    expect(namesOf(await client.list("."))).toEqual(["dir", "f"]);
    expect(namesOf(await client.list("/"))).toContain("file.txt");
    expect(namesOf(await client.list("dir"))).toEqual([]);
    expect(await client.pwd()).toBe("/dir");
    expect(commands.filter((line) => line === "PWD")).toHaveLength(3);
    // What is listed where the session is needs no CWD.
    expect(commands.filter((line) => line.startsWith("CWD"))).toEqual([
      ...["CWD dir", "CWD /", "CWD /dir/", "CWD /", "CWD dir", "CWD /", "CWD empty", "CWD /"],
      ...["CWD dir", "CWD /", "CWD /dir", "CWD dir", "CWD /dir"],
    ]);
    expect(commands.some((line) => /^(?:LIST|NLST) (?!-a)/.test(line))).toBe(false);
  });

  it("with MLSD too, where the path may be taken for a pattern or for switches", async () => {
    const { port, commands } = await startTreeServer({ tree: tree(), unreadable: new Map(), facts: true });
    const client = await connect(port);
    expect(namesOf(await client.list("[b]"))).toEqual(["in b"]);
    expect(namesOf(await client.list("-dash"))).toEqual(["d"]);
    expect(namesOf(await client.list("dir"))).toEqual(["dir", "f"]);
    expect(commands.filter((line) => line.startsWith("MLSD"))).toEqual(["MLSD", "MLSD", "MLSD dir"]);
  });

  it("and a session that cannot go back is closed, so that nothing happens in the wrong place", async () => {
    const { client, commands } = await scripted((verb, argument, session) => {
      if (verb === "EPSV") return passive(session, (data) => data.end("-rw-r--r-- 1 a b 1 Jan  2  2020 f\r\n"));
      if (verb === "LIST") return "150 Here\r\n226 Done\r\n";
      return verb === "CWD" && argument === "/" ? "550 No way back\r\n" : undefined;
    });
    expect(namesOf(await client.list("dir"))).toEqual(["f"]);
    expect(client.closed).toBe(true);
    await expect(client.remove("f")).rejects.toThrow("No way back");
    expect(commands.some((line) => line.startsWith("DELE"))).toBe(false);
  });

  it("and a pool goes on with another session then", async () => {
    let sessions = 0;
    const { port } = await startScripted((verb, argument, session) => {
      if (verb === "USER") sessions++;
      if (verb === "EPSV") return passive(session, (data) => data.end("-rw-r--r-- 1 a b 1 Jan  2  2020 f\r\n"));
      if (verb === "LIST") return "150 Here\r\n226 Done\r\n";
      return verb === "CWD" && argument === "/" ? "550 No way back\r\n" : undefined;
    });
    const pool = new FtpPool({ host: "127.0.0.1", port, user: "me", password: "x" }, { limit: 1 });
    onTestFinished(() => pool.close());
    for (let i = 0; i < 2; i++) expect(namesOf(await pool.use((client) => client.list("dir")))).toEqual(["f"]);
    expect(sessions).toBe(2);
  });

  it("but not by a server that takes its name for a pattern, and goes to another one", async () => {
    let here = "/";
    const { client } = await scripted((verb, argument, session) => {
      if (verb === "PWD") return `257 "${here}"\r\n`;
      if (verb === "CWD") here = argument === "[b]" ? "/b" : argument;
      if (verb === "EPSV") return passive(session, (data) => data.end("-rw-r--r-- 1 a b 1 Jan  2  2020 other\r\n"));
      return verb === "LIST" ? "150 Here\r\n226 Done\r\n" : verb === "SIZE" ? "550 No\r\n" : undefined;
    });
    await expect(client.list("[b]")).rejects.toMatchObject({ code: 550 });
    expect(here).toBe("/");
  });

  it("or else as its path says, on a server that does not tell where it is", async () => {
    const lists: string[] = [];
    const { client } = await scripted((verb, argument, session) => {
      if (verb === "PWD") return "502 No\r\n";
      if (verb === "LIST") lists.push(argument);
      if (verb === "EPSV") {
        return passive(session, (data) => {
          const name = lists.length < 1 ? "f" : "locked";
          const kind = lists.length < 1 ? "-rw-r--r--" : "drwx------";
          data.end(`${kind} 1 a b 1 Jan  2  2020 ${name}\r\n`);
        });
      }
      return verb === "LIST" ? "150 Here\r\n226 Done\r\n" : undefined;
    });
    expect(namesOf(await client.list("box"))).toEqual(["f"]);
    // The directory's own line is no entry of it.
    await expect(client.list("in/locked")).rejects.toMatchObject({ kind: "incomplete-listing" });
    expect(lists).toEqual(["box", "in/locked"]);
  });
});

describe("what is no directory", () => {
  it("is a file's own entry, by its line or its size", async () => {
    const { port } = await startTreeServer({ tree: tree(), unreadable: new Map() });
    const client = await connect(port);
    for (const path of ["file.txt", "/dir/f"])
      expect(await client.list(path)).toMatchObject([{ name: path.split("/").at(-1), kind: "file" }]);
    expect(await client.names("file.txt")).toHaveLength(1);
    const { client: silent } = await scripted((verb, argument, session) => {
      if (verb === "CWD") return argument === "/" ? "250 There\r\n" : "550 Not a directory\r\n";
      if (verb === "SIZE") return argument === "a.txt" ? "213 7\r\n" : "550 No\r\n";
      if (verb === "EPSV") return passive(session, (data) => data.end());
      return verb === "LIST" ? "150 Here\r\n226 Done\r\n" : undefined;
    });
    expect(await silent.list("a.txt")).toMatchObject([{ name: "a.txt", kind: "file", size: 7 }]);
    await expect(silent.list("b.txt")).rejects.toMatchObject({ code: 550, verb: "CWD" });
  });

  it("is refused where nothing is there, and nothing that a pattern matches is taken for it", async () => {
    const { port } = await startTreeServer({ tree: tree(), unreadable: new Map() });
    const client = await connect(port);
    for (const path of ["nothere", "dir/nothere", "*", "-R"]) {
      await expect(client.list(path), path).rejects.toMatchObject({ code: 550 });
      await expect(client.names(path), path).rejects.toMatchObject({ code: 550 });
    }
    expect(await client.pwd()).toBe("/");
  });
});

describe("a directory that cannot be listed", () => {
  const plain = manners.filter((manner) => !manner.startsWith("facts:"));
  /** Those in which something is told beside what is wrong: a list gives both, and `listingFault` tells. */
  const partial: ReadonlySet<Manner> = new Set([
    "a line that is not understood",
    "a name with a slash",
    "an error line among others",
  ]);

  it.each(plain)("is never an empty or shorter one: %s", async (manner) => {
    const server = { tree: tree(), unreadable: new Map([["/dir", manner]]) };
    const { port } = await startTreeServer(server);
    const client = await connect(port);
    if (partial.has(manner)) expect(listingFault(await client.list("dir"))).toBeDefined();
    else await expect(client.list("dir")).rejects.toThrow();
    const second = await connect(port);
    await second.cd("/").catch(() => undefined);
    const removed = second.removeDirectory("dir", { recursive: true });
    await expect(removed).rejects.toThrow();
    expect(server.tree.get("dir")).toBeInstanceOf(Map);
    expect((server.tree.get("dir") as Map<string, Node>).size).toBe(2);
  });

  it.each(plain)("makes a tree that is downloaded tell that something is missing: %s", async (manner) => {
    const { port } = await startTreeServer({ tree: tree(), unreadable: new Map([["/dir", manner]]) });
    const folder = await mkdtemp(join(tmpdir(), "twinport-whole-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const pool = new FtpPool(
      { host: "127.0.0.1", port, user: "me", password: "x" },
      { limit: 1, retry: { retries: 0 } },
    );
    onTestFinished(() => pool.close());
    const { failures, missing } = await pool.downloadTree("/", folder, { onError: "continue" });
    expect(failures.length + missing.length).toBeGreaterThan(0);
    if (manner !== "control connection cut") expect(await readdir(folder)).toContain("file.txt");
  });
});

describe("names with a slash", () => {
  const within = async (lines: readonly string[], path: string | undefined): Promise<ListedEntry[]> => {
    const { client } = await scripted((verb, _, session) => {
      if (verb === "PWD") return '257 "/"\r\n';
      if (verb === "EPSV") return passive(session, (data) => data.end(lines.map((line) => `${line}\r\n`).join("")));
      return /^(?:LIST|NLST)$/.test(verb) ? "150 Here\r\n226 Done\r\n" : undefined;
    });
    return client.list(path);
  };

  it("are the last component where the rest is the listed directory", async () => {
    const os400 = [
      "USER1             7 05/20/15 15:36:52 *STMF      /DRV/AUD/A1.PDF",
      "USER1          8192 05/20/15 15:36:52 *DIR       /DRV/AUD/SUB/",
    ];
    for (const path of ["/DRV/AUD", "/drv/aud/", "DRV/AUD"]) {
      const entries = await within(os400, path);
      expect(entries, path).toMatchObject([
        { name: "A1.PDF", kind: "file", size: 7 },
        { name: "SUB", kind: "directory" },
      ]);
      expect(listingFault(entries)).toBeUndefined();
    }
    const unix = (name: string): string => `drwxr-xr-x 1 a b 1 Jan  2  2020 ${name}`;
    const found = await within(["./a", "box/b", "/box/c", "sub/", "./box/d/", "."].map(unix), "box");
    expect(namesOf(found)).toEqual(["a", "b", "c", "d", "sub"]);
    expect(namesOf(await within([unix("./x"), unix("/y")], undefined))).toEqual(["x", "y"]);
  });

  it("stay as they are where it is another one, and the listing is not whole", async () => {
    for (const name of ["other/a", "/elsewhere/a", "box/deeper/a", "../a", "/etc/passwd"]) {
      const entries = await within([`-rw-r--r-- 1 a b 1 Jan  2  2020 ${name}`], "box");
      expect(namesOf(entries)).toEqual([name]);
      expect(listingFault(entries)).toContain(JSON.stringify(name));
    }
  });

  it("are held against the directory however it is written", () => {
    const box = { path: "in/box/", here: "/home" };
    for (const name of ["a", "a/", "./a", ".//a", "in/box/a", "./in/box/a/", "/home/in/box/a", "/home//in/box/a"])
      expect(nameWithin(name, box), name).toBe("a");
    for (const name of ["in/a", "box/a", "/in/box/a", "..", "../a", "/a"])
      expect(nameWithin(name, box), name).toBe(name);
    for (const name of ["/home/in/box", "/home/in/box/", "in/box", "./"]) expect(nameWithin(name, box), name).toBe(".");
    expect(nameWithin("/a", { path: undefined, here: "/" })).toBe("a");
    expect(nameWithin("/A/B", { path: "/a", here: undefined }, true)).toBe("B");
    expect(nameWithin("/A/B", { path: "/a", here: undefined })).toBe("/A/B");
  });
});

describe("words of servers", () => {
  it("mean an empty directory only where they are sure", () => {
    expect(meansEmpty({ code: 550, text: "No files found." })).toBe(true);
    expect(meansEmpty({ code: 450, text: "No files were found" })).toBe(true);
    expect(meansEmpty({ code: 550, text: "No files found or invalid directory or permission problem" })).toBe(false);
    expect(meansEmpty({ code: 226, text: "No files found." })).toBe(false);
    expect(meansEmpty({ code: 550, text: "box: No such file or directory" })).toBe(false);
  });

  it("tell of a failure behind a success's code, whatever the directory is called", () => {
    for (const text of [
      "Transfer done (but failed to open directory).",
      "Sorry, we were unable to read [x]\nOptions: -l\n0 matches total",
      "Output truncated to 10000 matches\n10000 matches total",
      "Transfer complete, but x: Permission denied",
      "Listing failed",
    ])
      expect(tellsFailure({ text }, "x"), text).toBe(true);
    for (const text of [
      "Directory send OK.",
      "Transfer complete.",
      "Options: -l\n16 matches total",
      'Successfully transferred "/permission denied"',
      "Transfer of permission denied complete",
      "List completed successfully.",
    ])
      expect(tellsFailure({ text }, "permission denied"), text).toBe(false);
  });
});
