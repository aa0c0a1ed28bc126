/**
 * Directories that a real server cannot list, that are missing, or that have odd names: nothing is removed because of them,
 * and whatever goes by listings says that parts are missing.
 */
import { chmod, chown, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { FtpClient } from "../../packages/core/src/ftp-client/index.ts";
import { runProgram, twinport as program, type Ended } from "../programs.ts";
import {
  peerNames,
  peerPassword,
  peerUser,
  removeUser,
  startFactlessPeer,
  startPeer,
  type Peer,
} from "./peer-servers.ts";
import { makeFolder, run } from "./processes.ts";

const odd = ["[b]", "st*r", "-dash", " lead", "sp ace", "wh?t", "~home", "{a,b}", "'q'", "b", "starr"] as const;

/** What each server is to have: a directory of the superuser's, closed (700) and without a listing (711), at two depths. */
async function makeTree(peer: Peer): Promise<void> {
  const top = join(peer.home, "tree");
  for (const name of ["", "open", "empty", "open/deep", ...odd]) {
    await mkdir(join(top, name), { recursive: true });
    if (name !== "" && name !== "empty") await writeFile(join(top, name, `in ${name.replace("/", " ")}`), name);
  }
  await writeFile(join(top, ".hidden"), "h");
  await run("chown", ["-R", peerUser, peer.home]);
  for (const name of ["locked", "listless", "open/locked", "open/listless"]) {
    await mkdir(join(top, name));
    await writeFile(join(top, name, "theirs"), "1");
    await chown(join(top, name), 0, 0);
    await chmod(join(top, name), name.endsWith("locked") ? 0o700 : 0o711);
  }
}

const closed = ["listless", "locked", "open/listless", "open/locked"] as const;

const servers: readonly (readonly [string, () => Promise<Peer>])[] = [
  ...peerNames.map((name) => [name, () => startPeer(name)] as const),
  ["proftpd without facts", () => startFactlessPeer("proftpd")],
  ["pyftpdlib without facts", () => startFactlessPeer("pyftpdlib")],
];

afterAll(removeUser);

describe.each(servers)("%s", (_name, begin) => {
  let peer: Peer;
  let here: { path: string; remove: () => Promise<void> };

  beforeEach(async () => {
    peer = await begin();
    here = await makeFolder();
    await makeTree(peer);
  });

  afterEach(async () => {
    await peer.stop();
    await here.remove();
  });

  const url = (path: string): string => {
    const escaped = path.split("/").map(encodeURIComponent).join("/");
    return `ftp://${peerUser}@127.0.0.1:${peer.port}/${escaped}`;
  };
  const twinport = (...args: string[]): Promise<Ended> =>
    runProgram(process.execPath, [program, ...args], {
      cwd: here.path,
      env: { TWINPORT_PASSWORD: peerPassword, NETRC: "/nonexistent", XDG_CONFIG_HOME: "/nonexistent" },
    });

  /** A copy of what can be read, and files of ours in each directory that cannot. */
  async function copyWithMore(name: string): Promise<string> {
    const target = join(here.path, name);
    for (const folder of closed) {
      await mkdir(join(target, folder), { recursive: true });
      await writeFile(join(target, folder, "ours"), "keep");
    }
    await writeFile(join(target, ".hidden"), "h");
    await writeFile(join(target, "one too many"), "x");
    return target;
  }

  it("loses nothing to mirror --delete, by whatever way", async () => {
    {
      const target = await copyWithMore("copy");
      const flags = ["--delete", "--delete-after-failures", "--retries", "0"];
      const { code, stderr } = await twinport("mirror", ...flags, url("tree"), target);
      expect(code, stderr).toBe(1);
      for (const folder of closed) {
        expect(await readFile(join(target, folder, "ours"), "utf8"), folder).toBe("keep");
        expect(stderr, folder).toContain(folder);
      }
      for (const name of odd) expect(await readdir(join(target, name)), name).toEqual([`in ${name}`]);
      expect(await readdir(target)).toContain(".hidden");
    }
    const target = await copyWithMore("planned");
    const plan = join(here.path, "plan.json");
    expect((await twinport("mirror", "--delete", "--plan", plan, url("tree"), target)).code).toBe(1);
    expect((await twinport("mirror", "--delete", "--apply", plan, url("tree"), target)).code).toBe(1);
    const script = `open ${url("")}\nmirror -e tree ${join(here.path, "shelled")}\n`;
    await copyWithMore("shelled");
    expect((await twinport("shell", "-c", script.trim().replace("\n", "; "))).code).not.toBe(0);
    for (const name of ["planned", "shelled"]) {
      for (const folder of closed) expect(await readdir(join(here.path, name, folder)), name).toEqual(["ours"]);
    }
  });

  it("loses nothing to a mirror up to it", async () => {
    const source = join(here.path, "source");
    await mkdir(join(source, "open"), { recursive: true });
    await writeFile(join(source, "new"), "new");
    const { code } = await twinport("mirror", "--delete", "--retries", "0", source, url("tree"));
    expect(code).toBe(1);
    for (const folder of closed) expect(await readdir(join(peer.home, "tree", folder)), folder).toEqual(["theirs"]);
    expect(await readFile(join(peer.home, "tree/new"), "utf8")).toBe("new");
  });

  it("tells what get -r, find, du and cp -r could not see", async () => {
    const got = await twinport("get", "-r", "--retries", "0", "-o", join(here.path, "got"), url("tree"));
    expect(got.code, got.stderr).toBe(1);
    const found = await twinport("find", "--retries", "0", url("tree"));
    expect(found.code, found.stderr).toBe(1);
    const counted = await twinport("du", "--retries", "0", url("tree"));
    expect(counted.code, counted.stderr).toBe(1);
    const copied = await twinport("cp", "-r", "--relay", "--retries", "0", url("tree"), url("copied"));
    expect(copied.code, copied.stderr).toBe(1);
    for (const name of [...odd, "open/deep"]) {
      const file = `in ${name.replace("/", " ")}`;
      expect(await readdir(join(here.path, "got", name)), name).toEqual([file]);
      // ProFTPD makes no directory with such a name: "550 Invalid directory name".
      if (!peer.name.startsWith("proftpd") || !name.includes("*"))
        expect(await readdir(join(peer.home, "copied", name)), name).toEqual([file]);
      expect(found.stdout, name).toContain(`tree/${name}/${file}\n`);
    }
    for (const folder of closed) {
      for (const { stderr } of [got, found, counted, copied]) expect(stderr, folder).toContain(`tree/${folder}`);
    }
  });

  it("lists odd names as they are, and says 5 for what is missing and 6 for what is closed", async () => {
    const options = { host: "127.0.0.1", port: peer.port, user: peerUser, password: peerPassword };
    const client = await FtpClient.connect(options);
    try {
      const names = async (path: string): Promise<string[]> => (await client.list(path)).map(({ name }) => name);
      for (const name of odd) {
        expect(await names(`tree/${name}`), name).toEqual([`in ${name}`]);
        expect(await client.names(`tree/${name}`), name).toEqual([`in ${name}`]);
        expect(await names(`tree/${name}/in ${name}`), name).toEqual([`in ${name}`]);
      }
      expect(await names("tree/empty")).toEqual([]);
      expect(await client.names("tree/empty")).toEqual([]);
      const unlisted = [
        "tree/no[t]here",
        "tree/-no",
        "tree/st*",
        "nothere/below",
        ...closed.map((each) => `tree/${each}`),
      ];
      for (const path of unlisted) {
        await expect(client.list(path), path).rejects.toThrow();
        await expect(client.names(path), path).rejects.toThrow();
      }
      // It is where it was.
      expect(await names("tree/open/deep")).toEqual(["in open deep"]);
    } finally {
      await client.close();
    }
    for (const [name, code] of [
      ["nothere", 5],
      ["tree/nothere", 5],
      ["tree/locked", 6],
      ["tree/listless", 6],
    ] as const) {
      const ended = await twinport("ls", url(name));
      expect({ code: ended.code, stdout: ended.stdout }, `${name}: ${ended.stderr}`).toEqual({ code, stdout: "" });
    }
  });

  it("keeps what rm -r cannot see, and removes odd names without their likes", async () => {
    expect((await twinport("rm", "-r", url("tree/open"))).code).not.toBe(0);
    for (const folder of closed) expect(await readdir(join(peer.home, "tree", folder)), folder).toEqual(["theirs"]);
    for (const [name, alike] of [
      ["[b]", "b"],
      ["st*r", "starr"],
    ] as const) {
      const { code, stderr } = await twinport("rm", "-r", url(`tree/${name}`));
      expect(code, `${name}: ${stderr}`).toBe(0);
      const left = await readdir(join(peer.home, "tree"));
      expect(left, name).not.toContain(name);
      expect(left, alike).toContain(alike);
      expect(await readdir(join(peer.home, "tree", alike)), alike).toEqual([`in ${alike}`]);
    }
    expect((await twinport("rm", "-r", url("tree/nothere"))).code).toBe(5);
    await rm(join(peer.home, "tree"), { recursive: true });
  });
});
