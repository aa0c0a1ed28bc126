/** The median. */
export function median(values: readonly number[]): number;
/** How far one is ahead of the best of the others. */
export function ratioToBest(
  better: "more" | "less",
  values: Readonly<Record<string, number>>,
  name: string,
): { readonly ratio: number; readonly best: string } | undefined;
