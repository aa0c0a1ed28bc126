/** Real clients against our server: trees both ways, compared by SHA-256. */
import { mkdir, readFile, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeFolder, run, startOurServer, type Running } from "./processes.ts";
import { awkwardFiles, digestTree, makeTree } from "./trees.ts";

let served: Awaited<ReturnType<typeof makeFolder>>;
let local: Awaited<ReturnType<typeof makeFolder>>;
let server: Running & { readonly port: number };
let source: string;

beforeAll(async () => {
  served = await makeFolder();
  local = await makeFolder();
  source = join(local.path, "source");
  await makeTree(source);
  server = await startOurServer(served.path);
});

afterAll(async () => {
  await server.stop();
  await served.remove();
  await local.remove();
});

const url = (path = ""): string => `ftp://me:secret@127.0.0.1:${server.port}/${path}`;

/** A folder on the server, and one here for what comes back. */
async function places(name: string): Promise<{ there: string; here: string }> {
  const here = join(local.path, `${name}-back`);
  await mkdir(here, { recursive: true });
  await mkdir(join(served.path, name), { recursive: true });
  return { there: join(served.path, name), here };
}

describe("curl", () => {
  it("uploads and downloads every awkward file, passive and active", async () => {
    const { there, here } = await places("curl");
    for (const [index, [name]] of awkwardFiles.entries()) {
      const remote = url(`curl/${encodeURIComponent(name)}`);
      const active = index % 2 === 0 ? [] : ["--ftp-port", "127.0.0.1"];
      await run("curl", ["-sS", ...active, "-T", join(source, "awkward", name), remote]);
      await run("curl", ["-sS", ...active, "-o", join(here, name), remote]);
    }
    const expected = await digestTree(join(source, "awkward"));
    expect(await digestTree(there)).toBe(expected);
    expect(await digestTree(here)).toBe(expected);
  });

  it("lists, makes folders, renames, and resumes both ways", async () => {
    const { there, here } = await places("curl2");
    const content = await readFile(join(source, "awkward", "exactly"));
    await run("curl", ["-sS", "--ftp-create-dirs", "-T", join(source, "awkward", "exactly"), url("curl2/a/b/file")]);
    expect((await run("curl", ["-sS", "--list-only", url("curl2/a/b/")])).stdout).toBe("file\r\n".replace("\r", ""));
    await run("curl", ["-sS", "-Q", "RNFR curl2/a/b/file", "-Q", "RNTO curl2/renamed", "-o", "/dev/null", url()]);
    await writeFile(join(here, "part"), content.subarray(0, 400_000));
    await run("curl", ["-sS", "-C", "-", "-o", join(here, "part"), url("curl2/renamed")]);
    expect(content.equals(await readFile(join(here, "part")))).toBe(true);
    await truncate(join(there, "renamed"), 300_000);
    await run("curl", ["-sS", "-C", "-", "-T", join(source, "awkward", "exactly"), url("curl2/renamed")]);
    expect(content.equals(await readFile(join(there, "renamed")))).toBe(true);
  });
});

describe("lftp", () => {
  it("mirrors the tree both ways, and again without moving anything", async () => {
    const { there, here } = await places("lftp");
    const script = `set net:max-retries 1; mirror -R ${source} lftp; mirror lftp ${here}; mirror -v -R ${source} lftp; bye`;
    const { stdout } = await run("lftp", ["-u", "me,secret", "-e", script, `ftp://127.0.0.1:${server.port}`]);
    const expected = await digestTree(source);
    expect(await digestTree(there)).toBe(expected);
    expect(await digestTree(here)).toBe(expected);
    expect(stdout).not.toContain("Transferring");
  });
});

describe("ncftp", () => {
  it("puts and gets the tree", async () => {
    const { there, here } = await places("ncftp");
    const login = ["-u", "me", "-p", "secret", "-P", String(server.port)];
    await run("ncftpput", [...login, "-R", "127.0.0.1", "ncftp", join(source, "small"), join(source, "awkward")]);
    await run("ncftpget", [...login, "-R", "127.0.0.1", here, "ncftp/small", "ncftp/awkward"]);
    const expected = await digestTree(source);
    expect(await digestTree(there)).toBe(expected);
    expect(await digestTree(here)).toBe(expected);
  });
});

describe("tnftp", () => {
  it("puts and gets every awkward file that its command line can name", async () => {
    const { there, here } = await places("tnftp");
    // Its own quoting has no way to write a double quote inside a name.
    const names = awkwardFiles.map(([name]) => name).filter((name) => !name.includes('"'));
    const lines = names.flatMap((name) => [
      `put "${join(source, "awkward", name)}" "./${name}"`,
      `get "./${name}" "${join(here, name)}"`,
    ]);
    const input = ["user me secret", "binary", "cd tnftp", ...lines, "bye", ""].join("\n");
    await run("tnftp", ["-n", "-i", "-V", "127.0.0.1", String(server.port)], { input });
    const expected = (await digestTree(join(source, "awkward"))).split("\n").filter((line) => !line.includes('"'));
    expect((await digestTree(there)).split("\n")).toEqual(expected);
    expect((await digestTree(here)).split("\n")).toEqual(expected);
  });
});

describe("wget", () => {
  it("fetches the tree recursively", async () => {
    const { there, here } = await places("wget");
    await run("cp", ["-r", `${source}/.`, there]);
    const names = ["--restrict-file-names=nocontrol", "--local-encoding=UTF-8", "--remote-encoding=UTF-8"];
    await run("wget", ["-q", "-r", "-l", "inf", "-nH", "--cut-dirs=1", ...names, "-P", here, url("wget/")]);
    expect(await digestTree(here)).toBe(await digestTree(source));
  });
});

describe("Python's ftplib", () => {
  it("stores, lists by MLSD and NLST, retrieves, renames and deletes", async () => {
    const { there, here } = await places("ftplib");
    const script = `
import ftplib, os, sys
f = ftplib.FTP(); f.connect("127.0.0.1", ${server.port}); f.login("me", "secret"); f.cwd("ftplib")
src, dst = sys.argv[1], sys.argv[2]
for n in sorted(os.listdir(src)):
    with open(os.path.join(src, n), "rb") as h: f.storbinary("STOR " + n, h)
    assert f.size(n) == os.path.getsize(os.path.join(src, n)), n
names = sorted(n for n, facts in f.mlsd() if facts["type"] == "file")
assert names == sorted(os.listdir(src)), names
assert sorted(f.nlst()) == names
for n in names:
    with open(os.path.join(dst, n), "wb") as h: f.retrbinary("RETR " + n, h.write)
f.set_pasv(False)
lines = []
f.retrlines("LIST", lines.append)
assert len(lines) == len(names)
f.rename("one", "uno"); f.delete("uno"); f.mkd("d"); f.rmd("d"); f.quit()
`;
    await run("/usr/bin/python3", ["-c", script, join(source, "awkward"), here]);
    expect(await digestTree(here)).toBe(await digestTree(join(source, "awkward")));
    await expect(stat(join(there, "one"))).rejects.toThrow("ENOENT");
  });
});
