/**
 * Patterns of names: `*`, `?`, `[a-z]`, `[!a]`, and `\` before a character that is meant itself.
 *
 * Matching takes one pass with a single place to return to, so its time is bounded by name length times pattern length
 * however many stars there are (CVE-2011-0418 is of the other kind). A leading dot is matched by a dot only.
 */

/** The longest pattern, in characters. */
export const globLimit = 1024;

type Token =
  | { readonly kind: "star" }
  | { readonly kind: "any" }
  | { readonly kind: "one"; readonly character: string }
  | { readonly kind: "set"; readonly negated: boolean; readonly ranges: readonly (readonly [string, string])[] };

/** Whether a text would be a pattern, not just a name. */
export function hasGlob(text: string): boolean {
  return /[*?[]/.test(text);
}

/**
 * Makes a matcher of a pattern for names without `/`.
 *
 * @returns A function that tells whether a name matches; a pattern over the limit matches nothing.
 */
export function compileGlob(pattern: string): (name: string) => boolean {
  if (pattern.length > globLimit) return () => false;
  const tokens = tokenise([...pattern]);
  const first = tokens[0];
  const dotAllowed = first?.kind === "one" && first.character === ".";
  return (name) => (!name.startsWith(".") || dotAllowed) && matches(tokens, [...name]);
}

function tokenise(characters: readonly string[]): Token[] {
  const tokens: Token[] = [];
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i] ?? "";
    if (character === "*") {
      if (tokens.at(-1)?.kind !== "star") tokens.push({ kind: "star" });
    } else if (character === "?") tokens.push({ kind: "any" });
    else if (character === "\\" && i + 1 < characters.length)
      tokens.push({ kind: "one", character: characters[++i] ?? "" });
    else if (character === "[") {
      const set = readSet(characters, i + 1);
      if (set === undefined) tokens.push({ kind: "one", character });
      else {
        tokens.push(set.token);
        i = set.end;
      }
    } else tokens.push({ kind: "one", character });
  }
  return tokens;
}

/** The set that begins after `[`; undefined when nothing closes it, and the `[` then stands for itself. */
function readSet(characters: readonly string[], start: number): { token: Token; end: number } | undefined {
  const negated = characters[start] === "!" || characters[start] === "^";
  const from = negated ? start + 1 : start;
  const ranges: [string, string][] = [];
  for (let i = from; i < characters.length; i++) {
    const character = characters[i] ?? "";
    if (character === "]" && i > from) return { token: { kind: "set", negated, ranges }, end: i };
    const upper = characters[i + 2];
    if (characters[i + 1] === "-" && upper !== undefined && upper !== "]") {
      ranges.push([character, upper]);
      i += 2;
    } else ranges.push([character, character]);
  }
  return undefined;
}

function matches(tokens: readonly Token[], name: readonly string[]): boolean {
  let token = 0;
  let at = 0;
  let starToken = -1;
  let starAt = 0;
  while (at < name.length) {
    const now = tokens[token];
    if (now?.kind === "star") {
      starToken = token++;
      starAt = at;
    } else if (now !== undefined && fits(now, name[at] ?? "")) {
      token++;
      at++;
    } else if (starToken !== -1) {
      // Only the last star needs to be tried again: an earlier one could take no more than it has without loss.
      token = starToken + 1;
      at = ++starAt;
    } else return false;
  }
  while (tokens[token]?.kind === "star") token++;
  return token === tokens.length;
}

function fits(token: Token, character: string): boolean {
  switch (token.kind) {
    case "star":
      return false;
    case "any":
      return true;
    case "one":
      return token.character === character;
    case "set":
      return token.ranges.some(([low, high]) => character >= low && character <= high) !== token.negated;
  }
}
