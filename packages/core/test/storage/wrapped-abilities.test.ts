/** What a storage offers is there through every wrapper: a method or a mark that is left out is an ability lost. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { at, namesOf, put } from "../../src/storage/conformance/conformance-case.ts";
import {
  LocalStorage,
  MemoryStorage,
  mountedStorage,
  readOnlyStorage,
  rootedStorage,
  type Storage,
  type StorageAbility,
} from "../../src/storage/index.ts";

async function local(): Promise<LocalStorage> {
  const root = await mkdtemp(join(tmpdir(), "twinport-wrapped-"));
  const storage = new LocalStorage({ root });
  onTestFinished(async () => {
    await storage.close();
    await rm(root, { recursive: true });
  });
  await storage.makeDirectory(at("/home"));
  return storage;
}

/** Wrappers, and where the storage's folder `home` is in them. */
const wrappers: Readonly<Record<string, (inner: Storage) => { outer: Storage; path: string }>> = {
  rootedStorage: (inner) => ({ outer: rootedStorage(inner, "/home"), path: "" }),
  mountedStorage: (inner) => ({ outer: mountedStorage(new MemoryStorage(), { "/m": inner }), path: "/m/home" }),
  "mountedStorage, below": (inner) => ({
    outer: mountedStorage(inner, { "/m": new MemoryStorage() }),
    path: "/home",
  }),
  "rootedStorage of mountedStorage": (inner) => ({
    outer: rootedStorage(mountedStorage(new MemoryStorage(), { "/m": inner }), "/m"),
    path: "/home",
  }),
};

describe.each(Object.entries(wrappers))("%s", (_name, wrap) => {
  it("keeps all methods of a file that is open for writing, and what they do", async () => {
    const inner = await local();
    const { outer, path } = wrap(inner);
    const own = await inner.openWrite(at("/home/own"));
    const file = await outer.openWrite(at(`${path}/file`));
    for (const method of ["write", "writev", "writeNow", "writeAt"] as const)
      expect(file[method] !== undefined, method).toBe(own[method] !== undefined);
    await own.abandon();
    if (file.writeNow?.(Buffer.from("now ")) !== true) await file.write(Buffer.from("now "));
    await file.writev?.([Buffer.from("and "), Buffer.from("then")]);
    await file.commit();
    expect((await inner.stat(at("/home/file"))).size).toBe("now and then".length);
  });

  it("asks a storage that has to be asked, where the path lies in it", async () => {
    const inner = await local();
    const asked: unknown[] = [];
    const abilities: Storage["abilities"] = ({ path } = {}) => {
      asked.push(path);
      return Promise.resolve(new Set<StorageAbility>(["link"]));
    };
    const { outer, path } = wrap(Object.assign(inner, { abilities }));
    expect([...((await outer.abilities?.({ path: at(path || "/") })) ?? [])]).toEqual(["link"]);
    expect(asked).toEqual(["/home"]);
  });
});

describe("readOnlyStorage", () => {
  it("tells of what a storage can only what changes nothing", async () => {
    const all = new Set<StorageAbility>(["setTimes", "changeMode", "link", "hash", "freeSpace"]);
    const inner = Object.assign(await local(), { abilities: () => Promise.resolve(all) });
    expect([...((await readOnlyStorage(inner).abilities?.()) ?? [])]).toEqual(["hash", "freeSpace"]);
    expect("abilities" in readOnlyStorage(new MemoryStorage())).toBe(false);
  });
});

describe("mountedStorage", () => {
  it("sorts where each of its storages does, mounts in their places", async () => {
    const [below, mount] = [await local(), await local()];
    for (const name of ["a", "k", "z"]) await put(below, `/${name}`, "x");
    const sorted = mountedStorage(below, { "/m": mount, "/b": mount, "/zz": mount });
    expect(sorted.sortsNames).toBe(below.sortsNames);
    expect(await namesOf(sorted, "/")).toEqual(["a", "b", "home", "k", "m", "z", "zz"]);
    expect(mountedStorage(below, { "/m": { ...readOnlyStorage(mount), sortsNames: 2 } }).sortsNames).toBe(2);
  });

  it("has of abilities what every storage at a path, and below it, has", async () => {
    const timeless = Object.assign(new MemoryStorage(), {
      abilities: () => Promise.resolve(new Set<StorageAbility>(["changeMode", "link"])),
    });
    const mounts = mountedStorage(new MemoryStorage(), { "/in/m": timeless });
    const has = async (path: string): Promise<boolean | undefined> =>
      (await mounts.abilities?.({ path: at(path) }))?.has("setTimes");
    expect(await has("/")).toBe(false);
    expect(await has("/in")).toBe(false);
    expect(await has("/in/m")).toBe(false);
    expect(await has("/elsewhere")).toBe(true);
  });
});
