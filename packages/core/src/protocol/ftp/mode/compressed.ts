/**
 * Compressed mode (RFC 959 §3.4.3): strings of octets, each as it is, or as what it repeats; and escapes.
 *
 *     0nnnnnnn d1 .. dn   n octets, 1 to 127
 *     10nnnnnn d          the octet d, n times, 1 to 63
 *     11nnnnnn            the filler, n times, 1 to 63: a space in TYPE A and E, else zero
 *     00000000 descriptor an escape: block mode's descriptor, for the string that follows
 *
 * So a record's or file's last string has its escape before it, and must be known as the last one when it is written.
 *
 * What the RFC leaves open: an escape that another one follows, or the end of the connection, is for an empty string. That is
 * how empty records and files are sent here. A null escape (`00 00`) parts such an escape from a string that is not its own.
 * After an escape of the file's end the file has ended, unless a string follows: then it ends with that one.
 */
import { DataFormatError } from "../data-format-error.ts";
import { message } from "../message.ts";
import type { DataElements, ModeDecoder } from "../representation/data-elements.ts";
import type { OctetWriter } from "../../octet-writer.ts";
import { checkDescriptor, descriptor } from "./descriptor.ts";
import { formatRestartMarker, RestartMarkerText } from "./restart-marker.ts";

/** Octets of a string as it is, at most. */
const longestLiteral = 127;
/** Octets of a string that repeats one, at most. */
const longestRun = 63;
/** From how many octets on a run is shorter than the octets as they are, or than a literal that it would part. */
const shortestRun = 3;
const shortestFillerRun = 2;

const escape = 0;
const replicated = 0x80;
const filled = 0xc0;

/** Elements to the octets of a data connection. */
export class CompressedEncoder implements DataElements {
  readonly #out: OctetWriter;
  readonly #filler: number;
  // Octets that are not written: a literal, and then the same octet some times. The last string is among them, always.
  readonly #literal = new Uint8Array(longestLiteral);
  #literalLength = 0;
  #octet = 0;
  #times = 0;
  /** A record ends with what is not written; whether the file does, too, is not known. */
  #recordEnded = false;
  /** The last that was written is an escape, and its string is empty. */
  #bareEscape = false;

  /**
   * @param out - Where the octets go.
   * @param filler - The filler octet of the representation type.
   */
  constructor(out: OctetWriter, filler: number) {
    this.#out = out;
    this.#filler = filler;
  }

  octets(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#writeRecordsEnd();
    let at = 0;
    while (at < bytes.length) {
      const octet = bytes[at] ?? 0;
      let to = at + 1;
      while (bytes[to] === octet) to++;
      this.#add(octet, to - at);
      at = to;
    }
  }

  endOfRecord(): void {
    this.#writeRecordsEnd();
    this.#recordEnded = true;
  }

  marker(text: string): void {
    const octets = formatRestartMarker(text);
    this.#writeRecordsEnd();
    this.#settleRun();
    this.#writeLiteral();
    this.#writeEscape(descriptor.marker);
    this.#out.octet(octets.length);
    this.#out.octets(octets);
  }

  endOfFile(): void {
    this.#writeLast(this.#recordEnded ? descriptor.endOfRecord | descriptor.endOfFile : descriptor.endOfFile);
  }

  #add(octet: number, times: number): void {
    let count = times;
    if (this.#times > 0 && octet === this.#octet) count += this.#times;
    else this.#settleRun();
    this.#octet = octet;
    while (count > longestRun) {
      this.#times = longestRun;
      this.#settleRun();
      count -= longestRun;
    }
    this.#times = count;
  }

  /** Octets follow: the run is written if it is worth it, and else goes to the literal. */
  #settleRun(): void {
    if (this.#isRun()) {
      this.#writeLiteral();
      this.#writeNull();
      this.#writeRun();
      return;
    }
    for (; this.#times > 0; this.#times--) {
      if (this.#literalLength === longestLiteral) this.#writeLiteral();
      this.#literal[this.#literalLength++] = this.#octet;
    }
  }

  #isRun(): boolean {
    return this.#times >= (this.#octet === this.#filler ? shortestFillerRun : shortestRun);
  }

  #writeRecordsEnd(): void {
    if (this.#recordEnded) this.#writeLast(descriptor.endOfRecord);
    this.#recordEnded = false;
  }

  /** Writes what is not written yet, with the escape before its last string. */
  #writeLast(bits: number): void {
    if (this.#isRun()) {
      this.#writeLiteral();
      this.#writeEscape(bits);
      this.#writeRun();
      return;
    }
    this.#settleRun();
    this.#writeEscape(bits);
    if (this.#literalLength > 0) this.#writeLiteral();
    else this.#bareEscape = true;
  }

  /** Writes the literal, if there is one. */
  #writeLiteral(): void {
    if (this.#literalLength === 0) return;
    this.#writeNull();
    this.#out.octet(this.#literalLength);
    this.#out.octets(this.#literal.subarray(0, this.#literalLength));
    this.#literalLength = 0;
  }

  #writeRun(): void {
    if (this.#octet === this.#filler) {
      this.#out.octet(filled | this.#times);
    } else {
      this.#out.octet(replicated | this.#times);
      this.#out.octet(this.#octet);
    }
    this.#times = 0;
  }

  /** Keeps the string that follows from an escape that is not its own. */
  #writeNull(): void {
    if (this.#bareEscape) this.#writeEscape(0);
  }

  #writeEscape(bits: number): void {
    this.#out.octet(escape);
    this.#out.octet(bits);
    this.#bareEscape = false;
  }
}

/** What the next octet is: a string's or an escape's first one, an escape's descriptor, a literal's, the one that repeats. */
type Expected = "head" | "descriptor" | "literal" | "replicated";

/** The octets of a data connection to elements. */
export class CompressedDecoder implements ModeDecoder {
  readonly #next: DataElements;
  readonly #filler: number;
  readonly #run = new Uint8Array(longestRun);
  readonly #markerText = new RestartMarkerText();
  #expected: Expected = "head";
  /** Octets of the string that are still to come. */
  #count = 0;
  /** The escape for the string that comes or has begun; undefined when it has none. */
  #escape: number | undefined;
  #ended = false;

  /**
   * @param next - What the elements are told to.
   * @param filler - The filler octet of the representation type.
   */
  constructor(next: DataElements, filler: number) {
    this.#next = next;
    this.#filler = filler;
  }

  get end(): "no" | "perhaps" | "yes" {
    if (this.#ended) return "yes";
    return this.#expected === "head" && this.#has(descriptor.endOfFile) && !this.#has(descriptor.marker)
      ? "perhaps"
      : "no";
  }

  push(octets: Uint8Array): number {
    let at = 0;
    while (at < octets.length && !this.#ended) {
      const octet = octets[at] ?? 0;
      if (this.#expected === "literal") {
        at += this.#data(octets.subarray(at, at + this.#count));
        continue;
      }
      if (this.#expected === "head" && octet === escape && this.#escape !== undefined) {
        this.#endString();
        // The escape is of what comes after the file.
        if (this.#has(descriptor.endOfFile)) break;
      }
      this.#take(octet);
      at++;
    }
    return at;
  }

  finish(): void {
    if (this.end === "perhaps") this.#endString();
    if (!this.#ended)
      throw new DataFormatError("truncated", message("The connection was closed before the end of the file"));
  }

  #take(octet: number): void {
    switch (this.#expected) {
      case "head":
        this.#head(octet);
        break;
      case "descriptor":
        this.#escape = checkDescriptor(octet);
        this.#expected = "head";
        break;
      case "replicated":
        this.#repeat(octet);
        break;
      case "literal":
        break;
    }
  }

  #head(octet: number): void {
    if (octet === escape) {
      this.#expected = "descriptor";
      return;
    }
    if (octet < replicated) {
      this.#count = octet;
      this.#expected = "literal";
      return;
    }
    this.#count = octet & longestRun;
    if (this.#count === 0)
      throw new DataFormatError("malformed", message("A string that repeats an octet repeats it no times"));
    if (octet >= filled) this.#repeat(this.#filler);
    else this.#expected = "replicated";
  }

  #repeat(octet: number): void {
    this.#data(this.#run.fill(octet, 0, this.#count).subarray(0, this.#count));
  }

  #data(octets: Uint8Array): number {
    if (this.#has(descriptor.marker)) this.#markerText.push(octets);
    else this.#next.octets(octets);
    this.#count -= octets.length;
    if (this.#count === 0) this.#endString();
    return octets.length;
  }

  /** A string has ended, or there is none: what its escape says is so. */
  #endString(): void {
    this.#expected = "head";
    if (this.#has(descriptor.marker)) this.#next.marker(this.#markerText.take());
    if (this.#has(descriptor.endOfRecord)) this.#next.endOfRecord();
    if (this.#has(descriptor.endOfFile)) {
      this.#ended = true;
      this.#next.endOfFile();
      return;
    }
    this.#escape = undefined;
  }

  #has(bit: number): boolean {
    return this.#escape !== undefined && (this.#escape & bit) !== 0;
  }
}
