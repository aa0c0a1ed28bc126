/** The published conformance suite, run on every storage of this package. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  hashFile,
  LocalStorage,
  MemoryStorage,
  mountedStorage,
  readOnlyStorage,
  resolveVirtualPath,
  rootedStorage,
  rootPath,
  storageConformance,
  type LocalStorageOptions,
  type Storage,
} from "../../src/storage/index.ts";

/** Runs with a fresh storage and cleans up after it. */
type Around = (run: (storage: Storage) => Promise<void>) => Promise<void>;

function local(options: Omit<LocalStorageOptions, "root"> = {}): Around {
  return async (run) => {
    const root = await mkdtemp(join(tmpdir(), "twinport-conformance-"));
    const storage = new LocalStorage({ root, ...options });
    try {
      await run(storage);
    } finally {
      await storage.close();
      await rm(root, { recursive: true });
    }
  };
}

function rooted(around: Around): Around {
  return (run) =>
    around(async (storage) => {
      await storage.makeDirectory(resolveVirtualPath(rootPath, "/home"));
      await storage.makeDirectory(resolveVirtualPath(rootPath, "/home/anna b"));
      await run(rootedStorage(storage, "/home/anna b"));
    });
}

async function memory(run: (storage: Storage) => Promise<void>): Promise<void> {
  const storage = new MemoryStorage();
  await run(storage);
  await storage.close();
}

/** A storage that hashes in its own way. */
async function hashing(run: (storage: Storage) => Promise<void>): Promise<void> {
  await memory(async (storage) => {
    const readable = readOnlyStorage(storage);
    const hash: Storage["hash"] = (path, algorithm, options) =>
      algorithm === "MD5" ? Promise.resolve(undefined) : hashFile(readable, path, algorithm, options);
    await run(Object.assign(storage, { hash }));
  });
}

/** Below a mount, beside another one. */
function mounted(around: Around): Around {
  return (run) =>
    around(async (storage) => {
      // Without abilities that the storage itself may lack.
      const other = readOnlyStorage(new MemoryStorage());
      const joined = mountedStorage(other, { "/a/b": storage, "/a": other });
      await run(rootedStorage(joined, "/a/b"));
    });
}

const storages: Readonly<Record<string, Around>> = {
  LocalStorage: local(),
  "LocalStorage with durability file+directory": local({ durability: "file+directory" }),
  MemoryStorage: memory,
  "a rooted LocalStorage": rooted(local()),
  "a rooted MemoryStorage": rooted(memory),
  "a storage with a hash of its own": hashing,
  "a mounted LocalStorage": mounted(local()),
  "a mounted MemoryStorage": mounted(memory),
  "a storage below mounts": (run) =>
    memory(async (storage) => {
      await storage.makeDirectory(resolveVirtualPath(rootPath, "/below"));
      await run(rootedStorage(mountedStorage(storage, { "/mounted": new MemoryStorage() }), "/below"));
    }),
};

for (const [name, around] of Object.entries(storages)) {
  describe(name, () => {
    for (const test of storageConformance()) it(test.name, () => around((storage) => test.run(storage)));
  });
}

describe("the conformance suite", () => {
  it("has cases whose names differ", () => {
    const names = storageConformance().map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThan(50);
  });

  it("notices a storage that shows files before commit", async () => {
    const failed: string[] = [];
    for (const test of storageConformance().filter(({ name }) => name.includes("before commit"))) {
      await local({ uploads: "in-place" })((storage) => test.run(storage)).catch(() => failed.push(test.name));
    }
    expect(failed).not.toEqual([]);
  });
});
