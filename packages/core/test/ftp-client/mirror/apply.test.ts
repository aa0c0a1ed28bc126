/** What applying a plan does, in face of whatever happens meanwhile. */
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import {
  applyMirror,
  BandwidthLimit,
  mirror,
  meterSample,
  MirrorError,
  planMirror,
  type MirrorEvent,
  type MirrorFileProgress,
  type MirrorProgress,
} from "../../../src/ftp-client/index.ts";
import {
  MemoryStorage,
  mountedStorage,
  readOnlyStorage,
  rootedStorage,
  StorageError,
  type ReadableFile,
  type Storage,
  type StorageAbility,
} from "../../../src/storage/index.ts";
import { withLocalFolder } from "../../storage/local-folder.ts";
import { at, failure, look, meddled, memory, put, quickly, text, then, without } from "./mirror-fixture.ts";

const long = "0123456789".repeat(100_000);

/** A storage that takes no wish for a time. */
function replacedOpenWrite(inner: Storage): Storage {
  return new Proxy(inner, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (name === "openWrite") {
        return (...[path, given = {}]: Parameters<Storage["openWrite"]>) => {
          const options = { ...given };
          delete options.modified;
          return target.openWrite(path, options);
        };
      }
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}

describe("a mirror", () => {
  it("makes the target like the source, with times and modes, and has nothing to do then", async () => {
    const source = await memory({ "a/b": ["text", then], "a/c/": undefined, d: ["more", then + 1_000] });
    await source.changeMode(at("d"), 0o600);
    await source.changeMode(at("a"), 0o700);
    await source.setTimes(at("a"), { modified: then });
    const target = await memory({ d: ["old", then], gone: ["x", then] });
    const result = await mirror(source, target, { delete: true });
    expect(result).toMatchObject({ copied: 2, bytes: 8, directories: 2, removed: 1, failures: [], heldBack: 0 });
    expect(await look(target, true)).toEqual(await look(source, true));
    expect((await target.stat(at("d"))).mode).toBe(0o600);
    expect(await target.stat(at("a"))).toMatchObject({ mode: 0o700, modified: then });
    const again = await mirror(source, target, { delete: true });
    expect(again.plan.steps).toEqual([]);
    expect(again.unchanged).toEqual({ files: 2, directories: 3, links: 0, bytes: 8 });
    await source.changeMode(at("a/b"), 0o640);
    expect(await mirror(source, target)).toMatchObject({ copied: 0, modes: 1 });
    expect((await target.stat(at("a/b"))).mode).toBe(0o640);
  });

  it("takes folders of both ends, and makes the target's with all above it", async () => {
    const source = await memory({ "x/y/f": ["text", then] });
    const target = await memory();
    const ends = { fromPath: "/x/y", toPath: "new/deep" };
    expect(await mirror(source, target, ends)).toMatchObject({ directories: 1, copied: 1 });
    expect(await look(target)).toEqual({ "new/": undefined, "new/deep/": undefined, "new/deep/f": "text" });
    expect((await mirror(source, target, ends)).plan.steps).toEqual([]);
  });

  it("leaves times and modes alone when told to, and has nothing to do then either", async () => {
    const source = await memory({ a: ["text", then] });
    await source.changeMode(at("a"), 0o600);
    const target = await memory();
    const how = { preserveTimes: false, preserveModes: false };
    await mirror(source, target, how);
    expect((await target.stat(at("a"))).modified).toBeGreaterThan(then);
    expect((await target.stat(at("a"))).mode).toBe(0o644);
    expect((await mirror(source, target, how)).plan.steps).toEqual([]);
  });

  it("goes on without times where the target refuses them, and tells it once", async () => {
    const source = await memory({ a: ["1", then], b: ["2", then], c: ["3", then] });
    const inner = await memory();
    const openWrite = inner.openWrite.bind(inner);
    // Nor as a favour on the way.
    inner.openWrite = (path, options) => openWrite(path, { ...options, modified: Date.now() });
    const target = meddled(inner, (method, path) => {
      if (method === "setTimes") throw failure("not-supported", path);
    });
    const result = await mirror(source, target, { parallel: 1 });
    expect(result).toMatchObject({ copied: 3, failures: [] });
    expect(result.notes).toMatchObject([{ reason: "attributes" }]);
  });

  it("sets no time that the target's file has since it was written", async () => {
    const source = await memory({ a: ["1", then] });
    const calls: string[] = [];
    const target = meddled(await memory(), (method) => void calls.push(method));
    await mirror(source, target);
    expect(calls).not.toContain("setTimes");
    expect(await target.stat(at("a"))).toMatchObject({ modified: then });
  });

  it("converges where a storage only tells when asked that it sets no times", async () => {
    const source = await memory({ a: ["1", then] });
    const target = Object.assign(
      meddled(await memory(), (method, path) => {
        if (method === "setTimes") throw failure("not-supported", path);
      }),
      { abilities: () => Promise.resolve(new Set<StorageAbility>()) },
    );
    await mirror(source, target);
    expect((await planMirror(source, target)).steps).toEqual([]);
  });

  it("converges through wrappers around such a storage: copied once, and then no more", async () => {
    const timeless = async (): Promise<Storage> => {
      const inner = await memory({ "home/": undefined });
      // Its files have the time of their writing, whatever is wished.
      const plain = meddled(inner, (method, path) => {
        if (method === "setTimes") throw failure("not-supported", path);
      });
      return Object.assign(replacedOpenWrite(plain), {
        abilities: () => Promise.resolve(new Set<StorageAbility>(["changeMode"])),
      });
    };
    const wrapped: Readonly<Record<string, (inner: Storage) => { to: Storage; toPath?: string }>> = {
      rooted: (inner) => ({ to: rootedStorage(inner, "home") }),
      mounted: (inner) => ({ to: mountedStorage(new MemoryStorage(), { "/at": inner }), toPath: "at/home" }),
      "with a mount below": (inner) => ({
        to: mountedStorage(inner, { "/mount": new MemoryStorage() }),
        toPath: "home",
      }),
      "above the mount": (inner) => ({ to: mountedStorage(new MemoryStorage(), { "/at": inner }) }),
      both: (inner) => ({ to: rootedStorage(mountedStorage(new MemoryStorage(), { "/at": inner }), "/at/home") }),
    };
    for (const [name, wrap] of Object.entries(wrapped)) {
      const source = readOnlyStorage(await memory({ a: ["1", then] }));
      const { to, toPath = "/" } = wrap(await timeless());
      const copied: number[] = [];
      for (let run = 0; run < 3; run++) copied.push((await mirror(source, to, { toPath })).copied);
      expect(copied, name).toEqual([1, 0, 0]);
    }
  });

  it("keeps to a limit of octets a second for all files together, and verifies", async () => {
    const source = await memory({ a: [long, then], b: [long, then] });
    const target = await memory();
    let now = 0;
    const waits: number[] = [];
    const clock = {
      now: () => now,
      after: (milliseconds: number, callback: () => void) => {
        waits.push(milliseconds);
        const timer = setImmediate(() => {
          now += milliseconds;
          callback();
        });
        return () => clearImmediate(timer);
      },
    };
    const bandwidth = new BandwidthLimit(100_000, { clock });
    expect(await mirror(source, target, { bandwidth, verify: true })).toMatchObject({
      bytes: 2 * long.length,
      failures: [],
    });
    expect(await text(target, "a")).toBe(long);
    // Two million octets, less what the bucket held, at a hundred thousand a second.
    expect(waits.reduce((sum, wait) => sum + wait, 0)).toBeGreaterThan(19_000);
  });

  it("tells what happens, and how far it is", async () => {
    const source = await memory({ "d/a": [long, then], b: ["text", then] });
    const events: MirrorEvent[] = [];
    const progress: MirrorProgress[] = [];
    await mirror(source, await memory(), {
      onEvent: (event) => events.push(event),
      onProgress: (event) => progress.push(event),
    });
    const told = events.map(
      (event) => `${event.type} ${"step" in event ? event.step.path : "path" in event ? event.path : ""}`,
    );
    expect(told).toEqual(
      expect.arrayContaining(["listed ", "listed d", "begin d", "done d", "begin d/a", "done d/a", "done b"]),
    );
    expect(progress.at(-1)).toMatchObject({
      files: 2,
      filesDone: 2,
      bytes: long.length + 4,
      bytesDone: long.length + 4,
      secondsLeft: 0,
    });
  });
});

describe("a file's progress", () => {
  it("has its rate, and the time that is left at it", async () => {
    const source = await memory({ a: [long, then] });
    // Longer than the meter looks at together: a rate is known before the file is whole.
    const slow = meddled(source, async (method) => {
      if (method === "read") await wait(meterSample + 10);
    });
    const events: MirrorFileProgress[] = [];
    await mirror(slow, await memory(), { onEvent: (event) => event.type === "progress" && events.push(event) });
    expect(events.length).toBeGreaterThan(2);
    expect(events.at(-1)).toMatchObject({ bytes: long.length, offset: 0, size: long.length, remaining: 0 });
    for (const { rate, remaining, bytes } of events) {
      expect(rate).toBeGreaterThan(0);
      const left = ((long.length - bytes) / rate) * 1000;
      expect(Math.abs((remaining ?? NaN) - left)).toBeLessThanOrEqual(1 + left / rate);
    }
  });
});

describe("removals", () => {
  it("over the cap are refused before anything is done", async () => {
    const source = await memory({ new: ["1", then] });
    const target = await memory({ a: ["1", then], b: ["1", then] });
    const error: unknown = await mirror(source, target, { delete: true, maxDelete: 1 }).catch(
      (cause: unknown) => cause,
    );
    expect(error).toBeInstanceOf(MirrorError);
    expect(error).toMatchObject({ kind: "too-many-deletions" });
    expect(Object.keys(await look(target))).toEqual(["a", "b"]);
    expect(await mirror(source, target, { delete: true, maxDelete: 2 })).toMatchObject({ removed: 2 });
  });

  it("are held back when something failed before, unless told otherwise", async () => {
    const source = await memory({ new: ["1", then] });
    const target = meddled(await memory({ old: ["1", then] }), (method, path) => {
      if (method === "openWrite") throw failure("no-space", path);
    });
    expect(await mirror(source, target, { delete: true })).toMatchObject({
      removed: 0,
      heldBack: 1,
      failures: [{ path: "new" }],
    });
    expect(await mirror(source, target, { delete: true, deleteAfterFailures: true })).toMatchObject({ removed: 1 });
  });

  it("find what is gone already, and leave what is no longer empty", async () => {
    const source = await memory();
    const target = await memory({ gone: ["1", then], "d/a": ["1", then] });
    const plan = await planMirror(source, target, { delete: true });
    await target.remove(at("gone"));
    await put(target, "d/new", "1");
    const result = await applyMirror(plan, source, target);
    expect(result).toMatchObject({ removed: 2, failures: [] });
    expect(result.notes).toMatchObject([{ path: "d", reason: "target-changed" }]);
    expect(await look(target)).toEqual({ "d/": undefined, "d/new": "1" });
  });
});

describe("what changes after the plan was made", () => {
  it("at the source is copied as it is then, and told", async () => {
    const source = await memory({ changed: ["old", then], gone: ["1", then], folder: ["1", then] });
    const target = await memory();
    const plan = await planMirror(source, target);
    await put(source, "changed", "newer text", then + 9_000);
    await source.remove(at("gone"));
    await source.remove(at("folder"));
    await source.makeDirectory(at("folder"));
    const result = await applyMirror(plan, source, target);
    expect(await look(target, true)).toEqual({ changed: ["newer text", then + 9_000] });
    expect(result.failures).toEqual([]);
    expect(Object.fromEntries(result.notes.map(({ path, reason }) => [path, reason]))).toEqual({
      changed: "source-changed",
      gone: "vanished",
      folder: "source-changed",
    });
  });

  it("at the source keeps what would have been removed", async () => {
    const source = await memory();
    const target = await memory({ a: ["1", then] });
    const plan = await planMirror(source, target, { delete: true });
    await put(source, "a", "back again");
    expect((await applyMirror(plan, source, target)).notes).toMatchObject([{ path: "a", reason: "source-changed" }]);
    expect(await text(target, "a")).toBe("1");
  });

  it("at the target is not overwritten and not removed, unless told so", async () => {
    const source = await memory({ a: ["source", then + 5_000], b: ["source", then] });
    const target = await memory({ a: ["target", then], old: ["1", then] });
    const plan = await planMirror(source, target, { delete: true });
    await put(target, "a", "somebody's", then + 7_000);
    await put(target, "b", "somebody's", then + 7_000);
    await put(target, "old", "somebody's", then + 7_000);
    const result = await applyMirror(plan, source, target);
    expect(result.notes.map(({ path, reason }) => `${path} ${reason}`).sort()).toEqual([
      "a target-changed",
      "b target-changed",
      "old target-changed",
    ]);
    expect(await look(target)).toEqual({ a: "somebody's", b: "somebody's", old: "somebody's" });
    await applyMirror(plan, source, target, { overwriteChanged: true });
    expect(await look(target)).toEqual({ a: "source", b: "source" });
  });

  it("while a file is copied is told, and the next mirror sees it", async () => {
    const inner = await memory({ a: ["old", then] });
    let once = true;
    const source = meddled(inner, async (method) => {
      if (method !== "openRead" || !once) return;
      once = false;
      await put(inner, "a", "longer by now", then + 5_000);
    });
    const target = await memory();
    expect((await mirror(source, target)).notes).toMatchObject([{ path: "a", reason: "source-changed" }]);
    expect((await mirror(source, target)).copied).toBe(1);
    expect(await look(target, true)).toEqual(await look(inner, true));
  });

  it("while a file is copied has it copied again where its time would not tell", async () => {
    const inner = await memory({ a: ["one", then] });
    let once = true;
    const source = meddled(inner, async (method) => {
      if (method !== "openRead" || !once) return;
      once = false;
      await Promise.resolve();
      // After the old content was opened.
      setImmediate(() => void put(inner, "a", "two", then + 5_000));
    });
    const target = without(
      meddled(await memory(), async (method) => {
        if (method === "write") await new Promise((resolve) => setTimeout(resolve, 20));
      }),
      "setTimes",
    );
    expect(await mirror(source, target, quickly)).toMatchObject({ copied: 1, failures: [] });
    expect(await text(target, "a")).toBe("two");
  });
});

describe("failures", () => {
  it("of one file are in the result, and the others come", async () => {
    const source = await memory({ a: ["1", then], "bad/b": ["1", then], "bad/c/d": ["1", then], e: ["1", then] });
    const target = meddled(await memory(), (method, path) => {
      if (method === "makeDirectory" && path === "/bad") throw failure("permission-denied", path);
    });
    const result = await mirror(source, target);
    expect(result).toMatchObject({ copied: 2, notTried: 3, failures: [{ path: "bad", action: "make-directory" }] });
    expect(result.failures[0]?.error).toBeInstanceOf(StorageError);
  });

  it("end it when told to stop", async () => {
    const source = await memory({ a: ["1", then], b: ["1", then], c: ["1", then] });
    const target = meddled(await memory(), (method, path) => {
      if (method === "openWrite" && path === "/b") throw failure("permission-denied", path);
    });
    const result = await mirror(source, target, { onError: "stop", parallel: 1 });
    expect(result).toMatchObject({ copied: 1, notTried: 1, failures: [{ path: "b" }] });
  });

  it("that may pass are tried again, and the file goes on where it stopped", async () => {
    const opened: unknown[] = [];
    let writes = 0;
    const source = await memory({ a: [long, then] });
    const inner = await memory();
    const target = meddled(inner, (method, path) => {
      if (method === "write" && ++writes === 3) throw failure("unavailable", path);
    });
    const offsets = new Proxy(source, {
      get(to, name) {
        const value: unknown = Reflect.get(to, name, to);
        if (typeof value !== "function") return value;
        return (...args: unknown[]): unknown => {
          if (name === "openRead") opened.push((args[1] as { offset: number }).offset);
          return Reflect.apply(value, to, args) as unknown;
        };
      },
    });
    const result = await mirror(offsets, target, quickly);
    expect(result).toMatchObject({ copied: 1, bytes: long.length, failures: [] });
    expect(opened).toEqual([0, 524_288]);
    expect(await text(inner, "a")).toBe(long);
  });

  it("do not have a file go on with what is no longer its beginning", async () => {
    let writes = 0;
    const source = await memory({ a: [long, then] });
    const inner = await memory();
    const other = "x".repeat(long.length);
    const target = meddled(inner, async (method, path) => {
      if (method !== "write" || ++writes !== 3) return;
      await put(source, "a", other, then + 5_000);
      throw failure("unavailable", path);
    });
    expect(await mirror(source, target, quickly)).toMatchObject({ copied: 1, notes: [{ reason: "source-changed" }] });
    expect(await text(inner, "a")).toBe(other);
  });

  it("of a source that ends early are none that are taken for the file", async () => {
    const source = await memory({ a: [long, then] });
    let times = 0;
    const short = new Proxy(source, {
      get(to, name) {
        const value: unknown = Reflect.get(to, name, to);
        if (typeof value !== "function") return value;
        if (name !== "openRead") return value.bind(to) as unknown;
        return async (...args: unknown[]): Promise<ReadableFile> => {
          const file = (await Reflect.apply(value, to, args)) as ReadableFile;
          if (++times > 1) return file;
          let left = 300_000;
          return {
            read: async (into) => {
              const count = left === 0 ? 0 : await file.read(into.subarray(0, Math.min(left, into.length)));
              left -= count;
              return count;
            },
            close: () => file.close(),
          };
        };
      },
    });
    const target = await memory();
    expect(await mirror(short, target, quickly)).toMatchObject({ copied: 1, failures: [] });
    expect(await text(target, "a")).toBe(long);
    times = 0;
    await target.remove(at("a"));
    const failed = await mirror(short, target, { retry: { retries: 0 } });
    expect(failed.failures).toMatchObject([{ path: "a", error: { kind: "size-mismatch" } }]);
    expect(await look(target)).toEqual({});
  });

  it("that corrupt a file are found by verifying", async () => {
    const source = await memory({ a: ["text", then] });
    const inner = await memory();
    const target = new Proxy(inner, {
      get(to, name) {
        const value: unknown = Reflect.get(to, name, to);
        if (typeof value !== "function") return value;
        if (name !== "openWrite") return value.bind(to) as unknown;
        return async (...args: unknown[]) => {
          const file = (await Reflect.apply(value, to, args)) as Awaited<ReturnType<Storage["openWrite"]>>;
          return {
            write: () => file.write(Buffer.from("tex?")),
            commit: () => file.commit(),
            abandon: () => file.abandon(),
          };
        };
      },
    });
    const result = await mirror(source, target, { verify: true, retry: { retries: 1, delay: 1 } });
    expect(result.failures).toMatchObject([{ path: "a", error: { kind: "hash-mismatch" } }]);
  });

  it("leave nothing half under a name", async () => {
    await withLocalFolder(async ({ storage }) => {
      const source = meddled(await memory({ a: [long, then] }), (method, path) => {
        if (method === "read") throw failure("permission-denied", path);
      });
      expect(await mirror(source, storage)).toMatchObject({ copied: 0, failures: [{ path: "a" }] });
      expect(await look(storage)).toEqual({});
    });
  });
});

describe("giving it up", () => {
  it("ends what is under way with the reason", async () => {
    const source = await memory({ a: [long, then], b: [long, then] });
    const abort = new AbortController();
    const target = meddled(await memory(), (method) => {
      if (method === "write") abort.abort(new Error("enough"));
    });
    await expect(mirror(source, target, { signal: abort.signal })).rejects.toMatchObject({
      name: "FtpTransferError",
      kind: "aborted",
      cause: { message: "enough" },
    });
    await expect(mirror(source, target, { signal: abort.signal })).rejects.toMatchObject({ kind: "aborted" });
  });
});

describe("resuming what another mirror left", () => {
  it("goes on with a smaller file only when told to", async () => {
    const source = await memory({ a: ["0123456789", then] });
    const target = await memory({ a: ["01234", then + 60_000] });
    expect(await mirror(source, target, { resume: true })).toMatchObject({ copied: 1, bytes: 5 });
    expect(await text(target, "a")).toBe("0123456789");
    const other = await memory({ a: ["abcde", then + 60_000] });
    expect(await mirror(source, other)).toMatchObject({ copied: 1, bytes: 10 });
  });
});
