/** Restart markers and record lengths, between their forms on the wire and those of the callers (RFC 959 §3.5). */
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

/** Octets of a record's length in an index. */
const lengthOctets = 4;

/** An index from lengths. @throws RangeError for one that does not fit into four octets. */
export function recordIndexOf(lengths: readonly number[] | undefined): Uint8Array | undefined {
  if (lengths === undefined) return undefined;
  const index = new DataView(new ArrayBuffer(lengths.length * lengthOctets));
  lengths.forEach((length, at) => {
    if (!Number.isInteger(length) || length < 0 || length >= 2 ** 32) {
      throw new RangeError("A record's length must be from 0 to 4,294,967,295 octets");
    }
    index.setUint32(at * lengthOctets, length);
  });
  return new Uint8Array(index.buffer);
}

/** Lengths from an index. */
export function recordLengthsOf(index: Uint8Array): number[] {
  const view = new DataView(index.buffer, index.byteOffset, index.byteLength);
  return Array.from({ length: index.length / lengthOctets }, (_, at) => view.getUint32(at * lengthOctets));
}
