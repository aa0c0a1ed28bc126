/** What segmented downloads are planned and written down by: ranges, plans, state files. */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { cutRanges, lengthOf, RangeSet } from "../../src/ftp-client/segments/ranges.ts";
import { SegmentPlan, slowGrace, type Segment } from "../../src/ftp-client/segments/segment-plan.ts";
import {
  formatState,
  isSame,
  parseState,
  readState,
  writeState,
  type DownloadState,
} from "../../src/ftp-client/segments/state-file.ts";

const someRange = fc.tuple(fc.nat(60), fc.nat(20)).map(([start, length]) => ({ start, end: start + length }));

describe("a set of ranges", () => {
  it("holds what a set of octets would, in the fewest ranges", () => {
    fc.assert(
      fc.property(fc.array(someRange, { maxLength: 12 }), (ranges) => {
        const set = new RangeSet(ranges);
        const octets = new Set(
          ranges.flatMap(({ start, end }) => Array.from({ length: end - start }, (_, i) => start + i)),
        );
        expect(set.total).toBe(octets.size);
        for (const [index, { start, end }] of set.ranges.entries()) {
          for (let at = start; at < end; at++) expect(octets.has(at)).toBe(true);
          expect(start).toBeGreaterThan(index === 0 ? -1 : (set.ranges[index - 1]?.end ?? 0));
        }
        const gaps = set.gaps({ start: 5, end: 70 });
        const missing = Array.from({ length: 65 }, (_, i) => i + 5).filter((at) => !octets.has(at));
        expect(gaps.flatMap(({ start, end }) => Array.from({ length: end - start }, (_, i) => start + i))).toEqual(
          missing,
        );
      }),
    );
  });

  it("is cut into pieces of about one length, none too small and nothing lost", () => {
    expect(cutRanges([{ start: 0, end: 100 }], 4, 10).map(lengthOf)).toEqual([25, 25, 25, 25]);
    expect(cutRanges([{ start: 0, end: 100 }], 4, 60)).toEqual([{ start: 0, end: 100 }]);
    expect(cutRanges([], 4, 10)).toEqual([]);
    fc.assert(
      fc.property(fc.array(someRange, { maxLength: 8 }), fc.integer({ min: 1, max: 9 }), (ranges, parts) => {
        const gaps = new RangeSet(ranges).ranges;
        const cut = cutRanges(gaps, parts, 4);
        expect(new RangeSet(cut).ranges).toEqual(gaps);
        expect(cut.reduce((sum, range) => sum + lengthOf(range), 0)).toBe(new RangeSet(ranges).total);
      }),
    );
  });
});

function take(plan: SegmentPlan, rate?: number): Segment {
  const segment = plan.take(rate);
  if (segment === undefined) throw new Error("there is nothing to take");
  return segment;
}

/** Has octets of a segment come. */
function fetch(plan: SegmentPlan, segment: Segment, octets: number): void {
  const start = segment.position;
  segment.position += octets;
  plan.wrote({ start, end: start + octets }, segment);
}

describe("a plan", () => {
  it("gives each a part of its own, and one alone the whole file in one", () => {
    const plan = new SegmentPlan(1_000, new RangeSet(), 4, 10);
    const segment = take(plan);
    expect([segment.start, segment.end]).toEqual([0, 250]);
    fetch(plan, segment, 250);
    while (plan.extend(segment)) fetch(plan, segment, segment.left);
    expect(segment.end).toBe(1_000);
    plan.leave(segment);
    expect(plan.complete).toBe(true);
    expect(plan.take()).toBeUndefined();
  });

  it("has who is done take half of the longest rest, as long as it is worth it", () => {
    const plan = new SegmentPlan(1_000, new RangeSet(), 1, 100);
    const first = take(plan);
    fetch(plan, first, 200);
    const second = take(plan);
    expect([first.end, second.start, second.end]).toEqual([600, 600, 1_000]);
    const third = take(plan);
    const fourth = take(plan);
    expect([third, fourth].map(({ start, end }) => end - start)).toEqual([200, 200]);
    fetch(plan, first, 150);
    expect(take(plan)).toBeDefined();
    for (const segment of [first, second, third, fourth]) expect(segment.left).toBeLessThan(200.5);
  });

  it("gives the rest of one that broke to the others", () => {
    const plan = new SegmentPlan(1_000, new RangeSet(), 2, 400);
    const [first, second] = [take(plan), take(plan)];
    fetch(plan, first, 123);
    first.position += 50; // On their way into the file when it broke.
    plan.leave(first);
    fetch(plan, second, 500);
    plan.leave(second);
    const third = take(plan);
    expect([third.start, third.end]).toEqual([123, 500]);
  });

  it("gives all of a rest that hardly moves to somebody much faster, who is not given it back", () => {
    let now = 0;
    const plan = new SegmentPlan(1_000, new RangeSet(), 2, 400, () => now);
    const [slow, fast] = [take(plan), take(plan)];
    let stopped = false;
    slow.stop = () => (stopped = true);
    now += 200;
    fetch(plan, slow, 10);
    fetch(plan, fast, 500);
    const { rate } = fast.meter;
    plan.leave(fast);
    expect(plan.take(rate)).toBeUndefined();
    now += slowGrace;
    const rest = take(plan, rate);
    expect(stopped).toBe(true);
    expect([rest.start, rest.end, slow.left]).toEqual([10, 500, 0]);
    plan.leave(slow);
    expect(plan.take(slow.meter.rate)).toBeUndefined();
  });

  it("goes on with what is done already", () => {
    const plan = new SegmentPlan(1_000, new RangeSet([{ start: 100, end: 900 }]), 4, 10);
    expect(plan.waiting).toBe(4);
    const starts = [take(plan), take(plan), take(plan), take(plan)].map(({ start, end }) => [start, end]);
    expect(starts).toEqual([
      [0, 50],
      [50, 100],
      [900, 950],
      [950, 1_000],
    ]);
  });

  it("wakes who waits when something is given back", async () => {
    const plan = new SegmentPlan(1_000, new RangeSet(), 1, 400);
    const segment = take(plan);
    const woken = plan.changed(100_000);
    plan.leave(segment);
    await woken;
    await plan.changed(1);
  });
});

const state: DownloadState = {
  path: '/pub/größe "x".iso',
  identity: { size: 5_000_000_000, modified: 1_600_000_000_123, hash: undefined },
  done: [
    { start: 0, end: 17 },
    { start: 4_999_999_990, end: 5_000_000_000 },
  ],
};

describe("a state file", () => {
  it("is read as it was written", () => {
    expect(parseState(formatState(state))).toEqual(state);
    const hashed = {
      ...state,
      identity: { size: 3, modified: undefined, hash: { algorithm: "MD5", digits: "00ff" } },
    } as const;
    expect(parseState(formatState(hashed))).toEqual(hashed);
  });

  it("is refused when anything of it was changed, cut off or is none", () => {
    const text = formatState(state);
    expect(parseState(text.replace("4999999990", "4999999980"))).toBeUndefined();
    for (let length = 0; length < text.length - 2; length++) expect(parseState(text.slice(0, length))).toBeUndefined();
    for (const none of ["null", "[]", "{}", '{"version":1}', "7"]) expect(parseState(none)).toBeUndefined();
    expect(parseState(text.replace('"version":1', '"version":2'))).toBeUndefined();
  });

  it("takes its place whole, and is told from one that is missing", async () => {
    const folder = await mkdtemp(join(tmpdir(), "twinport-state-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, "state");
    expect(await readState(file)).toBe("missing");
    await writeState(file, state);
    await writeState(file, { ...state, done: [] });
    expect(await readState(file)).toEqual({ ...state, done: [] });
    expect(await readdir(folder)).toEqual(["state"]);
    await writeFile(file, (await readFile(file, "utf8")).slice(0, -5));
    expect(await readState(file)).toBe("unreadable");
    expect(await readState(folder)).toBe("unreadable");
  });

  it("tells one content from another by size, time and hash", () => {
    const { identity } = state;
    expect(isSame(identity, { ...identity })).toBe(true);
    expect(isSame(identity, { ...identity, size: 1 })).toBe(false);
    expect(isSame(identity, { ...identity, modified: 1 })).toBe(false);
    expect(isSame(identity, { ...identity, modified: undefined })).toBe(false);
    const hash = { algorithm: "MD5", digits: "00" } as const;
    expect(isSame({ ...identity, hash }, { ...identity, hash: { ...hash, digits: "01" } })).toBe(false);
  });
});
