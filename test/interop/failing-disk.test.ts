/** A disk that becomes read-only, that is emptied, and that goes away and comes back, under a running server. */
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { FtpClient, FtpReplyError } from "../../packages/core/src/ftp-client/index.ts";
import { makeFolder, run, startOurServer, type Running } from "./processes.ts";

let folder: Awaited<ReturnType<typeof makeFolder>>;
let disk: string;
let server: Running & { readonly port: number };
let client: FtpClient;

beforeAll(async () => {
  folder = await makeFolder();
  disk = join(folder.path, "disk");
  await mkdir(disk);
  await mount();
  server = await startOurServer(disk);
  client = await FtpClient.connect(`ftp://me:secret@127.0.0.1:${server.port}`);
});

afterAll(async () => {
  client.destroy();
  await server.stop();
  await run("umount", ["-l", disk], { mayFail: true });
  await folder.remove();
});

const mount = (): Promise<unknown> => run("mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", disk]);
const put = (name: string, content: string): Promise<unknown> => client.upload(Buffer.from(content), name);
const codeOf = (done: Promise<unknown>): Promise<number> =>
  done.then(
    () => 200,
    (error: unknown) => {
      if (error instanceof FtpReplyError) return error.code;
      throw error;
    },
  );

it("refuses writes while it is read-only, serves reads, and writes again afterwards", async () => {
  await put("file", "content");
  await run("mount", ["-o", "remount,ro", disk]);
  for (const write of [put("file", "new"), put("other", "new"), client.mkdir("folder"), client.remove("file")]) {
    expect(await codeOf(write)).toBe(550);
  }
  expect(Buffer.from(await client.downloadBytes("file")).toString()).toBe("content");
  await run("mount", ["-o", "remount,rw", disk]);
  await put("file", "new");
  expect(await readFile(join(disk, "file"), "utf8")).toBe("new");
});

it("goes on after its folders were removed under it", async () => {
  await client.mkdir("folder");
  await put("folder/file", "content");
  await client.cd("folder");
  await rm(join(disk, "folder"), { recursive: true });
  expect(await codeOf(client.upload(Buffer.from("x"), "file"))).toBe(550);
  expect(await codeOf(client.downloadBytes("file"))).toBe(550);
  await client.cd("/");
  await put("file", "after");
  expect(await readFile(join(disk, "file"), "utf8")).toBe("after");
});

it("refuses what is on a disk that went away, and serves it once it is back", async () => {
  await put("file", "content");
  await run("umount", ["-l", disk]);
  expect(await codeOf(client.downloadBytes("file"))).toBe(550);
  expect((await client.list()).map(({ name }) => name)).toEqual([]);
  await client.noop();
  await mount();
  await writeFile(join(disk, "back"), "back");
  // In use all the time: what was mounted over an open folder is seen nevertheless.
  await expect.poll(() => codeOf(client.downloadBytes("back")), { timeout: 10_000 }).toBe(200);
  await put("file", "again");
  expect((await readdir(disk)).filter((name) => !name.startsWith("."))).toEqual(["back", "file"]);
});
