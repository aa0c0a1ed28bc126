/**
 * The packets of TFTP (RFC 1350 §5, RFC 2347). All numbers are big-endian.
 *
 *     RRQ, WRQ   | 01 or 02 | file name | 0 | mode | 0 | option | 0 | value | 0 | ...
 *     DATA       | 03 | block (2) | 0 to blksize octets
 *     ACK        | 04 | block (2)
 *     ERROR      | 05 | code (2)  | message | 0
 *     OACK       | 06 | option | 0 | value | 0 | ...
 *
 * DATA and ACK are the hot ones: they are told apart by `opcodeOf` and read by `blockOf`, without an object a packet.
 * Refuses requests over 512 octets, a file name or mode that no NUL ends, and packets cut short.
 */
import { decodeOctetText, encodeOctetText } from "../octet-text.ts";

/** The opcodes (RFC 1350 §5, RFC 2347). */
export const tftpOpcode = {
  readRequest: 1,
  writeRequest: 2,
  data: 3,
  acknowledgment: 4,
  error: 5,
  optionAcknowledgment: 6,
} as const;

/** The error codes (RFC 1350 §5; 8 is of RFC 2347). */
export const tftpErrorCode = {
  notDefined: 0,
  fileNotFound: 1,
  accessViolation: 2,
  diskFull: 3,
  illegalOperation: 4,
  unknownTransferId: 5,
  fileExists: 6,
  noSuchUser: 7,
  optionNegotiation: 8,
} as const;

/** Octets before the data of a DATA packet; the whole of an ACK. */
export const dataHeaderLength = 4;
/** The longest request, in octets (RFC 2347). */
export const requestLimit = 512;
/** The longest error message that is read or written, in octets. */
export const errorMessageLimit = 512;
/** Options that are read of one packet. */
const optionCountLimit = 32;

/** The packet is not one. `code` is what it is to be answered with, if it is to be answered. */
export class TftpPacketError extends Error {
  override readonly name = "TftpPacketError";
  /** The error code for the peer. */
  readonly code: number = tftpErrorCode.illegalOperation;
}

/** An option as it stands on the wire: the name in lower case, the value as it came. */
export type TftpOption = readonly [name: string, value: string];

/** RRQ or WRQ. */
export interface TftpRequest {
  readonly operation: "read" | "write";
  /** As `decodeOctetText` has it: octets that are no UTF-8 are kept. It comes from the peer and may hold anything but NUL. */
  readonly file: string;
  /** In lower case. */
  readonly mode: string;
  readonly options: readonly TftpOption[];
}

/** ERROR. */
export interface TftpErrorPacket {
  readonly code: number;
  /** Text for people, from the peer: control characters are replaced. */
  readonly message: string;
}

/** The first two octets as a number; 0 for less than a packet. */
export function opcodeOf(packet: Uint8Array): number {
  return packet.length < 2 ? 0 : ((packet[0] ?? 0) << 8) | (packet[1] ?? 0);
}

/** The block number of DATA or ACK, or the code of ERROR; -1 when the packet is too short. */
export function blockOf(packet: Uint8Array): number {
  return packet.length < dataHeaderLength ? -1 : ((packet[2] ?? 0) << 8) | (packet[3] ?? 0);
}

/** Writes the header of DATA, or a whole ACK, into memory that is used again. */
export function writeBlockHeader(into: Uint8Array, opcode: 3 | 4, block: number): void {
  into[0] = 0;
  into[1] = opcode;
  into[2] = (block >> 8) & 0xff;
  into[3] = block & 0xff;
}

/** A whole ACK, where its memory is not used again. */
export function formatAcknowledgment(block: number): Uint8Array {
  const packet = new Uint8Array(dataHeaderLength);
  writeBlockHeader(packet, tftpOpcode.acknowledgment, block);
  return packet;
}

/**
 * Whether a packet says nothing to a transfer: an empty datagram that keeps a NAT's door open, one that was cut off, one of
 * another protocol. It is neither taken for a fault of the peer nor answered.
 */
export function isNoise(packet: Uint8Array): boolean {
  const opcode = opcodeOf(packet);
  if (opcode === tftpOpcode.data || opcode === tftpOpcode.acknowledgment) return packet.length < dataHeaderLength;
  return opcode < tftpOpcode.readRequest || opcode > tftpOpcode.optionAcknowledgment;
}

/**
 * Reads RRQ or WRQ.
 *
 * Extra NULs at the end, as some boot ROMs pad with, and an option without its value are passed over.
 *
 * @throws TftpPacketError when it is none.
 */
export function parseRequest(packet: Uint8Array): TftpRequest {
  const opcode = opcodeOf(packet);
  if (opcode !== tftpOpcode.readRequest && opcode !== tftpOpcode.writeRequest) {
    throw new TftpPacketError("This is neither RRQ nor WRQ");
  }
  if (packet.length > requestLimit) {
    throw new TftpPacketError(`A request must not be longer than ${requestLimit} octets`);
  }
  const file = stringAt(packet, 2);
  if (file === undefined) throw new TftpPacketError("The file name is not terminated");
  if (file.text === "") throw new TftpPacketError("The file name is empty");
  const mode = stringAt(packet, file.end);
  if (mode === undefined) throw new TftpPacketError("The mode is not terminated");
  return {
    operation: opcode === tftpOpcode.readRequest ? "read" : "write",
    file: file.text,
    mode: mode.text.toLowerCase(),
    options: optionsAt(packet, mode.end),
  };
}

/**
 * Writes RRQ or WRQ.
 *
 * @throws RangeError when it is longer than 512 octets, or a part holds NUL.
 */
export function formatRequest(request: TftpRequest): Uint8Array {
  const opcode = request.operation === "read" ? tftpOpcode.readRequest : tftpOpcode.writeRequest;
  const packet = formatStrings(opcode, [request.file, request.mode, ...request.options.flat()]);
  if (packet.length > requestLimit) {
    throw new RangeError(`The request would be ${packet.length} octets long; TFTP allows ${requestLimit}`);
  }
  return packet;
}

/** Reads OACK. @throws TftpPacketError when it is none. */
export function parseOptionAcknowledgment(packet: Uint8Array): readonly TftpOption[] {
  if (opcodeOf(packet) !== tftpOpcode.optionAcknowledgment) throw new TftpPacketError("This is no OACK");
  return optionsAt(packet, 2);
}

/** Writes OACK. @throws RangeError when a part holds NUL. */
export function formatOptionAcknowledgment(options: readonly TftpOption[]): Uint8Array {
  return formatStrings(tftpOpcode.optionAcknowledgment, options.flat());
}

/**
 * Reads ERROR; a message that no NUL ends is taken to the packet's end, and one that is cut off before is one all the same:
 * whoever sent it has given up.
 *
 * @throws TftpPacketError when it is none.
 */
export function parseError(packet: Uint8Array): TftpErrorPacket {
  if (opcodeOf(packet) !== tftpOpcode.error) throw new TftpPacketError("This is no ERROR");
  const code = Math.max(tftpErrorCode.notDefined, blockOf(packet));
  const text = packet.subarray(dataHeaderLength, dataHeaderLength + errorMessageLimit);
  const end = text.indexOf(0);
  const message = decode(end === -1 ? text : text.subarray(0, end));
  return { code, message: message.replace(/\p{Cc}/gu, "?") };
}

/** Writes ERROR. @param message - For people; cut at 512 octets, and at a NUL. */
export function formatError(code: number, message: string): Uint8Array {
  const text = encodeOctetText(message.split("\0", 1)[0] ?? "").subarray(0, errorMessageLimit - 1);
  const packet = new Uint8Array(dataHeaderLength + text.length + 1);
  packet[1] = tftpOpcode.error;
  packet[2] = (code >> 8) & 0xff;
  packet[3] = code & 0xff;
  packet.set(text, dataHeaderLength);
  return packet;
}

function formatStrings(opcode: number, strings: readonly string[]): Uint8Array {
  if (strings.some((text) => text.includes("\0"))) throw new RangeError("A string of a packet must not hold NUL");
  const text = encodeOctetText(strings.map((one) => `${one}\0`).join(""));
  const packet = new Uint8Array(2 + text.length);
  packet[1] = opcode;
  packet.set(text, 2);
  return packet;
}

function optionsAt(packet: Uint8Array, from: number): TftpOption[] {
  const options: TftpOption[] = [];
  for (let at = from; options.length < optionCountLimit;) {
    const name = stringAt(packet, at);
    if (name === undefined || name.text === "") break;
    const value = stringAt(packet, name.end);
    if (value === undefined) break;
    options.push([name.text.toLowerCase(), value.text]);
    at = value.end;
  }
  return options;
}

function stringAt(packet: Uint8Array, from: number): { readonly text: string; readonly end: number } | undefined {
  const end = packet.indexOf(0, from);
  return end === -1 ? undefined : { text: decodeOctetText(packet.subarray(from, end)), end: end + 1 };
}

/** Text for people: UTF-8, or ISO 8859-1 where the octets are no UTF-8. */
function decode(octets: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(octets);
  } catch {
    return Array.from(octets, (octet) => String.fromCharCode(octet)).join("");
  }
}
