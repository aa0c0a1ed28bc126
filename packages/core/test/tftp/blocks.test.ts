/** Blocks in any order: read of a storage, and put into files that have places and files that have none. */
import { describe, expect, it } from "vitest";
import { MemoryStorage, resolveVirtualPath, rootPath, type WritableFile } from "../../src/storage/index.ts";
import { BlockSink } from "../../src/tftp/client/multicast/block-sink.ts";
import { BlockSource, versionOf } from "../../src/tftp/server/multicast/block-source.ts";
import { pattern, putFile } from "./tftp-fixture.ts";

const path = resolveVirtualPath(rootPath, "/f");

describe("BlockSource", () => {
  it("reads every block of files of every size, in any order", async () => {
    const storage = new MemoryStorage();
    for (const size of [0, 1, 99, 100, 101, 70_000, 200_000]) {
      for (const blockSize of [100, 1_000, 65_464]) {
        const content = pattern(size);
        await putFile(storage, "/f", content);
        const source = new BlockSource({ storage, path, blockSize, version: await versionOf(storage, path) });
        const last = Math.floor(size / blockSize) + 1;
        const into = new Uint8Array(blockSize);
        const some = [1, last, Math.ceil(last / 2), Math.ceil(last / 2) + 1, 2, last, 1];
        for (const block of some.filter((one) => one <= last)) {
          const length = await source.read(block, into);
          const expected = content.subarray((block - 1) * blockSize, block * blockSize);
          expect([block, Buffer.compare(into.subarray(0, length), expected)]).toEqual([block, 0]);
          expect(source.readNow(block, into)).toBe(length);
        }
        await source.close();
      }
    }
  });

  it("refuses to go on when the file is another one, or became shorter", async () => {
    const storage = new MemoryStorage();
    await putFile(storage, "/f", pattern(200_000));
    const version = await versionOf(storage, path);
    const source = new BlockSource({ storage, path, blockSize: 512, version });
    const into = new Uint8Array(512);
    expect(await source.read(1, into)).toBe(512);
    await storage.setTimes(path, { modified: 1 });
    expect(await source.read(2, into)).toBe(512);
    await expect(source.read(300, into)).rejects.toMatchObject({ kind: "offset-out-of-range" });
    const longer = { size: version.size + 1, key: (await versionOf(storage, path)).key };
    const cut = new BlockSource({ storage, path, blockSize: 512, version: longer });
    await expect(cut.read(Math.floor(200_000 / 512) + 1, into)).rejects.toMatchObject({ kind: "offset-out-of-range" });
    await Promise.all([source.close(), cut.close()]);
  });
});

interface Target extends WritableFile {
  readonly writes: [octets: number, position: number | undefined][];
  readonly ends: string[];
  open: () => void;
}

/** A file that tells what it was given, and that may be slow. */
function target({ placed = false, slow = false, fails = false } = {}): Target {
  const writes: Target["writes"] = [];
  const ends: string[] = [];
  let open: () => void = () => undefined;
  const opened = slow ? new Promise<void>((resolve) => (open = resolve)) : Promise.resolve();
  const put = async (octets: number, position?: number): Promise<void> => {
    await opened;
    if (fails) throw new Error("broken");
    writes.push([octets, position]);
  };
  return {
    writes,
    ends,
    open: () => open(),
    write: (from) => put(from.length),
    ...(placed ? { writeAt: (from: Uint8Array, position: number) => put(from.length, position) } : {}),
    commit: async () => void ends.push("commit"),
    abandon: async () => void ends.push("abandon"),
  };
}

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

describe("BlockSink", () => {
  const sinkOf = (file: WritableFile, limits: { heldOctets?: number; maxSize?: number } = {}) => {
    const told: string[] = [];
    const sink = new BlockSink(file, {
      blockSize: 1_000,
      heldOctets: 2_000,
      maxSize: Infinity,
      ...limits,
      failed: (cause) => told.push(`failed: ${cause instanceof Error ? cause.message : ""}`),
      drained: () => told.push("drained"),
    });
    return { sink, told };
  };
  const block = (octets = 1_000): Uint8Array => new Uint8Array(octets);

  it("puts blocks at their places", async () => {
    const file = target({ placed: true });
    const { sink } = sinkOf(file);
    expect([sink.take(3, block(1)), sink.take(1, block()), sink.take(2, block())]).toEqual([true, true, true]);
    await sink.commit();
    expect(file.writes).toEqual([
      [1, 2_000],
      [1_000, 0],
      [1_000, 1_000],
    ]);
    expect(file.ends).toEqual(["commit"]);
  });

  it("holds what comes early for a file without places, up to a limit", async () => {
    const file = target();
    const { sink } = sinkOf(file);
    expect([sink.take(4, block(7)), sink.take(3, block(999)), sink.take(2, block(995))]).toEqual([true, true, false]);
    expect([sink.take(1, block(1)), sink.take(2, block(2))]).toEqual([true, true]);
    await sink.commit();
    expect(file.writes.map(([octets]) => octets)).toEqual([1, 2, 999, 7]);
  });

  it("takes no more while the file is far behind", async () => {
    const file = target({ placed: true, slow: true });
    const { sink, told } = sinkOf(file);
    expect(sink.take(1, block())).toBe(true);
    await settled();
    let taken = 1;
    while (sink.take(taken + 1, block()) && taken < 5_000) taken++;
    expect(taken).toBe(1 + Math.ceil(1_048_576 / 1_000));
    expect([sink.full, told]).toEqual([true, []]);
    file.open();
    await sink.commit();
    expect([sink.full, told]).toEqual([false, ["drained"]]);
    expect(file.writes).toHaveLength(taken);
  });

  it("tells of a file that cannot be written or is too large, once, and commits nothing then", async () => {
    const file = target({ placed: true, fails: true });
    const broken = sinkOf(file);
    broken.sink.take(1, block());
    await settled();
    expect([broken.told, broken.sink.take(2, block())]).toEqual([["failed: broken"], false]);
    await broken.sink.commit();
    await broken.sink.abandon();
    expect(file.ends).toEqual(["abandon"]);
    const large = sinkOf(target(), { maxSize: 1_500 });
    expect([large.sink.take(1, block()), large.sink.take(2, block(501))]).toEqual([true, false]);
    expect(large.told).toEqual(["failed: The file is too large"]);
  });
});
