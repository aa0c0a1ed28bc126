/**
 * Command lines of the control connection (RFC 959 §5.3): a verb, and after one space its argument, ended by CR LF.
 *
 *     <verb> [<SP> <argument>] <CRLF>
 *
 * A line may come in any number of segments and many in one. A bare LF ends a line too, since hand-driven clients send
 * it. CR NUL inside a line is a CR in a name (RFC 2640 §3.1) and is refused with the other control characters. Lines
 * over the limit are told once and dropped up to their end.
 *
 * Arguments are decoded as UTF-8, and octets that are no UTF-8 reversibly (`decodeOctetText`): a name on a disk may have
 * such. By a charset, when there is one, an argument is decoded as a whole or not at all.
 */
import { decodeOctetText } from "../octet-text.ts";
import type { NameCodec } from "./name-codec.ts";
import { TelnetDecoder } from "./telnet.ts";

/** The longest command line, its line end included, in octets. */
export const defaultCommandLineLimit = 4096;

/** A command as it arrived. */
export interface CommandLine {
  /** In upper case. */
  readonly verb: string;
  /** What follows the verb and one space; undefined when nothing does. */
  readonly argument: string | undefined;
}

/** What came of the bytes up to a line end. */
export type CommandLineEvent =
  | { readonly kind: "command"; readonly line: CommandLine }
  /** The verb is empty where the line does not begin with one. */
  | { readonly kind: "too-long"; readonly verb: string }
  | { readonly kind: "not-a-command" }
  | { readonly kind: "not-in-charset"; readonly verb: string };

const CR = 13;
const LF = 10;
const SP = 32;

/** Letters of the longest word that is taken for a verb. */
const longestVerb = 16;

/** Cuts the control connection's bytes into command lines. */
export class CommandLineReader {
  /** The charset of arguments; undefined is UTF-8. */
  codec: NameCodec | undefined;
  readonly #limit: number;
  #telnet: TelnetDecoder | undefined;
  /** The unfinished line, or undefined when there is none. */
  #rest: Uint8Array | undefined;
  #skipping = false;
  /** Set by `reset` while a chunk is being cut up: what is left of it goes too. */
  #forgets = false;

  /** @param limit - The longest line in octets, its line end included. */
  constructor(limit: number = defaultCommandLineLimit) {
    this.#limit = limit;
  }

  /** Octets of an unfinished line that wait for their end. */
  get pending(): number {
    return this.#rest?.length ?? 0;
  }

  /**
   * Forgets an unfinished line, and whatever follows in the chunk at hand: what came in plain text must not be run under
   * TLS, as CVE-2011-0411 had it elsewhere.
   */
  reset(): void {
    this.#rest = undefined;
    this.#skipping = false;
    this.#forgets = true;
    this.#telnet = undefined;
  }

  /**
   * @param chunk - Bytes as they arrived.
   * @param sink - Called for each line that the chunk ends, in order.
   */
  push(chunk: Uint8Array, sink: (event: CommandLineEvent) => void): void {
    let bytes = chunk;
    if (this.#telnet !== undefined || chunk.includes(255)) {
      // Made on the first Telnet byte only: most sessions never see one, and thousands of them may be open.
      this.#telnet ??= new TelnetDecoder();
      bytes = this.#telnet.decode(chunk);
    }
    this.#forgets = false;
    let start = 0;
    for (let end = bytes.indexOf(LF); end !== -1; end = bytes.indexOf(LF, start)) {
      this.#line(bytes.subarray(start, end), sink);
      if (this.#forgotten()) return;
      start = end + 1;
    }
    if (start < bytes.length) this.#keep(bytes.subarray(start), sink);
  }

  /** Whether the event that was told last made the reader forget the rest. */
  #forgotten(): boolean {
    return this.#forgets;
  }

  #keep(part: Uint8Array, sink: (event: CommandLineEvent) => void): void {
    if (this.#skipping) return;
    const before = this.#rest?.length ?? 0;
    if (before + part.length > this.#limit) {
      const verb = readVerb(join(this.#rest, part.subarray(0, longestVerb + 1)));
      this.#rest = undefined;
      this.#skipping = true;
      sink({ kind: "too-long", verb });
      return;
    }
    this.#rest = join(this.#rest, part);
  }

  #line(tail: Uint8Array, sink: (event: CommandLineEvent) => void): void {
    if (this.#skipping) {
      this.#skipping = false;
      return;
    }
    let bytes = tail;
    if (this.#rest !== undefined) {
      bytes = join(this.#rest, tail);
      this.#rest = undefined;
    }
    if (bytes.length + 1 > this.#limit) {
      sink({ kind: "too-long", verb: readVerb(bytes) });
      return;
    }
    const end = bytes.length > 0 && bytes[bytes.length - 1] === CR ? bytes.length - 1 : bytes.length;
    const event = parseCommandLine(bytes.subarray(0, end), this.codec);
    if (event !== undefined) sink(event);
  }
}

/** A line without its line end; undefined for an empty one, which is skipped. */
function parseCommandLine(bytes: Uint8Array, codec: NameCodec | undefined): CommandLineEvent | undefined {
  if (bytes.length === 0) return undefined;
  const verb = readVerb(bytes);
  if (verb === "") return { kind: "not-a-command" };
  const at = verb.length + 1;
  if (at >= bytes.length) return { kind: "command", line: { verb, argument: undefined } };
  const argument = decodeArgument(bytes.subarray(at), codec);
  if (argument === undefined) return { kind: "not-in-charset", verb };
  return { kind: "command", line: { verb, argument } };
}

/** A copy of both, one after the other: a part of a chunk is not kept, since the chunk's memory is used again. */
function join(first: Uint8Array | undefined, second: Uint8Array): Uint8Array {
  const before = first?.length ?? 0;
  const joined = new Uint8Array(before + second.length);
  if (first !== undefined) joined.set(first);
  joined.set(second, before);
  return joined;
}

/** The word that a line begins with, in upper case; empty where it cannot be a verb's. */
function readVerb(bytes: Uint8Array): string {
  let verb = "";
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === SP) break;
    const upper = byte >= 97 && byte <= 122 ? byte - 32 : byte;
    // XMD5 and its like have digits, though none in front.
    const digit = at > 0 && byte >= 48 && byte <= 57;
    if (((upper < 65 || upper > 90) && !digit) || at >= longestVerb) return "";
    verb += String.fromCharCode(upper);
  }
  return verb;
}

function decodeArgument(bytes: Uint8Array, codec: NameCodec | undefined): string | undefined {
  if (codec === undefined) return decodeOctetText(bytes);
  const text = codec.decode(bytes);
  // Text of a charset has no octets that are no text: a codec that makes such would name files that it cannot list.
  return text?.isWellFormed() === true ? text : undefined;
}

/**
 * Formats a command line for the wire, CR LF included.
 *
 * @param verb - The verb.
 * @param argument - Its argument; undefined for none.
 * @throws RangeError when verb or argument hold CR, LF or NUL: one call must never become two commands.
 */
export function formatCommandLine(verb: string, argument?: string): string {
  const line = argument === undefined ? verb : `${verb} ${argument}`;

  if (/[\0\r\n]/.test(line)) throw new RangeError("A command must not hold CR, LF or NUL");
  return `${line}\r\n`;
}
