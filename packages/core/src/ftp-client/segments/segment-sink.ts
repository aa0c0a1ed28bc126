/** Where a segment's octets go: into the file at their place, up to the end that the segment has by then. */
import type { WritableFile } from "../../bytes/index.ts";
import { FtpTransferError } from "../errors.ts";
import type { PartFile } from "./part-file.ts";
import type { Segment, SegmentPlan } from "./segment-plan.ts";

/** What a sink works with. */
export interface SegmentSinkParts {
  readonly plan: SegmentPlan;
  readonly segment: Segment;
  readonly file: PartFile;
  /** What is tried, for errors. */
  readonly tried: string;
  /** Told of octets that are in the file. */
  readonly onBytes: () => void;
}

/** The sink of one segment's transfer. It stops the transfer once the range is full. */
export class SegmentSink implements WritableFile<void> {
  readonly #parts: SegmentSinkParts;
  /** Octets behind the range were dropped, or are about to be: what still comes belongs to nobody's place here. */
  #isOver = false;

  constructor(parts: SegmentSinkParts) {
    this.#parts = parts;
  }

  async write(from: Uint8Array): Promise<void> {
    const { segment, file } = this.#parts;
    const part = this.#within(from);
    const start = segment.position;
    // Claimed before it is written: nobody may take it meanwhile.
    segment.position += part.length;
    this.#isOver ||= part.length < from.length;
    await file.write(part, start);
    this.#wrote(start, part.length);
  }

  writeNow(from: Uint8Array): boolean {
    const { segment, file } = this.#parts;
    const part = this.#within(from);
    const start = segment.position;
    if (!file.writeNow(part, start)) return false;
    segment.position += part.length;
    this.#isOver ||= part.length < from.length;
    this.#wrote(start, part.length);
    return true;
  }

  async commit(): Promise<void> {
    // The file is whole when all segments are.
  }

  async abandon(): Promise<void> {
    // What came is kept: the plan knows how far it goes.
  }

  /** What of a chunk belongs to the segment, which goes on with what nobody fetches. */
  #within(from: Uint8Array): Uint8Array {
    const { plan, segment, tried } = this.#parts;
    if (this.#isOver) return from.subarray(0, 0);
    while (from.length > segment.left && plan.extend(segment));
    if (from.length > segment.left && segment.end === plan.size) {
      throw new FtpTransferError("changed", tried, `the server sends more than the ${plan.size} octets that it told`);
    }
    return from.length > segment.left ? from.subarray(0, segment.left) : from;
  }

  #wrote(start: number, length: number): void {
    const { plan, segment, onBytes } = this.#parts;
    if (length > 0) {
      plan.wrote({ start, end: start + length }, segment);
      onBytes();
    }
    // The file's own end comes by itself.
    if (segment.left > 0 || segment.end === plan.size) return;
    if (!this.#isOver && plan.extend(segment)) return;
    this.#isOver = true;
    segment.stop?.();
  }
}
