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
/**
 * What `escapeOctetText` writes differently: surrogates without their other half, the backslash, control characters, and
 * what ends a line in a terminal or a log's viewer.
 */
const needsEscape =
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  /(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|[\\\x00-\x1f\x7f-\x9f\u2028\u2029]/g;
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
  // Nearly every text is well-formed, and the engine knows that sooner than any pattern.
  return !text.isWellFormed() && loneOctet.test(text);
}

/**
 * Whether `decodeOctetText` could have made this text. Any other text encodes to the octets of another text: a second
 * spelling of a name, such as U+DCC3 U+DCA9 for `é`, or a surrogate that stands for no octet and becomes U+FFFD.
 */
export function isOctetText(text: string): boolean {
  return text.isWellFormed() || decodeOctetText(encodeOctetText(text)) === text;
}

/** How many octets `encodeOctetText` makes of a text, at most three for each of its code units. */
export function octetTextLength(text: string): number {
  return encodeOctetText(text).length;
}

/**
 * Writes a text for people and logs, unambiguously: octets that are no UTF-8 and ASCII control characters become `\xE4`,
 * other control characters, line separators and surrogates that stand for no octet become `\u2028`, and a backslash
 * becomes two.
 */
export function escapeOctetText(text: string): string {
  return text.replace(needsEscape, (character) => {
    if (character === "\\") return "\\\\";
    const code = character.charCodeAt(0);
    const octet = code < 0x80 ? code : code >= surrogateBase + 0x80 && code <= surrogateBase + 0xff ? code & 0xff : -1;
    return octet === -1 ? `\\u${hexadecimal(code, 4)}` : `\\x${hexadecimal(octet, 2)}`;
  });
}

function hexadecimal(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, "0");
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
