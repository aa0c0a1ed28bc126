/** Times of local files: a millisecond that was set is the millisecond that is told. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { LocalStorage, resolveVirtualPath, rootPath } from "../../src/storage/index.ts";

it("tells the very time that was set", async () => {
  const root = await mkdtemp(join(tmpdir(), "twinport-times-"));
  onTestFinished(() => rm(root, { recursive: true }));
  const storage = new LocalStorage({ root });
  const path = resolveVirtualPath(rootPath, "file");
  await (await storage.openWrite(path)).commit();
  const wrong: number[] = [];
  for (let modified = 1_763_751_234_000; modified < 1_763_751_235_000; modified += 7) {
    await storage.setTimes(path, { modified });
    if ((await storage.stat(path)).modified !== modified) wrong.push(modified);
  }
  expect(wrong).toEqual([]);
});
