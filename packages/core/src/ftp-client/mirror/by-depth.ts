/** Folders by how deep they lie: those of one depth do not hold each other, and go at once. */

/** @returns Groups, those at the top first. */
export function byDepth<T extends { readonly path: string }>(steps: readonly T[]): (readonly T[])[] {
  const groups = new Map<number, T[]>();
  for (const step of steps) {
    const depth = step.path === "" ? 0 : step.path.split("/").length;
    const group = groups.get(depth);
    if (group === undefined) groups.set(depth, [step]);
    else group.push(step);
  }
  return [...groups].sort(([one], [other]) => one - other).map(([, group]) => group);
}
