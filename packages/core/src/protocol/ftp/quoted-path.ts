/** The path in a 257 (RFC 959 §5.4 and appendix II): in quotes, a quote in it doubled. */

/** A path in quotes. */
export function formatQuotedPath(path: string): string {
  return `"${path.replaceAll('"', '""')}"`;
}

/** The first quoted path of a text; undefined without one. */
export function parseQuotedPath(text: string): string | undefined {
  const start = text.indexOf('"');
  if (start === -1) return undefined;
  let path = "";
  for (let i = start + 1; i < text.length; i++) {
    const character = text.charAt(i);
    if (character !== '"') path += character;
    else if (text.charAt(i + 1) === '"') {
      path += '"';
      i++;
    } else return path;
  }
  return undefined;
}
