/** TFTP packets, options, netascii and URLs, by their octets. */
import {
  acceptOptions,
  answerOptions,
  blockOf,
  distanceOf,
  formatAcknowledgment,
  formatError,
  formatOptionAcknowledgment,
  formatRequest,
  formatTftpUrl,
  NetasciiDecoder,
  NetasciiEncoder,
  opcodeOf,
  parseError,
  parseOptionAcknowledgment,
  parseRequest,
  parseTftpUrl,
  plainAgreement,
  requestOptions,
  TftpOptionError,
  TftpPacketError,
  toWireNumber,
  type TftpOption,
} from "@twinport/core/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const octets = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "latin1"));
const generous = { largestBlockSize: 65_464, largestWindowSize: 64, windowOctets: 16 * 1024 * 1024 };

describe("TFTP packets", () => {
  it("are written octet by octet as the RFCs draw them", () => {
    const request = { operation: "read", file: "a/b", mode: "octet", options: [["blksize", "1428"]] } as const;
    expect(formatRequest(request)).toEqual(octets("\0\x01a/b\0octet\0blksize\x001428\0"));
    expect(formatRequest({ ...request, operation: "write", options: [] })).toEqual(octets("\0\x02a/b\0octet\0"));
    expect(formatAcknowledgment(0x1234)).toEqual(octets("\0\x04\x12\x34"));
    expect(formatError(1, "no")).toEqual(octets("\0\x05\0\x01no\0"));
    expect(formatOptionAcknowledgment([["tsize", "0"]])).toEqual(octets("\0\x06tsize\x000\0"));
  });

  it("are read back as they were written", () => {
    const text = fc.string({ minLength: 1, maxLength: 20, unit: "grapheme" }).filter((one) => !one.includes("\0"));
    const options = fc.array(
      fc.tuple(
        text.map((one) => one.toLowerCase()),
        text,
      ),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(text, options, fc.constantFrom("read" as const, "write" as const), (file, list, operation) => {
        const request = { operation, file, mode: "octet", options: list as TftpOption[] };
        fc.pre(Buffer.byteLength([file, ...list.flat()].join("\0")) < 490);
        expect(parseRequest(formatRequest(request))).toEqual(request);
        expect(parseOptionAcknowledgment(formatOptionAcknowledgment(list))).toEqual(list);
      }),
    );
  });

  it("name modes and options in any case", () => {
    expect(parseRequest(octets("\0\x01f\0OcTeT\0BLKSize\x00512\0"))).toEqual({
      operation: "read",
      file: "f",
      mode: "octet",
      options: [["blksize", "512"]],
    });
  });

  it("are refused with code 4 when the file name or the mode is not terminated, or the request is too long", () => {
    const wrong = ["\0\x01", "\0\x01file", "\0\x01file\0octet", "\0\x01\0octet\0", `\0\x01${"f".repeat(511)}\0octet\0`];
    for (const text of wrong) {
      expect(() => parseRequest(octets(text)), text).toThrow(TftpPacketError);
      expect(() => parseRequest(octets(text)), text).toThrow(expect.objectContaining({ code: 4 }) as Error);
    }
  });

  it("may be padded with NULs, and an option without its value is passed over", () => {
    expect(parseRequest(octets("\0\x01f\0octet\0tsize\x000\0\0\0\0\0")).options).toEqual([["tsize", "0"]]);
    expect(parseRequest(octets("\0\x01f\0octet\0tsize\x000\0blksize\0")).options).toEqual([["tsize", "0"]]);
    expect(parseRequest(octets("\0\x01f\0octet\0tsize\x000\0blksize\x0051")).options).toEqual([["tsize", "0"]]);
  });

  it("may hold names that are no UTF-8, such as the 0xFF of old boot ROMs", () => {
    expect(parseRequest(octets("\0\x01pxe.0\xff\0octet\0")).file).toBe("pxe.0\udcff");
    const request = parseRequest(octets("\0\x01caf\xe9 \xc3\xa9\0octet\0"));
    expect(request.file).toBe("caf\udce9 é");
    expect(formatRequest(request)).toEqual(octets("\0\x01caf\xe9 \xc3\xa9\0octet\0"));
  });

  it("show error messages without control characters, ended or not", () => {
    expect(parseError(octets("\0\x05\0\x01gone\r\n\x1b[2J\0junk"))).toEqual({ code: 1, message: "gone???[2J" });
    expect(parseError(octets("\0\x05\0\x02no end"))).toEqual({ code: 2, message: "no end" });
    // Whoever sent it has given up, whatever got lost of why.
    expect(parseError(octets("\0\x05\0"))).toEqual({ code: 0, message: "" });
    expect(() => parseError(octets("\0\x04\0\x01"))).toThrow(TftpPacketError);
  });

  it("never read beyond their end", () => {
    expect(opcodeOf(octets("\0"))).toBe(0);
    expect(blockOf(octets("\0\x03\0"))).toBe(-1);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (packet) => {
        for (const parse of [parseRequest, parseError, parseOptionAcknowledgment]) {
          try {
            parse(packet);
          } catch (error) {
            expect(error).toBeInstanceOf(TftpPacketError);
          }
        }
      }),
    );
  });

  it("cannot be written with NUL in a string or beyond 512 octets", () => {
    expect(() => formatRequest({ operation: "read", file: "a\0b", mode: "octet", options: [] })).toThrow(RangeError);
    expect(() => formatRequest({ operation: "read", file: "a".repeat(600), mode: "octet", options: [] })).toThrow(
      RangeError,
    );
  });
});

describe("a server's answer to options", () => {
  const answer = (options: readonly TftpOption[], operation: "read" | "write" = "read", size?: number) =>
    answerOptions(options, operation, generous, size);

  it("names what was asked only, with at most what was asked", () => {
    const { agreement, options } = answer(
      [
        ["tsize", "0"],
        ["blksize", "70000"],
        ["windowsize", "100"],
        ["timeout", "3"],
        ["unheard-of", "1"],
      ],
      "read",
      12_345,
    );
    expect(options).toEqual([
      ["tsize", "12345"],
      ["blksize", "65464"],
      ["windowsize", "64"],
      ["timeout", "3"],
    ]);
    expect(agreement).toEqual({ blockSize: 65_464, windowSize: 64, timeout: 3, transferSize: 12_345 });
    expect(answer([])).toEqual({ agreement: plainAgreement, options: [] });
  });

  it("leaves out what cannot be meant", () => {
    const odd: readonly TftpOption[] = [
      ["blksize", "7"],
      ["windowsize", "0"],
      ["timeout", "0"],
      ["interval", "256"],
      ["tsize", "-1"],
    ];
    expect(answer(odd, "write").options).toEqual([]);
    expect(answer([["tsize", "0"]]).options).toEqual([]);
    expect(answer([["blksize", "1e3"]]).options).toEqual([]);
  });

  it("takes interval for timeout, under the name it came with, and the first of an option that came twice", () => {
    expect(answer([["interval", "2"]])).toMatchObject({ agreement: { timeout: 2 }, options: [["interval", "2"]] });
    const twice: readonly TftpOption[] = [
      ["blksize", "1024"],
      ["blksize", "8192"],
    ];
    expect(answer(twice).options).toEqual([["blksize", "1024"]]);
  });

  it("leaves the size of an empty file out, which curl would take for an error", () => {
    expect(answer([["tsize", "0"]], "read", 0).options).toEqual([]);
  });

  it("echoes tsize on a write", () => {
    expect(answer([["tsize", "777"]], "write").options).toEqual([["tsize", "777"]]);
  });

  it("makes a window smaller that would not fit, whatever comes first", () => {
    const limits = { ...generous, windowOctets: 100_000 };
    const asked: readonly TftpOption[] = [
      ["windowsize", "64"],
      ["blksize", "10000"],
    ];
    expect(answerOptions(asked, "read", limits, undefined).options).toEqual([
      ["windowsize", "10"],
      ["blksize", "10000"],
    ]);
  });
});

describe("a client", () => {
  const wanted = { blockSize: 1428, windowSize: 16, timeout: 2, transferSize: 0 };

  it("asks for what was wanted, in range", () => {
    expect(requestOptions(wanted).flat()).toEqual([
      "blksize",
      "1428",
      "windowsize",
      "16",
      "timeout",
      "2",
      "tsize",
      "0",
    ]);
    expect(() => requestOptions({ blockSize: 7 })).toThrow(RangeError);
    expect(() => requestOptions({ windowSize: 65_536 })).toThrow(RangeError);
    expect(() => requestOptions({ timeout: 0.5 })).toThrow(RangeError);
  });

  it("takes less than it asked for, and what is left out as refused", () => {
    expect(acceptOptions([["blksize", "1024"]], wanted, "read")).toEqual({ ...plainAgreement, blockSize: 1024 });
    expect(acceptOptions([["tsize", "5000"]], wanted, "read")).toEqual({ ...plainAgreement, transferSize: 5000 });
  });

  it("takes nothing that it did not ask for", () => {
    const wrong: readonly (readonly TftpOption[])[] = [
      [["blksize", "1429"]],
      [["blksize", "4"]],
      [["windowsize", "17"]],
      [["timeout", "3"]],
      [["multicast", ",,1"]],
      [["blksize", "x"]],
      [
        ["blksize", "512"],
        ["blksize", "512"],
      ],
    ];
    for (const options of wrong) expect(() => acceptOptions(options, wanted, "read")).toThrow(TftpOptionError);
    expect(() => acceptOptions([["tsize", "1"]], {}, "read")).toThrow(TftpOptionError);
    expect(() => acceptOptions([["tsize", "1"]], wanted, "write")).toThrow(TftpOptionError);
  });
});

describe("block numbers", () => {
  it("go on with 0 or 1 after 65535", () => {
    expect([65_535, 65_536, 65_537].map((block) => toWireNumber(block, 0))).toEqual([65_535, 0, 1]);
    expect([0, 65_535, 65_536, 65_537].map((block) => toWireNumber(block, 1))).toEqual([0, 65_535, 1, 2]);
  });

  it("are found again from any block near by", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300_000 }),
        fc.integer({ min: -500, max: 64 }),
        fc.constantFrom<0 | 1>(0, 1),
        (block, distance, rollover) => {
          fc.pre(block + distance > 0);
          expect(distanceOf(toWireNumber(block + distance, rollover), block, rollover, 64)).toBe(distance);
        },
      ),
    );
  });
});

describe("netascii", () => {
  it("makes LF CR LF and CR CR NUL, and back, wherever the blocks are cut", () => {
    expect(Buffer.from(new NetasciiEncoder().encode(octets("a\nb\rc\r\n"))).toString("latin1")).toBe(
      "a\r\nb\r\0c\r\0\r\n",
    );
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(10, 13, 0, 65), { maxLength: 40 }),
        fc.integer({ min: 1, max: 7 }),
        (file, cut) => {
          const wire = new NetasciiEncoder().encode(Uint8Array.from(file)).slice();
          const decoder = new NetasciiDecoder();
          const parts: number[] = [];
          for (let at = 0; at < wire.length; at += cut) parts.push(...decoder.decode(wire.subarray(at, at + cut)));
          parts.push(...decoder.end());
          expect(parts).toEqual(file);
        },
      ),
    );
  });

  it("leaves a CR as it is that nothing known follows", () => {
    const decoder = new NetasciiDecoder();
    expect([...decoder.decode(octets("a\rb\r"))]).toEqual([...octets("a\rb")]);
    expect([...decoder.end()]).toEqual([13]);
  });
});

describe("tftp:// URLs", () => {
  it("name host, port, file and mode", () => {
    expect(parseTftpUrl("tftp://h/a/b%20c;mode=netascii")).toEqual({
      host: "h",
      port: 69,
      file: "a/b c",
      mode: "netascii",
    });
    expect(parseTftpUrl("tftp://[::1]:6969/x")).toEqual({ host: "::1", port: 6969, file: "x" });
    expect(parseTftpUrl("tftp://h//abs").file).toBe("/abs");
  });

  it("are refused when they name no file, a user, another mode or a line end", () => {
    for (const text of ["ftp://h/a", "tftp://h/", "tftp://u@h/a", "tftp://h/a;mode=mail", "tftp://h/a%0d", "x"]) {
      expect(() => parseTftpUrl(text), text).toThrow(RangeError);
    }
  });

  it("are read back as they were written", () => {
    const url = { host: "::1", port: 6969, file: "a b/ü;x", mode: "octet" } as const;
    expect(parseTftpUrl(formatTftpUrl(url))).toEqual(url);
  });
});
