/**
 * The negotiation of options, both ends (RFC 2347): blksize (RFC 2348), timeout and tsize (RFC 2349), windowsize (RFC 7440),
 * multicast (RFC 2090).
 *
 * The server answers only what was asked, with at most what was asked; what it does not know, or what cannot be meant, it
 * leaves out: an option is never a reason for an ERROR. Windows' loaders ask with msftwindow for windows whose size each
 * ACK tells in an octet of its own; that is no RFC's, and answered only where it is allowed. Some texts call the option timeout `interval`; both are answered
 * by the name they came with. The client takes nothing that it did not ask for.
 *
 * windowsize is not answered beside multicast: there an ACK asks for one block, whichever the master client lacks, and what
 * a window would lack differs from client to client.
 */
import { formatMulticastAnswer, parseMulticastAnswer, type MulticastGroup } from "./multicast-option.ts";
import type { TftpOption } from "./packet.ts";

/** Octets of a block unless an option says otherwise (RFC 1350 §2). */
export const defaultBlockSize = 512;
/** The smallest block that can be agreed on, in octets (RFC 2348). */
export const smallestBlockSize = 8;
/** The largest block that can be agreed on, in octets (RFC 2348). */
export const largestBlockSize = 65_464;
/** The largest window that can be agreed on, in blocks (RFC 7440 §3). */
export const largestWindowSize = 65_535;
/** The longest timeout that can be agreed on, in seconds (RFC 2349). */
export const largestTimeout = 255;

/** What msftwindow is asked with, and what it is answered with: the first digits of π and of e. */
const microsoftWindow = { asked: "31416", answered: "27182" } as const;
/** The largest window that an ACK's octet can ask for, in blocks. */
const largestToldWindow = 255;

/** What the two ends agreed on. */
export interface TftpAgreement {
  /** Octets of a full block. */
  readonly blockSize: number;
  /** Blocks between two ACKs. */
  readonly windowSize: number;
  /** Seconds before a retransmission, where they were agreed on. */
  readonly timeout: number | undefined;
  /** Octets of the file, where they were told. */
  readonly transferSize: number | undefined;
  /** Where the blocks are sent to, when it is to a group. */
  readonly multicast?: MulticastGroup;
  /** Blocks of the largest window, where each ACK tells how large the next one is to be (msftwindow). */
  readonly largestWindow?: number;
}

/** What a request without options agrees on. */
export const plainAgreement: TftpAgreement = {
  blockSize: defaultBlockSize,
  windowSize: 1,
  timeout: undefined,
  transferSize: undefined,
};

/** What a server is ready to agree on. */
export interface NegotiationLimits {
  /** Octets. */
  readonly largestBlockSize: number;
  /** Blocks. */
  readonly largestWindowSize: number;
  /** Octets that a window may have in all; the window is made smaller to fit, to one block at least. */
  readonly windowOctets: number;
  /** Where the blocks will be sent to, if the request asks for multicast; the answer names its client the master. */
  readonly multicast?: MulticastGroup;
  /** Whether msftwindow is answered on reads. */
  readonly microsoftWindow?: boolean;
}

/** A server's answer. */
export interface NegotiationAnswer {
  readonly agreement: TftpAgreement;
  /** For the OACK, in the order in which they were asked; when empty there is none. */
  readonly options: readonly TftpOption[];
}

/**
 * Answers the options of a request.
 *
 * @param requested - As they came; of an option that came twice the first counts.
 * @param operation - tsize is answered on a read, echoed on a write.
 * @param limits - What the server is ready to agree on.
 * @param size - Octets that a read will put on the wire; undefined where that is not known before.
 */
export function answerOptions(
  requested: readonly TftpOption[],
  operation: "read" | "write",
  limits: NegotiationLimits,
  size: number | undefined,
): NegotiationAnswer {
  let blockSize = defaultBlockSize;
  let windowSize = 1;
  let timeout: number | undefined;
  let transferSize: number | undefined;
  const asked = firstOfEach(requested);
  const multicast = asked.get("multicast") === "" ? limits.multicast : undefined;
  if (multicast !== undefined) asked.delete("windowsize");
  const blksize = toNumber(asked.get("blksize"));
  if (blksize !== undefined && blksize >= smallestBlockSize) {
    blockSize = Math.max(smallestBlockSize, Math.min(blksize, limits.largestBlockSize, largestBlockSize));
  }
  const options: TftpOption[] = [];
  // A window smaller than the peer told would be waited for in vain: either all sizes fit or the option is left out.
  const tellsWindow =
    limits.microsoftWindow === true &&
    operation === "read" &&
    asked.get("msftwindow") === microsoftWindow.asked &&
    (toNumber(asked.get("windowsize")) ?? 0) >= 1 &&
    largestToldWindow * blockSize <= limits.windowOctets;
  for (const [name, text] of asked) {
    if (name === "multicast" && multicast !== undefined) {
      options.push([name, formatMulticastAnswer({ group: multicast, master: true })]);
    }
    const value = toNumber(text);
    if (value === undefined) continue;
    if (name === "msftwindow" && tellsWindow) options.push([name, microsoftWindow.answered]);
    if (name === "blksize" && value >= smallestBlockSize) options.push([name, String(blockSize)]);
    if (name === "windowsize" && value >= 1) {
      const fitting = Math.max(1, Math.floor(limits.windowOctets / blockSize));
      windowSize = Math.max(1, Math.floor(Math.min(value, limits.largestWindowSize, largestWindowSize, fitting)));
      options.push([name, String(windowSize)]);
    }
    if ((name === "timeout" || name === "interval") && value >= 1 && value <= largestTimeout) {
      if (timeout !== undefined && timeout !== value) continue;
      timeout = value;
      options.push([name, String(value)]);
    }
    if (name === "tsize") {
      // curl takes a size of 0 for an error; a file that has nothing needs no announcement.
      transferSize = operation === "write" ? value : size === 0 ? undefined : size;
      if (transferSize !== undefined) options.push([name, String(transferSize)]);
    }
  }
  const agreed = { blockSize, windowSize, timeout, transferSize };
  const told = tellsWindow ? { largestWindow: largestToldWindow } : {};
  const group = multicast === undefined ? {} : { multicast };
  return { agreement: { ...agreed, ...told, ...group }, options };
}

/** Whether a request asks for multicast. */
export function asksForMulticast(requested: readonly TftpOption[]): boolean {
  return firstOfEach(requested).get("multicast") === "";
}

/** What a client asks for. What is undefined is not asked. */
export interface WantedOptions {
  /** Octets, 8 to 65464. */
  readonly blockSize?: number | undefined;
  /** Blocks, 1 to 65535. */
  readonly windowSize?: number | undefined;
  /** Seconds, 1 to 255. */
  readonly timeout?: number | undefined;
  /** 0 on a read; the octets of the file on a write. */
  readonly transferSize?: number | undefined;
  /** To receive with others, of a read. */
  readonly multicast?: boolean | undefined;
}

/** The options of a client's request. @throws RangeError for a number that cannot be asked for. */
export function requestOptions(wanted: WantedOptions): TftpOption[] {
  const rows: readonly (readonly [string, number | undefined, number, number])[] = [
    ["blksize", wanted.blockSize, smallestBlockSize, largestBlockSize],
    ["windowsize", wanted.windowSize, 1, largestWindowSize],
    ["timeout", wanted.timeout, 1, largestTimeout],
    ["tsize", wanted.transferSize, 0, Number.MAX_SAFE_INTEGER],
  ];
  const numbers = rows.flatMap(([name, value, least, most]): TftpOption[] => {
    if (value === undefined) return [];
    if (!Number.isSafeInteger(value) || value < least || value > most) {
      throw new RangeError(`${name} must be from ${least} to ${most}, not ${value}`);
    }
    return [[name, String(value)]];
  });
  return wanted.multicast === true ? [...numbers, ["multicast", ""]] : numbers;
}

/** The server's OACK is none that the client can go on with: it is answered with ERROR 8 (RFC 2347). */
export class TftpOptionError extends Error {
  override readonly name = "TftpOptionError";
}

/**
 * Reads the server's answer to a client's options. What the answer leaves out was refused, and has its default.
 *
 * @throws TftpOptionError for what was not asked, what is more than was asked, and what is no number.
 */
export function acceptOptions(
  answered: readonly TftpOption[],
  wanted: WantedOptions,
  operation: "read" | "write",
): TftpAgreement {
  let { blockSize, windowSize, timeout, transferSize } = plainAgreement;
  let multicast: MulticastGroup | undefined;
  const seen = new Set<string>();
  for (const [name, text] of answered) {
    const value = toNumber(text);
    if (seen.has(name)) throw new TftpOptionError(`The server answered the option ${printable(name)} twice`);
    seen.add(name);
    if (name === "multicast" && wanted.multicast === true) {
      multicast = parseMulticastAnswer(text)?.group;
      if (multicast === undefined) throw new TftpOptionError("The server's multicast names no group");
      continue;
    }
    if (value === undefined) throw new TftpOptionError(`The server's ${printable(name)} is no number`);
    if (name === "blksize" && isWithin(value, smallestBlockSize, wanted.blockSize)) blockSize = value;
    else if (name === "windowsize" && isWithin(value, 1, wanted.windowSize)) windowSize = value;
    else if (name === "timeout" && value === wanted.timeout) timeout = value;
    else if (name === "tsize" && isTransferSize(value, wanted.transferSize, operation)) transferSize = value;
    else throw new TftpOptionError(`The server answered ${printable(name)}=${value}, which was not asked for`);
  }
  if (multicast === undefined) return { blockSize, windowSize, timeout, transferSize };
  if (windowSize > 1) throw new TftpOptionError("The server answered windowsize beside multicast");
  return { blockSize, windowSize, timeout, transferSize, multicast };
}

function isWithin(value: number, least: number, most: number | undefined): boolean {
  return most !== undefined && value >= least && value <= most;
}

function isTransferSize(value: number, wanted: number | undefined, operation: "read" | "write"): boolean {
  return wanted !== undefined && (operation === "read" || value === wanted);
}

function firstOfEach(options: readonly TftpOption[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const [name, value] of options) if (!found.has(name)) found.set(name, value);
  return found;
}

function toNumber(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,16}$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}

function printable(name: string): string {
  return name.slice(0, 32).replace(/[^\x21-\x7e]/g, "?");
}
