/** `twinport tftp` as a person runs it, against a server in this process, and TFTP as `twinport serve` offers it. */
import { execFile, spawn } from "node:child_process";
import { createSocket, type RemoteInfo } from "node:dgram";
import { once } from "node:events";
import { lstat, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { MemoryStorage } from "@twinport/core/storage";
import { TftpServer } from "@twinport/core/tftp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { twinport as program } from "../../../test/programs.ts";
import { serve, twinport } from "./cli.ts";

let root: string;
let port: number;
const server = new TftpServer({
  storage: new MemoryStorage(),
  listeners: [{ host: "127.0.0.1", port: 0 }],
  write: true,
});

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "twinport-tftp-"));
  await server.start();
  port = server.addresses[0]?.port ?? 0;
});

afterAll(async () => {
  await server.stop();
  await rm(root, { recursive: true });
});

describe("twinport tftp", () => {
  it("puts a file and gets it back", async () => {
    const content = Buffer.alloc(100_000, "0123456789abc");
    await writeFile(join(root, "source"), content);
    const url = `tftp://127.0.0.1:${port}/f`;
    expect(await twinport(["tftp", "put", url, join(root, "source")])).toEqual({ code: 0, stdout: "", stderr: "" });
    const got = await twinport([
      "tftp",
      "get",
      "--json",
      "--blksize",
      "1024",
      "--windowsize",
      "4",
      url,
      join(root, "back"),
    ]);
    expect(got.code).toBe(0);
    expect(JSON.parse(got.stdout)).toMatchObject({ path: "f", bytes: 100_000, blksize: 1024, windowsize: 4 });
    expect(Buffer.compare(await readFile(join(root, "back")), content)).toBe(0);
  });

  it("tells by its exit code what went wrong", async () => {
    const missing = await twinport(["tftp", "get", `tftp://127.0.0.1:${port}/none`, join(root, "none")]);
    expect(missing).toMatchObject({ code: 5, stdout: "" });
    expect(missing.stderr).toContain("File not found");
    expect((await twinport(["tftp", "get", "ftp://127.0.0.1/f"])).code).toBe(2);
    expect((await twinport(["tftp", "get", "--blksize", "4", `tftp://127.0.0.1:${port}/f`, "-"])).code).toBe(2);
    expect((await twinport(["tftp", "put", `tftp://127.0.0.1:${port}/g`, join(root, "nothing")])).code).toBe(9);
  });
});

describe.skipIf(process.platform === "win32")("twinport tftp with what is no file", () => {
  /** Ends by itself: what hangs does so until the test's time is over. */
  const run = promisify(execFile);

  it("opens a pipe once the server has answered", async () => {
    const pipe = join(root, "pipe");
    await run("mkfifo", [pipe]);
    expect(await twinport(["tftp", "get", `tftp://127.0.0.1:${port}/none`, pipe])).toMatchObject({ code: 5 });
  });

  it("says in a line that it cannot be opened", async () => {
    const path = join(root, "socket");
    const listener = createServer().listen(path);
    await once(listener, "listening");
    await twinport(["tftp", "put", `tftp://127.0.0.1:${port}/small`, "-"], { input: "abc" });
    const got = await twinport(["tftp", "get", `tftp://127.0.0.1:${port}/small`, path]);
    expect(got.code).toBe(9);
    expect(got.stderr).toMatch(/^twinport: .*ENXIO.*\n$/);
    listener.close();
  });

  it("adds to /dev/stdout, whatever that is", async () => {
    const url = `tftp://127.0.0.1:${port}/out`;
    await twinport(["tftp", "put", url, "/dev/stdin"], { input: "abc" });
    expect(await twinport(["tftp", "get", url, "/dev/stdout"])).toEqual({ code: 0, stdout: "abc", stderr: "" });
    const script = '{ echo before; "$0" "$1" tftp get "$2" /dev/stdout; echo after; } > "$3"';
    await run("sh", ["-c", script, process.execPath, program, url, join(root, "output")]);
    expect(await readFile(join(root, "output"), "utf8")).toBe("before\nabcafter\n");
    expect((await lstat("/dev/stdout")).isSymbolicLink()).toBe(true);
  });

  it("ends at once when it is interrupted while stdin is silent", async () => {
    const peer = createSocket("udp4").bind(0, "127.0.0.1");
    await once(peer, "listening");
    const url = `tftp://127.0.0.1:${peer.address().port}/f`;
    const child = spawn(process.execPath, [program, "tftp", "put", "--plain", url, "-"]);
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
    const closed = once(child, "close");
    child.stdin.write(Buffer.alloc(600));
    const [, from] = (await once(peer, "message")) as [Buffer, RemoteInfo];
    const data = once(peer, "message");
    peer.send(Buffer.from([0, 4, 0, 0]), from.port, from.address);
    await data;
    child.kill("SIGINT");
    expect(await closed).toEqual([130, null]);
    expect(said).toContain("given up");
    peer.close();
  });
});

describe("twinport serve --tftp", () => {
  const served = async (folder: string, options: readonly string[]): Promise<Awaited<ReturnType<typeof serve>>> => {
    await mkdir(join(root, folder), { recursive: true });
    return serve([join(root, folder), "--tftp", "127.0.0.1:0", "--log-format", "json", ...options], {
      TWINPORT_USERS: "me:secret",
    });
  };

  it("gives what came by FTP, takes nothing, and logs what it did", async () => {
    const server = await served("both", []);
    try {
      const ftp = `ftp://me:secret@127.0.0.1:${server.port}/boot.cfg`;
      expect((await twinport(["put", "-", ftp], { input: "timeout 5\n" })).code).toBe(0);
      const url = `tftp://127.0.0.1:${server.tftpPort}/boot.cfg`;
      expect((await twinport(["tftp", "get", url, "-"])).stdout).toBe("timeout 5\n");
      const refused = await twinport(["tftp", "put", `${url}2`, "-"], { input: "x" });
      expect(refused.code).not.toBe(0);
      expect(refused.stderr).toContain("no writing");
      expect((await twinport(["tftp", "get", `${url}3`, "-"])).stderr).toContain("File not found");
    } finally {
      expect(await server.stop()).toBe(0);
    }
    expect(server.log()).toMatch(/"asked":"boot.cfg","path":"\/boot.cfg","bytes":10,.*"msg":"TFTP read complete"/);
    const levels = server
      .log()
      .split("\n")
      .filter((line) => line.includes("TFTP request refused"))
      .map((line) => {
        const { level, operation, code } = JSON.parse(line) as Record<string, unknown>;
        return [operation, code, level];
      });
    // Boot ROMs ask for file after file until one is there: that is information (30), and no warning (40).
    expect(levels).toEqual([
      ["write", 2, 40],
      ["read", 1, 30],
    ]);
  });

  it.each([
    ["new files only", ["--tftp-write"], [true, false]],
    ["files that are there only", ["--tftp-overwrite"], [false, true]],
    ["both", ["--tftp-write", "--tftp-overwrite"], [true, true]],
    ["neither, from elsewhere", ["--tftp-write", "--tftp-overwrite", "--tftp-allow", "192.0.2.0/24"], [false, false]],
  ] as const)("takes %s", async (name, options, expected) => {
    const server = await served(name, options);
    try {
      await writeFile(join(root, name, "old"), "before");
      const url = `tftp://127.0.0.1:${server.tftpPort}`;
      const put = async (file: string): Promise<boolean> =>
        (await twinport(["tftp", "put", `${url}/${file}`, "-"], { input: "after" })).code === 0;
      expect([await put("new"), await put("old")]).toEqual(expected);
      expect(await readFile(join(root, name, "old"), "utf8")).toBe(expected[1] ? "after" : "before");
    } finally {
      await server.stop();
    }
  });

  it("rewrites names as told, and stays on one port", async () => {
    const server = await served("one", [
      "--tftp-single-port",
      "--tftp-rewrite",
      "backslashes",
      "--tftp-rewrite",
      "lower-case",
    ]);
    try {
      await mkdir(join(root, "one/boot"));
      await writeFile(join(root, "one/boot/bcd"), "loader");
      const url = `tftp://127.0.0.1:${server.tftpPort}/%5CBoot%5CBCD`;
      expect((await twinport(["tftp", "get", url, "-"])).stdout).toBe("loader");
    } finally {
      await server.stop();
    }
  });

  it("sends a file to all that want it at once, when told a group", async () => {
    const server = await served("group", ["--tftp-multicast", "239.255.78.1:17580"]);
    try {
      await writeFile(join(root, "group/image"), Buffer.alloc(300_000, "image"));
      const url = `tftp://127.0.0.1:${server.tftpPort}/image`;
      const get = (file: string): ReturnType<typeof twinport> =>
        twinport(["tftp", "get", "--multicast", "--json", url, join(root, file)]);
      const ended = await Promise.all([get("image1"), get("image2")]);
      for (const { code, stdout } of ended) {
        expect(code).toBe(0);
        expect(JSON.parse(stdout)).toMatchObject({
          windowsize: 1,
          multicast: { address: "239.255.78.1", port: 17_580 },
        });
      }
      const [first, second] = await Promise.all(
        ["image1", "image2"].map((file) => readFile(join(root, file), "latin1")),
      );
      expect([first, second]).toEqual([second, "image".repeat(60_000)]);
      expect((await twinport(["tftp", "put", "--multicast", url, join(root, "image1")])).code).toBe(2);
      expect((await twinport(["tftp", "get", "--multicast", "--plain", url, join(root, "image1")])).code).toBe(2);
    } finally {
      await server.stop();
    }
    expect(server.log()).toContain('"group":"239.255.78.1:17580"');
  });

  it("rewrites names by a map file of tftpd-hpa, and finds them in any case", async () => {
    const map = join(root, "tftpd.map");
    await writeFile(map, "rg \\\\ /  # backslashes\na ^/secret\n");
    const server = await served("map", ["--tftp-map", map, "--tftp-ignore-case"]);
    try {
      await mkdir(join(root, "map/Boot"));
      await writeFile(join(root, "map/Boot/bcd"), "loader");
      const url = `tftp://127.0.0.1:${server.tftpPort}`;
      expect((await twinport(["tftp", "get", `${url}/%5CBOOT%5CBCD`, "-"])).stdout).toBe("loader");
      const refused = await twinport(["tftp", "get", `${url}//secret`, "-"]);
      expect([refused.code, refused.stderr.includes("Access violation")]).toEqual([6, true]);
    } finally {
      await server.stop();
    }
  });

  it("tells file and line of a map file that it cannot follow", async () => {
    const map = join(root, "wrong.map");
    await writeFile(map, "# fine\nr (a b\n");
    const ended = await twinport(["serve", "--anonymous", "--tftp=:69", "--tftp-map", map, root]);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain("wrong.map:2:");
    const missing = await twinport(["serve", "--anonymous", "--tftp=:69", "--tftp-map", join(root, "no"), root]);
    expect([missing.code, missing.stderr.includes("cannot be read")]).toEqual([2, true]);
  });

  it.each([
    [["--tftp=:6969", "--tftp-multicast", "239.255.78.1:17580", "--tftp-single-port"], "leave --tftp-single-port out"],
    [["--tftp=:6969", "--tftp-multicast", "192.0.2.1:17580"], "as 239.255.0.1:1758"],
    [["--tftp=:6969", "--tftp-multicast", "239.255.78.1"], "as 239.255.0.1:1758"],
    [["--tftp-multicast", "239.255.78.1:17580"], "give --tftp as well"],
    [["--tftp-write"], "give --tftp as well"],
    [["--tftp=:0"], "127.0.0.1:0"],
    [["--tftp"], "--tftp after the folder"],
    [["--tftp=:69", "--tftp-rewrite", "upper"], "It is one of backslashes"],
  ] as const)("says what %j lack", async (options, text) => {
    const ended = await twinport(["serve", "--anonymous", ...options, root]);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain(text);
  });
});
