/** RANG's argument (draft-bryan-ftp-range): the first and the last octet, both included; `1 0` takes a range back. */
import { ArgumentError } from "../argument-error.ts";
import { message } from "../message.ts";
import type { ArgumentCodec } from "./argument-codec.ts";

/** Some octets of a file. */
export interface ByteRange {
  /** The first octet, from 0. */
  readonly start: number;
  /** The octet after the last one. */
  readonly end: number;
}

/** `<first> <last>`; undefined for `1 0`. */
export const byteRangeArgument: ArgumentCodec<ByteRange | undefined> = {
  syntax: "<first octet> <last octet>",
  parse(text) {
    const match = /^(\d{1,16}) +(\d{1,16})$/.exec((text ?? "").trim());
    const start = Number(match?.[1] ?? NaN);
    const end = Number(match?.[2] ?? NaN) + 1;
    if (start === 1 && end === 1) return undefined;
    if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || end <= start) {
      throw new ArgumentError("syntax", message("The first and the last octet are needed, as 0 499, or 1 0 for all"));
    }
    return { start, end };
  },
  format: (range) => (range === undefined ? "1 0" : `${range.start} ${range.end - 1}`),
};
