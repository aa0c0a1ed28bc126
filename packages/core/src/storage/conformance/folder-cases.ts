/** Cases of `remove`, `rename`, `makeDirectory` and `removeDirectory`. */
import assert from "node:assert/strict";
import { at, breakOff, fails, isAbsent, namesOf, put, textOf, type ConformanceCase } from "./conformance-case.ts";

export const folderCases: readonly ConformanceCase[] = [
  {
    name: "removes a file",
    async run(storage) {
      await put(storage, "/file", "x");
      await storage.remove(at("/file"));
      await isAbsent(storage, "/file");
      await fails(() => storage.remove(at("/file")), "not-found");
    },
  },
  {
    name: "refuses to remove a folder as a file",
    async run(storage) {
      await storage.makeDirectory(at("/folder"));
      await fails(() => storage.remove(at("/folder")), "is-a-directory");
      await fails(() => storage.remove(at("/")), "is-a-directory", "permission-denied");
      assert.deepEqual(await namesOf(storage, "/"), ["folder"]);
    },
  },
  {
    name: "lists a folder by name where it says so",
    async run(storage) {
      if (storage.sortsNames === undefined) return;
      const names = ["b", "a10", "Z", "a9", "\u00e4", "-"].slice(0, storage.sortsNames);
      for (const name of names) await put(storage, `/${name}`, "x");
      const listed: string[] = [];
      for await (const batch of storage.list(at("/"))) for (const { name } of batch) listed.push(name);
      assert.deepEqual(listed, [...names].sort());
    },
  },
  {
    name: "makes folders, one at a time",
    async run(storage) {
      await storage.makeDirectory(at("/a"));
      await storage.makeDirectory(at("/a/b"));
      assert.equal((await storage.stat(at("/a/b"))).kind, "directory");
      await fails(() => storage.makeDirectory(at("/x/y")), "not-found");
      await isAbsent(storage, "/x");
    },
  },
  {
    name: "refuses to make what exists",
    async run(storage) {
      await storage.makeDirectory(at("/folder"));
      await put(storage, "/file", "x");
      await fails(() => storage.makeDirectory(at("/folder")), "already-exists");
      await fails(() => storage.makeDirectory(at("/file")), "already-exists");
      await fails(() => storage.makeDirectory(at("/")), "already-exists");
      await fails(() => storage.makeDirectory(at("/file/below")), "not-found", "not-a-directory");
    },
  },
  {
    name: "lets one of many win who make the same folder at once",
    async run(storage) {
      const results = await Promise.allSettled(Array.from({ length: 8 }, () => storage.makeDirectory(at("/folder"))));
      assert.equal(results.filter(({ status }) => status === "fulfilled").length, 1);
    },
  },
  {
    name: "gives a new folder the permission bits asked for, where it has any",
    async run(storage) {
      await storage.makeDirectory(at("/folder"), { permissions: 0o777 });
      const { mode } = await storage.stat(at("/folder"));
      if (mode !== undefined) assert.equal(mode, 0o777);
    },
  },
  {
    name: "removes empty folders only",
    async run(storage) {
      await storage.makeDirectory(at("/folder"));
      await put(storage, "/folder/file", "x");
      await fails(() => storage.removeDirectory(at("/folder")), "directory-not-empty");
      assert.equal(await textOf(storage, "/folder/file"), "x");
      await storage.remove(at("/folder/file"));
      await storage.removeDirectory(at("/folder"));
      await isAbsent(storage, "/folder");
      await fails(() => storage.removeDirectory(at("/folder")), "not-found");
    },
  },
  {
    name: "refuses to remove a file or the root as a folder",
    async run(storage) {
      await put(storage, "/file", "x");
      await fails(() => storage.removeDirectory(at("/file")), "not-a-directory");
      await fails(() => storage.removeDirectory(at("/")), "permission-denied");
      assert.deepEqual(await namesOf(storage, "/"), ["file"]);
      await storage.remove(at("/file"));
      await fails(() => storage.removeDirectory(at("/")), "permission-denied");
      assert.equal((await storage.stat(at("/"))).kind, "directory");
    },
  },
  {
    name: "renames a file, in its folder and into another",
    async run(storage) {
      await put(storage, "/file", "content");
      const { modified } = await storage.stat(at("/file"));
      await storage.makeDirectory(at("/folder"));
      await storage.rename(at("/file"), at("/renamed"));
      await isAbsent(storage, "/file");
      await storage.rename(at("/renamed"), at("/folder/moved"));
      assert.deepEqual(await namesOf(storage, "/"), ["folder"]);
      assert.equal(await textOf(storage, "/folder/moved"), "content");
      assert.equal((await storage.stat(at("/folder/moved"))).modified, modified);
    },
  },
  {
    name: "renames a folder with all that is in it",
    async run(storage) {
      await storage.makeDirectory(at("/a"));
      await storage.makeDirectory(at("/a/b"));
      await put(storage, "/a/b/file", "content");
      await storage.rename(at("/a"), at("/c"));
      assert.equal(await textOf(storage, "/c/b/file"), "content");
      await isAbsent(storage, "/a");
      // The old name is free, and is another folder from then on.
      await storage.makeDirectory(at("/a"));
      assert.deepEqual(await namesOf(storage, "/a"), []);
    },
  },
  {
    name: "replaces a file by a rename",
    async run(storage) {
      await put(storage, "/from", "from");
      await put(storage, "/to", "a longer one");
      await storage.rename(at("/from"), at("/to"));
      assert.equal(await textOf(storage, "/to"), "from");
      assert.deepEqual(await namesOf(storage, "/"), ["to"]);
    },
  },
  {
    name: "replaces no file by a rename that says so",
    async run(storage) {
      await put(storage, "/from", "from");
      await put(storage, "/to", "to");
      await fails(() => storage.rename(at("/from"), at("/to"), { replace: false }), "already-exists");
      assert.deepEqual([await textOf(storage, "/from"), await textOf(storage, "/to")], ["from", "to"]);
      await storage.rename(at("/from"), at("/new"), { replace: false });
      assert.equal(await textOf(storage, "/new"), "from");
      assert.deepEqual(await namesOf(storage, "/"), ["new", "to"]);
      await storage.makeDirectory(at("/folder"));
      await storage.rename(at("/folder"), at("/renamed"), { replace: false });
      assert.equal((await storage.stat(at("/renamed"))).kind, "directory");
    },
  },
  {
    name: "lets one of many win who rename to the same new name and replace nothing",
    async run(storage) {
      const sources = Array.from({ length: 8 }, (_, index) => `/from-${index}`);
      for (const source of sources) await put(storage, source, source);
      const results = await Promise.allSettled(
        sources.map((source) => storage.rename(at(source), at("/to"), { replace: false })),
      );
      assert.equal(results.filter(({ status }) => status === "fulfilled").length, 1);
      assert.equal((await namesOf(storage, "/")).length, 8);
    },
  },
  {
    name: "never replaces a directory that has something in it by a rename, nor a file by a directory",
    async run(storage) {
      await put(storage, "/file", "x");
      await storage.makeDirectory(at("/folder"));
      await storage.makeDirectory(at("/full"));
      await put(storage, "/full/file", "y");
      await fails(() => storage.rename(at("/file"), at("/folder")), "already-exists", "is-a-directory");
      await fails(() => storage.rename(at("/folder"), at("/full")), "already-exists", "directory-not-empty");
      await fails(() => storage.rename(at("/folder"), at("/file")), "already-exists");
      assert.deepEqual(await namesOf(storage, "/"), ["file", "folder", "full"]);
    },
  },
  {
    name: "has an empty directory give way to another one",
    async run(storage) {
      await storage.makeDirectory(at("/full"));
      await put(storage, "/full/file", "y");
      await storage.makeDirectory(at("/empty"));
      await storage.rename(at("/full"), at("/empty"));
      assert.deepEqual(await namesOf(storage, "/"), ["empty"]);
      assert.equal(await textOf(storage, "/empty/file"), "y");
      await storage.makeDirectory(at("/parts"));
      await breakOff(storage, "/parts/file", "half", { uploader: "anna" });
      // Nobody sees what is in there.
      await storage.rename(at("/empty"), at("/parts"), { replace: false });
      assert.deepEqual(await namesOf(storage, "/parts"), ["file"]);
      assert.equal(await textOf(storage, "/parts/file"), "y");
    },
  },
  {
    name: "refuses to rename what is not there, or to where no folder is",
    async run(storage) {
      await put(storage, "/file", "x");
      await put(storage, "/target", "y");
      await fails(() => storage.rename(at("/missing"), at("/target")), "not-found");
      await fails(() => storage.rename(at("/missing"), at("/missing")), "not-found");
      await fails(() => storage.rename(at("/file"), at("/missing/file")), "not-found");
      await fails(() => storage.rename(at("/file"), at("/target/file")), "not-found", "not-a-directory");
      assert.deepEqual([await textOf(storage, "/file"), await textOf(storage, "/target")], ["x", "y"]);
    },
  },
  {
    name: "refuses to rename a folder into itself, or the root",
    async run(storage) {
      await storage.makeDirectory(at("/folder"));
      await fails(() => storage.rename(at("/folder"), at("/folder/inner")), "name-not-allowed");
      await fails(() => storage.rename(at("/"), at("/folder/root")), "permission-denied");
      await fails(() => storage.rename(at("/folder"), at("/")), "permission-denied");
      assert.deepEqual(await namesOf(storage, "/"), ["folder"]);
      await storage.rename(at("/folder"), at("/folder-2"));
    },
  },
  {
    name: "leaves a file as it is that is renamed to its own name",
    async run(storage) {
      await put(storage, "/file", "content");
      await storage.rename(at("/file"), at("/file"));
      assert.equal(await textOf(storage, "/file"), "content");
    },
  },
];
