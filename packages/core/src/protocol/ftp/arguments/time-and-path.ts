/** MFMT's argument (draft-somers-ftp-mfxx §3.1): a time value of RFC 3659 §2.3, a space, a path. */
import { ArgumentError } from "../argument-error.ts";
import { message } from "../message.ts";
import { formatTimeValue, parseTimeValue } from "../time.ts";
import type { ArgumentCodec } from "./argument-codec.ts";
import { pathArgument } from "./path.ts";

/** A time, and what it is for. */
export interface TimeAndPath {
  /** Milliseconds since 1970-01-01 UTC. */
  readonly time: number;
  readonly path: string;
}

/** `YYYYMMDDHHMMSS[.sss] <pathname>`. */
export const timeAndPathArgument: ArgumentCodec<TimeAndPath> = {
  syntax: "<YYYYMMDDHHMMSS[.sss]> <pathname>",
  parse(text) {
    const match = /^(\d{14}(?:\.\d{1,9})?) (.+)$/s.exec(text ?? "");
    const time = match?.[1] === undefined ? undefined : parseTimeValue(match[1]);
    if (time === undefined)
      throw new ArgumentError("syntax", message("A time as YYYYMMDDHHMMSS and a path name are needed"));
    return { time, path: pathArgument.parse(match?.[2]) };
  },
  format: ({ time, path }) => `${formatTimeValue(time)} ${path}`,
};
