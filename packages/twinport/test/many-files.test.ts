import { mkdtemp, readdir, readFile as readLocal, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { MemoryStorage, resolveVirtualPath, rootPath, StorageError, type VirtualPath } from "@twinport/core/storage";
import { putFile, readFile, startServer } from "../../core/test/ftp-server/server-fixture.ts";
import { twinport } from "./cli.ts";

// Each of these tests starts many processes.
vi.setConfig({ testTimeout: 240_000 });

const env = { TWINPORT_PASSWORD: "secret" };

/** A storage that fails as it is told to, and knows how many files were open at once. */
class OddStorage extends MemoryStorage {
  readonly failures = new Map<string, number>();
  opened = 0;
  most = 0;
  /** No file is read before so many are open. */
  together = 1;
  readonly #arrived: (() => void)[] = [];

  override async openRead(...args: Parameters<MemoryStorage["openRead"]>): ReturnType<MemoryStorage["openRead"]> {
    const [path] = args;
    const left = this.failures.get(path) ?? 0;
    if (left > 0) {
      this.failures.set(path, left - 1);
      throw new StorageError("busy", `${path} is in use`);
    }
    const file = await super.openRead(...args);
    this.most = Math.max(this.most, ++this.opened);
    // Without `readNow`: what waits for others is not there at once.
    return {
      ...(file.size === undefined ? {} : { size: file.size }),
      read: async (into) => {
        if (this.most >= this.together) this.#arrived.splice(0).forEach((go) => go());
        else await new Promise<void>((go) => this.#arrived.push(go));
        return file.read(into);
      },
      close: async () => {
        this.opened--;
        await file.close();
      },
    };
  }
}

let here: string;
let storage: OddStorage;
let url: (path?: string) => string;

beforeEach(async () => {
  here = await mkdtemp(join(tmpdir(), "twinport-many-"));
  storage = new OddStorage();
  const { port } = await startServer({ storage });
  url = (path = "") => `ftp://me@127.0.0.1:${port}/${path}`;
  for (const folder of ["/logs", "/logs/old"]) await storage.makeDirectory(at(folder));
  for (const name of ["logs/1.gz", "logs/2.gz", "logs/3.gz", "logs/note.txt", "logs/old/1.gz", "odd[1].txt"])
    await putFile(storage, `/${name}`, `content of ${name}`);
  onTestFinished(() => rm(here, { recursive: true }));
});

function at(path: string): VirtualPath {
  return resolveVirtualPath(rootPath, path);
}

const lines = (text: string): Record<string, unknown>[] =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe("twinport get with many files", () => {
  it("takes patterns and several URLs into a folder that it makes, each in a session of its own", async () => {
    storage.together = 3;
    const args = ["get", "--json", url("logs/*.gz"), url("logs/note.txt"), "in/there/"];
    const { code, stdout, stderr } = await twinport(args, { env, cwd: here });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect((await readdir(join(here, "in/there"))).sort()).toEqual(["1.gz", "2.gz", "3.gz", "note.txt"]);
    expect(await readLocal(join(here, "in/there/2.gz"), "utf8")).toBe("content of logs/2.gz");
    expect(
      lines(stdout)
        .map(({ path }) => path)
        .sort(),
    ).toEqual(["logs/1.gz", "logs/2.gz", "logs/3.gz", "logs/note.txt"]);
    expect(storage.most).toBeGreaterThanOrEqual(3);
    expect(storage.most).toBeLessThanOrEqual(4);
    expect(storage.opened).toBe(0);
  });

  it("moves no more files at once than --transfers says", async () => {
    expect((await twinport(["get", "--transfers", "1", url("logs/*.gz"), "x/"], { env, cwd: here })).code).toBe(0);
    expect(storage.most).toBe(1);
  });

  it("takes a name with brackets for a name where nothing matches, or by --no-glob", async () => {
    expect((await twinport(["get", url("odd[1].txt")], { env, cwd: here })).code).toBe(0);
    expect(await readLocal(join(here, "odd[1].txt"), "utf8")).toBe("content of odd[1].txt");
    await putFile(storage, "/odd1.txt", "another");
    expect((await twinport(["get", url("odd[1].txt")], { env, cwd: here })).code).toBe(0);
    expect(await readLocal(join(here, "odd1.txt"), "utf8")).toBe("another");
    await rm(join(here, "odd1.txt"));
    expect((await twinport(["get", "--no-glob", url("odd[1].txt"), "copy"], { env, cwd: here })).code).toBe(0);
    expect(await readLocal(join(here, "copy"), "utf8")).toBe("content of odd[1].txt");
    const none = await twinport(["get", url("nothing*")], { env, cwd: here });
    expect(none.code).toBe(5);
  });

  it("leaves folders out that a pattern matches, but for --recursive", async () => {
    const { code, stderr } = await twinport(["get", url("logs/*"), "flat/"], { env, cwd: here });
    expect(code).toBe(0);
    expect(stderr).toContain("folders are left out: 1; -r downloads them");
    expect(await readdir(join(here, "flat"))).not.toContain("old");
    expect((await twinport(["get", "-r", url("logs/*"), "deep/"], { env, cwd: here })).code).toBe(0);
    expect(await readLocal(join(here, "deep/old/1.gz"), "utf8")).toBe("content of logs/old/1.gz");
  });

  it("refuses before anything moves where two files would have one place, or many files no folder", async () => {
    const twice = await twinport(["get", url("logs/1.gz"), url("logs/old/1.gz"), "x/"], { env, cwd: here });
    expect(twice.code).toBe(2);
    expect(twice.stderr).toContain("would both become x/1.gz");
    const missing = await twinport(["get", url("logs/*.gz"), "x2"], { env, cwd: here });
    expect(missing.code).toBe(2);
    expect(missing.stderr).toContain("end it with / to make it");
    const both = await twinport(["get", "-o", "x", url("logs/1.gz"), "y"], { env, cwd: here });
    expect(both.code).toBe(2);
    expect(storage.most).toBe(0);
  });

  it("prints several files to stdout in their order", async () => {
    const { stdout, code } = await twinport(["get", "-o", "-", url("logs/note.txt"), url("logs/[12].gz")], { env });
    expect(code).toBe(0);
    expect(stdout).toBe("content of logs/note.txtcontent of logs/1.gzcontent of logs/2.gz");
  });

  it("tries again what may pass, and says so", async () => {
    storage.failures.set("/logs/2.gz", 2);
    const args = ["get", "--retry-delay", "0.01", url("logs/*.gz"), "x/"];
    const { code, stderr } = await twinport(args, { env, cwd: here });
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stderr).toMatch(/2\.gz is in use; again in 0\.0 s \(1 of 3\)\n[^]*\(2 of 3\)\n$/);
    expect((await readdir(join(here, "x"))).sort()).toEqual(["1.gz", "2.gz", "3.gz"]);
  });

  it("gives up after --retries, and tells programs what may pass and what not", async () => {
    storage.failures.set("/logs/2.gz", 3);
    const flags = ["--retries", "1", "--retry-delay", "0.01", "--progress=json"];
    const args = ["get", "--json", ...flags, url("logs/1.gz"), url("logs/2.gz"), "x/"];
    const { code, stdout, stderr } = await twinport(args, { env, cwd: here });
    expect(code).toBe(12);
    const failed = { item: "logs/2.gz", exitCode: 11, retryable: true, reply: 450 };
    expect(lines(stdout)).toContainEqual(expect.objectContaining(failed));
    const events = lines(stderr);
    expect(events).toContainEqual(expect.objectContaining({ event: "retry", retry: 1 }));
    expect(events).toContainEqual(expect.objectContaining({ event: "error", ...failed }));
    expect(events).toContainEqual(expect.objectContaining({ event: "end", path: "logs/1.gz", bytes: 20 }));
    storage.failures.set("/logs/2.gz", 1);
    const mixed = await twinport(["get", "--retries=0", url("logs/2.gz"), url("none"), "x/"], { env, cwd: here });
    expect(mixed.code).toBe(1);
  });

  it("tells at once where nobody listens, unless retries are asked for", async () => {
    const { code, stderr } = await twinport(["get", "ftp://127.0.0.1:1/x"], { cwd: here });
    expect(code).toBe(3);
    expect(stderr).not.toContain("again in");
    const flags = ["--retries", "1", "--retry-delay", "0.01"];
    const again = await twinport(["get", ...flags, "ftp://127.0.0.1:1/x"], { cwd: here });
    expect(again.code).toBe(3);
    expect(again.stderr).toContain("(1 of 1)");
  });

  it("goes on where a file ends, and compares hashes: what does not fit is fetched anew", async () => {
    await writeFile(join(here, "1.gz"), "content ");
    await writeFile(join(here, "2.gz"), "another ");
    const args = ["get", "-c", "--json", "--retry-delay", "0.01", url("logs/[12].gz")];
    const { code, stdout } = await twinport(args, { env, cwd: here });
    expect(code).toBe(0);
    expect(lines(stdout)).toContainEqual(expect.objectContaining({ path: "logs/1.gz", offset: 8, bytes: 12 }));
    expect(lines(stdout)).toContainEqual(expect.objectContaining({ path: "logs/2.gz", offset: 0, bytes: 20 }));
    for (const name of ["1.gz", "2.gz"])
      expect(await readLocal(join(here, name), "utf8")).toBe(`content of logs/${name}`);
  });
});

describe("twinport put with many files", () => {
  it("takes files and patterns, makes folders by --parents, and goes on after one that is not there", async () => {
    for (const name of ["a.txt", "b.txt", "c.bin"]) await writeFile(join(here, name), `content of ${name}`);
    const all = ["put", "--json", "--parents", "*.txt", "c.bin", "none.bin", url("in/deep/")];
    const { code, stdout, stderr } = await twinport(all, { env, cwd: here });
    expect(code).toBe(1);
    expect(stderr).toContain("none.bin");
    for (const name of ["a.txt", "b.txt", "c.bin"])
      expect(await readFile(storage, `/in/deep/${name}`)).toBe(`content of ${name}`);
    expect(lines(stdout)).toContainEqual(expect.objectContaining({ item: "none.bin", exitCode: 9, retryable: false }));
    expect((await twinport(["put", "z*", url("in/")], { env, cwd: here })).code).toBe(9);
    const twice = await twinport(["put", "a.txt", join(here, "a.txt"), url("in/")], { env, cwd: here });
    expect(twice.code).toBe(2);
  });
});
