/** The lines of a listing, and their octets where these are no UTF-8: old servers send what their disk has. */

/** A line, without its end. */
export interface ListingLine {
  readonly text: string;
  /** Its octets where they are no UTF-8; the text was then read as Windows-1252. */
  readonly bytes?: Uint8Array;
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** Divides a listing at its line feeds; lines of blanks go. */
export function splitLines(listing: string | Uint8Array): ListingLine[] {
  const text = typeof listing === "string" ? listing : decode(listing);
  const lines =
    text === undefined ? splitBytes(listing) : text.split("\n").map((line) => ({ text: withoutReturn(line) }));
  return lines.filter((line) => line.text.trim() !== "");
}

function withoutReturn(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Each line on its own: one name in another encoding does not spoil the others. */
function splitBytes(listing: string | Uint8Array): ListingLine[] {
  if (typeof listing === "string") return [];
  const lines: ListingLine[] = [];
  for (let start = 0; start < listing.length;) {
    const feed = listing.indexOf(lineFeed, start);
    const end = feed === -1 ? listing.length : feed;
    const bytes = listing.subarray(start, end > start && listing[end - 1] === carriageReturn ? end - 1 : end);
    const text = decode(bytes);
    // A copy, so that one line does not keep the whole listing in memory.
    lines.push(
      text === undefined
        ? { text: new TextDecoder("windows-1252").decode(bytes), bytes: Uint8Array.from(bytes) }
        : { text },
    );
    start = end + 1;
  }
  return lines;
}

/** The octets of lines that belong together, a line feed between them; undefined when all of them are UTF-8. */
export function bytesOf(lines: readonly ListingLine[]): Uint8Array | undefined {
  const [first] = lines;
  if (lines.length <= 1) return first?.bytes;
  if (lines.every(({ bytes }) => bytes === undefined)) return undefined;
  const joined: number[] = [];
  for (const [at, { text, bytes }] of lines.entries()) {
    if (at > 0) joined.push(lineFeed);
    for (const octet of bytes ?? new TextEncoder().encode(text)) joined.push(octet);
  }
  return Uint8Array.from(joined);
}
