/**
 * The PROXY protocol's header, versions 1 and 2: how a proxy or balancer tells a server whose connection it passes on
 * (HAProxy's PROXY protocol, §2). It is the first thing on a connection, and comes once.
 *
 *     PROXY <SP> (TCP4|TCP6) <SP> source <SP> destination <SP> source port <SP> destination port <CRLF>
 *     PROXY <SP> UNKNOWN … <CRLF>                                             107 octets at most
 *
 *      0                              11 12      13      14 15   16
 *     +--------------------------------+-------+-------+-------+--------- - -
 *     | 0D 0A 0D 0A 00 0D 0A 51 55 49  | ver.  | fam.  | length| addresses, then TLVs
 *     | 54 0A                          | cmd   | proto | (BE)  |
 *     +--------------------------------+-------+-------+-------+--------- - -
 *
 * Refuses whatever does not begin so, at the first octet that differs; a header over its limit; addresses and ports that
 * are not written as the protocol has them; versions, commands and families that it does not know.
 */
import { isIPv4, isIPv6, normaliseAddress } from "./ftp/address/ip-address.ts";

/** The longest header of version 1, its line end included, in octets. */
export const proxyLineLimit = 107;
/** The longest header of version 2, its TLVs included, in octets. The protocol allows more; nothing of it is used here. */
export const proxyHeaderLimit = 4096;

/** One end of the connection that is passed on. */
export interface ProxiedEndPoint {
  /** IPv4 addresses mapped into IPv6 are given as IPv4. */
  readonly address: string;
  readonly port: number;
}

/** What a header says. */
export type ProxyHeader =
  /** Nothing: the proxy's own connection (LOCAL), or one whose ends it does not know (UNKNOWN, UNSPEC, no TCP over IP). */
  | { readonly kind: "own" }
  | { readonly kind: "proxied"; readonly source: ProxiedEndPoint; readonly destination: ProxiedEndPoint };

/** What came is no PROXY header. */
export class ProxyHeaderError extends Error {
  override readonly name = "ProxyHeaderError";
}

/** A header, and what came behind it. */
export interface ParsedProxyHeader {
  readonly header: ProxyHeader;
  /** The first octets of the connection proper. */
  readonly rest: Uint8Array;
}

const signature = Uint8Array.of(0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a);
const lineStart = new TextEncoder().encode("PROXY ");
const LF = 10;
/** Octets of version 2 before the addresses. */
const fixedPart = 16;
const own: ProxyHeader = { kind: "own" };

/** Takes the header off the start of a connection that may be split anywhere. */
export class ProxyHeaderParser {
  #bytes = new Uint8Array(0);

  /**
   * @param chunk - Octets as they arrived.
   * @returns The header once it is whole; undefined while more must come. Not to be called again then.
   * @throws ProxyHeaderError.
   */
  push(chunk: Uint8Array): ParsedProxyHeader | undefined {
    const bytes = new Uint8Array(this.#bytes.length + chunk.length);
    bytes.set(this.#bytes);
    bytes.set(chunk, this.#bytes.length);
    // What is kept is under the limits: a whole header is taken off, and a longer one refused, before more is read.
    this.#bytes = bytes;
    if (startsLike(bytes, lineStart)) return parseLine(bytes);
    if (startsLike(bytes, signature)) return parseBinary(bytes);
    throw new ProxyHeaderError("The connection does not begin with a PROXY header");
  }
}

/** Whether `bytes` begins with `start`, as far as it goes. */
function startsLike(bytes: Uint8Array, start: Uint8Array): boolean {
  for (let i = 0; i < start.length && i < bytes.length; i++) if (bytes[i] !== start[i]) return false;
  return true;
}

function parseLine(bytes: Uint8Array): ParsedProxyHeader | undefined {
  const end = bytes.subarray(0, proxyLineLimit).indexOf(LF);
  if (end === -1) {
    if (bytes.length < proxyLineLimit) return undefined;
    throw new ProxyHeaderError(`The PROXY line is longer than ${proxyLineLimit} octets`);
  }
  const line = String.fromCharCode(...bytes.subarray(0, end + 1));
  return { header: readLine(line), rest: bytes.subarray(end + 1) };
}

function readLine(line: string): ProxyHeader {
  if (/^PROXY UNKNOWN(?: [^\r\n]*)?\r\n$/.test(line)) return own;
  const match = /^PROXY (TCP4|TCP6) (\S+) (\S+) (\d+) (\d+)\r\n$/.exec(line);
  if (match === null) throw new ProxyHeaderError("The PROXY line is malformed");
  const [, family, source = "", destination = "", sourcePort = "", destinationPort = ""] = match;
  const isAddress = family === "TCP4" ? isPlainIPv4 : isPlainIPv6;
  if (!isAddress(source) || !isAddress(destination)) {
    throw new ProxyHeaderError(`The PROXY line holds what is no ${family} address`);
  }
  return proxied(source, readPort(sourcePort), destination, readPort(destinationPort));
}

/** Dotted decimal without leading zeros: elsewhere they are octal. */
function isPlainIPv4(text: string): boolean {
  return isIPv4(text) && !/(?:^|\.)0\d/.test(text);
}

function isPlainIPv6(text: string): boolean {
  return isIPv6(text) && !text.includes("%");
}

function readPort(text: string): number {
  const port = /^(?:0|[1-9]\d{0,4})$/.test(text) ? Number(text) : 65_536;
  if (port > 65_535) throw new ProxyHeaderError("The PROXY line holds what is no port");
  return port;
}

function parseBinary(bytes: Uint8Array): ParsedProxyHeader | undefined {
  if (bytes.length < fixedPart) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const length = fixedPart + view.getUint16(14);
  if (length > proxyHeaderLimit) {
    throw new ProxyHeaderError(`The PROXY header is longer than ${proxyHeaderLimit} octets`);
  }
  const header = readBinary(view.getUint8(12), view.getUint8(13), bytes.subarray(fixedPart, length), length);
  if (bytes.length < length) return undefined;
  return { header, rest: bytes.subarray(length) };
}

/** @param body - What came of the addresses and TLVs; it may be cut short while the rest is under way. */
function readBinary(command: number, family: number, body: Uint8Array, length: number): ProxyHeader {
  if (command >> 4 !== 2) throw new ProxyHeaderError(`The PROXY header's version ${command >> 4} is not known`);
  if ((command & 15) > 1) throw new ProxyHeaderError(`The PROXY header's command ${command & 15} is not known`);
  // LOCAL, whatever stands behind it: its family is to be ignored, be it known or not (§2.2).
  if ((command & 15) === 0) return own;
  if (family >> 4 > 3 || (family & 15) > 2) throw new ProxyHeaderError("The PROXY header's family is not known");
  // UNSPEC; datagrams and sockets of the file system.
  if (family !== 0x11 && family !== 0x21) return own;
  const size = family === 0x11 ? 4 : 16;
  if (length < fixedPart + 2 * size + 4) throw new ProxyHeaderError("The PROXY header is too short for its addresses");
  if (body.length < 2 * size + 4) return own;
  const ports = new DataView(body.buffer, body.byteOffset + 2 * size, 4);
  return proxied(
    formatAddress(body.subarray(0, size)),
    ports.getUint16(0),
    formatAddress(body.subarray(size, 2 * size)),
    ports.getUint16(2),
  );
}

function formatAddress(octets: Uint8Array): string {
  if (octets.length === 4) return octets.join(".");
  const groups: string[] = [];
  for (let i = 0; i < octets.length; i += 2) groups.push((((octets[i] ?? 0) << 8) | (octets[i + 1] ?? 0)).toString(16));
  return groups.join(":");
}

function proxied(source: string, sourcePort: number, destination: string, destinationPort: number): ProxyHeader {
  return {
    kind: "proxied",
    source: { address: normaliseAddress(source), port: sourcePort },
    destination: { address: normaliseAddress(destination), port: destinationPort },
  };
}
