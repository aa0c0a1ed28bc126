/** What uploads of dead processes, and of directories that were moved, leave behind: found, finished and removed. */
import { spawnSync } from "node:child_process";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { at, breakOff, namesOf, put, textOf } from "../../src/storage/conformance/conformance-case.ts";
import { LocalStorage, StorageError } from "../../src/storage/index.ts";
import { withLocalFolder } from "./local-folder.ts";

const instance = "0123456789ab";
const part = `.twinport-${instance}-0123456789abcdef.part`;
const journal = ".twinport-journal";
const anna = { uploader: "anna" };

const kindOf = async (result: Promise<unknown>): Promise<unknown> =>
  result.then(
    () => "nothing failed",
    (error: unknown) => (error instanceof StorageError ? error.kind : error),
  );

/** The first line of the journal of a process. */
async function ownedBy(pid: number): Promise<string> {
  const boot = await readFile("/proc/sys/kernel/random/boot_id", "utf8");
  return JSON.stringify({ pid, started: "1", boot: boot.trim(), host: hostname() });
}

/** A process that is dead. */
function deadProcess(): number {
  const { pid } = spawnSync(process.execPath, ["--version"]);
  return pid;
}

/** Writes the journal of a dead instance. */
async function leaveJournal(root: string, ...lines: readonly object[]): Promise<void> {
  await mkdir(join(root, journal), { recursive: true });
  const all = [await ownedBy(deadProcess()), ...lines.map((line) => JSON.stringify(line))];
  await writeFile(join(root, journal, instance), `${all.join("\n")}\n`);
}

async function noteOf(directory: string): Promise<object> {
  return { directory, inode: (await stat(directory)).ino };
}

describe.runIf(process.platform === "linux")("what a dead process left", () => {
  it("is found in a directory that was renamed since, however deep", () =>
    withLocalFolder(async ({ root, storage }) => {
      await mkdir(join(root, "a/b/c"), { recursive: true });
      await mkdir(join(root, "a/other"));
      await writeFile(join(root, "a/b/c", part), "left over");
      await leaveJournal(root, await noteOf(join(root, "a/b/c")));
      await rename(join(root, "a/b"), join(root, "a/other/moved"));
      await put(storage, "/file", "x");
      expect(await readdir(join(root, "a/other/moved/c"))).toEqual([]);
      expect(await readdir(join(root, journal))).not.toContain(instance);
    }));

  it("is found where another directory has the name now", () =>
    withLocalFolder(async ({ root, storage }) => {
      await mkdir(join(root, "in"));
      await writeFile(join(root, "in", part), "left over");
      await leaveJournal(root, await noteOf(join(root, "in")));
      await rename(join(root, "in"), join(root, "old"));
      await mkdir(join(root, "in"));
      await put(storage, "/file", "x");
      expect(await readdir(join(root, "old"))).toEqual([]);
    }));

  it("does not keep its directory from being removed, and what living ones write does", () =>
    withLocalFolder(async ({ root, storage }) => {
      await mkdir(join(root, "in"));
      await put(storage, "/file", "x");
      // Written down by nobody, and old.
      await writeFile(join(root, "in", part), "left over");
      expect(await kindOf(storage.removeDirectory(at("/in")))).toBe("busy");
      await leaveJournal(root);
      await storage.removeDirectory(at("/in"));
      await storage.makeDirectory(at("/in"));
      const upload = await storage.openWrite(at("/in/file"));
      const other = new LocalStorage({ root });
      expect(await kindOf(storage.removeDirectory(at("/in")))).toBe("busy");
      expect(await kindOf(other.removeDirectory(at("/in")))).toBe("busy");
      await upload.commit();
      expect(await kindOf(storage.removeDirectory(at("/in")))).toBe("directory-not-empty");
      await other.close();
    }));

  it("is written into its file where that had begun", () =>
    withLocalFolder(async ({ root, storage }) => {
      // The first three of five bytes were written when the process died.
      await writeFile(join(root, "file"), "0123abc789");
      await writeFile(join(root, part), "abcde");
      const { ino } = await stat(join(root, "file"));
      const tail = { finish: part, directory: root, name: "file", inode: ino, offset: 4 };
      await leaveJournal(root, await noteOf(root), tail);
      await put(storage, "/other", "x");
      expect(await textOf(storage, "/file")).toBe("0123abcde");
      expect(await readdir(root)).not.toContain(part);
    }));

  it("is not written into another file that has the name by now, nor through a link", () =>
    withLocalFolder(async ({ root, outside, storage }) => {
      await writeFile(join(root, "file"), "0123456789");
      await writeFile(join(root, part), "abcde");
      const { ino } = await stat(join(outside, "secret"));
      const tail = { finish: part, directory: root, name: "file", inode: ino, offset: 4 };
      const named = { ...tail, name: "../outside/secret" };
      await leaveJournal(root, await noteOf(root), tail, named);
      await put(storage, "/other", "x");
      expect(await textOf(storage, "/file")).toBe("0123456789");
      expect(await readFile(join(outside, "secret"), "utf8")).toBe("secret");
    }));
});

describe("a directory that a program renames", () => {
  it("keeps the broken upload in it resumable", () =>
    withLocalFolder(async ({ root, storage }) => {
      await storage.makeDirectory(at("/one"));
      await breakOff(storage, "/one/file", "half", anna);
      await rename(join(root, "one"), join(root, "two"));
      expect(await storage.stat(at("/two/file"), anna)).toMatchObject({ size: 4, partial: true });
      await put(storage, "/two/file", "+rest", { ...anna, mode: "append" });
      expect(await textOf(storage, "/two/file")).toBe("half+rest");
      expect(await readdir(join(root, "two"))).toEqual(["file"]);
    }));

  it("is looked through by the next storage for the broken upload that was in it", () =>
    withLocalFolder(async ({ root, storage }) => {
      await storage.makeDirectory(at("/one"));
      await breakOff(storage, "/one/file", "half", anna);
      await rename(join(root, "one"), join(root, "two"));
      await storage.close();
      expect(await readdir(join(root, "two"))).toHaveLength(1);
      const next = new LocalStorage({ root });
      await put(next, "/file", "x");
      await next.close();
      expect(await readdir(join(root, "two"))).toEqual([]);
      expect((await readdir(root)).sort()).toEqual(["file", "two"]);
    }));

  it("takes an upload that runs with it, and none out of the root", () =>
    withLocalFolder(async ({ root, outside, storage }) => {
      await storage.makeDirectory(at("/one"));
      const inside = await storage.openWrite(at("/one/file"));
      await inside.write(Buffer.from("whole"));
      await rename(join(root, "one"), join(root, "two"));
      await inside.commit();
      expect(await textOf(storage, "/two/file")).toBe("whole");
      const leaving = await storage.openWrite(at("/two/other"));
      await leaving.write(Buffer.from("whole"));
      await rename(join(root, "two"), join(outside, "two"));
      expect(await kindOf(leaving.commit())).toBe("not-found");
      expect(await readdir(join(outside, "two"))).toEqual(["file"]);
      await rm(join(outside, "two"), { recursive: true });
      expect(await namesOf(storage, "/")).toEqual([]);
    }));
});

describe("an upload within a file", () => {
  it("has room asked for what comes only, and writes a long file itself", () =>
    withLocalFolder(async ({ root, storage }) => {
      const path = join(root, "file");
      const size = 20 * 1024 * 1024;
      await writeFile(path, Buffer.alloc(size, "o"));
      await put(storage, "/file", "new end", { mode: "at", offset: size - 3 });
      const content = await readFile(path);
      expect(content.length).toBe(size + 4);
      expect(content.subarray(size - 6).toString()).toBe("ooonew end");
      await put(storage, "/file", "x", { mode: "at", offset: size - 1 });
      expect((await readFile(path)).subarray(size - 6).toString()).toBe("ooonex");
      expect((await stat(path)).size).toBe(size);
      expect((await readdir(root)).filter((name) => name.endsWith(".part"))).toEqual([]);
    }));
});
