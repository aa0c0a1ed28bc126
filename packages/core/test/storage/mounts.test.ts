/** Storages joined under folders. */
import { describe, expect, it } from "vitest";
import { at, entriesOf, namesOf, put, textOf } from "../../src/storage/conformance/conformance-case.ts";
import { MemoryStorage, mountedStorage, readOnlyStorage, StorageError, type Storage } from "../../src/storage/index.ts";

const kindOf = async (result: Promise<unknown>): Promise<unknown> =>
  result.then(
    () => "nothing failed",
    (error: unknown) => (error instanceof StorageError ? error.kind : error),
  );

async function joined(): Promise<{ all: Storage; below: Storage; music: Storage; deep: Storage }> {
  const [below, music, deep] = [new MemoryStorage(), new MemoryStorage(), new MemoryStorage()];
  await put(below, "/file", "below");
  await put(below, "/music", "hidden by the mount");
  await put(music, "/song", "la");
  await put(deep, "/treasure", "gold");
  return { all: mountedStorage(below, { "/music": music, "/far/down": deep }), below, music, deep };
}

describe("mountedStorage", () => {
  it("shows each storage under its folder, and the folders on the way to it", async () => {
    const { all } = await joined();
    expect((await entriesOf(all, "/")).map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      "far directory",
      "file file",
      "music directory",
    ]);
    expect(await namesOf(all, "/far")).toEqual(["down"]);
    expect(await namesOf(all, "/music")).toEqual(["song"]);
    expect(await textOf(all, "/far/down/treasure")).toBe("gold");
    expect(await textOf(all, "/music/song")).toBe("la");
    expect(await textOf(all, "/file")).toBe("below");
    expect(await all.stat(at("/far"))).toMatchObject({ name: "far", kind: "directory" });
    expect(await all.stat(at("/music"))).toMatchObject({ name: "music", kind: "directory" });
    expect(await kindOf(all.stat(at("/fare")))).toBe("not-found");
  });

  it("writes to the storage that has the folder", async () => {
    const { all, below, music } = await joined();
    await put(all, "/music/new", "tune");
    await put(all, "/musical", "not music");
    expect(await textOf(music, "/new")).toBe("tune");
    expect(await textOf(below, "/musical")).toBe("not music");
    await all.rename(at("/music/new"), at("/music/old"));
    expect(await namesOf(music, "/")).toEqual(["old", "song"]);
  });

  it("moves nothing from one storage to another, and no mount", async () => {
    const { all } = await joined();
    expect(await kindOf(all.rename(at("/file"), at("/music/file")))).toBe("not-supported");
    for (const fixed of [at("/music"), at("/far"), at("/")]) {
      expect(await kindOf(all.rename(fixed, at("/elsewhere"))), fixed).toBe("permission-denied");
      expect(await kindOf(all.rename(at("/file"), fixed)), fixed).toBe("permission-denied");
      expect(await kindOf(all.removeDirectory(fixed)), fixed).toBe("permission-denied");
      expect(await kindOf(all.makeDirectory(fixed)), fixed).toBe("already-exists");
      expect(await kindOf(all.openWrite(fixed)), fixed).toBe("is-a-directory");
    }
    expect(await namesOf(all, "/")).toEqual(["far", "file", "music"]);
  });

  it("tells errors with the paths of the whole", async () => {
    const { all } = await joined();
    await expect(all.openRead(at("/music/none"))).rejects.toThrow(/^\/music\/none: /);
    await expect(all.openRead(at("/music/none"))).rejects.toMatchObject({ path: "/music/none" });
  });

  it("has an ability where one of its storages has it, and refuses it elsewhere", async () => {
    const music = new MemoryStorage();
    const all = mountedStorage(readOnlyStorage(new MemoryStorage()), { "/music": music });
    await put(music, "/song", "la");
    await all.setTimes?.(at("/music/song"), { modified: 0 });
    expect((await music.stat(at("/song"))).modified).toBe(0);
    expect(await kindOf(Promise.resolve(all.setTimes?.(at("/file"), { modified: 0 })))).toBe("not-supported");
    expect("link" in all).toBe(false);
  });

  it("refuses a mount at the root", () => {
    expect(() => mountedStorage(new MemoryStorage(), { "/": new MemoryStorage() })).toThrow(RangeError);
  });
});
