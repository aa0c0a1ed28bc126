/** Ranges of a file's octets: those that are done, and the gaps between them. */

/** Octets from `start` up to, not including, `end`. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** A set of octets, kept as the fewest ranges, in order. */
export class RangeSet {
  #ranges: Range[] = [];
  #total = 0;

  constructor(ranges: Iterable<Range> = []) {
    for (const range of ranges) this.add(range);
  }

  /** Octets in the set. */
  get total(): number {
    return this.#total;
  }

  /** The ranges, in order; none touches the next. */
  get ranges(): readonly Range[] {
    return this.#ranges;
  }

  /** Adds octets; those that are in the set already count once. */
  add({ start, end }: Range): void {
    if (end <= start) return;
    const before = this.#ranges.filter((range) => range.end < start);
    const after = this.#ranges.filter((range) => range.start > end);
    const touched = this.#ranges.slice(before.length, this.#ranges.length - after.length);
    const merged = {
      start: Math.min(start, touched[0]?.start ?? start),
      end: Math.max(end, touched.at(-1)?.end ?? end),
    };
    this.#ranges = [...before, merged, ...after];
    this.#total += merged.end - merged.start - touched.reduce((sum, range) => sum + lengthOf(range), 0);
  }

  /** What of a range is not in the set. */
  gaps({ start, end }: Range): Range[] {
    const gaps: Range[] = [];
    let at = start;
    for (const range of this.#ranges) {
      if (range.start >= end) break;
      if (range.start > at) gaps.push({ start: at, end: range.start });
      at = Math.max(at, range.end);
    }
    if (at < end) gaps.push({ start: at, end });
    return gaps;
  }
}

/** Octets of a range. */
export function lengthOf({ start, end }: Range): number {
  return end - start;
}

/**
 * Cuts ranges into pieces of about equal length.
 *
 * @param parts - Pieces that are wanted of all together; ranges that lie apart may make it more.
 * @param least - Octets that a piece is worth being one for.
 */
export function cutRanges(ranges: readonly Range[], parts: number, least: number): Range[] {
  const total = ranges.reduce((sum, range) => sum + lengthOf(range), 0);
  const piece = Math.max(1, Math.ceil(total / Math.max(1, Math.min(parts, Math.floor(total / least)))));
  return ranges.flatMap((range) => {
    const count = Math.max(1, Math.round(lengthOf(range) / piece));
    const each = Math.ceil(lengthOf(range) / count);
    const starts = Array.from({ length: count }, (_, index) => range.start + index * each);
    return starts
      .map((start) => ({ start, end: Math.min(range.end, start + each) }))
      .filter((cut) => lengthOf(cut) > 0);
  });
}
