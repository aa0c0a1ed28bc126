/**
 * The answer to EPSV (RFC 2428 §3).
 *
 *     229 Entering Extended Passive Mode (|||6446|)
 */

/** The text of a 229. */
export function formatExtendedPassiveAnswer(port: number): string {
  return `Entering Extended Passive Mode (|||${port}|)`;
}

/** The port in the text of a 229; any delimiter, blanks forgiven. Undefined without one. */
export function parseExtendedPassiveAnswer(text: string): number | undefined {
  // It begins with the delimiter: blanks in front would be looked through from each of them anew.
  const match = /([!-/:-~])\s*\1\s*\1\s*(\d{1,5})\s*\1/.exec(text);
  const port = Number(match?.[2] ?? 0);
  return port >= 1 && port <= 65_535 ? port : undefined;
}
