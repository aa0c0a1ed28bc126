import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  proxyHeaderLimit,
  ProxyHeaderError,
  ProxyHeaderParser,
  proxyLineLimit,
  type ProxyHeader,
} from "../../src/protocol/index.ts";

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const signature = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a];

/** A header of version 2. */
function binary(command: number, family: number, body: readonly number[], length = body.length): Uint8Array {
  return Uint8Array.from([...signature, command, family, length >> 8, length & 255, ...body]);
}

const v4Body = [192, 0, 2, 7, 198, 51, 100, 9, 0xc0, 0x01, 0, 21];
const v6Body = [
  ...[0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
  ...[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 1],
  ...[0, 80, 1, 2],
];
const tlvs = [0x01, 0, 3, 0x66, 0x74, 0x70, 0x04, 0, 0];
const v4: ProxyHeader = {
  kind: "proxied",
  source: { address: "192.0.2.7", port: 0xc001 },
  destination: { address: "198.51.100.9", port: 21 },
};
const v6: ProxyHeader = {
  kind: "proxied",
  source: { address: "2001:db8::1", port: 80 },
  destination: { address: "192.0.2.1", port: 258 },
};
const own: ProxyHeader = { kind: "own" };

const good: readonly (readonly [string, Uint8Array, ProxyHeader])[] = [
  ["a line for IPv4", text("PROXY TCP4 192.0.2.7 198.51.100.9 49153 21\r\n"), v4],
  ["a line for IPv6", text("PROXY TCP6 2001:DB8:0::1 ::ffff:192.0.2.1 80 258\r\n"), v6],
  [
    "the longest addresses",
    text(`PROXY TCP6 ${"ffff:".repeat(7)}ffff ${"ffff:".repeat(7)}ffff 65535 65535\r\n`),
    {
      kind: "proxied",
      source: { address: `${"ffff:".repeat(7)}ffff`, port: 65_535 },
      destination: { address: `${"ffff:".repeat(7)}ffff`, port: 65_535 },
    },
  ],
  ["a line that knows nothing", text("PROXY UNKNOWN\r\n"), own],
  [
    "a line that knows nothing, and tells it at length",
    text(`PROXY UNKNOWN ${"ffff:".repeat(7)}ffff ${"ffff:".repeat(7)}ffff 65535 65535\r\n`),
    own,
  ],
  ["octets for IPv4", binary(0x21, 0x11, v4Body), v4],
  ["octets for IPv6", binary(0x21, 0x21, v6Body), v6],
  ["octets with TLVs", binary(0x21, 0x11, [...v4Body, ...tlvs]), v4],
  [
    "octets as long as may be",
    binary(0x21, 0x11, [...v4Body, ...new Array<number>(proxyHeaderLimit - 28).fill(0)]),
    v4,
  ],
  ["the proxy's own connection", binary(0x20, 0, []), own],
  ["the proxy's own connection, with addresses", binary(0x20, 0x11, v4Body), own],
  ["the proxy's own connection, of a family that nobody knows", binary(0x20, 0x7f, v4Body), own],
  ["an unspecified family", binary(0x21, 0, tlvs), own],
  ["datagrams", binary(0x21, 0x12, v4Body), own],
  ["sockets of the file system", binary(0x21, 0x31, new Array<number>(216).fill(0)), own],
];

/** Parses what comes in pieces. Gives the header and all that followed it. */
function parse(pieces: readonly Uint8Array[]): { header: ProxyHeader; rest: string } | undefined {
  const parser = new ProxyHeaderParser();
  for (const [index, piece] of pieces.entries()) {
    const parsed = parser.push(piece);
    if (parsed === undefined) continue;
    const rest = Buffer.concat([parsed.rest, ...pieces.slice(index + 1)]).toString("latin1");
    return { header: parsed.header, rest };
  }
  return undefined;
}

describe("a PROXY header", () => {
  it.each(good)("is read however it is split: %s", (_name, bytes, header) => {
    const whole = Buffer.concat([bytes, text("USER me\r\n")]);
    const expected = { header, rest: "USER me\r\n" };
    expect(parse([whole])).toEqual(expected);
    expect(parse([...whole].map((byte) => Uint8Array.of(byte)))).toEqual(expected);
    fc.assert(
      fc.property(fc.array(fc.nat(whole.length), { maxLength: 5 }), (cuts) => {
        const at = [...new Set([0, ...cuts, whole.length])].sort((a, b) => a - b);
        expect(parse(at.slice(1).map((end, index) => whole.subarray(at[index], end)))).toEqual(expected);
      }),
      { numRuns: 20 },
    );
  });

  it.each(good)("is waited for to its last octet: %s", (_name, bytes) => {
    expect(parse([bytes.subarray(0, -1)])).toBeUndefined();
  });

  it.each<[string, Uint8Array | string]>([
    ["a command", "U"],
    ["a TLS handshake", Uint8Array.of(22, 3, 1)],
    ["an HTTP request", "GET / HTTP/1.1\r\n"],
    ["another case", "proxy TCP4 "],
    ["another word", "PROXIES"],
    ["a broken signature", Uint8Array.of(0x0d, 0x0a, 0x0d, 0x0b)],
    ["no addresses", "PROXY TCP4\r\n"],
    ["a bare LF", "PROXY TCP4 192.0.2.7 198.51.100.9 49153 21\n"],
    ["a LF within", "PROXY UNKNOWN \nUSER me\r\n"],
    ["two spaces", "PROXY TCP4  192.0.2.7 198.51.100.9 49153 21\r\n"],
    ["one port", "PROXY TCP4 192.0.2.7 198.51.100.9 49153\r\n"],
    ["three ports", "PROXY TCP4 192.0.2.7 198.51.100.9 49153 21 22\r\n"],
    ["a port that is none", "PROXY TCP4 192.0.2.7 198.51.100.9 65536 21\r\n"],
    ["a port with a zero before it", "PROXY TCP4 192.0.2.7 198.51.100.9 0123 21\r\n"],
    ["an address that is none", "PROXY TCP4 192.0.2.256 198.51.100.9 49153 21\r\n"],
    ["an octal address", "PROXY TCP4 192.0.02.7 198.51.100.9 49153 21\r\n"],
    ["a name", "PROXY TCP4 localhost 198.51.100.9 49153 21\r\n"],
    ["IPv6 that is said to be IPv4", "PROXY TCP4 ::1 ::1 49153 21\r\n"],
    ["IPv4 that is said to be IPv6", "PROXY TCP6 192.0.2.7 198.51.100.9 49153 21\r\n"],
    ["a zone", "PROXY TCP6 fe80::1%eth0 ::1 49153 21\r\n"],
    ["another protocol", "PROXY UDP4 192.0.2.7 198.51.100.9 49153 21\r\n"],
    ["a line without end", `PROXY UNKNOWN ${"x".repeat(proxyLineLimit - 14)}`],
    ["a line that is too long", `PROXY UNKNOWN ${"x".repeat(proxyLineLimit - 15)}\r\n`],
    ["another version", binary(0x31, 0x11, v4Body)],
    ["another command", binary(0x22, 0x11, v4Body)],
    ["another family", binary(0x21, 0x41, v4Body)],
    ["another transport", binary(0x21, 0x13, v4Body)],
    ["addresses that are cut short", binary(0x21, 0x11, v4Body.slice(1))],
    ["IPv6 that is cut short", binary(0x21, 0x21, v4Body)],
    ["a length over the limit, at once", binary(0x21, 0x11, [], proxyHeaderLimit - 15)],
  ])("is refused: %s", (_name, given) => {
    const bytes = typeof given === "string" ? text(given) : given;
    expect(() => parse([bytes])).toThrow(ProxyHeaderError);
    expect(() => parse([...bytes].map((byte) => Uint8Array.of(byte)))).toThrow(ProxyHeaderError);
  });

  it("is an answer or an error, whatever comes", () => {
    const start = fc.constantFrom(new Uint8Array(0), text("PROXY "), text("PROXY TCP6 "), Uint8Array.from(signature));
    fc.assert(
      fc.property(start, fc.uint8Array({ maxLength: 5000 }), (first, more) => {
        try {
          const parsed = new ProxyHeaderParser().push(Buffer.concat([first, more]));
          expect(parsed === undefined || parsed.rest.length <= first.length + more.length).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(ProxyHeaderError);
        }
      }),
    );
  });
});
