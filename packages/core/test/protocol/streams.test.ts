import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  AsciiDecoder,
  AsciiEncoder,
  CommandLineReader,
  formatCommandLine,
  formatReply,
  ReplyParser,
  ReplySyntaxError,
  shortenReplyText,
  TelnetDecoder,
  type CommandLineEvent,
  type ReceivedReply,
  type Station,
} from "../../src/protocol/index.ts";
import { cutsOf, splits } from "./splits.ts";

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

describe("command lines", () => {
  const read = (chunks: readonly Uint8Array[], limit?: number): CommandLineEvent[] => {
    const reader = new CommandLineReader(limit);
    const events: CommandLineEvent[] = [];
    for (const chunk of chunks) reader.push(chunk, (event) => events.push(event));
    return events;
  };

  it("come out the same however they are split", () => {
    const line = fc.oneof(
      fc
        .record({ verb: fc.constantFrom("NOOP", "retr", "StOr"), argument: fc.string({ unit: "binary" }) })
        .map(({ verb, argument }) => text(`${verb} ${argument.replace(/[\0\r\n]/g, "")}\r\n`)),
      fc.uint8Array({ maxLength: 40 }),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 6 }), cutsOf, (lines, cuts) => {
        const [whole, ...others] = splits(Buffer.concat(lines), cuts).map((chunks) => read(chunks, 64));
        for (const other of others) expect(other).toEqual(whole);
      }),
    );
  });

  it("are read back as they were written", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 1 }), (argument) => {
        if (/[\0\r\n]/.test(argument)) expect(() => formatCommandLine("RETR", argument)).toThrow(RangeError);
        else
          expect(read([text(formatCommandLine("RETR", argument))])).toEqual([
            { kind: "command", line: { verb: "RETR", argument } },
          ]);
      }),
    );
  });

  it("over the limit are told once, whatever their length", () => {
    expect(read([text(`${"x".repeat(5000)}\r\nNOOP\r\n`)])).toEqual([
      { kind: "too-long", verb: "" },
      { kind: "command", line: { verb: "NOOP", argument: undefined } },
    ]);
    expect(read(Array.from({ length: 100 }, () => text("x".repeat(100))))).toEqual([{ kind: "too-long", verb: "" }]);
  });

  it("over the limit tell their verb, however they are split", () => {
    const line = `retr ${"x".repeat(5000)}\r\n`;
    for (const at of [0, 1, 3, 4, 5, 20, 4095, 4096, 4097, 5006]) {
      expect(read([text(line.slice(0, at)), text(line.slice(at))])).toEqual([{ kind: "too-long", verb: "RETR" }]);
    }
  });

  it("keep blanks of a name, take a bare LF, and skip empty lines", () => {
    expect(read([text("RETR  a \n\r\n\nNOOP\n")])).toEqual([
      { kind: "command", line: { verb: "RETR", argument: " a " } },
      { kind: "command", line: { verb: "NOOP", argument: undefined } },
    ]);
  });

  it("that were left unfinished are forgotten by a reset", () => {
    const reader = new CommandLineReader();
    const events: CommandLineEvent[] = [];
    reader.push(text("USER evi"), (event) => events.push(event));
    expect(reader.pending).toBe(8);
    reader.reset();
    reader.push(text("NOOP\r\n"), (event) => events.push(event));
    expect(events).toEqual([{ kind: "command", line: { verb: "NOOP", argument: undefined } }]);
  });
});

describe("Telnet", () => {
  const decode = (chunks: readonly Uint8Array[]): Buffer => {
    const decoder = new TelnetDecoder();
    return Buffer.concat(chunks.map((chunk) => decoder.decode(chunk)));
  };

  it("is taken out the same however it is split", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(255, 244, 242, 251, 250, 240, 65, 10), { maxLength: 40 }),
        cutsOf,
        (bytes, cuts) => {
          const [whole, ...others] = splits(Uint8Array.from(bytes), cuts).map(decode);
          for (const other of others) expect(other).toEqual(whole);
        },
      ),
    );
  });

  it("leaves data, IAC IAC as 255, and nothing of commands and negotiations", () => {
    expect([...decode([Uint8Array.of(65, 255, 255, 66)])]).toEqual([65, 255, 66]);
    expect([...decode([Uint8Array.of(255, 251, 1, 65, 255, 250, 24, 1, 255, 240, 66, 255, 241)])]).toEqual([65, 66]);
    for (const synch of [
      [255, 244, 255, 242],
      [255, 244, 242],
      [255, 244, 255],
    ]) {
      expect(decode([Uint8Array.from([...synch, ...text("ABOR")])]).toString()).toBe("ABOR");
    }
  });
});

describe("replies", () => {
  const parse = (chunks: readonly Uint8Array[], limits = {}): ReceivedReply[] => {
    const parser = new ReplyParser(limits);
    const replies: ReceivedReply[] = [];
    for (const chunk of chunks) parser.push(chunk, (reply) => replies.push(reply));
    return replies;
  };
  const code = fc.integer({ min: 100, max: 599 });
  const line = fc
    .string({ unit: "grapheme", maxLength: 30 })
    .map((value) => value.replace(/[\0\r\n\u0080-\u009f]/g, "").replace(/^[\s\d]+/, ""));

  it("are read back as they were written, however they are split", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(code, fc.array(line, { minLength: 1, maxLength: 4 })), { maxLength: 4 }),
        cutsOf,
        (replies, cuts) => {
          const bytes = text(replies.map(([number, lines]) => formatReply(number, lines)).join(""));
          for (const chunks of splits(bytes, cuts)) {
            expect(parse(chunks).map((reply) => [reply.code, reply.lines])).toEqual(replies);
          }
        },
      ),
    );
  });

  it("are not ended early by inner lines that begin with digits", () => {
    const written = formatReply(211, ["Start", "211 not the end", "226 nor this", "End"]);
    expect(parse([text(written)])).toHaveLength(1);
    expect(written).toContain("\r\n 211 not the end\r\n");
  });

  it("cannot be forged by line ends in a name", () => {
    expect(formatReply(550, "a\r\n226 done")).toBe("550 a 226 done\r\n");
  });

  it("are shortened by octets, between characters", () => {
    expect(shortenReplyText("Goodbye", 13)).toBe("Goodbye");
    expect(shortenReplyText("Goodbye now", 16)).toBe("Goodbye...");
    expect(shortenReplyText("\u00fc".repeat(20), 16)).toBe("\u00fc\u00fc\u00fc...");
    expect(formatReply(221, shortenReplyText("x".repeat(500), 399))).toHaveLength(399);
  });

  it("are Latin-1 where they are no UTF-8, and may have no text at all", () => {
    expect(parse([Uint8Array.of(50, 48, 48, 32, 0xe5, 13, 10)])[0]?.text).toBe("å");
    expect(parse([text("200\r\n")])[0]).toEqual({ code: 200, lines: [""], text: "" });
  });

  it("over their limits, or that are none, are an error", () => {
    expect(() => parse([text("x".repeat(9000))])).toThrow(ReplySyntaxError);
    expect(() => parse([text(`211-a\r\n${" line\r\n".repeat(1000)}`)], { maxReplyLength: 1000 })).toThrow(
      ReplySyntaxError,
    );
    expect(() => parse([text("hello\r\n")])).toThrow(ReplySyntaxError);
    // Lines of nothing are memory too, between replies they are not.
    expect(() => parse([text(`211-a\r\n${"\n".repeat(2000)}`)], { maxReplyLength: 1000 })).toThrow(ReplySyntaxError);
    expect(parse([text(`${"\r\n".repeat(2000)}200 a\r\n`)], { maxReplyLength: 1000 })).toHaveLength(1);
  });
});

describe("TYPE A", () => {
  const through = (station: Station, chunks: readonly Uint8Array[]): Buffer =>
    Buffer.concat([...chunks.map((chunk) => station.push(chunk)), station.finish()]);
  const bytesOf = fc.array(fc.constantFrom(13, 10, 0, 65, 66), { maxLength: 40 }).map((list) => Uint8Array.from(list));

  it("converts the same however the bytes are split, and counts what it makes", () => {
    fc.assert(
      fc.property(bytesOf, cutsOf, (bytes, cuts) => {
        for (const make of [() => new AsciiEncoder(), () => new AsciiDecoder()]) {
          const [whole, ...others] = splits(bytes, cuts).map((chunks) => through(make(), chunks));
          for (const other of others) expect(other).toEqual(whole);
        }
      }),
    );
  });

  it("brings a text with LF ends back as it was", () => {
    fc.assert(
      fc.property(bytesOf, (bytes) => {
        const unix = bytes.filter((byte) => byte !== 13);
        expect([...through(new AsciiDecoder(), [through(new AsciiEncoder(), [unix])])]).toEqual([...unix]);
      }),
    );
  });
});
