import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readFile as readLocal, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { MemoryStorage, resolveVirtualPath, rootPath } from "@twinport/core/storage";
import { readFile, startServer } from "../../core/test/ftp-server/server-fixture.ts";
import { look, put } from "../../core/test/ftp-client/mirror/mirror-fixture.ts";
import { twinport as program } from "../../../test/programs.ts";
import { twinport } from "./cli.ts";

const env = { TWINPORT_PASSWORD: "secret" };
const old = new Date("2020-02-02T02:02:02Z");
let here: string;
let storage: MemoryStorage;
let port: number;
const url = (path: string): string => `ftp://me@127.0.0.1:${port}/${path}`;
const at = (path: string): ReturnType<typeof resolveVirtualPath> => resolveVirtualPath(rootPath, path);

beforeEach(async () => {
  here = await mkdtemp(join(tmpdir(), "twinport-mirror-"));
  onTestFinished(() => rm(here, { recursive: true }));
  storage = new MemoryStorage();
  ({ port } = await startServer({ storage }));
});

async function write(path: string, text: string, modified = old): Promise<void> {
  await mkdir(dirname(join(here, path)), { recursive: true });
  await writeFile(join(here, path), text);
  await utimes(join(here, path), modified, modified);
}

const lines = (text: string): Record<string, unknown>[] =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe("twinport mirror", () => {
  it("makes a folder of a server like one here, and has nothing to do then", async () => {
    await write("site/index.html", "<html>");
    await write("site/räksmörgås/日本語.txt", "text");
    await chmod(join(here, "site/index.html"), 0o640);
    await put(storage, "www/gone.html", "old");
    const first = await twinport(["mirror", "--delete", "site", url("www")], { env, cwd: here });
    expect(first).toMatchObject({ code: 0, stderr: "" });
    expect(first.stdout).toBe("2 files copied (10 B), 1 folder made, 1 entry removed.\n");
    expect(await look(storage, true)).toEqual({
      "www/": undefined,
      "www/index.html": ["<html>", old.getTime()],
      "www/räksmörgås/": undefined,
      "www/räksmörgås/日本語.txt": ["text", old.getTime()],
    });
    expect((await storage.stat(at("www/index.html"))).mode).toBe(0o640);
    const again = await twinport(["mirror", "--delete", "site", url("www")], { env, cwd: here });
    expect(again.stdout).toBe("Nothing done, 2 files unchanged.\n");
  });

  it("makes a folder here like one of a server, from the root and with TLS's options to choose from", async () => {
    await put(storage, "a/b/c.txt", "text", old.getTime());
    const { code } = await twinport(["mirror", url("%2Fa"), "new/deep"], { env, cwd: here });
    expect(code).toBe(0);
    expect(await readLocal(join(here, "new/deep/b/c.txt"), "utf8")).toBe("text");
    const again = await twinport(["mirror", url("a"), "new/deep"], { env, cwd: here });
    expect(again.stdout).toBe("Nothing done, 1 file unchanged.\n");
  });

  it("goes from one server to another, with the same server at both ends too", async () => {
    for (let i = 0; i < 12; i++) await put(storage, `from/${i % 3}/${i}`, `file ${i}`, old.getTime());
    const result = await twinport(["mirror", "--parallel", "3", url("from"), url("to/there")], { env });
    expect(result).toMatchObject({ code: 0, stderr: "" });
    expect(await readFile(storage, "/to/there/2/11")).toBe("file 11");
    expect((await twinport(["mirror", url("from"), url("to/there")], { env })).stdout).toContain("Nothing done");
  });

  it("shows its plan in 80 columns, and does nothing", async () => {
    await write("site/new/file.txt", "x".repeat(2_000));
    await write("site/changed", "longer");
    await write(`site/${"long-name-".repeat(12)}한국어`, "1");
    await put(storage, "www/changed", "text", old.getTime());
    await put(storage, "www/old/gone", "text", old.getTime());
    const { stdout, code } = await twinport(["mirror", "-n", "--delete", "site", url("www")], { env, cwd: here });
    expect(code).toBe(0);
    expect(stdout.split("\n")[0]).toBe(`site -> ${url("www")}`);
    expect(stdout).toMatch(/^\+ new\/$/m);
    expect(stdout).toMatch(/^\+ new\/file\.txt {10,}2\.0 KiB$/m);
    expect(stdout).toMatch(/^> changed {10,}size {10,}6 B$/m);
    expect(stdout).toMatch(/^- old\/gone {10,}4 B$/m);
    expect(stdout).toMatch(/^- old\/$/m);
    expect(stdout).toContain("3 files to copy (2.0 KiB), 1 folder to make, 2 entries to remove.");
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
    expect(Object.keys(await look(storage))).toEqual(["www/", "www/changed", "www/old/", "www/old/gone"]);
    await twinport(["mirror", "-n", url("www"), "nowhere"], { env, cwd: here });
    await expect(readLocal(join(here, "nowhere"))).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("refuses to remove more than it may, with a code of its own, before anything is done", async () => {
    await write("site/new", "1");
    await put(storage, "www/a", "1");
    await put(storage, "www/b", "1");
    const args = ["mirror", "--delete", "--max-delete", "1", "site", url("www")];
    const { code, stderr } = await twinport(args, { env, cwd: here });
    expect(code).toBe(13);
    expect(stderr).toContain("2 entries would be removed");
    expect(Object.keys(await look(storage))).toEqual(["www/", "www/a", "www/b"]);
  });

  it("saves a plan, and does it later, between those folders only", async () => {
    await write("site/a", "1");
    await write("site/b", "2");
    const saved = await twinport(["mirror", "--plan", "plan.json", "site", url("www")], { env, cwd: here });
    expect(saved.code).toBe(0);
    expect(await look(storage)).toEqual({});
    await write("site/c", "3");
    await put(storage, "www/a", "somebody's");
    expect((await twinport(["mirror", "--apply", "plan.json", "site", url("else")], { env, cwd: here })).code).toBe(2);
    const applied = await twinport(["mirror", "--apply", "plan.json", "site", url("www")], { env, cwd: here });
    expect(applied.code).toBe(0);
    expect(applied.stderr).toContain("a: it was changed at the target");
    expect(await look(storage)).toEqual({ "www/": undefined, "www/a": "somebody's", "www/b": "2" });
    await writeFile(join(here, "plan.json"), "{}");
    expect((await twinport(["mirror", "--apply", "plan.json", "site", url("www")], { env, cwd: here })).code).toBe(2);
    expect((await twinport(["mirror", "--apply", "none", "site", url("www")], { env, cwd: here })).code).toBe(9);
  });

  it("compares as it is told, and leaves out what it is told", async () => {
    await write("site/a.log", "1");
    await write("site/b.txt", "one");
    await put(storage, "www/b.txt", "two", old.getTime());
    const run = (...more: string[]): ReturnType<typeof twinport> =>
      twinport(["mirror", "-n", "--exclude", "*.log", ...more, "site", url("www")], { env, cwd: here });
    expect((await run()).stdout).toContain("Nothing to do, 1 file unchanged.");
    expect((await run("--checksum")).stdout).toMatch(/^> b\.txt +content/m);
    expect((await run("--only", "missing")).stdout).toContain("Nothing to do");
    expect((await run("--checksum", "--only", "newer")).code).toBe(2);
    expect((await run("--include", "*.txt", "--size-only")).stdout).toContain("Nothing to do");
  });

  it("tells each step as JSON, and the whole at the end", async () => {
    await write("site/a", "12345");
    const planned = await twinport(["mirror", "-n", "--json", "site", url("www")], { env, cwd: here });
    expect(lines(planned.stdout)).toMatchObject([
      { event: "step", action: "make-directory", path: "" },
      { event: "step", action: "copy", path: "a", reason: "missing", from: { size: 5 } },
      { event: "plan", steps: 2, version: 1 },
    ]);
    const done = await twinport(["mirror", "--json", "site", url("www")], { env, cwd: here });
    expect(lines(done.stdout)).toMatchObject([
      { event: "done", action: "make-directory" },
      { event: "done", action: "copy", path: "a", bytes: 5 },
      { event: "end", copied: 1, bytes: 5, directories: 1, failures: 0 },
    ]);
  });

  it("ends with the failures of some files, tells them, and keeps what it would have removed", async () => {
    await write("site/good", "1");
    await write("site/bad", "1");
    await put(storage, "www/old", "1");
    await storage.makeDirectory(at("www/bad"));
    const { code, stdout, stderr } = await twinport(["mirror", "site", url("www")], { env, cwd: here });
    expect({ code, stdout }).toEqual({ code: 0, stdout: "1 file copied (1 B).\n" });
    expect(stderr).toContain("bad: a directory of this name is in the way");
    const rename = storage.rename.bind(storage);
    storage.rename = (from, to) => (to.includes("good") ? Promise.reject(new Error("no")) : rename(from, to));
    await write("site/good", "changed");
    const failed = await twinport(["mirror", "--retries", "0", "--delete", "site", url("www")], { env, cwd: here });
    expect(failed.code).toBeGreaterThan(0);
    expect(failed.stdout).toContain("1 removal held back because of failures");
    expect(await readFile(storage, "/www/old")).toBe("1");
    expect(await readFile(storage, "/www/bad")).toBe("1");
  });

  it("tells what cannot be: no server, no folder, no login, a folder in itself", async () => {
    await write("site/a", "1");
    const gone = await twinport(["mirror", "site", "ftp://me@127.0.0.1:1/x"], { env, cwd: here });
    expect(gone.code).toBe(3);
    expect((await twinport(["mirror", url("none"), "x"], { env, cwd: here })).code).toBe(5);
    expect((await twinport(["mirror", "none", url("x")], { env, cwd: here })).code).toBe(9);
    expect((await twinport(["mirror", "site/a", url("x")], { env, cwd: here })).code).toBe(2);
    expect((await twinport(["mirror", "site", "site/in"], { env, cwd: here })).code).toBe(2);
    const wrong = { TWINPORT_PASSWORD: "wrong" };
    expect((await twinport(["mirror", "site", url("x")], { env: wrong, cwd: here })).code).toBe(4);
    expect((await twinport(["mirror", "--watch", "--dry-run", "site", url("x")], { env, cwd: here })).code).toBe(2);
  });

  it("goes on when told to watch: at once for what changes here, in turns for a server, until it is interrupted", async () => {
    await write("site/a", "1");
    const watching = spawnMirror(["--watch", "--delete", "site", url("www")]);
    await until(async () => (await readFile(storage, "/www/a")) === "1");
    // In the folder itself: systems without recursive watching of their own may miss what comes into a new one.
    await write("site/b", "2", new Date());
    await until(async () => (await readFile(storage, "/www/b")) === "2");
    await rm(join(here, "site/a"));
    await until(async () => (await readFile(storage, "/www/a")) === undefined);
    expect(await watching.stop()).toBe(0);
    const polling = spawnMirror(["-w", "--interval", "0.2", url("www"), "back"]);
    await until(() => readLocal(join(here, "back/b"), "utf8").then((text) => text === "2"));
    await put(storage, "www/c", "3");
    await until(() => readLocal(join(here, "back/c"), "utf8").then((text) => text === "3"));
    await polling.stop();
  });
});

function spawnMirror(args: readonly string[]): { stop: () => Promise<number | null> } {
  const child = spawn(process.execPath, [program, "mirror", ...args], {
    cwd: here,
    env: { ...process.env, ...env, NETRC: "/nonexistent" },
    stdio: "ignore",
  });
  const exited = once(child, "exit");
  onTestFinished(() => void child.kill("SIGKILL"));
  return {
    stop: async () => {
      child.kill("SIGINT");
      const [code] = (await exited) as [number | null];
      return code;
    },
  };
}

/** Waits until something is so; the test's own time is the limit. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo().catch(() => false))) await new Promise((resolve) => setTimeout(resolve, 50));
}
