/**
 * Who fetches which octets of a file: what is done, what waits, and what is under way; pure but for its clock.
 *
 * A range is open at its end: one that reaches the next that waits goes on with it, so that a single session fetches the
 * whole file by a single command. Who is done helps the others: with half of the longest rest, or with all of a rest that
 * hardly moves.
 */
import { ProgressMeter } from "../progress-meter.ts";
import { cutRanges, lengthOf, RangeSet, type Range } from "./ranges.ts";

/** How much faster somebody must be who takes all of another's rest. */
export const slowFactor = 4;
/** Milliseconds that a segment has before it may be found slow. */
export const slowGrace = 3_000;

/** Octets that somebody fetches. Its end may come nearer, or move away. */
export class Segment {
  readonly start: number;
  /** The octet that comes next. */
  position: number;
  end: number;
  readonly meter: ProgressMeter;
  readonly begun: number;
  /** Ends the transfer: its range is full. */
  stop: (() => void) | undefined;

  constructor({ start, end }: Range, now: () => number) {
    this.start = start;
    this.position = start;
    this.end = end;
    this.meter = new ProgressMeter(now);
    this.begun = now();
  }

  /** Octets that are still to come. */
  get left(): number {
    return this.end - this.position;
  }
}

/** The plan of one download. */
export class SegmentPlan {
  readonly size: number;
  readonly done: RangeSet;
  readonly #least: number;
  readonly #now: () => number;
  readonly #running = new Set<Segment>();
  #waiting: Range[];
  readonly #wakers = new Set<() => void>();

  /**
   * @param done - What is here already.
   * @param parts - Segments at once.
   * @param least - Octets that a segment is worth being one for.
   */
  constructor(size: number, done: RangeSet, parts: number, least: number, now: () => number = () => performance.now()) {
    this.size = size;
    this.done = done;
    this.#least = least;
    this.#now = now;
    this.#waiting = cutRanges(done.gaps({ start: 0, end: size }), parts, least);
  }

  /** Whether all octets are here. */
  get complete(): boolean {
    return this.done.total === this.size;
  }

  /** Ranges that nobody fetches yet. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /**
   * The next segment for somebody who is free.
   *
   * @param rate - Octets a second that the asker has shown; 0 where it has not yet.
   * @returns Undefined where there is nothing to do now.
   */
  take(rate = 0): Segment | undefined {
    const range = this.#waiting.shift() ?? this.#split() ?? this.#relieve(rate);
    if (range === undefined) return undefined;
    const segment = new Segment(range, this.#now);
    this.#running.add(segment);
    return segment;
  }

  /** Lets a segment that has reached its end go on with the range behind it, if nobody fetches that. */
  extend(segment: Segment): boolean {
    const index = this.#waiting.findIndex(({ start }) => start === segment.end);
    const [range] = index === -1 ? [] : this.#waiting.splice(index, 1);
    if (range === undefined) return false;
    segment.end = range.end;
    return true;
  }

  /** Tells of octets that are in the file. */
  wrote(range: Range, segment: Segment): void {
    this.done.add(range);
    segment.meter.add(lengthOf(range));
  }

  /** A segment is over: what of it is not done waits for others. */
  leave(segment: Segment): void {
    this.#running.delete(segment);
    this.#waiting.unshift(...this.done.gaps({ start: segment.start, end: segment.end }));
    this.wake();
  }

  /** Resolves when something has changed, and by itself after a while: others may have become slow. */
  changed(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#wakers.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, milliseconds);
      this.#wakers.add(wake);
    });
  }

  /** Wakes those who wait for a change. */
  wake(): void {
    for (const wake of [...this.#wakers]) wake();
  }

  /** The second half of the longest rest, where both halves are worth it. */
  #split(): Range | undefined {
    const longest = [...this.#running].sort((a, b) => b.left - a.left)[0];
    if (longest === undefined || longest.left < 2 * this.#least) return undefined;
    return cutOff(longest, longest.position + Math.ceil(longest.left / 2));
  }

  /** All of a rest that hardly moves, for somebody who is much faster. */
  #relieve(rate: number): Range | undefined {
    const slow = [...this.#running].find(
      ({ left, begun, meter }) => left > 0 && this.#now() - begun >= slowGrace && meter.rate * slowFactor < rate,
    );
    if (slow === undefined) return undefined;
    const range = cutOff(slow, slow.position);
    slow.stop?.();
    return range;
  }
}

function cutOff(segment: Segment, at: number): Range {
  const range = { start: at, end: segment.end };
  segment.end = at;
  return range;
}
