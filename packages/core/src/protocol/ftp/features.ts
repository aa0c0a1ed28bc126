/** The answer to FEAT (RFC 2389 §3.2). */

/**
 * @param lines - The lines of a 211.
 * @returns From a feature's name in upper case to its parameters. The first and last line are no features.
 */
export function parseFeatures(lines: readonly string[]): ReadonlyMap<string, string> {
  const features = new Map<string, string>();
  for (const line of lines.slice(1, -1)) {
    // By hand: an expression with blanks on both sides of the parameters takes the cube of a line of blanks.
    const text = line.trim();
    if (text === "") continue;
    const blank = text.search(/\s/);
    const name = (blank === -1 ? text : text.slice(0, blank)).toUpperCase();
    const parameters = blank === -1 ? "" : text.slice(blank).trimStart();
    const before = features.get(name);
    // `AUTH TLS` and `AUTH SSL` may come on two lines.
    features.set(name, before === undefined ? parameters : `${before};${parameters}`);
  }
  return features;
}
