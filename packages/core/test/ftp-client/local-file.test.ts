/** Downloads to files of this machine that are more than files: links, devices, files with a mode of their own. */
import { execFile } from "node:child_process";
import { chmod, mkdtemp, lstat, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { FtpClient } from "../../src/ftp-client/index.ts";
import { FtpServer } from "../../src/ftp-server/index.ts";
import { MemoryStorage } from "../../src/storage/index.ts";
import { putFile } from "../ftp-server/server-fixture.ts";

async function start(): Promise<{ client: FtpClient; local: string }> {
  const storage = new MemoryStorage();
  await putFile(storage, "/f", "from the server");
  const server = new FtpServer({
    accounts: { login: () => ({ name: "me", storage }) },
    listeners: [{ host: "127.0.0.1", port: 0 }],
  });
  await server.start();
  const port = server.addresses[0]?.port ?? 0;
  const client = await FtpClient.connect({ host: "127.0.0.1", port, user: "me", password: "x" });
  const local = await mkdtemp(join(tmpdir(), "twinport-client-"));
  onTestFinished(async () => {
    await client.close();
    await server.stop();
    await rm(local, { recursive: true });
  });
  return { client, local };
}

describe.skipIf(process.platform === "win32")("a download", () => {
  it("goes to what a link leads to, anew and resumed", async () => {
    const { client, local } = await start();
    await writeFile(join(local, "target"), "from the");
    await chmod(join(local, "target"), 0o600);
    await symlink("target", join(local, "link"));
    await client.download("f", join(local, "link"), { resume: true });
    expect(await readFile(join(local, "target"), "utf8")).toBe("from the server");
    await writeFile(join(local, "target"), "before");
    await client.download("f", join(local, "link"));
    expect(await readFile(join(local, "target"), "utf8")).toBe("from the server");
    expect((await stat(join(local, "target"))).mode & 0o777).toBe(0o600);
    expect((await lstat(join(local, "link"))).isSymbolicLink()).toBe(true);
    expect((await readdir(local)).sort()).toEqual(["link", "target"]);
  });

  it("may have a name of 240 octets", async () => {
    const { client, local } = await start();
    await client.download("f", join(local, "漢".repeat(80)));
    expect(await readdir(local)).toEqual(["漢".repeat(80)]);
  });

  it("is written into a pipe, not put in its place", async () => {
    const { client, local } = await start();
    const pipe = join(local, "pipe");
    await promisify(execFile)("mkfifo", [pipe]);
    const [read] = await Promise.all([readFile(pipe, "utf8"), client.download("f", pipe)]);
    expect(read).toBe("from the server");
    expect(await readdir(local)).toEqual(["pipe"]);
  });
});
