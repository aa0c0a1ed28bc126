import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { serve, twinport, type Served } from "./cli.ts";

// Each of these tests starts many processes.
vi.setConfig({ testTimeout: 240_000 });

let root: string;
let served: string;
let server: Served;
const env = { TWINPORT_PASSWORD: "s3cret" };

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "twinport-cli-"));
  served = join(root, "served");
  await mkdir(served);
  server = await serve([served, "--mode-z", "--log-format", "json"], { TWINPORT_USERS: "me:s3cret\nreader:look:ro" });
});

afterAll(async () => {
  expect(await server.stop()).toBe(0);
  expect(server.log()).not.toContain("s3cret");
  await rm(root, { recursive: true });
});

const url = (path = "", user = "me"): string => `ftp://${user}@127.0.0.1:${server.port}/${path}`;

describe("twinport", () => {
  it("moves a file there and back, and shows it", async () => {
    await writeFile(join(root, "a file.txt"), "content\n");
    expect((await twinport(["put", join(root, "a file.txt"), url("x/")], { env })).code).not.toBe(0);
    expect(await twinport(["mkdir", "-p", url("x/y")], { env })).toMatchObject({ code: 0, stdout: "" });
    expect(await twinport(["put", join(root, "a file.txt"), url("x/y/")], { env })).toEqual({
      code: 0,
      stdout: "",
      stderr: "",
    });
    expect((await twinport(["ls", url("x/y")], { env })).stdout).toBe("a file.txt\n");
    expect((await twinport(["ls", "-l", url("x/y")], { env })).stdout).toMatch(
      /^- +8 \d{4}-\d\d-\d\d \d\d:\d\d a file\.txt\n$/,
    );
    expect((await twinport(["cat", url("x/y/a%20file.txt")], { env })).stdout).toBe("content\n");
    expect(JSON.parse((await twinport(["stat", "--json", url("x/y/a%20file.txt")], { env })).stdout)).toMatchObject({
      name: "a file.txt",
      kind: "file",
      size: 8,
    });
    await twinport(["get", "-o", join(root, "back"), url("x/y/a%20file.txt")], { env });
    expect(await readFile(join(root, "back"), "utf8")).toBe("content\n");
    const moved = await twinport(["mv", "--json", url("x/y/a%20file.txt"), "x/"], { env });
    expect(moved.code).toBe(0);
    expect(JSON.parse(moved.stdout)).toEqual({ path: "x/y/a file.txt", to: "x/a file.txt" });
    expect((await twinport(["rm", url("x/a%20file.txt")], { env })).code).toBe(0);
    expect((await twinport(["rmdir", url("x/y"), url("x")], { env })).code).toBe(0);
    expect(await readdir(served)).not.toContain("x");
  });

  it("moves a tree there and back", async () => {
    const tree = join(root, "tree");
    await mkdir(join(tree, "deep", "empty"), { recursive: true });
    await writeFile(join(tree, "deep", "한국어"), "1");
    expect((await twinport(["put", "-r", tree, url()], { env })).code).toBe(0);
    expect((await twinport(["get", "-r", "-o", join(root, "tree2"), url("tree")], { env })).code).toBe(0);
    expect(await readdir(join(root, "tree2"), { recursive: true })).toEqual(await readdir(tree, { recursive: true }));
    expect((await twinport(["rm", "-r", url("tree")], { env })).code).toBe(0);
  });

  it("moves files in the types, structures and modes that it is told", async () => {
    const text = join(root, "formats.txt");
    await writeFile(text, "one\ntwo [2]\n");
    const ways = [
      ["--type", "ebcdic", "--structure", "record", "--code-page", "37"],
      ["--mode", "block", "--structure", "record", "--ascii"],
      ["--mode", "deflate"],
      ["--compress"],
      ["--type", "local:32", "--structure", "page", "--mode", "compressed"],
    ];
    for (const way of ways) {
      // The server's own code page is 1047: a page of the client's alone comes back as it was, and lies there otherwise.
      const back = join(root, "formats.back");
      expect(await twinport(["put", ...way, text, url("formats.txt")], { env })).toMatchObject({ code: 0, stderr: "" });
      expect(await twinport(["get", ...way, "-o", back, url("formats.txt")], { env })).toMatchObject({ code: 0 });
      expect(await readFile(back, "utf8"), way.join(" ")).toBe("one\ntwo [2]\n");
    }
    const refusals = [
      [["--type", "local:0"], "local:<1-255>"],
      [["--type", "ascii", "--ascii"], "exclude each other"],
      [["--type", "ascii", "--structure", "page"], "pages are not text"],
      [["--code-page", "850"], "37, 500, 1047"],
    ] as const;
    for (const [way, said] of refusals) {
      const { code, stderr } = await twinport(["get", ...way, "-o", join(root, "none"), url("formats.txt")], { env });
      expect(code, stderr).not.toBe(0);
      expect(stderr).toContain(said);
    }
  });

  it("takes stdin and gives stdout, and tells outcomes as JSON", async () => {
    const { stdout } = await twinport(["put", "--json", "-", url("piped")], { env, input: "from a pipe" });
    expect(JSON.parse(stdout)).toMatchObject({ path: "piped", bytes: 11 });
    expect((await twinport(["get", "-o", "-", url("piped")], { env })).stdout).toBe("from a pipe");
  });

  it("goes on where a broken download and upload ended", async () => {
    await writeFile(join(served, "whole"), "0123456789");
    await writeFile(join(root, "whole"), "0123");
    await twinport(["get", "--continue", url("whole")], { env, cwd: root });
    expect(await readFile(join(root, "whole"), "utf8")).toBe("0123456789");
    await writeFile(join(served, "up"), "01234");
    const { stdout } = await twinport(["put", "--continue", "--json", join(root, "whole"), url("up")], { env });
    expect(JSON.parse(stdout)).toMatchObject({ offset: 5, bytes: 5 });
    expect(await readFile(join(served, "up"), "utf8")).toBe("0123456789");
  });

  it.each([
    ["a wrong password", ["ls", url], 4, { TWINPORT_PASSWORD: "wrong" }],
    ["a file that is not there", ["cat", () => url("nowhere")], 5, env],
    ["a refusal", ["rm", () => url("piped", "reader")], 6, { TWINPORT_PASSWORD: "look" }],
    ["a port where nobody listens", ["ls", () => "ftp://127.0.0.1:1/"], 3, env],
    ["a local file that is not there", ["put", "/nowhere/at/all", url], 9, env],
    ["an unknown option", ["ls", "--nonsense"], 2, env],
    ["no URL", ["get", "here"], 2, env],
    ["no password and no terminal", ["ls", url], 2, {}],
  ] as const)("tells %s by its exit code, in a line or two", async (_, args, code, environment) => {
    const run = await twinport(
      args.map((arg) => (typeof arg === "string" ? arg : arg())),
      { env: environment },
    );
    expect(run).toMatchObject({ code, stdout: "" });
    expect(run.stderr).not.toBe("");
    expect(run.stderr).not.toMatch(/^\s+at /m);
  });

  it("reads the password from .netrc", async () => {
    const netrc = join(root, "netrc");
    await writeFile(netrc, "machine 127.0.0.1\n  login me\n  password s3cret\n");
    expect((await twinport(["ls", `ftp://127.0.0.1:${server.port}/`], { env: { NETRC: netrc } })).code).toBe(0);
  });

  it("goes on after one of several files failed, and says so", async () => {
    const run = await twinport(["get", url("nowhere"), url("piped")], { env, cwd: root });
    expect(run.code).toBe(1);
    expect(await readFile(join(root, "piped"), "utf8")).toBe("from a pipe");
  });

  it("shows what is said from the greeting on by -v, and no password", async () => {
    const { stderr } = await twinport(["ls", "-v", url()], { env });
    expect(stderr).toMatch(/^< 220 [^]*^> USER me$[^]*^> PASS \*{3}$[^]*^< 230 [^]*^> QUIT$/m);
    expect(stderr).not.toContain("s3cret");
  });

  it("has help for every command in 80 columns", async () => {
    const main = await twinport(["--help"]);
    expect(main.code).toBe(0);
    for (const command of [
      "serve",
      "get",
      "put",
      "du",
      "find",
      "hash",
      "edit",
      "diff",
      "ls",
      "cat",
      "rm",
      "mkdir",
      "rmdir",
      "mv",
      "stat",
    ]) {
      const { stdout, code } = await twinport([command, "--help"]);
      expect(code).toBe(0);
      expect(main.stdout).toContain(`  ${command} `);
      for (const line of `${main.stdout}${stdout}`.split("\n")) expect(line.length, line).toBeLessThanOrEqual(80);
    }
  });
});

describe("twinport serve", () => {
  it("refuses to start where nobody could log in, and tells of a port in use", async () => {
    expect(await twinport(["serve", served])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("Nobody could log in") as string,
    });
    const taken = await twinport(["serve", served, "--anonymous", "--listen", `127.0.0.1:${server.port}`]);
    expect(taken.code).toBe(1);
    expect(taken.stderr).toContain("Another program listens there");
  });

  it("logs a line a login and transfer, names escaped", async () => {
    const own = await serve([served, "--anonymous", "--log-format", "json"]);
    await twinport(["get", "-o", "-", `ftp://127.0.0.1:${own.port}/piped`]);
    await twinport(["ls", `ftp://evil%1b%5B31m@127.0.0.1:${own.port}/`], { env });
    await own.stop();
    expect(own.log()).toContain('"msg":"logged in"');
    expect(own.log()).toMatch(/"path":"\/piped","bytes":11.*"msg":"download complete"/);
    expect(own.log()).toContain("evil\\\\x1B[31m");
    expect(own.log()).not.toContain("\u001b");
  });
});

describe("npm start", () => {
  it("makes a folder and an account, prints lines to paste, and ends by Ctrl-C", async () => {
    const place = join(root, "start");
    const options = {
      env: {
        ...process.env,
        TWINPORT_START_FOLDER: join(place, "files"),
        TWINPORT_START_ACCOUNT: join(place, "account.json"),
        TWINPORT_START_PORT: "0",
        TWINPORT_START_TFTP_PORT: "0",
      },
    };
    const passwords: string[] = [];
    for (let turn = 0; turn < 2; turn++) {
      const child = spawn(process.execPath, [resolve(import.meta.dirname, "../../../scripts/start.js")], options);
      let output = "";
      child.stdout.setEncoding("utf8");
      while (!output.includes("Ctrl-C")) output += ((await once(child.stdout, "data")) as [string])[0];
      const lines = output.split("\n");
      for (const tool of ["curl ftp://", "lftp ", "npx twinport ", "curl tftp://"])
        expect(lines.filter((line) => line.startsWith(tool))).toHaveLength(1);
      passwords.push(/Password {2}(\S+)/.exec(output)?.[1] ?? "");
      const [, npx = ""] = /npx twinport get -o copy-of-welcome.txt (\S+)/.exec(output) ?? [];
      expect((await twinport(["cat", npx])).stdout).toContain("Welcome to Twinport");
      const [, tftp = ""] = /curl (tftp:\S+)/.exec(output) ?? [];
      expect((await twinport(["tftp", "get", tftp, "-"])).stdout).toContain("Welcome to Twinport");
      child.kill("SIGINT");
      expect(((await once(child, "exit")) as [number])[0]).toBe(0);
    }
    expect(passwords[0]).toMatch(/^\w{12}$/);
    expect(passwords[1]).toBe(passwords[0]);
    expect((await stat(join(place, "account.json"))).mode & 0o777).toBe(0o600);
  });
});
