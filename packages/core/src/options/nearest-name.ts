/** What somebody may have meant. */

/** The name that is nearest to a word; undefined where none is near: case aside, one letter of three may be wrong. */
export function nearestName(wrong: string, names: Iterable<string>): string | undefined {
  // Nobody means an option by a word so long, and the comparison takes time by its length.
  if (wrong.length > 40) return undefined;
  let nearest: string | undefined;
  let least = Infinity;
  for (const name of names) {
    const far = distance(wrong.toLowerCase(), name.toLowerCase());
    if (far > Math.max(1, Math.floor(name.length / 3)) || far >= least) continue;
    least = far;
    nearest = name;
  }
  return nearest;
}

/** Letters that are wrong, missing, too many, or swapped with their neighbour. */
function distance(one: string, other: string): number {
  let twoBack: number[] = [];
  let back = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let row = 1; row <= one.length; row++) {
    const current = [row];
    for (let at = 1; at <= other.length; at++) {
      const same = one[row - 1] === other[at - 1];
      let best = Math.min((back[at] ?? 0) + 1, (current[at - 1] ?? 0) + 1, (back[at - 1] ?? 0) + (same ? 0 : 1));
      const isSwapped = row > 1 && at > 1 && one[row - 1] === other[at - 2] && one[row - 2] === other[at - 1];
      if (isSwapped) best = Math.min(best, (twoBack[at - 2] ?? 0) + 1);
      current.push(best);
    }
    twoBack = back;
    back = current;
  }
  return back[other.length] ?? 0;
}
