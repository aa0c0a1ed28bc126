/** A disk that is really full: a small file system of its own. */
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
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
});
