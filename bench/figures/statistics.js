// Medians and ratios.

/** @param {readonly number[]} values @returns {number} Of an even number of values the mean of the middle two. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * How far one is ahead of the best of the others: over 1 is ahead, whichever way the figures are better.
 *
 * @param {"more" | "less"} better
 * @param {Readonly<Record<string, number>>} values By name.
 * @param {string} name Whose ratio it is.
 * @returns {{ ratio: number, best: string } | undefined} Undefined without a figure of its own, or of any other.
 */
export function ratioToBest(better, values, name) {
  const mine = values[name];
  const others = Object.entries(values).filter(([other]) => other !== name);
  if (mine === undefined || others.length === 0) return undefined;
  const [best, figure] = others.reduce((a, b) => ((better === "more" ? b[1] > a[1] : b[1] < a[1]) ? b : a));
  return { ratio: better === "more" ? mine / figure : figure / mine, best };
}
