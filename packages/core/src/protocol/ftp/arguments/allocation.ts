/** ALLO's argument (RFC 959 §5.3.1): octets, and for record and page structure the largest record's size. */
import { ArgumentError } from "../argument-error.ts";
import { message } from "../message.ts";
import type { ArgumentCodec } from "./argument-codec.ts";

/** What ALLO asks room for. */
export interface Allocation {
  /** Octets. */
  readonly size: number;
  /** Octets of the largest record or page. */
  readonly recordSize?: number;
}

/** `<octets> [R <octets>]`. */
export const allocationArgument: ArgumentCodec<Allocation> = {
  syntax: "<octets> [R <octets>]",
  parse(text) {
    const match = /^(\d{1,16})(?: +R +(\d{1,16}))?$/i.exec((text ?? "").trim());
    const size = Number(match?.[1] ?? NaN);
    const recordSize = match?.[2] === undefined ? undefined : Number(match[2]);
    if (!Number.isSafeInteger(size) || (recordSize !== undefined && !Number.isSafeInteger(recordSize))) {
      throw new ArgumentError("syntax", message("A number of octets is needed"));
    }
    return recordSize === undefined ? { size } : { size, recordSize };
  },
  format: ({ size, recordSize }) => (recordSize === undefined ? String(size) : `${size} R ${recordSize}`),
};
