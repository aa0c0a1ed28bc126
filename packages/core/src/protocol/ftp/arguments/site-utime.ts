/**
 * SITE UTIME's argument, in the two forms that are in use.
 *
 *     YYYYMMDDhhmm[ss] <pathname>
 *     <pathname> YYYYMMDDhhmmss YYYYMMDDhhmmss YYYYMMDDhhmmss UTC      accessed, modified, created
 */
import { ArgumentError } from "../argument-error.ts";
import { message } from "../message.ts";
import { formatTimeValue, parseTimeValue } from "../time.ts";
import type { ArgumentCodec } from "./argument-codec.ts";
import { pathArgument } from "./path.ts";

/** Times in milliseconds since 1970-01-01 UTC, and what they are for. */
export interface SiteTimes {
  readonly path: string;
  readonly modified: number;
  readonly accessed?: number;
}

/** Either form. */
export const siteUtimeArgument: ArgumentCodec<SiteTimes> = {
  syntax: "<YYYYMMDDhhmm[ss]> <pathname>",
  parse(text) {
    const long = /^(.+) (\d{14}) (\d{14}) (\d{14}) UTC$/is.exec(text ?? "");
    if (long !== null) {
      const accessed = parseTimeValue(long[2] ?? "");
      const modified = parseTimeValue(long[3] ?? "");
      if (accessed !== undefined && modified !== undefined) {
        return { path: pathArgument.parse(long[1]), modified, accessed };
      }
    }
    const short = /^(\d{12})(\d\d)? (.+)$/s.exec(text ?? "");
    const modified = short === null ? undefined : parseTimeValue(`${short[1] ?? ""}${short[2] ?? "00"}`);
    if (modified === undefined)
      throw new ArgumentError("syntax", message("A time as YYYYMMDDhhmm and a path name are needed"));
    return { path: pathArgument.parse(short?.[3]), modified };
  },
  format({ path, modified, accessed }) {
    const whole = (ms: number): string => formatTimeValue(Math.floor(ms / 1000) * 1000);
    if (accessed === undefined) return `${whole(modified)} ${path}`;
    return `${path} ${whole(accessed)} ${whole(modified)} ${whole(modified)} UTC`;
  },
};
