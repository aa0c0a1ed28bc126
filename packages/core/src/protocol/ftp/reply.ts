/**
 * Replies of the control connection (RFC 959 §4.2).
 *
 *     ddd <SP> text CRLF
 *
 *     ddd-first line CRLF
 *      inner lines, padded by a space where they begin with a digit CRLF
 *     ddd <SP> last line CRLF
 */
import { decodeOctetText, encodeOctetText } from "../octet-text.ts";

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

/**
 * The beginning of a reply's text, where all of it is too long for the peer.
 *
 * @param most - Octets of the whole reply, with code and line end.
 */
export function shortenReplyText(text: string, most: number): string {
  const room = most - "ddd \r\n".length;
  // No character has more than three octets for each of its code units.
  if (text.length * 3 <= room) return text;
  const octets = encodeOctetText(text);
  if (octets.length <= room) return text;
  let end = room - "...".length;
  // The cut is at the start of a character.
  for (let back = 0; back < 3 && isContinuation(octets[end]); back++) end--;
  return `${decodeOctetText(octets.subarray(0, end))}...`;
}

/** Whether an octet of UTF-8 goes on with a character. */
function isContinuation(octet: number | undefined): boolean {
  return octet !== undefined && (octet & 0xc0) === 0x80;
}
