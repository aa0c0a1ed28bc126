/** Nothing is removed below a directory that could not be listed, in whatever manner a server says so. */
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  applyMirror,
  formatMirrorPlan,
  FtpPool,
  FtpStorage,
  mirror,
  parseMirrorPlan,
  planMirror,
  type MirrorOptions,
  type MirrorResult,
} from "../../../src/ftp-client/index.ts";
import type { MemoryStorage, Storage } from "../../../src/storage/index.ts";
import { manners, startTreeServer, type Manner, type Node, type TreeServerOptions } from "../tree-server.ts";
import { at, look, memory, put } from "./mirror-fixture.ts";

const login = { host: "127.0.0.1", user: "me", password: "x", replyTimeout: 3_000 };
const once = { retry: { retries: 0 } };

async function serverOf(options: TreeServerOptions): Promise<{ storage: FtpStorage; commands: string[] }> {
  const { port, commands } = await startTreeServer(options);
  const pool = new FtpPool({ ...login, port }, { limit: 2, ...once });
  onTestFinished(() => pool.close());
  return { storage: new FtpStorage(pool, { root: "/" }), commands };
}

/** A tree as paths: directories with a slash at the end. */
const names = fc.constantFrom("a", "b", "sp ace", "[b]", "st*r", "-dash", "ünï");
const node: fc.Arbitrary<Node> = fc.letrec<{ node: Node; folder: Map<string, Node> }>((tie) => ({
  node: fc.oneof({ maxDepth: 3 }, fc.constantFrom("", "x", "text"), tie("folder")),
  folder: fc.dictionary(names, tie("node"), { maxKeys: 4 }).map((each) => new Map(Object.entries(each))),
})).folder;

const folders = (tree: Map<string, Node>, above = ""): string[] => [
  above || "/",
  ...[...tree].flatMap(([name, inner]) => (inner instanceof Map ? folders(inner, `${above}/${name}`) : [])),
];

/** Puts a tree into a storage, and beside each of its files one that the server does not have. */
async function fillFrom(storage: Storage, tree: Map<string, Node>, above = ""): Promise<void> {
  await put(storage, `${above}/only here`.slice(1), "mine");
  for (const [name, inner] of tree) {
    if (typeof inner === "string") await put(storage, `${above}/${name}`.slice(1), inner, Date.UTC(2020, 0, 2));
    else await fillFrom(storage, inner, `${above}/${name}`);
  }
}

const isBelow = (path: string, folder: string): boolean =>
  folder === "/" || `/${path}`.startsWith(`${folder}/`) || `/${path}` === folder;

interface Trial {
  readonly tree: Map<string, Node>;
  readonly unreadable: ReadonlyMap<string, Manner>;
  readonly facts: boolean;
}

const trials: fc.Arbitrary<Trial> = fc
  .tuple(node as fc.Arbitrary<Map<string, Node>>, fc.boolean())
  .chain(([tree, facts]) => {
    const fitting = manners.filter((manner) => facts || !manner.startsWith("facts:"));
    return fc.record({
      tree: fc.constant(tree),
      facts: fc.constant(facts),
      unreadable: fc
        .array(fc.tuple(fc.constantFrom(...folders(tree)), fc.constantFrom(...fitting)), { maxLength: 3 })
        .map((pairs) => new Map(pairs)),
    });
  });

/** Mirrors, and checks what must hold whatever could not be listed. */
async function check({ tree, unreadable }: Trial, to: MemoryStorage, run: () => Promise<MirrorResult>): Promise<void> {
  const before = Object.keys(await look(to));
  const rootFails = unreadable.has("/");
  const result = await run().catch((error: unknown) => {
    if (!rootFails) throw error;
    return undefined;
  });
  const after = new Set(Object.keys(await look(to)));
  const gone = before.filter((path) => !after.has(path));
  for (const path of gone) {
    for (const folder of unreadable.keys()) expect(isBelow(path, folder), `${path} below ${folder}`).toBe(false);
  }
  expect(result === undefined).toBe(rootFails);
  if (result === undefined) expect(gone).toEqual([]);
  else if (unreadable.size > 0) {
    expect(result.failures.length).toBeGreaterThan(0);
    expect(gone).toEqual([]);
  } else {
    expect(result.failures).toEqual([]);
    expect([...after].some((path) => path.endsWith("only here"))).toBe(false);
    expect(after.size).toBe(folders(tree).length - 1 + files(tree));
  }
}

const files = (tree: Map<string, Node>): number =>
  [...tree.values()].reduce((sum, inner) => sum + (typeof inner === "string" ? 1 : files(inner)), 0);

const removing: MirrorOptions = { delete: true, retry: { retries: 0 }, preserveModes: false };

describe("a mirror that removes what the source does not have", () => {
  it("removes nothing below what the server cannot list, for any tree and any manner of saying so", async () => {
    await fc.assert(
      fc.asyncProperty(trials, async (trial) => {
        const { storage } = await serverOf(trial);
        const to = await memory();
        await fillFrom(to, trial.tree);
        await check(trial, to, () => mirror(storage, to, removing));
      }),
      { numRuns: 60 },
    );
  });

  const tree = (): Map<string, Node> =>
    new Map<string, Node>([
      ["in", new Map([["f", "1"]])],
      ["deep", new Map<string, Node>([["er", new Map([["g", "22"]])]])],
      ["top", "333"],
    ]);

  it.each(manners)("removes nothing where a directory is told by: %s", async (manner) => {
    for (const folder of ["/in", "/deep/er"]) {
      const trial = { tree: tree(), facts: manner.startsWith("facts:"), unreadable: new Map([[folder, manner]]) };
      const { storage } = await serverOf(trial);
      for (const more of [{}, { deleteAfterFailures: true }, { parallel: 1 }]) {
        const to = await memory();
        await fillFrom(to, trial.tree);
        await check(trial, to, () => mirror(storage, to, { ...removing, ...more }));
        expect(await look(to)).toMatchObject({ "in/f": "1", "deep/er/g": "22", "in/only here": "mine" });
      }
    }
  });

  it.each(manners)("goes by a saved plan that removes nothing either: %s", async (manner) => {
    const trial = { tree: tree(), facts: manner.startsWith("facts:"), unreadable: new Map([["/in", manner]]) };
    const { storage } = await serverOf(trial);
    const to = await memory();
    await fillFrom(to, trial.tree);
    const plan = parseMirrorPlan(formatMirrorPlan(await planMirror(storage, to, removing)));
    expect(plan.steps.filter(({ action }) => action.startsWith("remove"))).toEqual([]);
    expect(plan.failures).toMatchObject([{ path: "in", end: "source" }]);
    await check(trial, to, () => applyMirror(plan, storage, to, removing));
  });

  it.each(manners)("removes nothing of a server's directory that it cannot list: %s", async (manner) => {
    const trial = { tree: tree(), facts: manner.startsWith("facts:"), unreadable: new Map([["/in", manner]]) };
    const { storage, commands } = await serverOf(trial);
    const from = await memory({ top: ["333", Date.UTC(2020, 0, 2)] });
    const result = await mirror(from, storage, removing);
    expect(result.failures).toMatchObject([{ path: "in", action: "list-target" }]);
    expect(commands.filter((line) => /^(?:DELE|RMD) .*\bin\b/.test(line))).toEqual([]);
    expect(trial.tree.get("in")).toEqual(new Map([["f", "1"]]));
  });

  it.each(manners)("removes nothing from server to server: %s", async (manner) => {
    const trial = { tree: tree(), facts: manner.startsWith("facts:"), unreadable: new Map([["/in", manner]]) };
    const { storage: from } = await serverOf(trial);
    const target = tree();
    const { storage: to, commands } = await serverOf({ tree: target, unreadable: new Map() });
    target.set("one too many", "x");
    const result = await mirror(from, to, removing);
    expect(result.failures).toMatchObject([{ path: "in", action: "list-source" }]);
    expect(result.removed).toBe(0);
    expect(commands.some((line) => /^(?:DELE|RMD)/.test(line))).toBe(false);
  });
});

describe("an empty directory", () => {
  it("is one where `LIST -a` tells the directory itself, and where the server tells it nowhere", async () => {
    for (const dots of [true, false]) {
      const { storage, commands } = await serverOf({
        tree: new Map<string, Node>([
          ["empty", new Map()],
          ["other", new Map<string, Node>([["void", new Map()]])],
          ["f", "x"],
        ]),
        unreadable: new Map(),
        dots,
      });
      const to = await memory({ "empty/old": ["x", 0], "other/void/old": ["x", 0], f: ["x", Date.UTC(2020, 0, 2)] });
      const result = await mirror(storage, to, { ...removing, parallel: 1 });
      expect(result).toMatchObject({ failures: [], removed: 2 });
      expect(Object.keys(await look(to))).toEqual(["empty/", "f", "other/", "other/void/"]);
      // Whether a blank listing is an empty directory is learnt once: then nothing is listed twice.
      expect(commands.filter((line) => line.startsWith("LIST")).length).toBeLessThanOrEqual(dots ? 4 : 8);
      await storage.stat(at("/f"));
    }
  });
});

describe("names that begin with a dot", () => {
  it("are seen where LIST leaves them out, and what has them is neither removed nor copied again and again", async () => {
    const hidden = new Map<string, Node>([
      [".htaccess", "deny"],
      ["in", new Map<string, Node>([[".only", "x"]])],
    ]);
    for (const dots of [true, false]) {
      const { storage } = await serverOf({ tree: hidden, unreadable: new Map(), dots });
      const to = await memory({ ".htaccess": ["deny", Date.UTC(2020, 0, 2)], ".mine": ["x", 0] });
      expect(await mirror(storage, to, removing)).toMatchObject({ copied: 1, removed: 1, failures: [] });
      expect(Object.keys(await look(to))).toEqual([".htaccess", "in/", "in/.only"]);
      expect(await mirror(to, storage, removing)).toMatchObject({ copied: 0, removed: 0, failures: [] });
    }
  });
});
