/** Sets of characters, as a class (`[a-z]`) or an escape (`\d`) of a pattern names them. */

/** The last code point. */
const lastPoint = 0x10ffff;

/** From and to, both in it. */
export type CharacterRange = readonly [from: number, to: number];

/** A set of code points. */
export class CharacterSet {
  /** In order, apart from each other. */
  readonly #ranges: readonly CharacterRange[];

  constructor(ranges: readonly CharacterRange[]) {
    const merged: [number, number][] = [];
    for (const [from, to] of [...ranges].sort(([a], [b]) => a - b)) {
      const last = merged.at(-1);
      if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to);
      else merged.push([from, to]);
    }
    this.#ranges = merged;
  }

  /** What it is made of. */
  get ranges(): readonly CharacterRange[] {
    return this.#ranges;
  }

  /** Whether a code point is in it. */
  has(point: number): boolean {
    let low = 0;
    let high = this.#ranges.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const [from, to] = this.#ranges[middle] ?? [0, 0];
      if (point < from) high = middle - 1;
      else if (point > to) low = middle + 1;
      else return true;
    }
    return false;
  }

  /** All that is not in it. */
  complement(): CharacterSet {
    const ranges: CharacterRange[] = [];
    let next = 0;
    for (const [from, to] of this.#ranges) {
      if (from > next) ranges.push([next, from - 1]);
      next = to + 1;
    }
    if (next <= lastPoint) ranges.push([next, lastPoint]);
    return new CharacterSet(ranges);
  }
}

const digits: readonly CharacterRange[] = [[0x30, 0x39]];
const wordCharacters: readonly CharacterRange[] = [...digits, [0x41, 0x5a], [0x5f, 0x5f], [0x61, 0x7a]];
const spaces: readonly CharacterRange[] = [
  [0x09, 0x0d],
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
];

/** The sets that escapes name, by their letter: those of JavaScript. */
export const namedSets: ReadonlyMap<string, CharacterSet> = new Map([
  ["d", new CharacterSet(digits)],
  ["D", new CharacterSet(digits).complement()],
  ["w", new CharacterSet(wordCharacters)],
  ["W", new CharacterSet(wordCharacters).complement()],
  ["s", new CharacterSet(spaces)],
  ["S", new CharacterSet(spaces).complement()],
]);

/** The code point in small letters, where that is one code point too. No letter beyond ASCII becomes one of ASCII. */
export function smallLetter(point: number): number {
  return changed(point, (text) => text.toLowerCase());
}

/** The code point in capitals, likewise. */
export function capital(point: number): number {
  return changed(point, (text) => text.toUpperCase());
}

/** What is equal for two code points that differ only in case. */
export function foldCase(point: number): number {
  return smallLetter(capital(point));
}

function changed(point: number, change: (text: string) => string): number {
  const text = change(String.fromCodePoint(point));
  const other = text.codePointAt(0) ?? point;
  if (text.length !== (other > 0xffff ? 2 : 1)) return point;
  return point >= 128 && other < 128 ? point : other;
}
