/**
 * The lines around the entries of `dir`: about the volume and the directory above them, sums below, in whatever language. An
 * entry begins with its date, so that none of them can be taken for one; what is no such line either stays raw.
 */
import { noticesLike, type ReadLine } from "./dialect.ts";

const isKnown = noticesLike(
  /^ (?:Volume (?:in drive|Serial Number)\b|Directory of [A-Z]:)|^\s+\d[\d.,]* (?:File|Dir)\(s\) |^\s*Total Files Listed:/i,
);

/** Above: one blank, and a drive's letter or the volume's number. */
const isHeading = noticesLike(
  /^(?= \S)(?:.*\b(?:[A-Z]:.*|[0-9A-F]{4}-[0-9A-F]{4})|.*[^\p{L}\d][A-Z](?:[^\p{L}\d].*)?)$/u,
);

/** Below: a number and what is counted, then octets. The number is written to the right of a column. */
const isSum = noticesLike(/^\s{4,}\d[\d.,\s\u00a0\u202f’'ÿ]*\p{L}[^\d]*(?:\d[\d.,\s\u00a0\u202f’'ÿ]*\p{L}[^\d]*)?$/u);

/** The directory that a heading names. */
const path = /[A-Z]:\\[^<>"|?*]*/;

/** Gives the lines around the entries their meaning. Of `dir /s` only the first directory was asked for. */
export function aroundEntries(lines: readonly string[], entries: readonly ReadLine[]): ReadLine[] {
  if (!entries.includes(undefined)) return [...entries];
  const first = entries.findIndex((entry) => entry !== undefined);
  let directory: string | undefined;
  let isOther: false | "below" | "foreign" = false;
  return lines.map((line, at): ReadLine => {
    const entry = entries[at];
    if (entry !== undefined) return isOther === false ? entry : isOther === "below" ? "notice" : undefined;
    const isAbove = isHeading(line) && (first === -1 ? isKnown(line) : true) && entries[at - 1] === undefined;
    const named = isAbove ? path.exec(line)?.[0].trimEnd() : undefined;
    if (named !== undefined) {
      if (directory !== undefined && named !== directory)
        isOther = isOther !== "foreign" && named.startsWith(withSeparator(directory)) ? "below" : "foreign";
      directory ??= named;
    }
    const isNotice = isKnown(line) || isAbove || (first !== -1 && at > first && isSum(line));
    return isNotice && isOther !== "foreign" ? "notice" : undefined;
  });
}

function withSeparator(directory: string): string {
  return directory.endsWith("\\") ? directory : `${directory}\\`;
}
