/** Restart markers and record lengths, between their forms on the wire and those of the callers (RFC 959 §3.5). */
import { RecordLengths } from "../protocol/index.ts";
import type { RestartPoint } from "./format-options.ts";

/**
 * What a 110 says (RFC 959 §4.2): `MARK yyyy = mmmm`, our own marker, which is an offset, and the server's.
 *
 * @returns undefined where it does not say that.
 */
export function parseMarkReply(text: string): RestartPoint | undefined {
  const match = /^MARK (\d{1,16}) = ([!-~]+)\s*$/i.exec(text);
  return match?.[1] === undefined || match[2] === undefined
    ? undefined
    : { offset: Number(match[1]), marker: match[2] };
}

/** An index from lengths. @throws RangeError for one that does not fit into four octets. */
export function recordIndexOf(lengths: readonly number[] | undefined): Uint8Array | undefined {
  if (lengths === undefined) return undefined;
  const index = new RecordLengths();
  for (const length of lengths) {
    if (!Number.isInteger(length) || length < 0 || length >= 2 ** 32) {
      throw new RangeError("A record's length must be from 0 to 4,294,967,295 octets");
    }
    index.add(length);
  }
  return index.index();
}

/** Lengths from an index. */
export function recordLengthsOf(index: Uint8Array): number[] {
  const lengths = new RecordLengths(index);
  return Array.from({ length: lengths.count }, (_, record) => lengths.at(record) ?? 0);
}
