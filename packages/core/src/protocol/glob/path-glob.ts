/**
 * Patterns of paths, for filters of trees:
 *
 *     *        any characters but /          **       any characters; between slashes, any folders or none
 *     ?        one character but /           [a-z]    one of these; [!a-z] and [^a-z] one of the others, never /
 *     {a,b}    either; may hold patterns     \x       x itself
 *
 * A path is matched as a whole. A leading dot is a character as others. All ways are followed at once, a character at a
 * time, so that matching takes at most path length times pattern length whatever the pattern (CVE-2022-3517 is of the
 * other kind).
 */

/** The longest pattern, in characters. */
export const pathGlobLimit = 1024;

/** What a place of a pattern takes. */
type Step =
  | { readonly kind: "one"; readonly takes: (character: string) => boolean; next: number }
  | { readonly kind: "split"; ways: readonly number[] }
  | { readonly kind: "end" };

/**
 * Makes a matcher of a pattern.
 *
 * @returns A function that tells whether a path, with `/` between its components, matches.
 * @throws RangeError for a pattern over `pathGlobLimit`.
 */
export function compilePathGlob(pattern: string): (path: string) => boolean {
  if (pattern.length > pathGlobLimit)
    throw new RangeError(`A pattern must not be longer than ${pathGlobLimit} characters`);
  const { steps, first } = new GlobCompiler([...pattern]).compile();
  return (path) => runs(steps, first, [...path]);
}

function runs(steps: readonly Step[], first: number, path: readonly string[]): boolean {
  let now = new Set<number>();
  reach(steps, first, now);
  for (const character of path) {
    const next = new Set<number>();
    for (const at of now) {
      const step = steps[at];
      if (step?.kind === "one" && step.takes(character)) reach(steps, step.next, next);
    }
    if (next.size === 0) return false;
    now = next;
  }
  return [...now].some((at) => steps[at]?.kind === "end");
}

/** Adds a place, and those that it leads to without taking anything. */
function reach(steps: readonly Step[], from: number, into: Set<number>): void {
  const pending = [from];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    if (into.has(at)) continue;
    into.add(at);
    const step = steps[at];
    if (step?.kind === "split") pending.push(...step.ways);
  }
}

const anything = (): boolean => true;
const notSlash = (character: string): boolean => character !== "/";

/** Compiles from the end to the beginning: each part is told where what follows it begins. */
class GlobCompiler {
  readonly #characters: readonly string[];
  readonly #steps: Step[] = [{ kind: "end" }];

  constructor(characters: readonly string[]) {
    this.#characters = characters;
  }

  compile(): { readonly steps: readonly Step[]; readonly first: number } {
    return { first: this.#sequence(0, this.#characters.length, 0), steps: this.#steps };
  }

  /** @returns Where the part from `start` to `end` begins, when `next` follows it. */
  #sequence(start: number, end: number, next: number): number {
    const parts: { readonly from: number; readonly to: number }[] = [];
    for (let at = start; at < end;) {
      const to = this.#partEnd(at, end);
      parts.push({ from: at, to });
      at = to;
    }
    return parts.reduceRight((following, { from, to }) => this.#part(from, to, following), next);
  }

  /** Where the part that begins at `at` ends. */
  #partEnd(at: number, end: number): number {
    switch (this.#characters[at]) {
      case "\\":
        return Math.min(at + 2, end);
      case "[":
        return this.#setEnd(at, end) ?? at + 1;
      case "{":
        return this.#bracesEnd(at, end)?.end ?? at + 1;
      case "*": {
        let to = at;
        while (to < end && this.#characters[to] === "*") to++;
        // `**/` is one part: folders, or none.
        return this.#spansFolders(at, to) && to < end && this.#characters[to] === "/" ? to + 1 : to;
      }
      default:
        return at + 1;
    }
  }

  #part(from: number, to: number, next: number): number {
    const characters = this.#characters;
    const first = characters[from] ?? "";
    if (first === "*") return this.#stars(from, to, next);
    if (first === "?") return this.#one(notSlash, next);
    if (first === "\\" && to - from === 2) return this.#literal(characters[from + 1] ?? "", next);
    if (first === "[" && to - from > 1) return this.#one(this.#set(from + 1, to - 1), next);
    if (first === "{" && to - from > 1) {
      const commas = this.#bracesEnd(from, to)?.commas ?? [];
      const borders = [from, ...commas, to - 1];
      const ways = borders.slice(1).map((border, index) => this.#sequence((borders[index] ?? 0) + 1, border, next));
      return this.#add({ kind: "split", ways });
    }
    return this.#literal(first, next);
  }

  #stars(from: number, to: number, next: number): number {
    const slash = this.#characters[to - 1] === "/";
    const wide = this.#spansFolders(from, slash ? to - 1 : to);
    const split = { kind: "split" as const, ways: [] as readonly number[] };
    const loop = this.#add(split);
    const body = this.#one(wide ? anything : notSlash, loop);
    split.ways = [body, slash ? this.#literal("/", next) : next];
    return slash ? this.#add({ kind: "split", ways: [loop, next] }) : loop;
  }

  /** Whether stars stand between slashes, or the ends of the pattern or of an alternative, and are more than one. */
  #spansFolders(from: number, to: number): boolean {
    const before = this.#characters[from - 1] ?? "/";
    const after = this.#characters[to] ?? "/";
    return to - from > 1 && "/{,".includes(before) && "/},".includes(after);
  }

  /** The end of a set that begins with `[`; undefined when nothing closes it, and the `[` then stands for itself. */
  #setEnd(at: number, end: number): number | undefined {
    const first = "!^".includes(this.#characters[at + 1] ?? "-") ? at + 2 : at + 1;
    for (let to = first + 1; to < end; to++) if (this.#characters[to] === "]") return to + 1;
    return undefined;
  }

  #set(from: number, to: number): (character: string) => boolean {
    const characters = this.#characters;
    const negated = "!^".includes(characters[from] ?? "-");
    const ranges: [string, string][] = [];
    for (let at = negated ? from + 1 : from; at < to; at++) {
      const low = characters[at] ?? "";
      const ranged = characters[at + 1] === "-" && at + 2 < to;
      ranges.push([low, ranged ? (characters[at + 2] ?? low) : low]);
      if (ranged) at += 2;
    }
    return (character) =>
      character !== "/" && ranges.some(([low, high]) => character >= low && character <= high) !== negated;
  }

  /** The end of alternatives, and the commas between them; undefined for braces that are none, which stand for themselves. */
  #bracesEnd(at: number, end: number): { readonly end: number; readonly commas: readonly number[] } | undefined {
    const commas: number[] = [];
    let depth = 0;
    for (let to = at; to < end; to++) {
      const character = this.#characters[to];
      if (character === "\\") to++;
      else if (character === "[") to = (this.#setEnd(to, end) ?? to + 1) - 1;
      else if (character === "{") depth++;
      else if (character === "," && depth === 1) commas.push(to);
      else if (character === "}" && --depth === 0) return commas.length > 0 ? { end: to + 1, commas } : undefined;
    }
    return undefined;
  }

  #literal(wanted: string, next: number): number {
    return this.#one((character) => character === wanted, next);
  }

  #one(takes: (character: string) => boolean, next: number): number {
    return this.#add({ kind: "one", takes, next });
  }

  #add(step: Step): number {
    return this.#steps.push(step) - 1;
  }
}
