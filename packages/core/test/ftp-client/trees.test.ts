/** Whole trees: by one session and by many, sifted, with links, and in face of failures. */
import { mkdir, mkdtemp, readFile as readLocal, readdir, readlink, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  FtpClient,
  FtpPool,
  FtpStorage,
  walk,
  type TreeOptions,
  type WalkedEntry,
  type WalkOptions,
} from "../../src/ftp-client/index.ts";
import { LocalStorage, MemoryStorage, type Storage } from "../../src/storage/index.ts";
import { at, put } from "../../src/storage/conformance/conformance-case.ts";
import { startServer, type Fixture } from "../ftp-server/server-fixture.ts";
import { entriesBelow } from "../support/entries-below.ts";

const login = { host: "127.0.0.1", user: "me", password: "secret" };

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "twinport-trees-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

interface Ends extends Fixture {
  readonly client: FtpClient;
  readonly pool: FtpPool;
  readonly local: string;
  /** Commands of the pool's sessions, as `VERB argument`. */
  readonly commands: string[];
}

async function start(storage: Storage = new MemoryStorage(), limit = 4): Promise<Ends> {
  const fixture = await startServer({ storage });
  const where = { ...login, port: fixture.port };
  const commands: string[] = [];
  const client = await FtpClient.connect(where);
  const pool = new FtpPool(where, {
    limit,
    retry: { retries: 0 },
    onSession: (session) => session.on("command", ({ verb, argument = "" }) => commands.push(`${verb} ${argument}`)),
  });
  onTestFinished(async () => {
    await client.close();
    await pool.close();
  });
  return { ...fixture, client, pool, local: await makeFolder(), commands };
}

const files: Readonly<Record<string, string>> = {
  "a.txt": "a",
  "b.log": "b",
  "docs/c.txt": "c",
  "docs/deep/er/안녕 [x] {y}.txt": "d",
  "docs/deep/z.bin": "e",
  ".hidden/f": "f",
};

async function fillLocal(folder: string, what: Readonly<Record<string, string>> = files): Promise<void> {
  for (const [path, text] of Object.entries(what)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}

async function fill(storage: Storage, top: string, what: Readonly<Record<string, string>> = files): Promise<void> {
  for (const path of Object.keys(what)) {
    const components = `${top}/${path}`.split("/").slice(1, -1);
    for (let depth = 1; depth <= components.length; depth++)
      await storage.makeDirectory(at(`/${components.slice(0, depth).join("/")}`)).catch(() => undefined);
    await put(storage, `${top}/${path}`, what[path] ?? "");
  }
}

/** From path to content, of the files in a folder of this machine. */
async function contentOf(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const entry of await entriesBelow(folder)) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) found[path.slice(folder.length + 1)] = await readLocal(path, "utf8");
    else if (entry.isSymbolicLink()) found[path.slice(folder.length + 1)] = `-> ${await readlink(path)}`;
  }
  return found;
}

async function pathsOf(source: Storage | FtpClient, path: string, options?: WalkOptions): Promise<string[]> {
  const found: string[] = [];
  for await (const { relative, entry } of walk(source, path, options))
    found.push(entry.kind === "directory" ? `${relative}/` : relative);
  return found;
}

describe("a tree", () => {
  it.each(["client", "pool"] as const)("goes up, comes down and is removed by a %s, as it was", async (by) => {
    const { local, storage, ...ends } = await start();
    await fillLocal(join(local, "up"));
    await mkdir(join(local, "up", "empty"));
    const up = await ends[by].uploadTree(join(local, "up"), "into/here");
    expect(up).toMatchObject({ files: 6, directories: 6, bytes: 6, skipped: [], failures: [] });
    const down = await ends[by].downloadTree("into/here", join(local, "down"));
    expect(down).toMatchObject({ files: 6, directories: 6, bytes: 6, skipped: [], failures: [] });
    expect(await contentOf(join(local, "down"))).toEqual(files);
    expect(await readdir(join(local, "down", "empty"))).toEqual([]);
    expect(await ends[by].removeTree("into")).toMatchObject({ files: 6, directories: 7 });
    expect(await pathsOf(storage, "/")).toEqual([]);
  });

  it("goes by as many sessions at once as a pool may have, and by no more than it is told to", async () => {
    const { local, pool, server, storage } = await start();
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`f${i % 4}/${i}`, "x".repeat(i)]));
    await fill(storage, "", many);
    await pool.downloadTree("", join(local, "wide"));
    expect(await contentOf(join(local, "wide"))).toEqual(many);
    expect(pool.size).toBe(4);
    const narrow = new FtpPool({ ...login, port: server.addresses[0]?.port ?? 0 }, { limit: 4 });
    onTestFinished(() => narrow.close());
    await narrow.downloadTree("", join(local, "narrow"), { concurrency: 1 });
    // One for the files, one for the listings.
    expect(narrow.size).toBeLessThanOrEqual(2);
  });

  it("never changes the working directory", async () => {
    const { local, client, pool, commands } = await start();
    await fillLocal(local);
    await client.mkdir("w");
    await client.cd("w");
    client.on("command", ({ verb }) => commands.push(verb));
    await client.uploadTree(local, "there");
    await pool.uploadTree(local, "there");
    await client.downloadTree("there", join(local, "a"));
    await pool.downloadTree("there", join(local, "b"));
    expect(await contentOf(join(local, "a"))).toEqual(files);
    await client.removeTree("there");
    await pool.removeTree("there");
    expect(commands.filter((command) => /^(?:CWD|CDUP)/.test(command))).toEqual([]);
    expect(await client.pwd()).toBe("/w");
  });

  it.each<readonly [string, TreeOptions, readonly string[]]>([
    ["files by name", { include: ["*.txt"] }, ["a.txt", "docs/c.txt", "docs/deep/er/안녕 [x] {y}.txt"]],
    ["files by path", { include: ["docs/*.txt", "/b.log"] }, ["b.log", "docs/c.txt"]],
    ["folders out", { exclude: ["deep/", ".*"] }, ["a.txt", "b.log", "docs/c.txt"]],
    ["exclude counts over include", { include: ["*.txt"], exclude: ["docs"] }, ["a.txt"]],
    ["a slash at the end means folders", { exclude: ["a.txt/", "docs/", ".hidden/"] }, ["a.txt", "b.log"]],
    [
      "functions",
      { include: [({ entry, depth }: WalkedEntry) => entry.size === 1 && depth === 3] },
      ["docs/deep/z.bin"],
    ],
  ])("is sifted: %s", async (_, options, expected) => {
    const { local, pool, storage } = await start();
    await fillLocal(join(local, "from"));
    const up = await pool.uploadTree(join(local, "from"), "up", options);
    expect(up.files).toBe(expected.length);
    expect((await pathsOf(storage, "/up")).filter((path) => !path.endsWith("/")).sort()).toEqual([...expected].sort());
    await pool.uploadTree(join(local, "from"), "all");
    await pool.downloadTree("all", join(local, "down"), options);
    expect(Object.keys(await contentOf(join(local, "down"))).sort()).toEqual([...expected].sort());
    // Folders that nothing is taken of are not made for a selection of files.
    const folders = new Set(expected.map((path) => path.split("/")[0]));
    if (options.include !== undefined) expect(new Set(await readdir(join(local, "down")))).toEqual(folders);
  });

  it("refuses a pattern that is too long before anything moves", async () => {
    const { local, pool } = await start();
    await fillLocal(local);
    await expect(pool.uploadTree(local, "up", { exclude: ["*".repeat(5_000)] })).rejects.toThrow(RangeError);
  });
});

describe("links in a tree", () => {
  /** A server's folder `tree` with links: to a file, to a folder, up, out, and to nothing. */
  async function linked(): Promise<Ends & { readonly root: string }> {
    const root = await makeFolder();
    const storage = new LocalStorage({ root });
    onTestFinished(() => storage.close());
    await fillLocal(root, { "tree/x/file": "content", "tree/y/other": "other", "outside/secret": "s" });
    await symlink("x/file", join(root, "tree", "to-file"));
    await symlink("../y", join(root, "tree", "x", "to-y"));
    await symlink("../x", join(root, "tree", "y", "to-x"));
    await symlink("..", join(root, "tree", "y", "up"));
    await symlink("../outside", join(root, "tree", "out"));
    return { ...(await start(storage)), root };
  }

  it("are left out and told of, unless told otherwise", async () => {
    const { local, pool } = await linked();
    const { skipped } = await pool.downloadTree("tree", join(local, "down"));
    expect(skipped.map(({ path }) => path).sort()).toEqual([
      "tree/out",
      "tree/to-file",
      "tree/x/to-y",
      "tree/y/to-x",
      "tree/y/up",
    ]);
    expect(await contentOf(join(local, "down"))).toEqual({ "x/file": "content", "y/other": "other" });
  });

  it("are followed where that is asked for, and never in a circle", async () => {
    const { local, pool } = await linked();
    const { skipped, failures } = await pool.downloadTree("tree", join(local, "down"), { symlinks: "follow" });
    expect(await contentOf(join(local, "down"))).toEqual({
      "out/secret": "s",
      "to-file": "content",
      "x/file": "content",
      "x/to-y/other": "other",
      "y/other": "other",
      "y/to-x/file": "content",
    });
    expect(failures).toEqual([]);
    expect(skipped.map(({ path }) => path).sort()).toEqual([
      "tree/x/to-y/to-x",
      "tree/x/to-y/up",
      "tree/y/to-x/to-y",
      "tree/y/up",
    ]);
  });

  it("are made here where they are kept, unless they lead out", async () => {
    const { local, pool } = await linked();
    const { links, skipped } = await pool.downloadTree("tree", join(local, "down"), { symlinks: "keep" });
    expect(links).toBe(4);
    expect(skipped.map(({ path }) => path)).toEqual(["tree/out"]);
    expect(await contentOf(join(local, "down"))).toMatchObject({
      "to-file": "-> x/file",
      "x/to-y": "-> ../y",
      "y/to-x": "-> ../x",
      "y/up": "-> ..",
    });
  });

  it("of this machine are followed or kept on the way up too", async () => {
    const { pool, root } = await linked();
    const followed = await pool.uploadTree(join(root, "tree"), "followed", { symlinks: "follow" });
    expect(followed.files).toBe(6);
    expect(await contentOf(join(root, "followed"))).toMatchObject({ "x/to-y/other": "other", "out/secret": "s" });
    const kept = await pool.uploadTree(join(root, "tree"), "kept", { symlinks: "keep" });
    expect(kept.links).toBe(4);
    expect(await readlink(join(root, "kept", "to-file"))).toMatch(/file$/);
    expect(await readLocal(join(root, "kept", "x", "to-y", "other"), "utf8")).toBe("other");
  });

  it("of this machine, in the place of what comes down, are not written through", async () => {
    const { local, pool, storage } = await start();
    await fill(storage, "/t", { file: "new", "folder/file": "new", fine: "new" });
    const [outside, into] = [join(local, "outside"), join(local, "into")];
    await fillLocal(local, { "outside/file": "old", "into/x": "" });
    await symlink(join(outside, "file"), join(into, "file"));
    await symlink(outside, join(into, "folder"));
    const { skipped, failures, files: moved } = await pool.downloadTree("t", into, { onError: "continue" });
    expect(moved).toBe(1);
    expect(skipped).toEqual([{ path: "t/file", reason: "a link has its name here" }]);
    expect(failures.map(({ path }) => path)).toEqual(["folder"]);
    expect(await contentOf(outside)).toEqual({ file: "old" });
    await expect(pool.downloadTree("t", into)).rejects.toMatchObject({ name: "LocalFileError" });
  });
});

describe("a failure in a tree", () => {
  /** A storage that has one file which nobody can read. */
  class Spoilt extends MemoryStorage {
    override openRead(
      ...[path, options]: Parameters<MemoryStorage["openRead"]>
    ): ReturnType<MemoryStorage["openRead"]> {
      return path.endsWith("/spoilt") ? super.openRead(at("/missing")) : super.openRead(path, options);
    }
  }

  it("ends all by the error that came first", async () => {
    const { local, pool, storage } = await start(new Spoilt());
    await fill(storage, "", { ...files, "docs/spoilt": "x" });
    const failure = pool.downloadTree("", join(local, "down"));
    await expect(failure).rejects.toMatchObject({ name: "FtpReplyError", code: 550 });
  });

  it("is told of in the result where the rest is to go on", async () => {
    const { local, pool, storage } = await start(new Spoilt());
    await fill(storage, "", { ...files, "docs/spoilt": "x" });
    const { failures, files: moved } = await pool.downloadTree("", join(local, "down"), { onError: "continue" });
    expect(moved).toBe(6);
    expect(failures).toMatchObject([{ path: "docs/spoilt", error: { name: "FtpReplyError", code: 550 } }]);
    expect(await contentOf(join(local, "down"))).toEqual(files);
  });

  it("by an abort ends all, whatever is to go on", async () => {
    const { local, pool } = await start();
    await fillLocal(local);
    const abort = new AbortController();
    const going = pool.uploadTree(local, "up", {
      signal: abort.signal,
      concurrency: 1,
      onError: "continue",
      onFile: () => abort.abort(),
    });
    await expect(going).rejects.toMatchObject({ name: "FtpTransferError", kind: "aborted" });
  });
});

describe("walk", () => {
  it("tells a folder before what is in it, names in order, alike for storages and servers", async () => {
    const { client, pool, storage } = await start();
    await fill(storage, "/top");
    const expected = [
      ".hidden/",
      ".hidden/f",
      "a.txt",
      "b.log",
      "docs/",
      "docs/c.txt",
      "docs/deep/",
      "docs/deep/er/",
      "docs/deep/er/안녕 [x] {y}.txt",
      "docs/deep/z.bin",
    ];
    expect(await pathsOf(storage, "/top")).toEqual(expected);
    expect(await pathsOf(client, "top")).toEqual(expected);
    expect(await pathsOf(new FtpStorage(pool), "/top")).toEqual(expected);
    expect(await pathsOf(new FtpStorage(pool, { root: "top" }), "/")).toEqual(expected);
  });

  it("goes no deeper than it is told to, and says so", async () => {
    const { storage } = await start();
    await fill(storage, "/top");
    expect(await pathsOf(storage, "/top", { depth: 3 })).toHaveLength(10);
    await expect(pathsOf(storage, "/top", { depth: 2 })).rejects.toMatchObject({ kind: "too-large" });
    const failures: string[] = [];
    const found = await pathsOf(storage, "/top", { depth: 2, onFailure: ({ path }) => failures.push(path) });
    expect(found).toHaveLength(9);
    expect(failures).toEqual(["/top/docs/deep/er"]);
  });

  it("may be left early", async () => {
    const { client, storage } = await start();
    await fill(storage, "");
    for await (const { relative } of walk(client, "")) {
      expect(relative).toBe(".hidden");
      break;
    }
    expect(await client.pwd()).toBe("/");
  });
});

it("makes sure of folders, whether they are there or not", async () => {
  const { client, pool, storage } = await start();
  await client.ensureDirectory("a/b/c");
  await pool.ensureDirectory("/a/b/d/");
  await pool.ensureDirectory("a/b/c");
  await client.ensureDirectory("");
  await client.ensureDirectory("/");
  expect(await pathsOf(storage, "/")).toEqual(["a/", "a/b/", "a/b/c/", "a/b/d/"]);
  await put(storage, "/file", "");
  await expect(client.ensureDirectory("file")).rejects.toMatchObject({ name: "FtpReplyError" });
  await expect(client.ensureDirectory("file/below")).rejects.toMatchObject({ name: "FtpReplyError" });
});

describe("files at once", () => {
  it.each([0, -1, 1.5, NaN])("are not %s", async (concurrency) => {
    const { pool, client, storage, local } = await start();
    await fill(storage, "/top");
    await fillLocal(join(local, "here"));
    const how = { concurrency };
    await expect(pool.downloadTree("top", join(local, "there"), how)).rejects.toThrow(RangeError);
    await expect(client.downloadTree("top", join(local, "there"), how)).rejects.toThrow(RangeError);
    await expect(pool.uploadTree(join(local, "here"), "up", how)).rejects.toThrow(RangeError);
    await expect(pool.removeTree("top", how)).rejects.toThrow(RangeError);
    expect(await client.exists("top")).toBe(true);
    expect(await client.exists("up")).toBe(false);
  });
});
