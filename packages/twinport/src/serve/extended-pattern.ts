/**
 * From extended regular expressions, as egrep and tftpd-hpa know them, to the patterns of rewrite rules.
 *
 * They differ in bracket expressions (a backslash there is only itself, `]` may stand first, `[:digit:]` is a class) and in
 * what follows a quantifier. Refuses what patterns cannot do: back references, the edges of words, collating elements.
 */

/** A regular expression that rules cannot take over. */
export class ExtendedPatternError extends Error {
  override readonly name = "ExtendedPatternError";
}

/** What the classes of bracket expressions are, for ASCII. */
const classes: ReadonlyMap<string, string> = new Map([
  ["alnum", "0-9A-Za-z"],
  ["alpha", "A-Za-z"],
  ["blank", " \\t"],
  ["cntrl", "\\x00-\\x1f\\x7f"],
  ["digit", "0-9"],
  ["graph", "!-~"],
  ["lower", "a-z"],
  ["print", " -~"],
  ["punct", "!-\\/:-@\\[-`\\{-~"],
  ["space", "\\t-\\r "],
  ["upper", "A-Z"],
  ["xdigit", "0-9A-Fa-f"],
]);

/** Rewrites one. @throws ExtendedPatternError for what patterns cannot do. */
export function patternFromExtended(source: string): string {
  let pattern = "";
  let quantified = false;
  for (let at = 0; at < source.length;) {
    const piece = pieceAt(source, at);
    const isQuantifier = /^(?:[*+?]|\{.*)$/s.test(piece.from);
    if (isQuantifier && quantified) {
      throw new ExtendedPatternError(`${piece.from} follows another quantifier; put what both are for into ( )`);
    }
    quantified = isQuantifier;
    pattern += piece.to;
    at += piece.from.length;
  }
  return pattern;
}

/** One piece, as it stands and as it becomes. */
interface Piece {
  readonly from: string;
  readonly to: string;
}

function pieceAt(source: string, at: number): Piece {
  const next = source[at] ?? "";
  if (next === "[") return bracketAt(source, at);
  if (next === "\\") return escapeAt(source, at);
  if (next === "{") {
    const interval = /^\{\d+(?:,\d*)?\}/.exec(source.slice(at, at + 32))?.[0];
    if (interval === undefined) throw new ExtendedPatternError("{ stands without numbers; \\{ is the character");
    return { from: interval, to: interval };
  }
  if (next === "(" && source[at + 1] === "?") {
    throw new ExtendedPatternError("( cannot be followed by ?");
  }
  // These two mean nothing where they do not end a bracket or an interval.
  return { from: next, to: next === "]" || next === "}" ? `\\${next}` : next };
}

function escapeAt(source: string, at: number): Piece {
  const next = source[at + 1];
  if (next === undefined) throw new ExtendedPatternError("a character must follow \\");
  const from = `\\${next}`;
  if (/^[wWsS]$/.test(next)) return { from, to: from };
  if (/^[1-9]$/.test(next)) throw new ExtendedPatternError(`${from}: back references are not supported in a pattern`);
  if (/^[bB<>`']$/.test(next)) throw new ExtendedPatternError(`${from} is not supported`);
  // Before any other character a backslash says that it means just itself.
  return { from, to: /^[0-9A-Za-z]$/.test(next) ? next : from };
}

function bracketAt(source: string, at: number): Piece {
  let end = at + 1;
  const negated = source[end] === "^";
  if (negated) end++;
  let members = "";
  for (let first = true; first || source[end] !== "]"; first = false) {
    const next = source[end];
    if (next === undefined) throw new ExtendedPatternError("a ] is missing");
    if (next === "[" && /^[:.=]$/.test(source[end + 1] ?? "")) {
      const name = /^\[:([a-z]+):\]/.exec(source.slice(end, end + 16))?.[1];
      const ranges = classes.get(name ?? "");
      if (name === undefined || ranges === undefined) {
        throw new ExtendedPatternError(`${source.slice(end, end + 10)} in brackets is not supported`);
      }
      members += ranges;
      end += name.length + 4;
      continue;
    }
    members += /^[\\[\]^]$/.test(next) ? `\\${next}` : next;
    end++;
  }
  return { from: source.slice(at, end + 1), to: `[${negated ? "^" : ""}${members}]` };
}
