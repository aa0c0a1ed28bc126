/** Random pairs of trees: after a mirror both are equal, another one has nothing to do, and failures only take longer. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mirror, planMirror } from "../../../src/ftp-client/index.ts";
import type { Storage } from "../../../src/storage/index.ts";
import { withLocalFolder } from "../../storage/local-folder.ts";
import { at, failure, fill, look, meddled, memory, then, type TestFile, type TestTree } from "./mirror-fixture.ts";

/** Few names, so that the two trees have much in common; of several scripts, and some that patterns or paths trip over. */
const name = fc.constantFrom("a", "b", "c.txt", "räk", "日本", "한국", "-x", ".h", "s p", "[y]");
const file: fc.Arbitrary<TestFile> = fc.tuple(
  fc.constantFrom("", "x", "text", "other", "long ".repeat(100)),
  fc.integer({ min: 0, max: 3 }).map((days) => then + days * 86_400_000),
);

interface Folder {
  readonly [name: string]: TestFile | Folder;
}

const { folder } = fc.letrec<{ folder: Folder; node: TestFile | Folder }>((tie) => ({
  folder: fc.dictionary(name, tie("node"), { maxKeys: 4, noNullPrototype: true }),
  node: fc.oneof({ maxDepth: 3, withCrossShrink: true }, file, tie("folder")),
}));

function flat(tree: Folder, above = ""): TestTree {
  const found: Record<string, TestFile | undefined> = {};
  for (const [key, node] of Object.entries(tree)) {
    const path = above === "" ? key : `${above}/${key}`;
    if (isFile(node)) found[path] = node;
    else {
      found[`${path}/`] = undefined;
      Object.assign(found, flat(node, path));
    }
  }
  return found;
}

function isFile(node: TestFile | Folder): node is TestFile {
  return Array.isArray(node);
}

const withDelete = { delete: true, retry: { retries: 1, delay: 0 } } as const;

describe("any two trees", () => {
  it("are equal after a mirror that removes, and the next has nothing to do", async () => {
    await fc.assert(
      fc.asyncProperty(folder, folder, fc.integer({ min: 1, max: 8 }), async (from, to, parallel) => {
        const [source, target] = [await memory(flat(from)), await memory(flat(to))];
        const result = await mirror(source, target, { ...withDelete, parallel });
        expect(result).toMatchObject({ failures: [], notes: [], heldBack: 0, notTried: 0 });
        // Files of one size and time are taken for equal, whatever is in them.
        expect(await shape(target)).toEqual(await shape(source));
        expect((await planMirror(source, target, withDelete)).steps).toEqual([]);
        await mirror(source, target, { ...withDelete, compare: "checksum" });
        expect(await look(target)).toEqual(await look(source));
      }),
      { numRuns: 100 },
    );
  });

  it("are so in folders of this machine", async () => {
    await fc.assert(
      fc.asyncProperty(folder, folder, async (from, to) => {
        await withLocalFolder(async ({ storage: source }) => {
          await withLocalFolder(async ({ storage: target }) => {
            await fill(source, flat(from));
            await fill(target, flat(to));
            await mirror(source, target, { ...withDelete, compare: "checksum" });
            await mirror(source, target, withDelete);
            expect(await look(target, true)).toEqual(await look(source, true));
            expect((await planMirror(source, target, withDelete)).steps).toEqual([]);
          });
        });
      }),
      { numRuns: 12 },
    );
  });

  it("lose nothing without permission to remove", async () => {
    await fc.assert(
      fc.asyncProperty(folder, folder, async (from, to) => {
        const [source, target] = [await memory(flat(from)), await memory(flat(to))];
        const before = Object.keys(await look(target));
        await mirror(source, target);
        expect(Object.keys(await look(target))).toEqual(expect.arrayContaining(before));
      }),
      { numRuns: 60 },
    );
  });

  it("become equal in the end when the storages fail now and then", async () => {
    await fc.assert(
      fc.asyncProperty(folder, folder, fc.infiniteStream(fc.integer({ min: 0, max: 9 })), async (from, to, chances) => {
        const [inner, outer] = [await memory(flat(from)), await memory(flat(to))];
        let calm = false;
        const sometimes = (storage: Storage): Storage =>
          meddled(storage, (_, path) => {
            const { value = 9 } = chances.next() as IteratorResult<number, undefined>;
            if (!calm && value === 0) throw failure("unavailable", path);
            if (!calm && value === 1) throw failure("permission-denied", path);
          });
        const [source, target] = [sometimes(inner), sometimes(outer)];
        for (let round = 0; round < 20; round++) {
          const before = Object.keys(await look(inner));
          await mirror(source, target, { ...withDelete, compare: "checksum" }).catch(() => undefined);
          // The source is only looked at, whatever happens.
          expect(Object.keys(await look(inner))).toEqual(before);
        }
        calm = true;
        await mirror(source, target, { ...withDelete, compare: "checksum" });
        await mirror(source, target, withDelete);
        expect(await look(outer)).toEqual(await look(inner));
        expect((await planMirror(source, target, withDelete)).steps).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });
});

/** Names, sizes and times of a tree. */
async function shape(storage: Storage): Promise<unknown> {
  const found = await look(storage);
  const stats = Object.keys(found).map(async (path) => {
    const { kind, size, modified } = await storage.stat(at(path));
    return [path, kind, size, kind === "file" ? modified : 0];
  });
  return Promise.all(stats);
}
