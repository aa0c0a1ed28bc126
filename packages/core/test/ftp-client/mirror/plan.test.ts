/** What a mirror plans: what is compared, what is left out, and what is never removed. */
import { describe, expect, it } from "vitest";
import { mirror, planMirror, type MirrorPlan, type MirrorPlanOptions } from "../../../src/ftp-client/index.ts";
import type { Entry, Storage } from "../../../src/storage/index.ts";
import { withLocalFolder } from "../../storage/local-folder.ts";
import { at, failure, fill, meddled, memory, put, then, without, type TestTree } from "./mirror-fixture.ts";

/** Steps in short: `copy a (size)`. */
function told(plan: MirrorPlan): string[] {
  return plan.steps.map((step) => `${step.action} ${step.path}${step.action === "copy" ? ` (${step.reason})` : ""}`);
}

async function planned(from: TestTree, to: TestTree, options: MirrorPlanOptions = {}): Promise<string[]> {
  return told(await planMirror(await memory(from), await memory(to), options));
}

/** A storage whose listings tell times as some servers do. */
function listing<T extends Storage>(inner: T, change: (entry: Entry) => Partial<Entry>): T {
  return new Proxy(inner, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (name !== "list") return typeof value === "function" ? (value.bind(target) as unknown) : value;
      return async function* (path: ReturnType<typeof at>) {
        for await (const batch of target.list(path)) yield batch.map((entry) => ({ ...entry, ...change(entry) }));
      };
    },
  });
}

describe("comparing", () => {
  const from: TestTree = {
    same: ["text", then],
    size: ["longer", then],
    newer: ["text", then + 5_000],
    older: ["text", then - 5_000],
    missing: ["text", then],
  };
  const to: TestTree = {
    same: ["text", then],
    size: ["text", then],
    newer: ["text", then],
    older: ["text", then],
    extra: ["text", then],
  };

  it.each([
    ["changed", ["copy missing (missing)", "copy newer (time)", "copy older (time)", "copy size (size)"]],
    ["newer", ["copy missing (missing)", "copy newer (newer)"]],
    ["missing", ["copy missing (missing)"]],
    ["size", ["copy missing (missing)", "copy size (size)"]],
    ["checksum", ["copy missing (missing)", "copy size (size)"]],
  ] as const)("copies what is %s", async (compare, steps) => {
    expect(await planned(from, to, { compare })).toEqual(steps);
  });

  it("finds another content of the same size and time by its hash, and by nothing else", async () => {
    const trees = [{ a: ["one", then] }, { a: ["two", then] }] as const;
    expect(await planned(...trees)).toEqual([]);
    expect(await planned(...trees, { compare: "checksum" })).toEqual(["copy a (content)"]);
  });

  it("asks the ends for hashes that both have, rather than read", async () => {
    const ends = async (...digits: readonly [string, string]): Promise<[Storage, Storage]> => {
      const [one, other] = await Promise.all(
        digits.map(async (own) => hashing(await memory({ a: ["text", then] }), own)),
      );
      if (one === undefined || other === undefined) throw new Error("there are two");
      return [one, other];
    };
    expect(told(await planMirror(...(await ends("00", "11")), { compare: "checksum" }))).toEqual(["copy a (content)"]);
    expect(told(await planMirror(...(await ends("00", "00")), { compare: "checksum" }))).toEqual([]);
  });

  it("takes times for equal that the coarser listing does not tell apart", async () => {
    const minute = Math.floor((then + 45_678) / 60_000) * 60_000;
    const source = await memory({ a: ["text", then + 45_678], b: ["text", then + 45_678] });
    const target = listing(await memory({ a: ["text", minute], b: ["text", minute - 60_000] }), () => ({
      timePrecision: 60_000,
    }));
    expect(told(await planMirror(source, target))).toEqual(["copy b (time)"]);
    expect(told(await planMirror(source, target, { timeTolerance: 120_000 }))).toEqual([]);
  });

  it("compares by size where no time is known, and does not guess which is newer", async () => {
    const source = await memory({ a: ["text", then], b: ["other", then + 9] });
    const target = listing(await memory({ a: ["text", 5], b: ["text", 5] }), () => ({
      timePrecision: Infinity,
      modified: 0,
    }));
    expect(told(await planMirror(source, target))).toEqual(["copy b (size)"]);
    const plan = await planMirror(source, target, { compare: "newer" });
    expect(told(plan)).toEqual([]);
    expect(plan.notes).toMatchObject([{ path: "b", reason: "cannot-tell" }]);
  });

  it("does not copy again what lies on a file system of even seconds", async () => {
    const odd = 1_577_934_245_678;
    const files = Array.from({ length: 9 }, (_, i) => [`f${i}`, ["text", odd + i * 1_000]] as const);
    const even = files.map(([name, [text, time]]) => [name, [text, Math.floor(time / 2_000) * 2_000]] as const);
    const source = Object.fromEntries(files);
    expect(await planned(source, Object.fromEntries(even))).toEqual([]);
    // Without that evidence each time counts.
    expect(await planned({ a: ["text", odd] }, { a: ["text", Math.floor(odd / 2_000) * 2_000] })).toHaveLength(1);
    expect(await planned(source, { ...Object.fromEntries(even), f1: ["text", odd + 1] })).not.toEqual([]);
  });

  it("copies what is newer, and only that, to a target that cannot set times", async () => {
    const source = await memory({ a: ["text", then], b: ["text", Date.now() + 60_000] });
    const target = without(await memory(), "setTimes");
    await mirror(source, target);
    expect(told(await planMirror(source, target))).toEqual(["copy b (time)"]);
  });
});

/** A storage that counts MD5 itself, and nothing else; its files cannot be read. */
function hashing<T extends Storage>(inner: T, digits: string): T {
  const hash: Storage["hash"] = (_, algorithm) => Promise.resolve(algorithm === "MD5" ? digits : undefined);
  return new Proxy(inner, {
    get(target, name) {
      if (name === "hash") return hash;
      if (name === "openRead") return () => Promise.reject(new Error("it is not to be read"));
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}

describe("what is left out", () => {
  const tree: TestTree = {
    "a.log": ["1", then],
    ".b.log": ["1", then],
    "keep/c.txt": ["1", then],
    "keep/cache/d.txt": ["1", then],
    "build/deep/e.txt": ["1", then],
  };

  it("is what matches a pattern, in folders and hidden too", async () => {
    expect(await planned(tree, {}, { exclude: ["*.log", "cache/", "/build"] })).toEqual([
      "make-directory keep",
      "copy keep/c.txt (missing)",
    ]);
    expect(await planned(tree, {}, { include: ["*.log", "**/deep/*"] })).toEqual([
      "make-directory build",
      "make-directory build/deep",
      "copy .b.log (missing)",
      "copy a.log (missing)",
      "copy build/deep/e.txt (missing)",
    ]);
    expect(await planned(tree, {}, { filter: ({ path }) => path.startsWith("build") })).toHaveLength(3);
  });

  it("is not removed either, nor the folders that hold it", async () => {
    const target: TestTree = { "old/x.log": ["1", then], "old/y.txt": ["1", then], "z/": undefined };
    expect(await planned({}, target, { delete: true, exclude: ["*.log"] })).toEqual([
      "remove old/y.txt",
      "remove-directory z",
    ]);
  });

  it("refuses patterns that are none", async () => {
    await expect(planned({}, {}, { exclude: ["/"] })).rejects.toThrow(RangeError);
  });
});

describe("removing", () => {
  it("is planned only where it is asked for, with each entry, what is deepest first", async () => {
    const target: TestTree = { "a/b/c": ["1", then], "a/d": ["1", then], e: ["1", then] };
    expect(await planned({}, target)).toEqual([]);
    expect(await planned({}, target, { delete: true })).toEqual([
      "remove a/b/c",
      "remove a/d",
      "remove e",
      "remove-directory a/b",
      "remove-directory a",
    ]);
  });

  it("never happens when a part of the source could not be listed", async () => {
    const source = await memory({ "good/a": ["1", then], "bad/b": ["1", then], "kind/c": ["1", then] });
    const broken = meddled(source, (method, path) => {
      if (method === "list" && path === "/bad") throw failure("permission-denied", path);
    });
    const target = await memory({ "good/old": ["1", then], extra: ["1", then], kind: ["file", then] });
    const plan = await planMirror(broken, target, { delete: true });
    expect(told(plan)).toEqual(["make-directory bad", "copy good/a (missing)"]);
    expect(plan.heldBack).toBe(3);
    expect(plan.failures).toMatchObject([{ path: "bad", end: "source" }]);
    expect(plan.notes).toMatchObject([{ path: "kind", reason: "in-the-way" }]);
  });

  it("makes room for what is of another kind, and not without being allowed to", async () => {
    const trees = [
      { "x/a": ["1", then], y: ["1", then] },
      { x: ["file", then], "y/b/c": ["1", then] },
    ] as const satisfies readonly TestTree[];
    expect(await planned(...trees, { delete: true })).toEqual([
      "remove x",
      "remove y/b/c",
      "remove-directory y/b",
      "remove-directory y",
      "make-directory x",
      "copy x/a (missing)",
      "copy y (kind)",
    ]);
    const plan = await planMirror(await memory(trees[0]), await memory(trees[1]));
    expect(told(plan)).toEqual([]);
    expect(plan.notes.map(({ path, reason }) => [path, reason])).toEqual([
      ["x", "in-the-way"],
      ["y", "in-the-way"],
    ]);
  });
});

describe("failures while planning", () => {
  it("are tried again where they may pass", async () => {
    let left = 2;
    const source = meddled(await memory({ "a/b": ["1", then] }), (method, path) => {
      if (method === "list" && path === "/a" && left-- > 0) throw failure("unavailable", path);
    });
    const retries: unknown[] = [];
    const retry = { delay: 1, onRetry: (event: unknown) => retries.push(event) };
    expect(told(await planMirror(source, await memory(), { retry }))).toHaveLength(2);
    expect(retries).toHaveLength(2);
  });

  it("end it at the root, and anywhere when told to stop", async () => {
    const bad = (where: string) => async (): Promise<Storage> =>
      meddled(await memory({ "a/b": ["1", then] }), (method, path) => {
        if (method === "list" && path === where) throw failure("permission-denied", path);
      });
    await expect(planMirror(await bad("/")(), await memory())).rejects.toMatchObject({ kind: "permission-denied" });
    await expect(planMirror(await memory(), await bad("/")())).rejects.toMatchObject({ kind: "permission-denied" });
    await expect(planMirror(await bad("/a")(), await memory(), { onError: "stop" })).rejects.toThrow();
    await expect(planMirror(await memory(), await memory(), { fromPath: "none" })).rejects.toMatchObject({
      kind: "not-found",
    });
  });

  it("are told for a folder of the target, in which nothing is done then", async () => {
    const target = meddled(await memory({ "a/b": ["old text", then] }), (method, path) => {
      if (method === "list" && path === "/a") throw failure("permission-denied", path);
    });
    const plan = await planMirror(await memory({ "a/b": ["1", then], c: ["1", then] }), target, { delete: true });
    expect(told(plan)).toEqual(["copy c (missing)"]);
    expect(plan.failures).toMatchObject([{ path: "a", end: "target" }]);
  });

  it("have a cap on entries, and an end by the caller", async () => {
    const source = await memory({ a: ["1", then], b: ["1", then], c: ["1", then] });
    await expect(planMirror(source, await memory(), { maxEntries: 2 })).rejects.toMatchObject({ kind: "too-large" });
    const abort = new AbortController();
    const slow = meddled(source, () => abort.abort(new Error("enough")));
    await expect(planMirror(slow, await memory(), { signal: abort.signal })).rejects.toMatchObject({
      name: "FtpTransferError",
      kind: "aborted",
    });
  });
});

describe("names", () => {
  it("that the target takes for one are told, and one file is not two", async () => {
    const target = ignoringCase(await memory());
    const source = await memory({ Readme: ["1", then], README: ["two", then], other: ["1", then] });
    const first = await mirror(source, target);
    expect(first.notes).toMatchObject([{ path: "Readme", reason: "same-name" }]);
    const again = await planMirror(source, target, { delete: true });
    expect(told(again)).toEqual([]);
    expect(again.notes).toMatchObject([{ path: "Readme", reason: "same-name" }]);
  });

  it("that the target writes in another case are the same file", async () => {
    const target = ignoringCase(await memory({ "DIR/FILE": ["text", then] }));
    expect(told(await planMirror(await memory({ "dir/file": ["text", then] }), target, { delete: true }))).toEqual([]);
    expect(await planned({ file: ["text", then] }, { FILE: ["text", then] }, { delete: true })).toEqual([
      "copy file (missing)",
      "remove FILE",
    ]);
  });

  it("that lead out of the tree are not used", async () => {
    const source = listing(await memory({ a: ["1", then] }), () => ({ name: "../a" }));
    const plan = await planMirror(source, await memory());
    expect(told(plan)).toEqual([]);
    expect(plan.notes).toMatchObject([{ reason: "unsafe-name" }]);
  });
});

/** A storage that takes names for one that differ in case only. */
function ignoringCase<T extends Storage>(inner: T): T {
  const real = async (path: ReturnType<typeof at>): Promise<ReturnType<typeof at>> => {
    let found = "";
    for (const name of path.split("/").filter((part) => part !== "")) {
      const names: string[] = [];
      for await (const batch of inner.list(at(found))) names.push(...batch.map((entry) => entry.name));
      found += `/${names.find((one) => one.toLowerCase() === name.toLowerCase()) ?? name}`;
    }
    return at(found);
  };
  return new Proxy(inner, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      if (name === "list") {
        return async function* (path: ReturnType<typeof at>) {
          yield* target.list(await real(path));
        };
      }
      return async (path: ReturnType<typeof at>, ...rest: unknown[]) =>
        Reflect.apply(value, target, [await real(path), ...rest]) as unknown;
    },
  });
}

describe("links", () => {
  it("are left out, followed or made anew", async () => {
    await withLocalFolder(async ({ storage }) => {
      await fill(storage, { "d/f": ["text", then] });
      await storage.link(at("d/f"), at("to-file"));
      await storage.link(at("d"), at("d2"));
      await storage.link(at("/"), at("d/up"));
      const skipped = await planMirror(storage, await memory());
      expect(told(skipped)).toEqual(["make-directory d", "copy d/f (missing)"]);
      expect(skipped.notes.map(({ path, reason }) => `${path} ${reason}`)).toEqual([
        "d/up link",
        "d2 link",
        "to-file link",
      ]);
      const followed = await planMirror(storage, await memory(), { links: "follow" });
      expect(told(followed)).toEqual([
        "make-directory d",
        "make-directory d2",
        "copy d/f (missing)",
        "copy d2/f (missing)",
        "copy to-file (missing)",
      ]);
      expect(followed.notes.map(({ path }) => path)).toEqual(["d/up", "d2/up"]);
      await withLocalFolder(async ({ storage: target }) => {
        await put(target, "d2", "in the way");
        await mirror(storage, target, { links: "copy", delete: true });
        expect(told(await planMirror(storage, target, { links: "copy", delete: true }))).toEqual([]);
        expect((await planMirror(storage, target, { links: "copy" })).unchanged.links).toBe(3);
        expect((await target.stat(at("d2/up/to-file"))).size).toBe(4);
        await storage.remove(at("to-file"));
        await storage.remove(at("d2"));
        await storage.link(at("d/f"), at("d2"));
        await mirror(storage, target, { links: "copy", delete: true });
        expect((await target.stat(at("d2"))).kind).toBe("file");
        expect(told(await planMirror(storage, target, { links: "copy", delete: true }))).toEqual([]);
      });
    });
  });
});
