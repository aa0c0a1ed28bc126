/** Cases of the optional methods, passed by storages that have none of them, and of signals. */
import assert from "node:assert/strict";
import { at, entriesOf, fails, namesOf, put, textOf, type ConformanceCase } from "./conformance-case.ts";

/** A whole second, since some file systems know no less. */
const someTime: number = Date.UTC(2001, 1, 3, 4, 5, 6);

export const abilityCases: readonly ConformanceCase[] = [
  {
    name: "sets the time of files and folders, if it has the ability",
    async run(storage) {
      if (storage.setTimes === undefined) return;
      await put(storage, "/file", "content");
      await storage.makeDirectory(at("/folder"));
      for (const path of [at("/file"), at("/folder")]) {
        await storage.setTimes(path, { modified: someTime });
        assert.equal((await storage.stat(path)).modified, someTime);
        await storage.setTimes(path, { accessed: someTime + 5000 });
        assert.equal((await storage.stat(path)).modified, someTime);
      }
      assert.equal(await textOf(storage, "/file"), "content");
      await fails(async () => storage.setTimes?.(at("/missing"), { modified: someTime }), "not-found");
    },
  },
  {
    name: "sets times before 1970 and after 2038, if it has the ability",
    async run(storage) {
      if (storage.setTimes === undefined) return;
      await put(storage, "/file", "content");
      for (const modified of [Date.UTC(1969, 0, 1), 0, Date.UTC(2040, 0, 1)]) {
        await storage.setTimes(at("/file"), { modified });
        assert.equal((await storage.stat(at("/file"))).modified, modified);
      }
    },
  },
  {
    name: "changes permission bits of files and folders, if it has the ability",
    async run(storage) {
      if (storage.changeMode === undefined) return;
      await put(storage, "/file", "content");
      await storage.makeDirectory(at("/folder"));
      for (const path of [at("/file"), at("/folder")]) {
        for (const mode of [0o700, 0o751, 0o777]) {
          await storage.changeMode(path, mode);
          assert.equal((await storage.stat(path)).mode, mode);
        }
      }
      await fails(async () => storage.changeMode?.(at("/missing"), 0o700), "not-found");
    },
  },
  {
    name: "tells how much can still be stored, if it has the ability",
    async run(storage) {
      if (storage.freeSpace === undefined) return;
      const free = await storage.freeSpace(at("/"));
      assert.ok(Number.isSafeInteger(free) && free >= 0, String(free));
    },
  },
  {
    name: "does nothing for a signal that is aborted already",
    async run(storage) {
      await put(storage, "/file", "content");
      await storage.makeDirectory(at("/folder"));
      const options = { signal: AbortSignal.abort() };
      await fails(() => storage.stat(at("/file"), options), "aborted");
      await fails(() => storage.openRead(at("/file"), options), "aborted");
      await fails(() => storage.openWrite(at("/new"), options), "aborted");
      await fails(() => storage.remove(at("/file"), options), "aborted");
      await fails(() => storage.rename(at("/file"), at("/new"), options), "aborted");
      await fails(() => storage.makeDirectory(at("/new"), options), "aborted");
      await fails(() => storage.removeDirectory(at("/folder"), options), "aborted");
      await fails(async () => {
        for await (const batch of storage.list(at("/"), options)) assert.ok(batch.length > 0);
      }, "aborted");
      const setTimes = storage.setTimes?.bind(storage);
      const changeMode = storage.changeMode?.bind(storage);
      if (setTimes !== undefined) await fails(() => setTimes(at("/file"), { modified: 0 }, options), "aborted");
      if (changeMode !== undefined) await fails(() => changeMode(at("/file"), 0o600, options), "aborted");
      assert.deepEqual(await namesOf(storage, "/"), ["file", "folder"]);
    },
  },
  {
    name: "works as ever with a signal that is never aborted",
    async run(storage) {
      const options = { signal: new AbortController().signal };
      await put(storage, "/file", "content", options);
      assert.equal(await textOf(storage, "/file", options), "content");
      assert.equal((await entriesOf(storage, "/")).length, 1);
      await storage.rename(at("/file"), at("/new"), options);
      await storage.remove(at("/new"), options);
    },
  },
];
