import { createHash } from "node:crypto";
import { chmod, mkdir, mkdtemp, readdir, readFile as readLocal, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { LocalStorage } from "@twinport/core/storage";
import { startServer } from "../../core/test/ftp-server/server-fixture.ts";
import { compileConditions, parseKinds, parseSizeTest, parseTime } from "../src/remote/find-conditions.ts";
import { twinport } from "./cli.ts";

// Each of these tests starts many processes.
vi.setConfig({ testTimeout: 240_000 });

const env = { TWINPORT_PASSWORD: "secret" };

let root: string;
let here: string;
let url: (path?: string) => string;

/** A tree of files with known sizes and times, and a server of it. */
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "twinport-verbs-"));
  here = await mkdtemp(join(tmpdir(), "twinport-verbs-here-"));
  for (const folder of ["a/b/c", "empty", "한국어"]) await mkdir(join(root, folder), { recursive: true });
  await writeFile(join(root, "top.txt"), "0123456789");
  await writeFile(join(root, "a/one.gz"), Buffer.alloc(2048));
  await writeFile(join(root, "a/.hidden.gz"), "x");
  await writeFile(join(root, "a/b/two.txt"), "12345");
  await writeFile(join(root, "a/b/c/three.GZ"), Buffer.alloc(100));
  await writeFile(join(root, "한국어/파일"), "123");
  await utimes(join(root, "a/one.gz"), 1_000_000_000, 1_000_000_000);
  const storage = new LocalStorage({ root });
  const { port } = await startServer({ storage });
  url = (path = "") => `ftp://me@127.0.0.1:${port}/${path}`;
  onTestFinished(async () => {
    await storage.close();
    await rm(root, { recursive: true });
    await rm(here, { recursive: true });
  });
});

describe("twinport du", () => {
  it("sums up folder by folder, those below first", async () => {
    expect((await twinport(["du", url("a")], { env })).stdout).toBe("100\ta/b/c\n105\ta/b\n2154\ta\n");
    expect((await twinport(["du", "-s", url()], { env })).stdout).toBe("2167\t.\n");
    expect((await twinport(["du", "-hs", url("a")], { env })).stdout).toBe("  2.1 KiB\ta\n");
    expect((await twinport(["du", "-d1", url("a")], { env })).stdout).toBe("105\ta/b\n2154\ta\n");
    expect((await twinport(["du", "-a", "--max-depth=1", url("a")], { env })).stdout).toBe(
      "1\ta/.hidden.gz\n105\ta/b\n2048\ta/one.gz\n2154\ta\n",
    );
    const { stdout } = await twinport(["du", "--json", "-s", url("*")], { env });
    expect(stdout).toContain('{"path":"a","bytes":2154,"files":4,"directories":3}\n');
    expect(stdout).toContain('{"path":"empty","bytes":0,"files":0,"directories":1}\n');
    expect(stdout).toContain('{"path":"top.txt","bytes":10,"files":1,"directories":0}\n');
    expect((await twinport(["du", url("nowhere")], { env })).code).toBe(5);
    expect((await twinport(["du", "--help"])).stdout).toContain("--human-readable");
  });
});

describe("twinport find", () => {
  it("finds by name, kind, size, time and level, with one dash too", async () => {
    const find = async (...args: string[]): Promise<string[]> => {
      const { stdout, code, stderr } = await twinport(["find", ...args], { env });
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      return stdout.split("\n").slice(0, -1);
    };
    expect(await find(url("a"))).toEqual([
      ...["a", "a/.hidden.gz", "a/b", "a/b/c", "a/b/c/three.GZ", "a/b/two.txt", "a/one.gz"],
    ]);
    expect(await find(url("a"), "-name", "*.gz")).toEqual(["a/.hidden.gz", "a/one.gz"]);
    expect(await find(url(""), "--iname", "t*.gz", "-size", "-1K")).toEqual(["a/b/c/three.GZ"]);
    expect(await find(url("a"), "-type", "d", "-mindepth", "1", "-maxdepth", "1")).toEqual(["a/b"]);
    expect(await find(url(""), "-newer", "2001-09-09", "-older", "2001-09-10")).toEqual(["a/one.gz"]);
    expect(await find(url(""), "-type", "f", "-older", "365d")).toEqual(["a/one.gz"]);
    expect(await find(url("top.txt"), "--size", "10")).toEqual(["top.txt"]);
    const nul = await twinport(["find", "-0", url("한국어"), "--type", "f"], { env });
    expect(nul.stdout).toBe("한국어/파일\0");
    const json = await twinport(["find", "--json", url("a"), "--name", "one.gz"], { env });
    expect(JSON.parse(json.stdout)).toMatchObject({ path: "a/one.gz", size: 2048, kind: "file" });
    expect((await twinport(["find", url(""), "--size", "big"], { env })).code).toBe(2);
  });

  it("compares sizes, kinds and times that are known", () => {
    const entry = { name: "x", kind: "file", raw: "" } as const;
    const fits = compileConditions({ size: [parseSizeTest("+1K"), parseSizeTest("-2K")] });
    expect([1024, 1025, 2047, 2048].map((size) => fits({ ...entry, size }))).toEqual([false, true, true, false]);
    expect(fits(entry)).toBe(false);
    expect(compileConditions({ type: parseKinds("f,l") })({ ...entry, kind: "symlink" })).toBe(true);
    expect(compileConditions({ newer: 5 })({ ...entry, modified: 5 })).toBe(false);
    expect(compileConditions({ newer: 5 })(entry)).toBe(false);
    expect(compileConditions({ older: 5 })({ ...entry, modified: 4 })).toBe(true);
    expect(parseTime("2026-01-31T12:00Z")).toBe(Date.UTC(2026, 0, 31, 12));
    expect(Math.abs(Date.now() - 7_200_000 - parseTime("2h"))).toBeLessThan(60_000);
    for (const wrong of ["soon", "2026-13-45", "5y"]) expect(() => parseTime(wrong)).toThrow("It is a date");
  });
});

describe("twinport hash and cat", () => {
  it("tells hashes as the server counts them, or counts them here, in the order of the files", async () => {
    const digits = (algorithm: string, bytes: Buffer | string): string =>
      createHash(algorithm).update(bytes).digest("hex");
    const one = digits("sha256", Buffer.alloc(2048));
    const two = digits("sha256", "12345");
    const lines = `${one}  a/one.gz\n${two}  a/b/two.txt\n`;
    const asked = await twinport(["hash", "-v", url("a/*.gz"), url("a/b/two.txt")], { env });
    expect(asked.stdout).toBe(lines);
    expect(asked.stderr).toContain("> HASH a/one.gz");
    const read = await twinport(["hash", "-v", "--read", url("a/*.gz"), url("a/b/two.txt")], { env });
    expect(read.stdout).toBe(lines);
    expect(read.stderr).not.toContain("> HASH");
    expect(read.stderr).toContain("> RETR a/one.gz");
    const md5 = await twinport(["hash", "--json", "-a", "md5", url("a/b/two.txt")], { env });
    expect(JSON.parse(md5.stdout)).toEqual({
      path: "a/b/two.txt",
      algorithm: "MD5",
      hash: digits("md5", "12345"),
      by: expect.stringMatching(/^(?:HASH|XMD5)$/) as string,
    });
    const some = await twinport(["hash", url("none"), url("a/b/two.txt")], { env });
    expect(some).toMatchObject({ code: 1, stdout: `${two}  a/b/two.txt\n` });
    expect((await twinport(["hash", "-a", "sha3", url("top.txt")], { env })).code).toBe(2);
  });

  it("prints files, or JSON with their text", async () => {
    expect((await twinport(["cat", url("top.txt"), url("a/b/*.txt")], { env })).stdout).toBe("012345678912345");
    await writeFile(join(root, "binary"), Buffer.from([0xff, 0]));
    const { stdout } = await twinport(["cat", "--json", url("top.txt"), url("binary")], { env });
    expect(
      stdout
        .split("\n")
        .slice(0, 2)
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      { path: "top.txt", bytes: 10, text: "0123456789" },
      { path: "binary", bytes: 2, base64: "/wA=" },
    ]);
  });
});

describe("twinport edit", () => {
  /** An editor that runs a script of the shell; `$1` is the file. */
  async function editor(script: string): Promise<Record<string, string>> {
    const path = join(here, "my editor");
    await writeFile(path, `#!/bin/sh\n${script}\n`);
    await chmod(path, 0o755);
    return { ...env, VISUAL: `'${path}'`, EDITOR: "false", TMPDIR: here };
  }

  const copies = async (): Promise<string[]> =>
    (await readdir(here)).filter((name) => name.startsWith("twinport-edit"));

  it("uploads what was changed, and nothing else", async () => {
    const same = await twinport(["edit", url("top.txt")], { env: await editor(":") });
    expect(same).toMatchObject({ code: 0, stderr: expect.stringContaining("was not changed") as string });
    const changed = await editor('grep -q 0123 "$1" && echo more >> "$1" && stat -c %a "$1" > "$TMPDIR/mode"');
    expect((await twinport(["edit", url("top.txt")], { env: changed })).code).toBe(0);
    expect(await readLocal(join(root, "top.txt"), "utf8")).toBe("0123456789more\n");
    expect(await readLocal(join(here, "mode"), "utf8")).toBe("600\n");
    const made = await twinport(["edit", "--json", url("new.txt")], { env: await editor('echo new > "$1"') });
    expect(JSON.parse(made.stdout)).toEqual({ path: "new.txt", changed: true, bytes: 4 });
    expect(await readLocal(join(root, "new.txt"), "utf8")).toBe("new\n");
    expect(await copies()).toEqual([]);
  });

  it("keeps what was edited where the server's file was changed meanwhile", async () => {
    const both = await editor(`echo mine > "$1"; echo theirs > '${join(root, "top.txt")}'`);
    const { code, stderr } = await twinport(["edit", url("top.txt")], { env: both });
    expect(code).toBe(1);
    expect(stderr).toContain("was changed meanwhile; --force replaces it");
    expect(await readLocal(join(root, "top.txt"), "utf8")).toBe("theirs\n");
    const kept = /kept in (.*)\n/.exec(stderr)?.[1] ?? "";
    expect(await readLocal(kept, "utf8")).toBe("mine\n");
    expect((await twinport(["edit", "--force", url("top.txt")], { env: both })).code).toBe(0);
    expect(await readLocal(join(root, "top.txt"), "utf8")).toBe("mine\n");
  });

  it("uploads nothing when the editor fails", async () => {
    const { code, stderr } = await twinport(["edit", url("top.txt")], { env: await editor('echo x > "$1"; exit 3') });
    expect(code).toBe(1);
    expect(stderr).toContain("ended with 3; nothing was uploaded");
    expect(await readLocal(join(root, "top.txt"), "utf8")).toBe("0123456789");
    expect(await copies()).toEqual([]);
  });
});

describe("twinport diff", () => {
  it("tells what differs, as diff -u does, octet by octet", async () => {
    const lines = Array.from({ length: 20 }, (_, index) => `line ${index}`);
    await writeFile(join(root, "f.txt"), Buffer.from(`${lines.join("\n")}\n`, "latin1"));
    const local = lines.map((line, index) => (index === 10 ? "l\u00efne ten" : line));
    await writeFile(join(here, "f.txt"), Buffer.from(local.join("\n"), "latin1"));
    const { code, stdout } = await twinport(["diff", "-U1", url("f.txt"), here], { env });
    expect(code).toBe(1);
    const label = url("f.txt");
    expect(stdout).toBe(
      `--- ${label}\n+++ ${here}/f.txt\n@@ -10,3 +10,3 @@\n line 9\n-line 10\n+l\ufffdne ten\n line 11\n` +
        "@@ -19,2 +19,2 @@\n line 18\n-line 19\n+line 19\n\\ No newline at end of file\n",
    );
    expect(await twinport(["diff", url("f.txt"), url("f.txt")], { env })).toEqual({ code: 0, stdout: "", stderr: "" });
    const coloured = await twinport(["diff", "--color=always", url("f.txt"), join(here, "f.txt")], { env });
    expect(coloured.stdout).toContain("\u001b[31m-line 10\u001b[0m\n");
  });

  it("tells of binary files, of new ones and in JSON, and refuses two of this machine", async () => {
    await writeFile(join(here, "x"), "other");
    const binary = await twinport(["diff", url("a/one.gz"), join(here, "x")], { env });
    expect(binary).toMatchObject({ code: 1, stdout: `Binary files ${url("a/one.gz")} and ${here}/x differ\n` });
    const json = await twinport(["diff", "--json", url("a/b/two.txt"), join(here, "x")], { env });
    expect(JSON.parse(json.stdout)).toMatchObject({ same: false, hunks: [{ oldStart: 1, newStart: 1 }] });
    const brief = await twinport(["diff", "--brief", url("top.txt"), url("a/b/two.txt")], { env });
    expect(brief.stdout).toMatch(/^Files .* differ\n$/);
    await writeFile(join(here, "empty"), "");
    const added = await twinport(["diff", join(here, "empty"), url("top.txt")], { env });
    expect(added.stdout).toContain("@@ -0,0 +1 @@\n+0123456789\n");
    expect((await twinport(["diff", "a", "b"], { env })).code).toBe(2);
    expect((await twinport(["diff", url("none"), join(here, "x")], { env })).code).toBe(5);
  });
});
