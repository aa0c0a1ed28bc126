/** Where files of this machine are written. */
import { chmod, mkdir, mkdtemp, open, readdir, readFile, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { findDestination, openDestination } from "../../src/storage/index.ts";

const windows = process.platform === "win32";

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "twinport-destination-"));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

async function write(path: string, content: string): Promise<void> {
  const destination = await findDestination(path);
  const { handle, written } = await openDestination(destination);
  await handle.write(Buffer.from(content));
  await handle.close();
  if (destination.replaceable) await rename(written, destination.path);
}

describe("a destination", () => {
  it.skipIf(windows)("is what links lead to, be it there or not", async () => {
    const local = await folder();
    await mkdir(join(local, "deep"));
    await writeFile(join(local, "deep/target"), "before");
    await symlink("deep/target", join(local, "second"));
    await symlink(join(local, "second"), join(local, "first"));
    await symlink("../new", join(local, "deep/dangling"));
    await write(join(local, "first"), "after");
    await write(join(local, "deep/dangling"), "new");
    expect(await readFile(join(local, "deep/target"), "utf8")).toBe("after");
    expect(await readFile(join(local, "new"), "utf8")).toBe("new");
    expect((await readdir(local)).sort()).toEqual(["deep", "first", "new", "second"]);
    expect((await findDestination(join(local, "first"))).path).toBe(join(local, "deep/target"));
  });

  it.skipIf(windows)("refuses links in a ring, and folders", async () => {
    const local = await folder();
    await symlink("b", join(local, "a"));
    await symlink("a", join(local, "b"));
    await expect(findDestination(join(local, "a"))).rejects.toMatchObject({ code: "ELOOP" });
    await expect(write(local, "x")).rejects.toMatchObject({ code: "EISDIR" });
  });

  it.skipIf(windows)("keeps the mode of what it replaces", async () => {
    const local = await folder();
    const path = join(local, "f");
    for (const mode of [0o600, 0o666, 0o4755]) {
      await writeFile(path, "before");
      await chmod(path, mode);
      await write(path, "after");
      expect((await stat(path)).mode & 0o7777).toBe(mode & 0o777);
      await rm(path);
    }
  });

  it("has a temporary name that systems take, however long its own is", async () => {
    const local = await folder();
    for (const name of ["漢".repeat(80), "é".repeat(120), "😀".repeat(60), "a".repeat(255)]) {
      const destination = await findDestination(join(local, name));
      const { handle, written } = await openDestination(destination);
      await handle.close();
      expect(dirname(written)).toBe(local);
      expect(Buffer.byteLength(basename(written))).toBeLessThanOrEqual(219);
      expect(await readdir(local)).toContain(basename(written));
    }
  });

  it.skipIf(process.platform !== "linux")("is never put in the place of a device or of what is open", async () => {
    const local = await folder();
    const device = await findDestination("/dev/null");
    expect(device).toMatchObject({ path: "/dev/null", replaceable: false });
    const { handle, written } = await openDestination(device);
    await handle.close();
    expect(written).toBe("/dev/null");
    const file = await open(join(local, "log"), "a");
    await file.write("first, ");
    await symlink(`/proc/self/fd/${file.fd}`, join(local, "link"));
    await write(join(local, "link"), "second");
    await file.write(", third");
    await file.close();
    expect(await readFile(join(local, "log"), "utf8")).toBe("first, second, third");
    expect((await readdir(local)).sort()).toEqual(["link", "log"]);
  });
});
