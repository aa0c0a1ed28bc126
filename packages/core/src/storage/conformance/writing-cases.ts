/** Cases of `openWrite` and of what `commit` and `abandon` do. */
import assert from "node:assert/strict";
import { StorageError } from "../errors.ts";
import { at, contentOf, fails, isAbsent, namesOf, put, textOf, type ConformanceCase } from "./conformance-case.ts";

export const writingCases: readonly ConformanceCase[] = [
  {
    name: "shows nothing under the name before commit",
    async run(storage) {
      const file = await storage.openWrite(at("/file"));
      await file.write(Buffer.from("half"));
      await isAbsent(storage, "/file");
      assert.deepEqual(await namesOf(storage, "/"), []);
      await fails(() => storage.openRead(at("/file")), "not-found");
      const entry = await file.commit();
      assert.deepEqual([entry.name, entry.kind, entry.size], ["file", "file", 4]);
      assert.equal(await textOf(storage, "/file"), "half");
    },
  },
  {
    name: "leaves the old file as it is until commit, unless it grows",
    async run(storage) {
      for (const how of [{ mode: "replace" }, { mode: "at" }, { mode: "at", offset: 1 }, { mode: "append" }] as const) {
        await put(storage, "/file", "old");
        const file = await storage.openWrite(at("/file"), how);
        await file.write(Buffer.from("new"));
        const text = await textOf(storage, "/file");
        if (how.mode === "append") assert.ok(text.startsWith("old") && "oldnew".startsWith(text), text);
        else assert.equal(text, "old");
        assert.equal((await storage.stat(at("/file"))).size, text.length);
        await file.commit();
        const expected = how.mode === "append" ? "oldnew" : "offset" in how ? "onew" : "new";
        assert.equal(await textOf(storage, "/file"), expected);
      }
    },
  },
  {
    name: "leaves the old file after abandon, with what came of an append at most",
    async run(storage) {
      await put(storage, "/file", "old");
      for (const mode of ["replace", "at", "append"] as const) {
        const file = await storage.openWrite(at("/file"), { mode });
        await file.write(Buffer.from("something else"));
        await file.abandon();
        const text = await textOf(storage, "/file");
        if (mode === "append") assert.ok(text.startsWith("old") && "oldsomething else".startsWith(text), text);
        else assert.equal(text, "old");
      }
      assert.deepEqual(await namesOf(storage, "/"), ["file"]);
    },
  },
  {
    name: "leaves nothing after abandon of a new file without an uploader",
    async run(storage) {
      const file = await storage.openWrite(at("/file"));
      await file.write(Buffer.from("something"));
      await file.abandon();
      await isAbsent(storage, "/file");
      await fails(() => storage.stat(at("/file"), { uploader: "anna" }), "not-found");
      assert.deepEqual(await namesOf(storage, "/"), []);
    },
  },
  {
    name: "tells by commit which time a file has that one was asked for",
    async run(storage) {
      const modified = Date.UTC(2020, 1, 29, 12, 34, 56);
      for (const mode of ["replace", "append", "at"] as const) {
        const file = await storage.openWrite(at("/file"), { mode, modified });
        await file.write(Buffer.from("text"));
        const committed = await file.commit();
        const { modified: told } = await storage.stat(at("/file"));
        // It is a favour: where it is not done, nobody must think that it was.
        if (committed.modified === modified) assert.equal(told, modified);
        else assert.notEqual(told, modified);
      }
    },
  },
  {
    name: "writes an empty file",
    async run(storage) {
      const entry = await (await storage.openWrite(at("/empty"))).commit();
      assert.equal(entry.size, 0);
      assert.equal((await storage.stat(at("/empty"))).size, 0);
      assert.equal(await textOf(storage, "/empty"), "");
    },
  },
  {
    name: "takes writes of any length in their order, and the memory is the caller's again",
    async run(storage) {
      const content = Buffer.from(Array.from({ length: 200_000 }, (_, index) => (index * 7) % 251));
      const file = await storage.openWrite(at("/file"));
      const memory = Buffer.alloc(70_000);
      let sent = 0;
      for (const length of [0, 1, 2, 3, 1000, 65_536, 70_000, 0, content.length]) {
        const count = Math.min(length, content.length - sent, memory.length);
        content.copy(memory, 0, sent, sent + count);
        await file.write(memory.subarray(0, count));
        memory.fill(0xff);
        sent += count;
      }
      assert.equal((await file.commit()).size, sent);
      assert.ok((await contentOf(storage, "/file")).equals(content.subarray(0, sent)));
    },
  },
  {
    name: "takes many parts in one call, where it can",
    async run(storage) {
      const file = await storage.openWrite(at("/file"));
      const parts = ["a", "", "bcd", "", "efghi"].map((text) => Buffer.from(text));
      if (file.writev === undefined) for (const part of parts) await file.write(part);
      else {
        await file.writev(parts);
        await file.writev([]);
        await file.writev([Buffer.alloc(0)]);
      }
      await file.write(Buffer.from("!"));
      await file.commit();
      assert.equal(await textOf(storage, "/file"), "abcdefghi!");
    },
  },
  {
    name: "replaces a longer file whole",
    async run(storage) {
      await put(storage, "/file", "a long text");
      await put(storage, "/file", "short");
      assert.equal(await textOf(storage, "/file"), "short");
    },
  },
  {
    name: "keeps the content of the upload that was committed last",
    async run(storage) {
      const first = await storage.openWrite(at("/file"));
      const second = await storage.openWrite(at("/file"));
      await first.write(Buffer.from("first, and longer"));
      await second.write(Buffer.from("second"));
      await second.commit();
      assert.equal(await textOf(storage, "/file"), "second");
      await first.commit();
      assert.equal(await textOf(storage, "/file"), "first, and longer");
      assert.deepEqual(await namesOf(storage, "/"), ["file"]);
    },
  },
  {
    name: "creates new files only, in mode create",
    async run(storage) {
      await put(storage, "/new", "new", { mode: "create" });
      await fails(() => storage.openWrite(at("/new"), { mode: "create" }), "already-exists");
      assert.equal(await textOf(storage, "/new"), "new");
    },
  },
  {
    name: "decides mode create again at commit",
    async run(storage) {
      const file = await storage.openWrite(at("/file"), { mode: "create" });
      await file.write(Buffer.from("late"));
      await put(storage, "/file", "early");
      await fails(() => file.commit(), "already-exists");
      await file.abandon();
      assert.equal(await textOf(storage, "/file"), "early");
      assert.deepEqual(await namesOf(storage, "/"), ["file"]);
    },
  },
  {
    name: "lets one of many win who create the same file at once",
    async run(storage) {
      const results = await Promise.allSettled(
        Array.from({ length: 8 }, (_, index) => put(storage, "/file", `number ${index}`, { mode: "create" })),
      );
      const winners = results.flatMap(({ status }, index) => (status === "fulfilled" ? [index] : []));
      assert.equal(winners.length, 1);
      assert.equal(await textOf(storage, "/file"), `number ${winners[0]}`);
      for (const result of results) {
        if (result.status === "rejected")
          assert.ok(result.reason instanceof StorageError && result.reason.kind === "already-exists");
      }
    },
  },
  {
    name: "appends, and makes a file that is missing",
    async run(storage) {
      await put(storage, "/file", "one", { mode: "append" });
      const entry = await put(storage, "/file", " two", { mode: "append" });
      assert.equal(entry.size, 7);
      assert.equal(await textOf(storage, "/file"), "one two");
    },
  },
  {
    name: "has a second append to the same file wait for the first",
    async run(storage) {
      await put(storage, "/file", "base");
      await put(storage, "/other", "base");
      const first = await storage.openWrite(at("/file"), { mode: "append" });
      const second = storage.openWrite(at("/file"), { mode: "append" });
      await put(storage, "/other", "+", { mode: "append" });
      await first.write(Buffer.from(" first"));
      await first.commit();
      const next = await second;
      await next.write(Buffer.from(" second"));
      await next.commit();
      assert.equal(await textOf(storage, "/file"), "base first second");
    },
  },
  {
    name: "loses none of many appends to one file at once, which need not be there",
    async run(storage) {
      const all = Array.from({ length: 8 }, (_, index) => `<${index}>`);
      await Promise.all(all.map((text) => put(storage, "/file", text, { mode: "append" })));
      const text = await textOf(storage, "/file");
      assert.equal(text.length, 24);
      for (const part of all) assert.ok(text.includes(part), text);
    },
  },
  {
    name: "ends the wait of an append when its signal does",
    async run(storage) {
      await put(storage, "/file", "base");
      const first = await storage.openWrite(at("/file"), { mode: "append" });
      const abort = new AbortController();
      const second = storage.openWrite(at("/file"), { mode: "append", signal: abort.signal });
      abort.abort();
      await fails(() => second, "aborted");
      await first.abandon();
      await put(storage, "/file", "+", { mode: "append" });
      assert.equal(await textOf(storage, "/file"), "base+");
    },
  },
  {
    name: "is free for an append again after one was given up",
    async run(storage) {
      await put(storage, "/file", "base");
      const first = await storage.openWrite(at("/file"), { mode: "append" });
      await first.abandon();
      await put(storage, "/file", "+", { mode: "append" });
      assert.equal(await textOf(storage, "/file"), "base+");
    },
  },
  {
    name: "undoes no change that was made while a file was appended to",
    async run(storage) {
      await put(storage, "/file", "base");
      const append = await storage.openWrite(at("/file"), { mode: "append" });
      await append.write(Buffer.from("+"));
      await put(storage, "/file", "changed in between");
      await fails(() => append.commit(), "busy");
      assert.equal(await textOf(storage, "/file"), "changed in between");
      await put(storage, "/file", "+", { mode: "append" });
      assert.equal(await textOf(storage, "/file"), "changed in between+");
    },
  },
  {
    name: "keeps the first octets in mode at, and ends the file with what is written",
    async run(storage) {
      for (const [offset, expected] of [
        [0, "ab"],
        [3, "012ab"],
        [10, "0123456789ab"],
      ] as const) {
        await put(storage, "/file", "0123456789");
        const entry = await put(storage, "/file", "ab", { mode: "at", offset });
        assert.equal(entry.size, expected.length);
        assert.equal(await textOf(storage, "/file"), expected);
      }
      await put(storage, "/new", "ab", { mode: "at", offset: 0 });
      assert.equal(await textOf(storage, "/new"), "ab");
    },
  },
  {
    name: "refuses mode at behind the end",
    async run(storage) {
      await put(storage, "/file", "0123456789");
      await fails(() => storage.openWrite(at("/file"), { mode: "at", offset: 11 }), "offset-out-of-range");
      await fails(() => storage.openWrite(at("/missing"), { mode: "at", offset: 1 }), "offset-out-of-range");
      assert.equal(await textOf(storage, "/file"), "0123456789");
      assert.deepEqual(await namesOf(storage, "/"), ["file"]);
    },
  },
  {
    name: "refuses to write to a folder, to the root, and where there is no folder",
    async run(storage) {
      await storage.makeDirectory(at("/folder"));
      await put(storage, "/file", "x");
      for (const mode of ["replace", "create", "append", "at"] as const) {
        await fails(() => storage.openWrite(at("/folder"), { mode }), "is-a-directory", "already-exists");
        await fails(() => storage.openWrite(at("/"), { mode }), "is-a-directory", "already-exists");
        await fails(() => storage.openWrite(at("/missing/file"), { mode }), "not-found");
        await fails(() => storage.openWrite(at("/file/below"), { mode }), "not-found", "not-a-directory");
      }
      await put(storage, "/folder/file", "works");
    },
  },
  {
    name: "commits once, however often it is told to",
    async run(storage) {
      const file = await storage.openWrite(at("/file"));
      await file.write(Buffer.from("text"));
      await file.commit();
      await put(storage, "/file", "newer");
      await file.commit();
      await file.abandon();
      assert.equal(await textOf(storage, "/file"), "newer");
    },
  },
  {
    name: "stays given up, whatever follows",
    async run(storage) {
      const file = await storage.openWrite(at("/file"));
      await file.write(Buffer.from("text"));
      await file.abandon();
      await file.abandon();
      await file.commit().catch(() => undefined);
      await isAbsent(storage, "/file");
      assert.deepEqual(await namesOf(storage, "/"), []);
    },
  },
  {
    name: "takes another size than the one expected",
    async run(storage) {
      await put(storage, "/less", "abc", { expectedSize: 1000 });
      await put(storage, "/more", "abc", { expectedSize: 1 });
      assert.equal((await storage.stat(at("/less"))).size, 3);
      assert.equal(await textOf(storage, "/more"), "abc");
    },
  },
  {
    name: "gives a new file the permission bits asked for, and a replaced one keeps its own, where it has any",
    async run(storage) {
      await put(storage, "/file", "x", { permissions: 0o666 });
      if ((await storage.stat(at("/file"))).mode === undefined) return;
      assert.equal((await storage.stat(at("/file"))).mode, 0o666);
      await put(storage, "/file", "y", { permissions: 0o600 });
      assert.equal((await storage.stat(at("/file"))).mode, 0o666);
      await put(storage, "/usual", "z");
      assert.equal((await storage.stat(at("/usual"))).mode, 0o644);
    },
  },
];
