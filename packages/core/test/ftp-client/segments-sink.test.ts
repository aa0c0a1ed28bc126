/** Octets of segments find their places, whatever the other segments do meanwhile. */
import { describe, expect, it } from "vitest";
import fc from "fast-check";
import type { PartFile } from "../../src/ftp-client/segments/part-file.ts";
import { RangeSet } from "../../src/ftp-client/segments/ranges.ts";
import { SegmentPlan, type Segment } from "../../src/ftp-client/segments/segment-plan.ts";
import { SegmentSink } from "../../src/ftp-client/segments/segment-sink.ts";

/** A file in memory, whose writes end when they are told to. */
class SlowFile {
  readonly content: Uint8Array;
  quick = false;
  readonly #ends: (() => void)[] = [];

  constructor(size: number) {
    this.content = new Uint8Array(size).fill(255);
  }

  write(from: Uint8Array, position: number): Promise<void> {
    const copy = from.slice();
    return new Promise((resolve) =>
      this.#ends.push(() => {
        this.content.set(copy, position);
        resolve();
      }),
    );
  }

  /** Now and then it is quick. */
  writeNow(from: Uint8Array, position: number): boolean {
    if (!this.quick) return false;
    this.content.set(from, position);
    return true;
  }

  endWrites(): void {
    for (const end of this.#ends.splice(0)) end();
  }
}

function sinkOf(plan: SegmentPlan, segment: Segment, file: SlowFile): SegmentSink {
  const onBytes = (): void => undefined;
  return new SegmentSink({ plan, segment, file: file as unknown as PartFile, tried: "Testing", onBytes });
}

function taken(plan: SegmentPlan): Segment {
  const segment = plan.take();
  if (segment === undefined) throw new Error("there is nothing to take");
  return segment;
}

/** What came of a range is in the file. @param wire - Where the octets that follow belong. */
function expectHeld(plan: SegmentPlan, { start, end }: Segment, wire: number): void {
  expect(plan.done.gaps({ start, end: Math.min(wire, end) })).toEqual([]);
}

describe("a segment's sink", () => {
  it("goes on behind its end only where it has dropped nothing", async () => {
    const size = 200;
    const octets = Uint8Array.from({ length: size }, (_, at) => at);
    const plan = new SegmentPlan(size, new RangeSet(), 2, 1);
    const file = new SlowFile(size);
    const [first, second] = [taken(plan), taken(plan)];
    let stopped = 0;
    first.stop = () => {
      stopped++;
    };
    const sink = sinkOf(plan, first, file);
    // The chunk reaches into the second segment, which somebody has; who gives it back while the chunk is written.
    const writing = sink.write(octets.subarray(0, 150));
    plan.leave(second);
    file.endWrites();
    await writing;
    expect(stopped).toBe(1);
    const late = sink.write(octets.subarray(150));
    file.endWrites();
    await late;
    plan.leave(first);
    expect(plan.done.ranges).toEqual([{ start: 0, end: 100 }]);
    expect(plan.waiting).toBe(1);
  });

  it("never puts an octet where another one belongs", async () => {
    await fc.assert(
      fc.asyncProperty(fc.infiniteStream(fc.nat(99)), fc.integer({ min: 1, max: 5 }), async (dice, parts) => {
        const roll = (most: number): number => Number(dice.next().value) % most;
        const size = 120;
        const octets = Uint8Array.from({ length: size }, (_, at) => at);
        const plan = new SegmentPlan(size, new RangeSet(), parts, 4, () => 0);
        const file = new SlowFile(size);
        const lines: { segment: Segment; sink: SegmentSink; wire: number; writing: Promise<void> | undefined }[] = [];
        for (let turn = 0; turn < 2_000 && !plan.complete; turn++) {
          const line = lines[roll(Math.max(1, lines.length))];
          const what = roll(4);
          if (line === undefined || what === 0) {
            const segment = lines.length < 4 ? plan.take() : undefined;
            if (segment !== undefined)
              lines.push({ segment, sink: sinkOf(plan, segment, file), wire: segment.start, writing: undefined });
          } else if (what === 1) {
            file.endWrites();
            for (const { writing } of lines) await writing;
            for (const each of lines) each.writing = undefined;
          } else if (what === 2 && line.writing === undefined && (roll(3) === 0 || line.wire === size)) {
            lines.splice(lines.indexOf(line), 1);
            expectHeld(plan, line.segment, line.wire);
            plan.leave(line.segment);
          } else if (what === 3 && line.writing === undefined && line.wire < size) {
            const end = Math.min(size, line.wire + 1 + roll(40));
            const chunk = octets.subarray(line.wire, end);
            file.quick = roll(2) === 0;
            if (!line.sink.writeNow(chunk)) line.writing = line.sink.write(chunk);
            line.wire = end;
          }
        }
        file.endWrites();
        for (const { start, end } of plan.done.ranges)
          expect(file.content.subarray(start, end)).toEqual(octets.subarray(start, end));
        // What was asked for and came is there.
        for (const { writing } of lines) await writing;
        for (const { segment, wire } of lines) expectHeld(plan, segment, wire);
      }),
      { numRuns: 300 },
    );
  });
});
