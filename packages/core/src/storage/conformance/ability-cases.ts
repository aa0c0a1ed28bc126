/** Cases of the optional methods, passed by storages that have none of them, and of signals. */
import assert from "node:assert/strict";
import { hashAlgorithms, type HashAlgorithm } from "../../protocol/index.ts";
import { makeDigest } from "../hashing/digest.ts";
import { hashFile } from "../hashing/hash-file.ts";
import { at, entriesOf, fails, namesOf, put, textOf, type ConformanceCase } from "./conformance-case.ts";

/** A whole second, since some file systems know no less. */
const someTime: number = Date.UTC(2001, 1, 3, 4, 5, 6);

function digestOf(algorithm: HashAlgorithm, bytes: Uint8Array): string {
  const digest = makeDigest(algorithm);
  digest.update(bytes);
  return digest.end();
}

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
    name: "sets when files and folders were created, if it has the ability",
    async run(storage) {
      if (storage.setCreated === undefined) return;
      await put(storage, "/file", "content");
      await storage.makeDirectory(at("/folder"));
      for (const path of [at("/file"), at("/folder")]) {
        await storage.setCreated(path, someTime);
        assert.equal((await storage.stat(path)).created, someTime);
      }
      await fails(async () => storage.setCreated?.(at("/missing"), someTime), "not-found");
    },
  },
  {
    name: "makes links to files and folders, if it has the ability",
    async run(storage) {
      if (storage.link === undefined) return;
      await storage.makeDirectory(at("/folder"));
      await storage.makeDirectory(at("/links"));
      await put(storage, "/folder/file", "content");
      await storage.link(at("/folder/file"), at("/links/to-file"));
      await storage.link(at("/folder"), at("/links/to-folder"));
      assert.equal(await textOf(storage, "/links/to-file"), "content");
      assert.equal((await storage.stat(at("/links/to-file"))).kind, "file");
      assert.equal(await textOf(storage, "/links/to-folder/file"), "content");
      assert.deepEqual(
        (await entriesOf(storage, "/links")).map(({ name, kind }) => `${name} ${kind}`),
        ["to-file symlink", "to-folder symlink"],
      );
      await storage.remove(at("/links/to-file"));
      assert.equal(await textOf(storage, "/folder/file"), "content");
    },
  },
  {
    name: "makes no link to what is not there, nor over what is there, if it has the ability",
    async run(storage) {
      if (storage.link === undefined) return;
      await put(storage, "/file", "content");
      await put(storage, "/other", "other");
      const link = storage.link.bind(storage);
      await fails(() => link(at("/missing"), at("/link")), "not-found");
      await fails(() => link(at("/file"), at("/missing/link")), "not-found");
      await fails(() => link(at("/file"), at("/other")), "already-exists");
      await fails(() => link(at("/file"), at("/")), "already-exists", "permission-denied");
      await fails(() => link(at("/file"), at("/link"), { signal: AbortSignal.abort() }), "aborted");
      assert.deepEqual(await namesOf(storage, "/"), ["file", "other"]);
      assert.equal(await textOf(storage, "/other"), "other");
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
    name: "hashes a file and parts of it, by its ability or by being read",
    async run(storage) {
      const content = Buffer.alloc(600_000, "0123456789abcdef-");
      await put(storage, "/file", content);
      await put(storage, "/empty", "");
      await storage.makeDirectory(at("/folder"));
      for (const algorithm of hashAlgorithms) {
        for (const [start, end] of [[], [0, 10], [300_000], [599_999, 700_000], [600_000]]) {
          const part = { ...(start === undefined ? {} : { start }), ...(end === undefined ? {} : { end }) };
          const wanted = digestOf(algorithm, content.subarray(start, end));
          const own = await storage.hash?.(at("/file"), algorithm, part);
          assert.ok(own === undefined || own === wanted, `${algorithm} of ${start ?? 0}-${end ?? ""}: ${own ?? ""}`);
          assert.equal(await hashFile(storage, at("/file"), algorithm, part), wanted);
        }
        assert.equal(await hashFile(storage, at("/empty"), algorithm), digestOf(algorithm, Buffer.alloc(0)));
      }
      await fails(() => hashFile(storage, at("/missing"), "MD5"), "not-found");
      await fails(() => hashFile(storage, at("/folder"), "MD5"), "is-a-directory");
      await fails(() => hashFile(storage, at("/file"), "MD5", { start: 600_001 }), "offset-out-of-range");
    },
  },
  {
    name: "ends a hash that is aborted on its way, and tells how far it is",
    async run(storage) {
      await put(storage, "/file", Buffer.alloc(1_000_000, "x"));
      let told = 0;
      const onBytes = (count: number): void => {
        told += count;
      };
      await hashFile(storage, at("/file"), "SHA-1", { onBytes });
      assert.ok(told === 1_000_000 || storage.hash !== undefined, String(told));
      await fails(() => hashFile(storage, at("/file"), "SHA-1", { signal: AbortSignal.abort() }), "aborted");
      const abort = new AbortController();
      const aborting = { signal: abort.signal, onBytes: () => abort.abort() };
      if (storage.hash === undefined) await fails(() => hashFile(storage, at("/file"), "SHA-1", aborting), "aborted");
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
