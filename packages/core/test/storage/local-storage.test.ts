/** What only `LocalStorage` has: hidden names, the journal, options, modes and descriptors. */
import { spawnSync } from "node:child_process";
import { readdirSync, readlinkSync } from "node:fs";
import { chmod, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { at, breakOff, entriesOf, namesOf, put, textOf } from "../../src/storage/conformance/conformance-case.ts";
import { LocalStorage, StorageError } from "../../src/storage/index.ts";
import { withLocalFolder } from "./local-folder.ts";

const part = ".twinport-0123456789ab-0123456789abcdef.part";
const journal = ".twinport-journal";

const kindOf = async (result: Promise<unknown>): Promise<unknown> =>
  result.then(
    () => "nothing failed",
    (error: unknown) => (error instanceof StorageError ? error.kind : error),
  );

describe("hidden names", () => {
  it("are neither listed nor reachable", () =>
    withLocalFolder(async ({ root, storage }) => {
      await writeFile(join(root, part), "part");
      await mkdir(join(root, journal));
      await writeFile(join(root, journal, "file"), "x");
      await writeFile(join(root, "file"), "x");
      expect(await namesOf(storage, "/")).toEqual(["file"]);
      for (const path of [`/${part}`, `/${journal}`, `/${journal}/file`]) {
        expect(await kindOf(storage.stat(at(path)))).toBe("not-found");
        expect(await kindOf(storage.openRead(at(path)))).toBe("not-found");
        expect(await kindOf(storage.remove(at(path)))).toBe("not-found");
        expect(await kindOf(entriesOf(storage, path))).toBe("not-found");
        expect(await kindOf(storage.removeDirectory(at(path)))).toBe("not-found");
        expect(await kindOf(storage.rename(at(path), at("/mine")))).toBe("not-found");
        expect(await kindOf(storage.rename(at("/file"), at(path)))).toBe("name-not-allowed");
        expect(await kindOf(storage.openWrite(at(path)))).toBe("name-not-allowed");
        expect(await kindOf(storage.makeDirectory(at(path)))).toBe("name-not-allowed");
      }
      expect(await readFile(join(root, part), "utf8")).toBe("part");
    }));

  it("are those of this storage only, not all that look a little like them", () =>
    withLocalFolder(async ({ storage }) => {
      const names = [".twinport-", ".twinport-0123.part", ".twinport-journal2"];
      for (const name of names) await put(storage, `/${name}`, "x");
      expect(await namesOf(storage, "/")).toEqual([...names].sort());
    }));
});

describe("the journal", () => {
  const owner = (pid: number, host = hostname()) =>
    readFile("/proc/sys/kernel/random/boot_id", "utf8").then((boot) =>
      JSON.stringify({ pid, started: "1", boot: boot.trim(), host }),
    );
  /** Puts a left-over and the journal that tells of it into a root. */
  async function leaveBehind(root: string, head: string): Promise<void> {
    await mkdir(join(root, journal));
    await mkdir(join(root, "folder"));
    await writeFile(join(root, journal, "0123456789ab"), `${head}\n${JSON.stringify(join(root, "folder"))}\n`);
    await writeFile(join(root, "folder", part), "left over");
  }

  it("has the left-overs of a dead instance removed, and nobody else's", () =>
    withLocalFolder(async ({ root, storage }) => {
      const { pid } = spawnSync(process.execPath, ["--version"]);
      await leaveBehind(root, await owner(pid));
      const other = part.replace("0123456789ab", "ba9876543210");
      await writeFile(join(root, "folder", other), "of somebody else");
      await put(storage, "/file", "x");
      expect(await readdir(join(root, "folder"))).toEqual([other]);
      expect(await readdir(join(root, journal))).not.toContain("0123456789ab");
    }));

  it("has the left-overs of an instance removed whose process number was given out again", () =>
    withLocalFolder(async ({ root, storage }) => {
      await leaveBehind(root, await owner(process.pid));
      await put(storage, "/file", "x");
      expect(await readdir(join(root, "folder"))).toEqual([]);
    }));

  it("lets the left-overs of other hosts be, and those of a journal that cannot be read", () =>
    withLocalFolder(async ({ root, storage }) => {
      await leaveBehind(root, await owner(1, "another.host.example"));
      await writeFile(join(root, journal, "aaaaaaaaaaaa"), "no journal");
      await put(storage, "/file", "x");
      expect(await readdir(join(root, "folder"))).toEqual([part]);
    }));

  it("lets the unfinished uploads of a living instance be", () =>
    withLocalFolder(async ({ root, storage }) => {
      const upload = await storage.openWrite(at("/file"));
      await upload.write(Buffer.from("first"));
      await breakOff(storage, "/broken", "half", { uploader: "anna" });
      const other = new LocalStorage({ root });
      await put(other, "/other", "x");
      await other.close();
      await upload.commit();
      expect(await textOf(storage, "/file")).toBe("first");
      await put(storage, "/broken", "!", { uploader: "anna", mode: "append" });
      expect(await textOf(storage, "/broken")).toBe("half!");
    }));

  it("is gone after close, and so are the broken uploads", () =>
    withLocalFolder(async ({ root, storage }) => {
      await put(storage, "/file", "x");
      await breakOff(storage, "/broken", "half", { uploader: "anna" });
      await storage.close();
      await storage.close();
      expect(await readdir(root)).toEqual(["file"]);
    }));

  it("lies elsewhere if asked for", () =>
    withLocalFolder(async ({ root, outside }) => {
      const storage = new LocalStorage({ root, stateDirectory: join(outside, "state") });
      const upload = await storage.openWrite(at("/file"));
      expect(await readdir(root)).not.toContain(journal);
      expect(await readdir(join(outside, "state"))).toHaveLength(1);
      await upload.abandon();
      await storage.close();
    }));
});

describe("options", () => {
  for (const durability of ["none", "file", "file+directory"] as const) {
    it(`uploads with durability ${durability}, atomic and in place`, async () => {
      for (const uploads of ["atomic", "in-place"] as const) {
        await withLocalFolder(
          async ({ storage }) => {
            await put(storage, "/file", "one");
            await put(storage, "/file", "two", { mode: "append" });
            expect(await textOf(storage, "/file")).toBe("onetwo");
          },
          { durability, uploads },
        );
      }
    });
  }

  it("shows uploads in place while they grow, and leaves what arrived", () =>
    withLocalFolder(
      async ({ storage }) => {
        await put(storage, "/file", "0123456789");
        const upload = await storage.openWrite(at("/file"), { uploader: "anna" });
        await upload.write(Buffer.from("abc"));
        expect(await textOf(storage, "/file")).toBe("abc");
        await upload.abandon();
        await upload.abandon();
        expect(await storage.stat(at("/file"), { uploader: "anna" })).toMatchObject({ size: 3 });
        await put(storage, "/file", "XY", { mode: "at", offset: 2 });
        expect(await textOf(storage, "/file")).toBe("abXY");
        expect(await kindOf(storage.openWrite(at("/file"), { mode: "create" }))).toBe("already-exists");
        expect(await kindOf(storage.openWrite(at("/file"), { mode: "at", offset: 5 }))).toBe("offset-out-of-range");
        expect(await textOf(storage, "/file")).toBe("abXY");
      },
      { uploads: "in-place" },
    ));

  it("keeps no broken uploads where that is said", () =>
    withLocalFolder(
      async ({ root, storage }) => {
        await breakOff(storage, "/file", "half", { uploader: "anna" });
        expect(await kindOf(storage.stat(at("/file"), { uploader: "anna" }))).toBe("not-found");
        await storage.close();
        await expect.poll(() => readdir(root)).toEqual([]);
      },
      { keepBrokenUploads: 0 },
    ));

  it("are told to be wrong when the root is not there", () =>
    withLocalFolder(async ({ root }) => {
      const storage = new LocalStorage({ root: join(root, "missing") });
      const error: unknown = await storage.stat(at("/")).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(StorageError);
      expect(error).toMatchObject({ kind: "unavailable" });
      expect(String(error)).not.toContain(root);
      await storage.close();
    }));
});

describe("large folders", () => {
  it("come by name from the first batch on, up to their limit, and then as they are", () =>
    withLocalFolder(async ({ root, storage }) => {
      const names = Array.from({ length: storage.sortsNames }, (_, at) => `f${(at * 7919) % storage.sortsNames}`);
      await Promise.all(names.map((name) => writeFile(join(root, name), "")));
      const sorted = [...names].sort();
      const batches = async (): Promise<string[][]> => {
        const all: string[][] = [];
        for await (const batch of storage.list(at("/"))) all.push(batch.map(({ name }) => name));
        return all;
      };
      const [first] = await batches();
      expect(first).toEqual(sorted.slice(0, first?.length));
      expect(first?.length).toBeLessThan(200);
      expect((await batches()).flat()).toEqual(sorted);
      await writeFile(join(root, "one more"), "");
      expect((await batches()).flat().sort()).toEqual([...names, "one more"].sort());
    }));
});

describe("files of the host", () => {
  it("have the modes that were asked for, whatever the umask, and replaced ones keep theirs", () =>
    withLocalFolder(async ({ root, storage }) => {
      const modeOf = async (name: string): Promise<number> => (await stat(join(root, name))).mode & 0o7777;
      await put(storage, "/usual", "x");
      await put(storage, "/open", "x", { permissions: 0o666 });
      await put(storage, "/closed", "x", { permissions: 0o600 });
      await storage.makeDirectory(at("/folder"), { permissions: 0o777 });
      expect(await Promise.all(["usual", "open", "closed", "folder"].map(modeOf))).toEqual([
        0o644, 0o666, 0o600, 0o777,
      ]);
      await chmod(join(root, "usual"), 0o640);
      for (const mode of ["replace", "append", "at"] as const) {
        await put(storage, "/usual", "y", { mode });
        expect(await modeOf("usual")).toBe(0o640);
      }
    }));

  it("are read to their end by those who opened them before they were replaced or removed", () =>
    withLocalFolder(async ({ storage }) => {
      await put(storage, "/file", "old");
      const file = await storage.openRead(at("/file"));
      await put(storage, "/file", "new content");
      await storage.remove(at("/file"));
      const into = Buffer.alloc(10);
      expect(into.subarray(0, await file.read(into)).toString()).toBe("old");
      await file.close();
    }));

  it.runIf(process.platform === "linux")("give a large file's space back soon after another has replaced it", () =>
    withLocalFolder(async ({ root, storage }) => {
      const large = Buffer.alloc(6 * 1024 * 1024, 1);
      const removed = (): readonly string[] =>
        readdirSync("/proc/self/fd").filter((fd) => {
          try {
            const held = readlinkSync(`/proc/self/fd/${fd}`);
            return held.startsWith(`${root}/`) && held.endsWith(" (deleted)");
          } catch {
            return false;
          }
        });
      await writeFile(join(root, "file"), large);
      for (const content of ["small", large.toString(), "renamed"]) await put(storage, "/file", content);
      await put(storage, "/other", large.toString());
      await put(storage, "/third", "third");
      await storage.rename(at("/third"), at("/other"));
      expect(await textOf(storage, "/file")).toBe("renamed");
      expect(await textOf(storage, "/other")).toBe("third");
      await vi.waitUntil(() => removed().length === 0);
    }),
  );

  it.runIf(process.platform === "linux")("are all closed after close of the storage", () =>
    withLocalFolder(async ({ storage }) => {
      const count = (): number => readdirSync("/proc/self/fd").length;
      const before = count();
      for (let index = 0; index < 50; index++) {
        await storage.makeDirectory(at(`/folder-${index}`));
        await put(storage, `/folder-${index}/file`, "x");
        await textOf(storage, `/folder-${index}/file`);
        await entriesOf(storage, `/folder-${index}`);
        await kindOf(storage.openRead(at(`/folder-${index}/missing`)));
        await kindOf(storage.openRead(at(`/folder-${index}/file`), { offset: 5 }));
        await kindOf(storage.openWrite(at(`/folder-${index}/file`), { mode: "at", offset: 5 }));
        await kindOf(storage.openWrite(at(`/folder-${index}/file`), { mode: "create" }));
        await breakOff(storage, `/folder-${index}/broken`, "x", { uploader: "anna" });
        for await (const batch of storage.list(at("/"))) if (batch.length > 0) break;
      }
      await storage.close();
      await expect.poll(count).toBe(before);
    }),
  );
});
