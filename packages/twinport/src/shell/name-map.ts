/** Names on their way: `case`, `ntrans` and `nmap`, as the FTP of BSD has them. */
import { UsageError } from "../exit-codes.ts";

/** How names are changed. */
export interface NameMap {
  /** The two sides of `nmap`. */
  map: { readonly from: string; readonly to: string } | undefined;
  /** The two sides of `ntrans`. */
  translate: { readonly from: string; readonly to: string } | undefined;
}

/** A name without capitals where it has no small letters. */
export function foldCase(name: string): string {
  return name === name.toUpperCase() ? name.toLowerCase() : name;
}

/** Applies `ntrans`, then `nmap`. */
export function mapName(name: string, { map, translate }: NameMap): string {
  const translated = translate === undefined ? name : translateName(name, translate.from, translate.to);
  return map === undefined ? translated : applyNameMap(translated, map.from, map.to);
}

/** Characters of `from` become those of `to` at the same place; those that have none there are left out. */
export function translateName(name: string, from: string, to: string): string {
  const [sources, targets] = [[...from], [...to]];
  return [...name]
    .map((character) => {
      const index = sources.indexOf(character);
      return index === -1 ? character : (targets[index] ?? "");
    })
    .join("");
}

/**
 * Writes a name anew: `$1` to `$9` of `from` each take what is before the character that follows them; `to` puts them
 * together, with `$0` for the whole name and `[a,b]` for b where a is empty. `\` comes before what is meant itself.
 *
 * @throws UsageError for a `[` that is not closed.
 */
export function applyNameMap(name: string, from: string, to: string): string {
  const parts = matchParts(name, from);
  const out: string[] = [];
  for (let at = 0; at < to.length;) {
    if (to[at] === "[") {
      const choice = readChoice(to, at + 1, name, parts);
      out.push(choice.text);
      at = choice.end;
    } else {
      const piece = readPiece(to, at, name, parts);
      out.push(piece.text);
      at = piece.end;
    }
  }
  return out.join("");
}

/** What each of `$1` to `$9` took. Where the name is another than the pattern, what comes later takes nothing. */
function matchParts(name: string, pattern: string): Map<string, string> {
  const parts = new Map<string, string>();
  let place = 0;
  for (let at = 0; at < pattern.length; at++) {
    let character = pattern[at] ?? "";
    const digit = pattern[at + 1] ?? "";
    if (character === "$" && /[1-9]/.test(digit)) {
      at++;
      const next = pattern[at + 1] === "\\" ? pattern[at + 2] : pattern[at + 1];
      const end = next === undefined ? name.length : name.indexOf(next, place);
      parts.set(digit, name.slice(place, end === -1 ? name.length : end));
      place = end === -1 ? name.length : end;
      continue;
    }
    if (character === "\\") character = pattern[++at] ?? "\\";
    if (name[place] !== character) break;
    place++;
  }
  return parts;
}

interface Piece {
  readonly text: string;
  readonly end: number;
}

function readPiece(to: string, at: number, name: string, parts: ReadonlyMap<string, string>): Piece {
  const character = to[at] ?? "";
  const next = to[at + 1];
  if (character === "\\" && next !== undefined) return { text: next, end: at + 2 };
  if (character === "$" && next !== undefined && /\d/.test(next)) {
    return { text: next === "0" ? name : (parts.get(next) ?? ""), end: at + 2 };
  }
  return { text: character, end: at + 1 };
}

/** The first alternative whose parts are not empty. */
function readChoice(to: string, start: number, name: string, parts: ReadonlyMap<string, string>): Piece {
  const alternatives = [""];
  for (let at = start; at < to.length;) {
    const character = to[at];
    if (character === "]") return { text: alternatives.find((text) => text !== "") ?? "", end: at + 1 };
    if (character === ",") {
      alternatives.push("");
      at++;
      continue;
    }
    const piece = readPiece(to, at, name, parts);
    alternatives.push(`${alternatives.pop() ?? ""}${piece.text}`);
    at = piece.end;
  }
  throw new UsageError("nmap: a [ is not closed");
}
