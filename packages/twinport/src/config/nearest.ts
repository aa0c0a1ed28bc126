/** What somebody may have meant. */
import leven from "leven";

/** The names that are nearest to a word, if any is near enough: by letters that are wrong, missing, too many or swapped. */
export function nearestNames(word: string, names: Iterable<string>): string[] {
  let nearest: string[] = [];
  let least = Infinity;
  for (const name of names) {
    const far = distance(word.toLowerCase(), name.toLowerCase());
    if (far > Math.max(1, Math.floor(name.length / 3)) || far > least) continue;
    if (far < least) nearest = [];
    least = far;
    nearest.push(name);
  }
  return nearest;
}

/** ` Did you mean "x"?`, or nothing where no name is near. */
export function suggestion(wrong: string, names: Iterable<string>): string {
  const [best] = nearestNames(wrong, names);
  return best === undefined ? "" : ` Did you mean "${best}"?`;
}

/** Letters that differ; two neighbours that changed places are one mistake, not two. */
function distance(word: string, name: string): number {
  let least = leven(word, name);
  for (let at = 0; at + 1 < word.length && least > 1; at++) {
    const swapped = `${word.slice(0, at)}${word.charAt(at + 1)}${word.charAt(at)}${word.slice(at + 2)}`;
    least = Math.min(least, 1 + leven(swapped, name));
  }
  return least;
}
