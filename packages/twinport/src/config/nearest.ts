/** What somebody may have meant. */
import leven from "leven";

/** ` Did you mean "x"?`, or nothing where no name is near. */
export function suggestion(wrong: string, names: Iterable<string>): string {
  let best: { readonly name: string; readonly distance: number } | undefined;
  for (const name of names) {
    const distance = leven(wrong.toLowerCase(), name.toLowerCase());
    if (distance <= Math.max(1, Math.floor(name.length / 3)) && (best === undefined || distance < best.distance))
      best = { name, distance };
  }
  return best === undefined ? "" : ` Did you mean "${best.name}"?`;
}
