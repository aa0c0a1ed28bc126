/** The answer to FEAT (RFC 2389 §3.2). */

/**
 * @param lines - The lines of a 211.
 * @returns From a feature's name in upper case to its parameters. The first and last line are no features.
 */
export function parseFeatures(lines: readonly string[]): ReadonlyMap<string, string> {
  const features = new Map<string, string>();
  for (const line of lines.slice(1, -1)) {
    const match = /^\s*(\S+)\s*(.*?)\s*$/.exec(line);
    if (match?.[1] !== undefined) {
      const name = match[1].toUpperCase();
      const before = features.get(name);
      // `AUTH TLS` and `AUTH SSL` may come on two lines.
      features.set(name, before === undefined ? (match[2] ?? "") : `${before};${match[2] ?? ""}`);
    }
  }
  return features;
}
