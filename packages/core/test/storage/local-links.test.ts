/** Links and special files under a `LocalStorage`: inside the root they work, none leads out. */
import { execFileSync } from "node:child_process";
import { mkdir, readdir, readFile, readlink, rename, rm, symlink, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { at, entriesOf, put, textOf } from "../../src/storage/conformance/conformance-case.ts";
import { LocalStorage, StorageError } from "../../src/storage/index.ts";
import { recheckAfter } from "../../src/storage/local/jail.ts";
import { withLocalFolder } from "./local-folder.ts";

const kindOf = async (result: Promise<unknown>): Promise<unknown> =>
  result.then(
    () => "nothing failed",
    (error: unknown) => (error instanceof StorageError ? error.kind : error),
  );

describe("links inside the root", () => {
  it("work for reading, telling, listing and writing", () =>
    withLocalFolder(async ({ root, storage }) => {
      await mkdir(join(root, "folder"));
      await writeFile(join(root, "folder/file"), "content");
      await symlink("folder", join(root, "to-folder"));
      await symlink(join(root, "folder/file"), join(root, "to-file"));
      await symlink("../to-folder/file", join(root, "folder/twice"));

      expect(await textOf(storage, "/to-file")).toBe("content");
      expect(await textOf(storage, "/to-folder/file")).toBe("content");
      expect(await textOf(storage, "/folder/twice")).toBe("content");
      expect(await storage.stat(at("/to-file"))).toMatchObject({ name: "to-file", kind: "file", size: 7 });
      expect(await storage.stat(at("/to-folder"))).toMatchObject({ name: "to-folder", kind: "directory" });
      expect((await entriesOf(storage, "/to-folder")).map(({ name }) => name)).toEqual(["file", "twice"]);

      await put(storage, "/to-file", "changed");
      await put(storage, "/to-folder/new", "new");
      expect(await readFile(join(root, "folder/file"), "utf8")).toBe("changed");
      expect(await readFile(join(root, "folder/new"), "utf8")).toBe("new");
      const links = (await entriesOf(storage, "/")).map(({ name, kind, target }) => [name, kind, target]);
      expect(links).toEqual([
        ["folder", "directory", undefined],
        ["to-file", "symlink", "/folder/file"],
        ["to-folder", "symlink", "folder"],
      ]);
    }));

  it("are made relative, so that they live on when the root moves, and never lead out", () =>
    withLocalFolder(async ({ root, outside, storage }) => {
      await mkdir(join(root, "folder/deep"), { recursive: true });
      await writeFile(join(root, "file"), "content");
      await writeFile(join(outside, "secret"), "secret");
      await symlink(outside, join(root, "out"));
      await symlink("folder", join(root, "way"));
      await storage.link(at("/file"), at("/way/deep/link"));
      expect(await readlink(join(root, "folder/deep/link"))).toBe("../../file");
      expect(await textOf(storage, "/folder/deep/link")).toBe("content");
      expect(await kindOf(storage.link(at("/out"), at("/link")))).toBe("not-found");
      expect(await kindOf(storage.link(at("/out/secret"), at("/link")))).toBe("not-found");
      expect(await kindOf(storage.link(at("/file"), at("/out/link")))).toBe("not-found");
      expect(await kindOf(storage.link(at("/file"), at("/.twinport-journal")))).toBe("name-not-allowed");
      expect(await readdir(outside)).toEqual(["secret"]);
    }));

  it("are removed themselves, not what they lead to", () =>
    withLocalFolder(async ({ root, outside, storage }) => {
      await writeFile(join(root, "file"), "content");
      await symlink("file", join(root, "link"));
      await symlink(join(outside, "secret"), join(root, "out"));
      await symlink(outside, join(root, "folder-out"));
      for (const name of ["link", "out", "folder-out"]) await storage.remove(at(`/${name}`));
      expect(await readdir(root)).toEqual(["file"]);
      expect(await readdir(outside)).toEqual(["secret"]);
    }));

  it("that lead nowhere or in circles are not found, and can be removed", () =>
    withLocalFolder(async ({ root, storage }) => {
      await symlink("nothing", join(root, "dangling"));
      await symlink("circle-b", join(root, "circle-a"));
      await symlink("circle-a", join(root, "circle-b"));
      for (const name of ["/dangling", "/circle-a"]) {
        expect(await kindOf(storage.stat(at(name)))).toBe("not-found");
        expect(await kindOf(storage.openRead(at(name)))).toBe("not-found");
        expect(await kindOf(storage.openWrite(at(name)))).toBe("not-found");
        expect(["not-found", "not-a-directory"]).toContain(await kindOf(entriesOf(storage, name)));
        await storage.remove(at(name));
      }
      expect(await readdir(root)).toEqual(["circle-b"]);
    }));
});

describe("links out of the root", () => {
  it("are refused for everything but their own removal", () =>
    withLocalFolder(async ({ root, outside, storage }) => {
      await writeFile(join(root, "file"), "content");
      await symlink(outside, join(root, "out"));
      await symlink(join(outside, "secret"), join(root, "secret"));
      await symlink("../outside/new", join(root, "new"));
      await symlink("/", join(root, "host"));

      for (const path of ["/secret", "/out/secret", "/host/etc/passwd", "/out", "/new"]) {
        expect(await kindOf(storage.stat(at(path))), path).toBe("not-found");
        expect(await kindOf(storage.openRead(at(path))), path).toBe("not-found");
        for (const mode of ["replace", "create", "append", "at"] as const)
          expect(await kindOf(storage.openWrite(at(path), { mode })), `${path} ${mode}`).toBe("not-found");
        expect(await kindOf(storage.setTimes(at(path), { modified: 0 })), path).toBe("not-found");
        expect(await kindOf(storage.changeMode(at(path), 0o777)), path).toBe("not-found");
      }
      expect(await kindOf(entriesOf(storage, "/out"))).toBe("not-found");
      expect(await kindOf(storage.freeSpace(at("/out")))).toBe("not-found");
      expect(await kindOf(storage.makeDirectory(at("/out/folder")))).toBe("not-found");
      expect(await kindOf(storage.removeDirectory(at("/out/folder")))).toBe("not-found");
      expect(await kindOf(storage.remove(at("/out/secret")))).toBe("not-found");
      expect(await kindOf(storage.rename(at("/out/secret"), at("/mine")))).toBe("not-found");
      expect(await kindOf(storage.rename(at("/file"), at("/out/file")))).toBe("not-found");

      expect(await readdir(outside)).toEqual(["secret"]);
      expect(await readFile(join(outside, "secret"), "utf8")).toBe("secret");
      expect(await readFile(join(root, "file"), "utf8")).toBe("content");
    }));

  it("are listed without a word about where they lead", () =>
    withLocalFolder(async ({ root, outside, storage }) => {
      await symlink(outside, join(root, "out"));
      const [entry] = await entriesOf(storage, "/");
      expect(entry).toMatchObject({ name: "out", kind: "symlink" });
      expect(entry?.target).toBeUndefined();
    }));

  it("lead out also where the other folder's name begins like the root's", () =>
    withLocalFolder(async ({ root, storage }) => {
      await mkdir(`${root}-2`);
      await writeFile(join(`${root}-2`, "secret"), "secret");
      await symlink(`${root}-2`, join(root, "out"));
      expect(await kindOf(storage.openRead(at("/out/secret")))).toBe("not-found");
    }));

  it("lead nowhere when they are swapped in for a folder in use", () =>
    withLocalFolder(async ({ root, outside, storage }) => {
      await mkdir(join(root, "folder"));
      await writeFile(join(root, "folder/secret"), "public");
      await symlink(outside, join(root, "link"));
      const over = new AbortController();
      const swap = (async () => {
        while (!over.signal.aborted) {
          await rename(join(root, "folder"), join(root, "aside"));
          await rename(join(root, "link"), join(root, "folder"));
          await rename(join(root, "folder"), join(root, "link"));
          await rename(join(root, "aside"), join(root, "folder"));
        }
      })();
      const reads = new Set<string>();
      try {
        for (let index = 0; index < 300; index++) {
          await textOf(storage, "/folder/secret").then(
            (text) => reads.add(text),
            (error: unknown) => expect(error).toBeInstanceOf(StorageError),
          );
          const attempts = await Promise.allSettled([
            put(storage, `/folder/new-${index}`, "x"),
            storage.makeDirectory(at(`/folder/folder-${index}`)),
            storage.rename(at("/folder/secret"), at("/folder/secret-2")),
            storage.rename(at("/folder/secret-2"), at("/folder/secret")),
          ]);
          for (const attempt of attempts)
            if (attempt.status === "rejected") expect(attempt.reason).toBeInstanceOf(StorageError);
        }
      } finally {
        over.abort();
        await swap;
      }
      expect([...reads].filter((text) => text !== "public")).toEqual([]);
      expect(await readdir(outside)).toEqual(["secret"]);
      expect(await readFile(join(outside, "secret"), "utf8")).toBe("secret");
    }));

  it("are noticed when a folder that was used a moment ago becomes one", () =>
    withLocalFolder(async ({ root, outside, storage }) => {
      await mkdir(join(root, "folder"));
      await put(storage, "/folder/file", "x");
      await rm(join(root, "folder"), { recursive: true });
      await symlink(outside, join(root, "folder"));
      await setTimeout(recheckAfter + 1);
      expect(await kindOf(storage.openRead(at("/folder/secret")))).toBe("not-found");
      expect(await kindOf(put(storage, "/folder/file", "x"))).toBe("not-found");
      await unlink(join(root, "folder"));
      await mkdir(join(root, "folder"));
      await setTimeout(recheckAfter + 1);
      await put(storage, "/folder/file", "again");
    }));

  it("are noticed at once where another storage of this process moved the folder", () =>
    withLocalFolder(async ({ root, storage }) => {
      const other = new LocalStorage({ root });
      try {
        await mkdir(join(root, "folder"));
        // Many times: within the time for which a place is taken for known, and after it.
        for (let index = 0; index < 50; index++) {
          await put(storage, "/folder/file", "x");
          await other.rename(at("/folder"), at("/moved"));
          expect(await kindOf(storage.openWrite(at("/folder/file")))).toBe("not-found");
          await storage.remove(at("/moved/file"));
          await other.removeDirectory(at("/moved"));
          expect(await kindOf(storage.openWrite(at("/moved/file")))).toBe("not-found");
          await other.makeDirectory(at("/folder"));
        }
      } finally {
        await other.close();
      }
    }));
});

describe("special files", () => {
  it("are refused at once, a pipe that nobody feeds included", () =>
    withLocalFolder(async ({ root, storage }) => {
      execFileSync("mkfifo", [join(root, "pipe")]);
      expect((await storage.stat(at("/pipe"))).kind).toBe("other");
      expect(await kindOf(storage.openRead(at("/pipe")))).toBe("permission-denied");
      for (const mode of ["replace", "append", "at"] as const)
        expect(await kindOf(storage.openWrite(at("/pipe"), { mode }))).toBe("permission-denied");
      expect(await kindOf(storage.changeMode(at("/pipe"), 0o777))).toBe("permission-denied");
    }));
});

describe("a root of /", () => {
  it("is the whole host, its devices excepted", () =>
    withLocalFolder(async ({ outside }) => {
      const storage = new LocalStorage({ root: "/", stateDirectory: join(outside, "state") });
      try {
        expect(await textOf(storage, join(outside, "secret"))).toBe("secret");
        await put(storage, join(outside, "new"), "new");
        expect(await readFile(join(outside, "new"), "utf8")).toBe("new");
        expect((await storage.stat(at("/"))).kind).toBe("directory");
        expect((await entriesOf(storage, "/")).length).toBeGreaterThan(1);
        expect(await kindOf(storage.openRead(at("/dev/null")))).toBe("permission-denied");
      } finally {
        await storage.close();
      }
    }));
});
