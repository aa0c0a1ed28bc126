/**
 * MDTM's argument (RFC 3659 §3.1): a path. Clients that know no MFMT set times by the same verb:
 *
 *     YYYYMMDDHHMMSS[.sss] <pathname>
 *
 * which may be a name as well: the untouched text is kept, and a file of that very name comes first.
 */
import { formatTimeValue, parseTimeValue } from "../time.ts";
import type { ArgumentCodec } from "./argument-codec.ts";
import { pathArgument } from "./path.ts";
import type { TimeAndPath } from "./time-and-path.ts";

/** A file whose time is asked for, or set. */
export interface ModifiedTime {
  /** The whole text. */
  readonly path: string;
  /** What it means if no file has that name. */
  readonly setting?: TimeAndPath;
}

/** `[<YYYYMMDDHHMMSS>] <pathname>`. */
export const modifiedTimeArgument: ArgumentCodec<ModifiedTime> = {
  syntax: "[<YYYYMMDDHHMMSS[.sss]>] <pathname>",
  parse(text) {
    const path = pathArgument.parse(text);
    const match = /^(\d{14}(?:\.\d{1,9})?) (.+)$/s.exec(path);
    const time = match?.[1] === undefined ? undefined : parseTimeValue(match[1]);
    if (time === undefined || match?.[2] === undefined) return { path };
    return { path, setting: { time, path: match[2] } };
  },
  format: ({ path, setting }) => (setting === undefined ? path : `${formatTimeValue(setting.time)} ${setting.path}`),
};
