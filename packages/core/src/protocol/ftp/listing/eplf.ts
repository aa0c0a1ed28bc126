/**
 * EPLF, the easily parsed list format: facts behind a plus sign, a tab, the name.
 *
 *     +i8388621.48594,m825718503,r,s280,up644<TAB>readme
 *     +i8388621.44468,m839956783,/,<TAB>pub
 *
 * `r`: may be retrieved; `/`: may be entered; `s`: octets; `m`: seconds since 1970-01-01 UTC; `i`: the same for the same
 * file only; `up`: permission bits.
 */
import { lineByLine, type Dialect } from "./dialect.ts";
import { makeEntry, parseCount, type ListedEntry } from "./listed-entry.ts";

/** Milliseconds beyond which JavaScript has no date. */
const latest = 8.64e15;

/** Reads a line; undefined when it is none. */
export function parseEplfLine(line: string): ListedEntry | undefined {
  const tab = line.indexOf("\t");
  if (!line.startsWith("+") || tab === -1 || tab === line.length - 1) return undefined;
  const facts = line.slice(1, tab).split(",");
  const value = (letter: string): string | undefined =>
    facts.find((fact) => fact.startsWith(letter))?.slice(letter.length);
  const seconds = parseCount(value("m"));
  const modified = seconds === undefined || seconds * 1000 > latest ? undefined : seconds * 1000;
  const mode = value("up");
  return makeEntry({
    name: line.slice(tab + 1),
    kind: facts.includes("/") ? "directory" : facts.includes("r") ? "file" : "other",
    size: parseCount(value("s")),
    modified,
    timePrecision: modified === undefined ? undefined : "second",
    mode: mode !== undefined && /^[0-7]{1,4}$/.test(mode) ? Number.parseInt(mode, 8) : undefined,
    unique: value("i"),
    dialect: "eplf",
    raw: line,
  });
}

/** The dialect. */
export const eplfDialect: Dialect<"eplf"> = lineByLine(
  { name: "eplf", separator: undefined },
  { parse: parseEplfLine },
);
