/**
 * Replies as a client reads them (RFC 959 §4.2): in any number of segments, several in one, over one line or many.
 *
 * Lenient where servers are careless (a bare LF, `ddd` with nothing after it, text that is no UTF-8), strict where it
 * matters: what cannot begin a reply is an error, and lines and replies have limits.
 */
import type { NameCodec } from "./name-codec.ts";
import { TelnetDecoder } from "./telnet.ts";

/** A reply as it was received. */
export interface ReceivedReply {
  readonly code: number;
  /** The text of each line, without the code on the first and last. */
  readonly lines: readonly string[];
  /** The lines, joined by LF. */
  readonly text: string;
}

/** The longest line of a reply, in octets. */
export const defaultReplyLineLimit: number = 8 * 1024;
/** The longest reply, in octets. */
export const defaultReplyLimit: number = 256 * 1024;

/** The limits of a reply parser, in octets. */
export interface ReplyLimits {
  readonly maxLineLength?: number;
  readonly maxReplyLength?: number;
}

/** What came is no reply, or is over a limit. */
export class ReplySyntaxError extends Error {
  override readonly name = "ReplySyntaxError";
  readonly kind: "line-too-long" | "reply-too-long" | "not-a-reply";

  constructor(kind: "line-too-long" | "reply-too-long" | "not-a-reply", message: string) {
    super(message);
    this.kind = kind;
  }
}

const LF = 10;
const CR = 13;
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const latin1 = new TextDecoder("latin1");

/** Cuts the control connection's bytes into replies. */
export class ReplyParser {
  /** The charset of replies; undefined is UTF-8. */
  codec: NameCodec | undefined;
  readonly #maxLine: number;
  readonly #maxReply: number;
  readonly #telnet = new TelnetDecoder();
  #rest = new Uint8Array(0);
  #code: number | undefined;
  #lines: Uint8Array[] = [];
  #octets = 0;

  /** @param limits - Defaults: 8 KiB a line, 256 KiB a reply. */
  constructor(limits: ReplyLimits = {}) {
    this.#maxLine = limits.maxLineLength ?? defaultReplyLineLimit;
    this.#maxReply = limits.maxReplyLength ?? defaultReplyLimit;
  }

  /** Whether a reply has begun and not ended. */
  get unfinished(): boolean {
    return this.#code !== undefined || this.#rest.length > 0;
  }

  /**
   * @param chunk - Bytes as they arrived.
   * @param sink - Called for each reply that the chunk ends.
   * @throws ReplySyntaxError; the connection is then of no more use.
   */
  push(chunk: Uint8Array, sink: (reply: ReceivedReply) => void): void {
    const bytes = this.#join(this.#telnet.decode(chunk));
    let start = 0;
    for (let end = bytes.indexOf(LF); end !== -1; end = bytes.indexOf(LF, start)) {
      const stop = end > start && bytes[end - 1] === CR ? end - 1 : end;
      this.#line(bytes.subarray(start, stop), sink);
      start = end + 1;
    }
    this.#rest = bytes.slice(start);
    if (this.#rest.length > this.#maxLine) this.#tooLong();
  }

  #join(more: Uint8Array): Uint8Array {
    if (this.#rest.length === 0) return more;
    const bytes = new Uint8Array(this.#rest.length + more.length);
    bytes.set(this.#rest);
    bytes.set(more, this.#rest.length);
    return bytes;
  }

  #tooLong(): never {
    throw new ReplySyntaxError("line-too-long", `A reply's line is longer than ${this.#maxLine} octets`);
  }

  #line(line: Uint8Array, sink: (reply: ReceivedReply) => void): void {
    if (line.length > this.#maxLine) this.#tooLong();
    // Its end as well: lines of nothing are memory too.
    this.#octets += line.length + 1;
    if (this.#octets > this.#maxReply) {
      throw new ReplySyntaxError("reply-too-long", `A reply is longer than ${this.#maxReply} octets`);
    }
    const code = codeOf(line);
    const mark = line[3];
    if (this.#code === undefined) {
      if (code === undefined) {
        // Some servers put an empty line between replies.
        if (line.length === 0) {
          this.#octets = 0;
          return;
        }
        throw new ReplySyntaxError("not-a-reply", "What came does not begin with a reply code");
      }
      this.#lines.push(line.slice(4));
      if (mark === 45) this.#code = code;
      else this.#finish(code, sink);
    } else if (code === this.#code && mark !== 45) {
      this.#lines.push(line.slice(4));
      this.#finish(code, sink);
    } else {
      this.#lines.push(line.slice(code === this.#code ? 4 : 0));
    }
  }

  #finish(code: number, sink: (reply: ReceivedReply) => void): void {
    const lines =
      code === pathname ? this.#lines.map((line) => aroundPath(line, this.codec)) : decode(this.#lines, this.codec);
    this.#code = undefined;
    this.#lines = [];
    this.#octets = 0;
    sink({ code, lines, text: lines.join("\n") });
  }
}

/** The reply code that a line begins with: three digits, the first from 1 to 6, and then a blank, `-` or nothing. */
function codeOf(line: Uint8Array): number | undefined {
  const [a = 0, b = 0, c = 0, mark = 32] = line;
  const digit = (byte: number): boolean => byte >= 48 && byte <= 57;
  if (a < 49 || a > 54 || !digit(b) || !digit(c) || (mark !== 32 && mark !== 45)) return undefined;
  return (a - 48) * 100 + (b - 48) * 10 + (c - 48);
}

/** The code of replies with a path in quotes (RFC 959 §5.4, appendix II). */
const pathname = 257;
const quote = 34;

/** The path by itself: it is in the charset of names where the text around it is in that of the server's language. */
function aroundPath(line: Uint8Array, codec: NameCodec | undefined): string {
  const start = line.indexOf(quote) + 1;
  const end = line.lastIndexOf(quote);
  const parts =
    start === 0 || end < start ? [line] : [line.subarray(0, start), line.subarray(start, end), line.subarray(end)];
  return parts.map((part) => decode([part], codec)).join("");
}

/** A reply is in the one charset as a whole, or else in Latin-1 as a whole. */
function decode(lines: readonly Uint8Array[], codec: NameCodec | undefined): string[] {
  try {
    if (codec !== undefined) return lines.map((line) => codec.decode(line) ?? latin1.decode(line));
    return lines.map((line) => utf8.decode(line));
  } catch {
    return lines.map((line) => latin1.decode(line));
  }
}
