/** `MemoryStorage` with a limit, and the wrappers around other storages. */
import { describe, expect, it } from "vitest";
import { at, breakOff, entriesOf, namesOf, put, textOf } from "../../src/storage/conformance/conformance-case.ts";
import { MemoryStorage, readOnlyStorage, rootedStorage, StorageError, type Storage } from "../../src/storage/index.ts";

const kindOf = async (result: Promise<unknown>): Promise<unknown> =>
  result.then(
    () => "nothing failed",
    (error: unknown) => (error instanceof StorageError ? error.kind : error),
  );

describe("MemoryStorage with a limit", () => {
  it("is full when it is full, and keeps nothing of what did not fit", async () => {
    const storage = new MemoryStorage({ maxBytes: 10 });
    await put(storage, "/file", "123456");
    const upload = await storage.openWrite(at("/other"), { uploader: "anna" });
    await upload.write(Buffer.from("1234"));
    expect(await kindOf(upload.write(Buffer.from("5")))).toBe("no-space");
    await upload.abandon();
    expect(await kindOf(storage.stat(at("/other"), { uploader: "anna" }))).toBe("not-found");
    expect(await storage.freeSpace(at("/"))).toBe(4);
    await put(storage, "/other", "1234");
    expect(await storage.freeSpace(at("/"))).toBe(0);
  });

  it("refuses at once what is said to be too large", async () => {
    const storage = new MemoryStorage({ maxBytes: 10 });
    expect(await kindOf(storage.openWrite(at("/file"), { expectedSize: 11 }))).toBe("no-space");
    await put(storage, "/file", "0123456789", { expectedSize: 10 });
  });

  it("counts what is removed, replaced, renamed over, given up and kept", async () => {
    const storage = new MemoryStorage({ maxBytes: 100 });
    const free = (): Promise<number> => storage.freeSpace(at("/"));
    await put(storage, "/a", "0123456789");
    await put(storage, "/a", "01234");
    expect(await free()).toBe(95);
    await put(storage, "/a", "56", { mode: "append" });
    await put(storage, "/a", "x", { mode: "at", offset: 3 });
    expect(await free()).toBe(96);
    await put(storage, "/b", "0123456789");
    await storage.rename(at("/b"), at("/a"));
    expect(await free()).toBe(90);
    await breakOff(storage, "/a", "0123456789", {});
    expect(await free()).toBe(90);
    await breakOff(storage, "/a", "0123456789", { uploader: "anna" });
    expect(await free()).toBe(80);
    await put(storage, "/a", "!", { uploader: "anna", mode: "at", offset: 2 });
    expect(await free()).toBe(97);
    await storage.remove(at("/a"));
    expect(await free()).toBe(100);
  });
});

describe("rootedStorage", () => {
  async function rooted(): Promise<{ inner: Storage; outer: Storage }> {
    const inner = new MemoryStorage();
    await inner.makeDirectory(at("/home"));
    await put(inner, "/secret", "secret");
    return { inner, outer: rootedStorage(inner, "/home") };
  }

  it("shows one folder and nothing beside it", async () => {
    const { inner, outer } = await rooted();
    await put(outer, "/../../file", "x");
    expect(await textOf(inner, "/home/file")).toBe("x");
    expect(await kindOf(outer.stat(at("/../secret")))).toBe("not-found");
    expect(await namesOf(outer, "/")).toEqual(["file"]);
  });

  it("tells nobody which folder that is", async () => {
    const { outer } = await rooted();
    await put(outer, "/file", "x");
    const append = await outer.openWrite(at("/file"), { mode: "append" });
    await put(outer, "/file", "y");
    const errors: unknown[] = [];
    for (const result of [
      outer.stat(at("/missing")),
      entriesOf(outer, "/missing"),
      outer.openRead(at("/file/below")),
      outer.rename(at("/missing"), at("/new")),
      append.commit(),
    ])
      errors.push(await result.catch((error: unknown) => error));
    for (const error of errors) {
      expect(error).toBeInstanceOf(StorageError);
      expect(`${String(error)} ${error instanceof StorageError ? String(error.path) : ""}`).not.toContain("/home");
    }
  });

  it("has the abilities of the storage inside, and no others", async () => {
    const { inner, outer } = await rooted();
    for (const ability of ["setTimes", "changeMode", "freeSpace"]) expect(outer).toHaveProperty(ability);
    const plain = rootedStorage(readOnlyStorage(inner), "/home");
    for (const ability of ["setTimes", "changeMode"]) expect(plain).not.toHaveProperty(ability);
  });

  it("is the storage itself for its root", () => {
    const inner = new MemoryStorage();
    expect(rootedStorage(inner, "/")).toBe(inner);
  });
});

describe("readOnlyStorage", () => {
  it("reads, tells and lists as the storage inside does", async () => {
    const inner = new MemoryStorage();
    await inner.makeDirectory(at("/folder"));
    await put(inner, "/folder/file", "content");
    const outer = readOnlyStorage(inner);
    expect(await textOf(outer, "/folder/file", { offset: 3 })).toBe("tent");
    expect(await outer.stat(at("/folder/file"))).toEqual(await inner.stat(at("/folder/file")));
    expect(await entriesOf(outer, "/folder")).toEqual(await entriesOf(inner, "/folder"));
    expect(await kindOf(outer.openRead(at("/missing")))).toBe("not-found");
  });

  it("refuses every change, whether it would have been possible or not", async () => {
    const inner = new MemoryStorage();
    await inner.makeDirectory(at("/folder"));
    await put(inner, "/file", "content");
    const outer = readOnlyStorage(inner);
    for (const mode of ["replace", "create", "append", "at"] as const)
      expect(await kindOf(outer.openWrite(at("/file"), { mode }))).toBe("read-only");
    expect(await kindOf(outer.remove(at("/file")))).toBe("read-only");
    expect(await kindOf(outer.rename(at("/file"), at("/new")))).toBe("read-only");
    expect(await kindOf(outer.makeDirectory(at("/new")))).toBe("read-only");
    expect(await kindOf(outer.removeDirectory(at("/folder")))).toBe("read-only");
    for (const ability of ["setTimes", "changeMode"]) expect(outer).not.toHaveProperty(ability);
    expect(await outer.freeSpace?.(at("/"))).toBe(0);
    expect(await namesOf(inner, "/")).toEqual(["file", "folder"]);
    expect(await textOf(inner, "/file")).toBe("content");
  });
});
