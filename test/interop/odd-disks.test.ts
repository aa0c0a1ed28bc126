/** Real clients, and our server on a disk that refuses permission bits, owners, times and hard links (see odd-disk.c). */
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { FtpClient } from "../../packages/core/src/ftp-client/index.ts";
import { makeFolder, run, startOurServer, type Running } from "./processes.ts";
import { digestTree, makeTree } from "./trees.ts";

let folder: Awaited<ReturnType<typeof makeFolder>>;
let served: string;
let source: string;
let server: Running & { readonly port: number };

beforeAll(async () => {
  folder = await makeFolder();
  served = join(folder.path, "served");
  source = join(folder.path, "source");
  await mkdir(served);
  await makeTree(source);
  const library = join(folder.path, "odd-disk.so");
  await run("gcc", ["-shared", "-fPIC", "-o", library, join(import.meta.dirname, "odd-disk.c")]);
  server = await startOurServer(served, ["--log-level", "warn"], { LD_PRELOAD: library });
});

afterAll(async () => {
  await server.stop();
  await folder.remove();
});

const url = (path: string): string => `ftp://me:secret@127.0.0.1:${server.port}/${path}`;

const leftOvers = async (): Promise<readonly string[]> =>
  (await readdir(served, { recursive: true })).filter((name) => name.endsWith(".part"));

it("takes a file again and again by curl: new, over the old one, appended, and its rest", async () => {
  const local = join(folder.path, "file");
  for (const content of ["first", "the second, which is longer", "3"]) {
    await writeFile(local, content);
    await run("curl", ["-sS", "-T", local, url("again")]);
    expect(await readFile(join(served, "again"), "utf8")).toBe(content);
  }
  await run("curl", ["-sS", "--append", "-T", local, url("again")]);
  expect(await readFile(join(served, "again"), "utf8")).toBe("33");
  await writeFile(local, "33, and its rest");
  await run("curl", ["-sS", "-C", "-", "-T", local, url("again")]);
  expect(await readFile(join(served, "again"), "utf8")).toBe("33, and its rest");
  expect(await leftOvers()).toEqual([]);
});

it("takes and gives a tree by lftp, twice", async () => {
  const expected = await digestTree(source);
  const script = `set net:max-retries 1; mirror -R ${source} lftp; mirror lftp ${join(folder.path, "back")}; bye`;
  for (let round = 0; round < 2; round++) {
    await run("lftp", ["-u", "me,secret", "-e", script, `ftp://127.0.0.1:${server.port}`]);
    expect(await digestTree(join(served, "lftp"))).toBe(expected);
  }
  expect(await digestTree(join(folder.path, "back"))).toBe(expected);
});

it("stores under names of its own making by Python's ftplib (STOU)", async () => {
  const script = `
from ftplib import FTP
from io import BytesIO
ftp = FTP()
ftp.connect("127.0.0.1", ${server.port})
ftp.login("me", "secret")
for content in (b"one", b"two"):
    print(ftp.storbinary("STOU unique", BytesIO(content)))
ftp.quit()
`;
  await run("/usr/bin/python3", ["-c", script]);
  const names = (await readdir(served)).filter((name) => name.startsWith("unique"));
  const contents = await Promise.all(names.map((name) => readFile(join(served, name), "utf8")));
  expect(contents.sort()).toEqual(["one", "two"]);
});

it("answers 550 to our client's chmod, and leaves the file as it was", async () => {
  const client = await FtpClient.connect(url(""));
  await client.upload(Buffer.from("x"), "plain");
  const { mode } = await stat(join(served, "plain"));
  await expect(client.chmod("plain", 0o600)).rejects.toMatchObject({ code: 550 });
  expect((await stat(join(served, "plain"))).mode).toBe(mode);
  await client.close();
});

it("tells its log once of each thing that the disk is without", () => {
  const kinds = [...server.log().matchAll(/"kind":"([a-z-]+)"/g)].map(([, kind]) => kind);
  expect(kinds.sort()).toEqual(["hard-links", "mode"]);
});
