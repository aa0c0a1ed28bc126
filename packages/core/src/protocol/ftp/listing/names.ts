/**
 * Listings of names alone, which tell nothing of what they name. They look like any text, an error too, so that only the
 * directory itself and the one above show that the lines are names: with the same blanks before all of them.
 *
 *      .
 *      ..
 *      notes of May.txt
 */
import type { Dialect } from "./dialect.ts";
import { makeEntry, type ListedEntry } from "./listed-entry.ts";

/** The dialect. */
export const namesDialect: Dialect<"names"> = {
  name: "names",
  separator: undefined,
  read: (lines) => {
    const own = lines.find((line) => /^ {0,8}\.$/.test(line));
    const indent = own?.slice(0, -1);
    if (indent === undefined || !lines.includes(`${indent}..`)) return lines.map(() => undefined);
    return lines.map((line): ListedEntry | undefined =>
      line.startsWith(indent) && line.length > indent.length
        ? makeEntry({ name: line.slice(indent.length), kind: "unknown", dialect: "names", raw: line })
        : undefined,
    );
  },
};
