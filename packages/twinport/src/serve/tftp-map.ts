/**
 * tftpd-hpa's map files (in.tftpd(8), "FILENAME REMAPPING"), read into rewrite rules.
 *
 *     operations  regex  [replacement]  [# comment]
 *
 * A letter an operation: `r` replaces, `g` repeats that until nothing matches, `a` refuses, `e` ends the rules, `s` begins
 * them anew; `i` ignores case, `~` is for what does not match; `G` is for reads, `P` for writes, `4` and `6` for a family
 * of addresses. The replacement knows `\0` to `\9`, `\i`, `\x`, `\U`, `\L`, `\E`, `\\`, `\#` and a backslash before a blank.
 * Refuses, with file and line, what rules cannot do.
 */
import {
  compileRules,
  type PatternCondition,
  type PatternRule,
  type RefuseRule,
  type RewriteRule,
} from "@twinport/core/tftp";
import { decodeOctetText } from "@twinport/core/protocol";
import { readFile, stat } from "node:fs/promises";
import { printable, UsageError } from "../exit-codes.ts";
import { ExtendedPatternError, patternFromExtended } from "./extended-pattern.ts";

/** The largest map file, in octets. */
const fileLimit = 1024 * 1024;
/** Rules of one map file. */
const ruleLimit = 1_000;

/** A line is none. The message does not tell which line. */
class MapLineError extends Error {
  override readonly name = "MapLineError";
}

/** Reads a map file. @throws UsageError that tells file and line. */
export async function readTftpMap(path: string): Promise<RewriteRule[]> {
  let text: string;
  try {
    if ((await stat(path)).size > fileLimit) throw new Error(`it is larger than ${fileLimit} octets`);
    text = decodeOctetText(await readFile(path));
  } catch (error) {
    throw new UsageError(`The map file cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  return parseTftpMap(text, path);
}

/** Reads the text of a map file. @param name - The file's, for errors. @throws UsageError. */
export function parseTftpMap(text: string, name: string): RewriteRule[] {
  const rules: RewriteRule[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    try {
      const rule = parseLine(line);
      if (rule === undefined) continue;
      // Each rule is tried by itself, so that the error can name its line.
      compileRules([rule]);
      rules.push(rule);
      if (rules.length > ruleLimit) throw new MapLineError(`there are more than ${ruleLimit} rules`);
    } catch (error) {
      const known =
        error instanceof MapLineError || error instanceof ExtendedPatternError || error instanceof RangeError;
      if (!known) throw error;
      throw new UsageError(`${name}:${index + 1}: ${printable(error.message)}`);
    }
  }
  return rules;
}

function parseLine(line: string): PatternRule | RefuseRule | undefined {
  const [operations, regex, replacement, ...more] = fieldsOf(line);
  if (operations === undefined) return undefined;
  if (regex === undefined) throw new MapLineError("a regular expression must follow the operations");
  if (more.length > 0) throw new MapLineError("there are more than three fields; a comment begins with #");
  const letters = new Set(operations);
  for (const letter of letters) {
    if (!"rgiesaGP46~".includes(letter)) throw new MapLineError(`the operation ${letter} is not supported`);
  }
  demandSense(letters, replacement);
  const condition: PatternCondition = {
    pattern: patternFromExtended(regex),
    prefer: "longest",
    ...(letters.has("i") ? { ignoreCase: true } : {}),
    ...(letters.has("~") ? { unless: true } : {}),
    ...(letters.has("G") ? { operation: "read" } : letters.has("P") ? { operation: "write" } : {}),
    ...(letters.has("4") ? { family: 4 } : letters.has("6") ? { family: 6 } : {}),
  };
  if (letters.has("a")) return { rule: "refuse", ...condition };
  return {
    rule: "pattern",
    ...condition,
    ...(letters.has("r") ? { replace: replacementOf(replacement ?? "") } : {}),
    ...(letters.has("g") ? { repeat: true } : {}),
    ...(letters.has("e") ? { last: true } : {}),
    ...(letters.has("s") ? { restart: true } : {}),
  };
}

/** Refuses operations that do nothing, or that exclude each other. @throws MapLineError. */
function demandSense(letters: ReadonlySet<string>, replacement: string | undefined): void {
  if (!["r", "a", "e", "s"].some((letter) => letters.has(letter))) {
    throw new MapLineError("the rule does nothing; it needs r, a, e or s");
  }
  const exclusive = ["~r", "ar", "ae", "as", "es", "GP", "46"];
  for (const [one = "", other = ""] of exclusive) {
    if (letters.has(one) && letters.has(other)) throw new MapLineError(`${one} and ${other} exclude each other`);
  }
  if (letters.has("r")) return;
  if (letters.has("g")) throw new MapLineError("g is of no use without r");
  if (replacement !== undefined) throw new MapLineError("a replacement is of no use without r");
}

/** Fields end at blanks and at a comment, unless a backslash stands before them; backslashes stay. */
function fieldsOf(line: string): string[] {
  const fields: string[] = [];
  const pieces = /(\s+)|(#.*)|((?:\\.|[^\s#\\]|\\$)+)/gsy;
  for (const [, , , field] of line.matchAll(pieces)) if (field !== undefined) fields.push(field);
  return fields;
}

const escapes: ReadonlyMap<string, string> = new Map([
  ["\\0", "$&"],
  ["\\i", "$<address>"],
  ["\\x", "$<hex-address>"],
  ["\\U", "$<upper>"],
  ["\\L", "$<lower>"],
  ["\\E", "$<plain>"],
  ["$", "$$"],
]);

function replacementOf(text: string): string {
  return text.replace(/\\.|[\\$]/gsu, (piece) => {
    const known = escapes.get(piece);
    if (known !== undefined) return known;
    const next = piece.slice(1);
    if (/^[1-9]$/.test(next)) return `$${next}`;
    if (/^[\\#\s]$/.test(next)) return next;
    throw new MapLineError(`${piece} means nothing in a replacement; \\\\ is a backslash`);
  });
}
