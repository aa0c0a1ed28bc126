/**
 * Text that may hold octets which are no UTF-8, such as file names written by systems with another charset.
 *
 * Decoding keeps each octet that is not part of valid UTF-8 as a lone low surrogate, U+DC80 to U+DCFF for 0x80 to 0xFF.
 * No valid UTF-8 decodes to a lone surrogate, so encoding gives back exactly the octets that were decoded. (Python's
 * "surrogateescape" uses the same mapping.) RFC 2640 §3.2 asks for UTF-8 names and lets a server keep others as they are.
 */

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();
/** A low surrogate that no high surrogate precedes: an octet that is no UTF-8. */
const loneOctet = /(?<![\uD800-\uDBFF])[\uDC80-\uDCFF]/;
const everyOctet = new RegExp(loneOctet, "g");
/** What `escapeOctetText` writes differently: such octets, the backslash, and control characters. */
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const needsEscape = /(?<![\uD800-\uDBFF])[\uDC80-\uDCFF]|[\\\x00-\x1f\x7f]/g;
const surrogateBase = 0xdc00;

/** Decodes octets reversibly: what is no UTF-8 becomes lone surrogates, one an octet. */
export function decodeOctetText(octets: Uint8Array): string {
  try {
    return strict.decode(octets);
  } catch {
    return decodePieces(octets);
  }
}

/** Encodes text that `decodeOctetText` decoded: gives back the same octets. Ordinary text becomes UTF-8. */
export function encodeOctetText(text: string): Uint8Array {
  if (!holdsOctets(text)) return encoder.encode(text);
  const pieces: Uint8Array[] = [];
  let from = 0;
  for (const { index } of text.matchAll(everyOctet)) {
    if (index > from) pieces.push(encoder.encode(text.slice(from, index)));
    pieces.push(Uint8Array.of(text.charCodeAt(index) - surrogateBase));
    from = index + 1;
  }
  if (from < text.length) pieces.push(encoder.encode(text.slice(from)));
  return joined(pieces);
}

/** Whether a text stands for octets that are no UTF-8. */
export function holdsOctets(text: string): boolean {
  return loneOctet.test(text);
}

/**
 * Writes a text for people and logs, unambiguously: octets that are no UTF-8 and control characters become `\xE4`, and a
 * backslash becomes two.
 */
export function escapeOctetText(text: string): string {
  return text.replace(needsEscape, (character) => {
    if (character === "\\") return "\\\\";
    const code = character.charCodeAt(0) & 0xff;
    return `\\x${code.toString(16).toUpperCase().padStart(2, "0")}`;
  });
}

/** The longest valid pieces, and the octets between them. */
function decodePieces(octets: Uint8Array): string {
  let text = "";
  let from = 0;
  for (let at = 0; at < octets.length;) {
    const length = sequenceLength(octets, at);
    if (length > 0) {
      at += length;
      continue;
    }
    text += strict.decode(octets.subarray(from, at)) + String.fromCharCode(surrogateBase + (octets[at] ?? 0));
    at++;
    from = at;
  }
  return text + strict.decode(octets.subarray(from));
}

/** Octets of the valid UTF-8 sequence at a place; 0 when there is none (Unicode 15 table 3-7). */
function sequenceLength(octets: Uint8Array, at: number): number {
  const first = octets[at] ?? 0;
  if (first < 0x80) return 1;
  const length =
    first >= 0xc2 && first <= 0xdf ? 2 : first >= 0xe0 && first <= 0xef ? 3 : first >= 0xf0 && first <= 0xf4 ? 4 : 0;
  if (length === 0 || at + length > octets.length) return 0;
  const second = octets[at + 1] ?? 0;
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high) return 0;
  for (let more = 2; more < length; more++) if (((octets[at + more] ?? 0) & 0xc0) !== 0x80) return 0;
  return length;
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
