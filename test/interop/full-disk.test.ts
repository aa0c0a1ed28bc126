/** A disk that is really full: a small file system of its own. */
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { FtpClient, FtpReplyError } from "../../packages/core/src/ftp-client/index.ts";
import { makeFolder, run, startOurServer, type Running } from "./processes.ts";

let folder: Awaited<ReturnType<typeof makeFolder>>;
let disk: string;
let server: Running & { readonly port: number };

beforeAll(async () => {
  folder = await makeFolder();
  disk = join(folder.path, "disk");
  await mkdir(disk);
  await run("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", disk]);
  server = await startOurServer(disk);
});

afterAll(async () => {
  await server.stop();
  await run("umount", [disk]);
  await folder.remove();
});

describe("a full disk", () => {
  const upload = async (name: string, size: number): ReturnType<typeof run> => {
    const from = join(folder.path, "from");
    await writeFile(from, Buffer.alloc(size, "x"));
    const url = `ftp://me:secret@127.0.0.1:${server.port}/${name}`;
    return run("curl", ["-sSv", "-T", from, url], { mayFail: true });
  };

  it("is told as 452, leaves the old file as it was, and keeps nothing of the new", async () => {
    expect((await upload("file", 1_000_000)).code).toBe(0);
    const { code, stderr } = await upload("file", 3_000_000);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/^< 452 /m);
    expect((await readFile(join(disk, "file"))).length).toBe(1_000_000);
    expect((await readdir(disk)).filter((name) => name.includes(".part"))).toEqual([]);
    expect((await upload("other", 500_000)).code).toBe(0);
  });

  it("is told of an append, too, of which nothing stays, and of an upload that none can go on with", async () => {
    const client = await logIn();
    await client.upload(Buffer.alloc(800_000, "a"), "file");
    for (const fill of [() => client.append(tooMuch, "file"), () => client.upload(tooMuch, "new")]) {
      expect(await codeOf(fill())).toBe(452);
      expect(await client.size("file")).toBe(800_000);
      expect(await client.exists("new")).toBe(false);
    }
    expect((await readdir(disk)).filter((name) => name.includes(".part"))).toEqual([]);
    expect((await readFile(join(disk, "file"))).equals(Buffer.alloc(800_000, "a"))).toBe(true);
    await client.upload(Buffer.from("small"), "small");
  });

  it("without room for another name answers 452, changes nothing, and takes files again once one is gone", async () => {
    await run("mount", ["-o", "remount,size=2m,nr_inodes=8", disk]);
    const client = await logIn();
    const names: string[] = [];
    let code = 200;
    for (let number = 0; code === 200 && number < 10; number++) {
      code = await codeOf(client.upload(Buffer.from("x"), `inode-${number}`));
      if (code === 200) names.push(`inode-${number}`);
    }
    expect(code).toBe(452);
    const [first = ""] = names;
    expect(await codeOf(client.upload(Buffer.from("other"), first))).toBe(452);
    expect(await codeOf(client.mkdir("folder"))).toBe(452);
    expect(Buffer.from(await client.downloadBytes(first)).toString()).toBe("x");
    await client.remove(first);
    await client.upload(Buffer.from("again"), "again");
    expect(await readFile(join(disk, "again"), "utf8")).toBe("again");
  });
});

const tooMuch = Buffer.alloc(3_000_000, "x");

async function logIn(): Promise<FtpClient> {
  const client = await FtpClient.connect(`ftp://me:secret@127.0.0.1:${server.port}`);
  onTestFinished(() => client.destroy());
  for (const { name } of await client.list()) await client.remove(name);
  return client;
}

/** The code of a refusal; 200 where there was none. */
async function codeOf(done: Promise<unknown>): Promise<number> {
  try {
    await done;
    return 200;
  } catch (error) {
    if (error instanceof FtpReplyError) return error.code;
    throw error;
  }
}
