/**
 * Lines as MS-DOS and IIS write them.
 *
 *     01-16-02  11:14AM       <DIR>          epsgroup
 *     06-05-2023  03:19PM             1973 readme.txt
 */
import type { ListedEntry } from "./listed-entry.ts";

const shape =
  /^(\d\d)-(\d\d)-(\d\d|\d{4})\s+(\d\d):(\d\d)\s*([AP]M)?\s+(?:<(DIR|JUNCTION|SYMLINKD?)>|([\d,.]+))\s(.*)$/i;

/** Reads a line; undefined when it is none. */
export function parseDosLine(line: string): ListedEntry | undefined {
  const match = shape.exec(line);
  if (match === null) return undefined;
  const [, month = "", day = "", year = "", hour = "", minute = "", half, marker, size, rest = ""] = match;
  // The name's column is fixed after <DIR>; after a size one blank goes before it.
  const shown = marker === undefined ? rest : rest.trimStart();
  if (shown === "") return undefined;
  const century = year.length === 4 ? Number(year) : Number(year) + (Number(year) < 70 ? 2000 : 1900);
  const hours = half === undefined ? Number(hour) : (Number(hour) % 12) + (half.toUpperCase() === "PM" ? 12 : 0);
  const link = marker !== undefined && marker.toUpperCase() !== "DIR" ? /^(.*) \[(.*)\]$/.exec(shown) : null;
  const octets = size === undefined ? undefined : Number(size.replace(/[,.]/g, ""));
  return {
    name: link?.[1] ?? shown,
    kind: marker === undefined ? "file" : marker.toUpperCase() === "DIR" ? "directory" : "symlink",
    ...(octets === undefined ? {} : { size: octets }),
    modified: Date.UTC(century, Number(month) - 1, Number(day), hours, Number(minute)),
    timePrecision: "minute",
    timeIsLocal: true,
    ...(link?.[2] === undefined ? {} : { target: link[2] }),
    raw: line,
  };
}
