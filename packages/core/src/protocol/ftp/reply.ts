/**
 * Replies of the control connection (RFC 959 §4.2).
 *
 *     ddd <SP> text CRLF
 *
 *     ddd-first line CRLF
 *      inner lines, padded by a space where they begin with a digit CRLF
 *     ddd <SP> last line CRLF
 */

/**
 * Formats a reply for the wire.
 *
 * @param code - Three digits.
 * @param text - One line, or several for a multi-line reply. CR and LF inside a line become spaces.
 */
export function formatReply(code: number, text: string | readonly string[]): string {
  if (typeof text === "string") return `${code} ${clean(text)}\r\n`;
  if (text.length < 2) return `${code} ${clean(text[0] ?? "")}\r\n`;
  let out = `${code}-${clean(text[0] ?? "")}\r\n`;
  for (let i = 1; i < text.length - 1; i++) {
    const line = clean(text[i] ?? "");
    out += /^\d/.test(line) ? ` ${line}\r\n` : `${line}\r\n`;
  }
  return `${out}${code} ${clean(text[text.length - 1] ?? "")}\r\n`;
}

const lineBreaks = /[\r\n\0]+/g;

function clean(line: string): string {
  return line.includes("\n") || line.includes("\r") || line.includes("\0") ? line.replace(lineBreaks, " ") : line;
}
