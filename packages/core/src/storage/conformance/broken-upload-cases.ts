/** Cases of broken uploads: kept for their uploader and path, and resumed by the modes `at` and `append`. */
import assert from "node:assert/strict";
import { at, breakOff, fails, isAbsent, namesOf, put, textOf, type ConformanceCase } from "./conformance-case.ts";

const anna = { uploader: "anna" };
const bert = { uploader: "bert" };

export const brokenUploadCases: readonly ConformanceCase[] = [
  {
    name: "tells of a broken upload to its uploader alone",
    async run(storage) {
      await breakOff(storage, "/file", "half", anna);
      const entry = await storage.stat(at("/file"), anna);
      assert.deepEqual([entry.name, entry.kind, entry.size, entry.partial], ["file", "file", 4, true]);
      await isAbsent(storage, "/file");
      await fails(() => storage.stat(at("/file"), bert), "not-found");
      await fails(() => storage.stat(at("/other"), anna), "not-found");
      await fails(() => storage.openRead(at("/file")), "not-found");
      assert.deepEqual(await namesOf(storage, "/"), []);
    },
  },
  {
    name: "tells everybody else of the old file while a broken upload of it is kept",
    async run(storage) {
      await put(storage, "/file", "old content");
      await breakOff(storage, "/file", "new", anna);
      assert.equal((await storage.stat(at("/file"), anna)).size, 3);
      assert.equal((await storage.stat(at("/file"), bert)).size, 11);
      assert.equal((await storage.stat(at("/file"))).size, 11);
      assert.equal(await textOf(storage, "/file"), "old content");
    },
  },
  {
    name: "resumes a broken upload in mode at",
    async run(storage) {
      await breakOff(storage, "/file", "0123", anna);
      await put(storage, "/file", "4567", { ...anna, mode: "at", offset: 4 });
      assert.equal(await textOf(storage, "/file"), "01234567");
      assert.notEqual((await storage.stat(at("/file"), anna)).partial, true);
      assert.deepEqual(await namesOf(storage, "/"), ["file"]);
    },
  },
  {
    name: "resumes a broken upload before its end in mode at",
    async run(storage) {
      await put(storage, "/file", "a much longer file that was there before");
      await breakOff(storage, "/file", "0123456789", anna);
      await put(storage, "/file", "x", { ...anna, mode: "at", offset: 2 });
      assert.equal(await textOf(storage, "/file"), "01x");
    },
  },
  {
    name: "resumes a broken upload in mode append",
    async run(storage) {
      await breakOff(storage, "/file", "0123", anna);
      await put(storage, "/file", "4567", { ...anna, mode: "append" });
      assert.equal(await textOf(storage, "/file"), "01234567");
    },
  },
  {
    name: "resumes an append that broke, and adds nothing twice",
    async run(storage) {
      await put(storage, "/file", "AB");
      await breakOff(storage, "/file", "CD", { ...anna, mode: "append" });
      assert.equal(await textOf(storage, "/file"), "AB");
      assert.equal((await storage.stat(at("/file"), anna)).size, 4);
      await put(storage, "/file", "EF", { ...anna, mode: "append" });
      assert.equal(await textOf(storage, "/file"), "ABCDEF");
    },
  },
  {
    name: "refuses to resume behind the end of a broken upload, which stays kept",
    async run(storage) {
      await breakOff(storage, "/file", "0123", anna);
      await fails(() => storage.openWrite(at("/file"), { ...anna, mode: "at", offset: 5 }), "offset-out-of-range");
      assert.equal((await storage.stat(at("/file"), anna)).size, 4);
      await put(storage, "/file", "!", { ...anna, mode: "at", offset: 4 });
      assert.equal(await textOf(storage, "/file"), "0123!");
    },
  },
  {
    name: "does not resume the broken uploads of others",
    async run(storage) {
      await put(storage, "/file", "old");
      await breakOff(storage, "/file", "0123456789", anna);
      await fails(() => storage.openWrite(at("/file"), { ...bert, mode: "at", offset: 10 }), "offset-out-of-range");
      await put(storage, "/file", "+", { ...bert, mode: "append" });
      assert.equal(await textOf(storage, "/file"), "old+");
      await put(storage, "/file", "*", { mode: "append" });
      assert.equal(await textOf(storage, "/file"), "old+*");
      assert.equal((await storage.stat(at("/file"), anna)).size, 10);
    },
  },
  {
    name: "keeps the broken uploads of two uploaders apart",
    async run(storage) {
      await breakOff(storage, "/file", "anna", anna);
      await breakOff(storage, "/file", "berts", bert);
      assert.equal((await storage.stat(at("/file"), anna)).size, 4);
      await put(storage, "/file", "!", { ...bert, mode: "append" });
      assert.equal(await textOf(storage, "/file"), "berts!");
      await put(storage, "/file", "!", { ...anna, mode: "append" });
      assert.equal(await textOf(storage, "/file"), "anna!");
    },
  },
  {
    name: "keeps what came so far when a resumed upload breaks again",
    async run(storage) {
      await breakOff(storage, "/file", "01", anna);
      await breakOff(storage, "/file", "23", { ...anna, mode: "at", offset: 2 });
      await breakOff(storage, "/file", "45", { ...anna, mode: "append" });
      assert.equal((await storage.stat(at("/file"), anna)).size, 6);
      await put(storage, "/file", "67", { ...anna, mode: "append" });
      assert.equal(await textOf(storage, "/file"), "01234567");
    },
  },
  {
    name: "drops a broken upload once its uploader has replaced the file whole",
    async run(storage) {
      await breakOff(storage, "/file", "0123456789", anna);
      await put(storage, "/file", "whole", anna);
      const entry = await storage.stat(at("/file"), anna);
      assert.deepEqual([entry.size, entry.partial === true], [5, false]);
      await put(storage, "/file", "!", { ...anna, mode: "append" });
      assert.equal(await textOf(storage, "/file"), "whole!");
    },
  },
  {
    name: "lets a folder go that holds broken uploads only",
    async run(storage) {
      await storage.makeDirectory(at("/folder"));
      await breakOff(storage, "/folder/file", "0123456789", anna);
      await storage.removeDirectory(at("/folder"));
      await isAbsent(storage, "/folder");
      await storage.makeDirectory(at("/folder"));
      await fails(() => storage.stat(at("/folder/file"), anna), "not-found");
    },
  },
];
