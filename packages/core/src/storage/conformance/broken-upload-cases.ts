/** Cases of broken uploads: kept for their uploader and path, and resumed by the modes `at` and `append`. */
import assert from "node:assert/strict";
import type { Entry } from "../storage.ts";
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
    name: "tells everybody of the file that is there, while a broken upload that was to replace it is kept",
    async run(storage) {
      await put(storage, "/file", "old content");
      await breakOff(storage, "/file", "new", anna);
      for (const who of [anna, bert, {}]) {
        const entry = await storage.stat(at("/file"), who);
        assert.deepEqual([entry.size, entry.partial === true], [11, false]);
      }
      assert.equal(await textOf(storage, "/file"), "old content");
      const preferred = await storage.stat(at("/file"), { ...anna, prefersPartial: true });
      assert.deepEqual([preferred.size, preferred.partial], [3, true]);
      assert.equal((await storage.stat(at("/file"), { ...bert, prefersPartial: true })).size, 11);
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
      assert.deepEqual(await namesOf(storage, "/"), ["file"]);
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
    name: "tells by the file's size where an append goes on that broke",
    async run(storage) {
      await put(storage, "/file", "AB");
      await breakOff(storage, "/file", "CD", { ...anna, mode: "append" });
      const there = await textOf(storage, "/file");
      assert.ok("ABCD".startsWith(there) && there.length >= 2, there);
      for (const who of [anna, bert, {}]) assert.equal((await storage.stat(at("/file"), who)).size, there.length);
      await put(storage, "/file", "ABCDEF".slice(there.length), { ...anna, mode: "append" });
      assert.equal(await textOf(storage, "/file"), "ABCDEF");
    },
  },
  {
    name: "tells by the file's size where an upload at the file's end goes on that broke",
    async run(storage) {
      await put(storage, "/file", "AB");
      await breakOff(storage, "/file", "CD", { ...anna, mode: "at", offset: 2 });
      const there = await textOf(storage, "/file");
      assert.ok("ABCD".startsWith(there) && there.length >= 2, there);
      assert.equal((await storage.stat(at("/file"), anna)).size, there.length);
      const rest = "ABCDEF".slice(there.length);
      await put(storage, "/file", rest, { ...anna, mode: "at", offset: there.length });
      assert.equal(await textOf(storage, "/file"), "ABCDEF");
    },
  },
  {
    name: "leaves a file as it was, end and all, when an upload within it breaks",
    async run(storage) {
      await put(storage, "/file", "0123456789");
      await breakOff(storage, "/file", "new", { ...anna, mode: "at", offset: 4 });
      assert.equal(await textOf(storage, "/file"), "0123456789");
      assert.equal((await storage.stat(at("/file"), anna)).size, 10);
      await put(storage, "/file", "new", { ...anna, mode: "at", offset: 4 });
      assert.equal(await textOf(storage, "/file"), "0123new");
      assert.deepEqual(await namesOf(storage, "/"), ["file"]);
    },
  },
  {
    name: "mixes no broken upload with the file that it was to replace",
    async run(storage) {
      await put(storage, "/file", "old content");
      await breakOff(storage, "/file", "new", anna);
      // This uploader has been told 11 bytes, and takes them for its own.
      await fails(() => storage.openWrite(at("/file"), { ...anna, mode: "at", offset: 11 }), "offset-out-of-range");
      await fails(() => storage.openWrite(at("/file"), { ...anna, mode: "append" }), "offset-out-of-range");
      assert.equal(await textOf(storage, "/file"), "old content");
      await put(storage, "/file", "!", { ...anna, mode: "at", offset: 3 });
      assert.equal(await textOf(storage, "/file"), "new!");
    },
  },
  {
    name: "ends a broken upload when somebody else stores the file",
    async run(storage) {
      for (const before of [undefined, "before"]) {
        if (before !== undefined) await put(storage, "/file", before);
        await breakOff(storage, "/file", "half of it", anna);
        await put(storage, "/file", "whole by bert", bert);
        assert.deepEqual(sizeAndPart(await storage.stat(at("/file"), anna)), [13, false]);
        assert.deepEqual(sizeAndPart(await storage.stat(at("/file"), { ...anna, prefersPartial: true })), [13, false]);
        await fails(() => storage.openWrite(at("/file"), { ...anna, mode: "at", offset: 10 }), "offset-out-of-range");
        assert.equal(await textOf(storage, "/file"), "whole by bert");
        await put(storage, "/file", ", and more", { ...anna, mode: "append" });
        assert.equal(await textOf(storage, "/file"), "whole by bert, and more");
        await storage.remove(at("/file"));
        await fails(() => storage.stat(at("/file"), anna), "not-found");
      }
    },
  },
  {
    name: "loses nothing that somebody else stored while a broken upload was gone on with",
    async run(storage) {
      await breakOff(storage, "/file", "half", anna);
      const rest = await storage.openWrite(at("/file"), { ...anna, mode: "at", offset: 4 });
      await rest.write(Buffer.from("+rest"));
      await put(storage, "/file", "whole by bert", bert);
      await fails(() => rest.commit(), "busy", "already-exists");
      assert.equal(await textOf(storage, "/file"), "whole by bert");
    },
  },
  {
    name: "ends a broken upload when another file is renamed to its name, or its file is renamed away",
    async run(storage) {
      await breakOff(storage, "/file", "01234", anna);
      await put(storage, "/file.tmp", "0123456789", anna);
      await storage.rename(at("/file.tmp"), at("/file"));
      assert.deepEqual(sizeAndPart(await storage.stat(at("/file"), anna)), [10, false]);
      await breakOff(storage, "/file", "new", anna);
      await storage.rename(at("/file"), at("/other"));
      await fails(() => storage.stat(at("/file"), anna), "not-found");
      await fails(() => storage.openWrite(at("/file"), { ...anna, mode: "at", offset: 3 }), "offset-out-of-range");
      assert.deepEqual(await namesOf(storage, "/"), ["other"]);
    },
  },
  {
    name: "ends a broken upload when a directory is made under its name",
    async run(storage) {
      await breakOff(storage, "/name", "01234", anna);
      await storage.makeDirectory(at("/name"));
      assert.equal((await storage.stat(at("/name"), anna)).kind, "directory");
      await storage.removeDirectory(at("/name"));
      await fails(() => storage.stat(at("/name"), anna), "not-found");
    },
  },
  {
    name: "removes a broken upload for its uploader, and for nobody else",
    async run(storage) {
      await breakOff(storage, "/file", "01234", anna);
      await fails(() => storage.remove(at("/file"), bert), "not-found");
      await fails(() => storage.remove(at("/file")), "not-found");
      assert.equal((await storage.stat(at("/file"), anna)).size, 5);
      await storage.remove(at("/file"), anna);
      await fails(() => storage.stat(at("/file"), anna), "not-found");
      await fails(() => storage.remove(at("/file"), anna), "not-found");
      await fails(() => storage.openWrite(at("/file"), { ...anna, mode: "at", offset: 5 }), "offset-out-of-range");
    },
  },
  {
    name: "removes the file that is there with the broken upload that was to replace it",
    async run(storage) {
      await put(storage, "/file", "old");
      await breakOff(storage, "/file", "01234", anna);
      await storage.remove(at("/file"), anna);
      await fails(() => storage.stat(at("/file"), anna), "not-found");
    },
  },
  {
    name: "has broken uploads follow their directory when that is renamed",
    needs: "moved-directories",
    async run(storage) {
      await storage.makeDirectory(at("/one"));
      await storage.makeDirectory(at("/one/deep"));
      await breakOff(storage, "/one/file", "01234", anna);
      await breakOff(storage, "/one/deep/file", "abc", anna);
      await storage.rename(at("/one"), at("/two"));
      await fails(() => storage.stat(at("/one/file"), anna), "not-found");
      assert.equal((await storage.stat(at("/two/file"), anna)).size, 5);
      await put(storage, "/two/file", "567", { ...anna, mode: "at", offset: 5 });
      assert.equal(await textOf(storage, "/two/file"), "01234567");
      await storage.rename(at("/two/deep"), at("/deep"));
      assert.equal((await storage.stat(at("/deep/file"), anna)).size, 3);
      // Nobody sees what is in there.
      await storage.removeDirectory(at("/deep"));
      assert.deepEqual(await namesOf(storage, "/two"), ["file"]);
    },
  },
  {
    name: "puts an upload into the directory that it was opened in, wherever that was moved",
    needs: "moved-directories",
    async run(storage) {
      await storage.makeDirectory(at("/one"));
      await storage.makeDirectory(at("/one/deep"));
      const upload = await storage.openWrite(at("/one/deep/file"), anna);
      await upload.write(Buffer.from("whole"));
      await storage.rename(at("/one"), at("/two"));
      await storage.makeDirectory(at("/one"));
      await storage.makeDirectory(at("/one/deep"));
      await upload.commit();
      assert.equal(await textOf(storage, "/two/deep/file"), "whole");
      assert.deepEqual(await namesOf(storage, "/one/deep"), []);
    },
  },
  {
    name: "keeps a broken upload whose directory was renamed while it ran",
    needs: "moved-directories",
    async run(storage) {
      await storage.makeDirectory(at("/one"));
      const upload = await storage.openWrite(at("/one/file"), anna);
      await upload.write(Buffer.from("half"));
      await storage.rename(at("/one"), at("/two"));
      await upload.abandon();
      assert.equal((await storage.stat(at("/two/file"), anna)).size, 4);
      await put(storage, "/two/file", "+rest", { ...anna, mode: "append" });
      assert.equal(await textOf(storage, "/two/file"), "half+rest");
      await storage.remove(at("/two/file"));
      await storage.removeDirectory(at("/two"));
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
      assert.equal((await storage.stat(at("/file"), anna)).size, 5);
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
      // Bert's file has the name now.
      await fails(() => storage.openWrite(at("/file"), { ...anna, mode: "at", offset: 4 }), "offset-out-of-range");
      await put(storage, "/file", "!", { ...anna, mode: "append" });
      assert.equal(await textOf(storage, "/file"), "berts!!");
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

function sizeAndPart({ size, partial }: Entry): readonly [number, boolean] {
  return [size, partial === true];
}
