/** The name that was probably meant. */

/** The names that are nearest to a word, if any is near enough: by letters that are wrong, missing, too many or swapped. */
export function nearestNames(word: string, names: readonly string[]): string[] {
  const most = word.length <= 3 ? 1 : 2;
  const rated = names.map((name) => ({ name, far: distance(word, name) })).filter(({ far }) => far <= most);
  const best = Math.min(...rated.map(({ far }) => far));
  return rated.filter(({ far }) => far === best).map(({ name }) => name);
}

/** Changes that lead from one word to the other (optimal string alignment). */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let least = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, (before[j - 2] ?? 0) + 1);
      row.push(least);
    }
    before = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
