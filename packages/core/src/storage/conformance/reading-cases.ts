/** Cases of `stat`, `list` and `openRead`. */
import assert from "node:assert/strict";
import { StorageError } from "../errors.ts";
import { at, contentOf, entriesOf, fails, namesOf, put, textOf, type ConformanceCase } from "./conformance-case.ts";

const many = 300;

export const readingCases: readonly ConformanceCase[] = [
  {
    name: "tells of the root as a folder named /",
    async run(storage) {
      const entry = await storage.stat(at("/"));
      assert.equal(entry.kind, "directory");
      assert.equal(entry.name, "/");
      assert.equal(entry.size, 0);
    },
  },
  {
    name: "has an empty root to start with",
    async run(storage) {
      assert.deepEqual(await namesOf(storage, "/"), []);
    },
  },
  {
    name: "tells name, kind, size and time of a file",
    async run(storage) {
      const before = Date.now();
      await put(storage, "/file.txt", "hello");
      const entry = await storage.stat(at("/file.txt"));
      assert.equal(entry.name, "file.txt");
      assert.equal(entry.kind, "file");
      assert.equal(entry.size, 5);
      assert.notEqual(entry.partial, true);
      // File systems keep time as coarsely as two seconds.
      assert.ok(entry.modified >= before - 2000 && entry.modified <= Date.now() + 2000, `modified ${entry.modified}`);
    },
  },
  {
    name: "gives size 0 for a folder",
    async run(storage) {
      await storage.makeDirectory(at("/folder"));
      const entry = await storage.stat(at("/folder"));
      assert.deepEqual([entry.name, entry.kind, entry.size], ["folder", "directory", 0]);
    },
  },
  {
    name: "does not find what is not there",
    async run(storage) {
      await fails(() => storage.stat(at("/nothing")), "not-found");
      await fails(() => storage.stat(at("/nothing/below")), "not-found");
      await fails(() => storage.openRead(at("/nothing")), "not-found");
      await fails(() => entriesOf(storage, "/nothing"), "not-found");
    },
  },
  {
    name: "finds nothing below a file",
    async run(storage) {
      await put(storage, "/file", "x");
      await fails(() => storage.stat(at("/file/below")), "not-found", "not-a-directory");
      await fails(() => storage.openRead(at("/file/below")), "not-found", "not-a-directory");
      await fails(() => entriesOf(storage, "/file/below"), "not-found", "not-a-directory");
    },
  },
  {
    name: "refuses to list a file",
    async run(storage) {
      await put(storage, "/file", "x");
      await fails(() => entriesOf(storage, "/file"), "not-a-directory");
    },
  },
  {
    name: "refuses to read a folder",
    async run(storage) {
      await storage.makeDirectory(at("/folder"));
      await fails(() => storage.openRead(at("/folder")), "is-a-directory");
      await fails(() => storage.openRead(at("/")), "is-a-directory");
    },
  },
  {
    name: "lists files and folders with the facts that stat tells",
    async run(storage) {
      await storage.makeDirectory(at("/a"));
      await put(storage, "/b", "1234567");
      await put(storage, "/a/inner", "not listed");
      const entries = await entriesOf(storage, "/");
      assert.deepEqual(
        entries.map(({ name, kind, size }) => [name, kind, size]),
        [
          ["a", "directory", 0],
          ["b", "file", 7],
        ],
      );
      for (const entry of entries) {
        const told = await storage.stat(at(`/${entry.name}`));
        assert.deepEqual([entry.modified, entry.mode, entry.unique], [told.modified, told.mode, told.unique]);
      }
    },
  },
  {
    name: "lists a large folder in batches, each entry once",
    async run(storage) {
      const names = Array.from({ length: many }, (_, index) => `file-${String(index).padStart(4, "0")}`);
      for (const name of names) await put(storage, `/${name}`, "");
      const found: string[] = [];
      for await (const batch of storage.list(at("/"))) {
        assert.ok(batch.length > 0, "a batch is never empty");
        found.push(...batch.map(({ name }) => name));
      }
      assert.deepEqual(found.sort(), names);
    },
  },
  {
    name: "lets a listing be left early, or aborted",
    async run(storage) {
      for (let index = 0; index < many; index++) await put(storage, `/${index}`, "");
      for await (const batch of storage.list(at("/"))) {
        assert.ok(batch.length > 0);
        break;
      }
      const controller = new AbortController();
      let count = 0;
      try {
        for await (const batch of storage.list(at("/"), { signal: controller.signal })) {
          count += batch.length;
          controller.abort();
        }
        assert.equal(count, many, "a listing that was aborted ends with an error or was complete already");
      } catch (error) {
        assert.ok(error instanceof StorageError && error.kind === "aborted", String(error));
      }
    },
  },
  {
    name: "reads from an offset, and tells what is left",
    async run(storage) {
      await put(storage, "/file", "0123456789");
      for (const offset of [0, 1, 9, 10]) {
        const file = await storage.openRead(at("/file"), { offset });
        if (file.size !== undefined) assert.equal(file.size, 10 - offset);
        await file.close();
        assert.equal(await textOf(storage, "/file", { offset }), "0123456789".slice(offset));
      }
    },
  },
  {
    name: "refuses an offset behind the end",
    async run(storage) {
      await put(storage, "/file", "0123456789");
      await fails(() => storage.openRead(at("/file"), { offset: 11 }), "offset-out-of-range");
      await fails(() => storage.openRead(at("/file"), { offset: 2 ** 40 }), "offset-out-of-range");
    },
  },
  {
    name: "reads by one octet at a time, and 0 is the end however often it is asked",
    async run(storage) {
      await put(storage, "/file", "abc");
      const file = await storage.openRead(at("/file"));
      const into = Buffer.alloc(1);
      let text = "";
      while ((await file.read(into)) > 0) text += into.toString();
      assert.equal(text, "abc");
      assert.equal(await file.read(into), 0);
      assert.equal(await file.read(Buffer.alloc(100)), 0);
      await file.close();
    },
  },
  {
    name: "fills no more than it says and never over the end of the buffer",
    async run(storage) {
      await put(storage, "/file", "abc");
      const file = await storage.openRead(at("/file"));
      const memory = Buffer.alloc(10, "-");
      let filled = 0;
      for (;;) {
        const count = await file.read(memory.subarray(2 + filled, 8));
        if (count === 0) break;
        filled += count;
      }
      await file.close();
      assert.equal(memory.toString(), "--abc-----");
    },
  },
  {
    name: "closes a reader more than once",
    async run(storage) {
      await put(storage, "/file", "abc");
      const file = await storage.openRead(at("/file"));
      await file.close();
      await file.close();
    },
  },
  {
    name: "lets several readers read the same file",
    async run(storage) {
      const content = Buffer.alloc(300_000, "0123456789abcdef");
      await put(storage, "/file", content);
      const all = await Promise.all([0, 1, 2, 3].map((offset) => contentOf(storage, "/file", { offset })));
      for (const [offset, read] of all.entries()) assert.ok(read.equals(content.subarray(offset)));
    },
  },
  {
    name: "names the path that was given in its errors",
    async run(storage) {
      const pathOf = async (result: Promise<unknown>): Promise<unknown> =>
        result.catch((error: unknown) => (error instanceof StorageError ? error.path : error));
      assert.equal(await pathOf(storage.stat(at("/not/there"))), "/not/there");
      assert.equal(await pathOf(storage.openRead(at("/not-there"))), "/not-there");
      assert.equal(await pathOf(entriesOf(storage, "/not-there")), "/not-there");
      assert.equal(await pathOf(storage.remove(at("/not-there"))), "/not-there");
    },
  },
];
