/**
 * The option `multicast` (RFC 2090). A client asks for it with an empty value; the server answers
 *
 *     | multicast | 0 | addr,port,mc | 0 |
 *
 * addr and port are the group's; mc is 1 for the one client that is to acknowledge, the master, and 0 for all others. In a
 * later OACK addr and port may be empty.
 */
import { isIPv4, isIPv6, octetsOfAddress } from "../ftp/address/ip-address.ts";

/** The port that RFC 2090 recommends. */
export const multicastPort = 1758;
/** The blocks that a file may have which is sent to a group: a block's number is its place, and never comes again. */
export const multicastBlockLimit = 65_535;

/** Where a group receives. */
export interface MulticastGroup {
  /** A multicast address, IPv4 or IPv6. */
  readonly address: string;
  readonly port: number;
}

/** What a server answers. */
export interface MulticastAnswer {
  /** Undefined where a later OACK leaves it out. */
  readonly group: MulticastGroup | undefined;
  /** Whether this client is to acknowledge. */
  readonly master: boolean;
}

/** Whether `text` is a multicast address, without a zone: 224.0.0.0/4 or ff00::/8. */
export function isMulticastAddress(text: string): boolean {
  if (text.includes("%") || !(isIPv4(text) || isIPv6(text))) return false;
  const [first = 0] = octetsOfAddress(text);
  return isIPv4(text) ? first >= 224 && first <= 239 : first === 255;
}

/** Reads the option's value as a server writes it. @returns undefined for what is none. */
export function parseMulticastAnswer(text: string): MulticastAnswer | undefined {
  const match = /^([0-9a-f:.]{0,45}),(\d{0,5}),([01])$/i.exec(text);
  if (match === null) return undefined;
  const [, address = "", port = "", mc] = match;
  const master = mc === "1";
  if (address === "" && port === "") return { group: undefined, master };
  const group = { address, port: Number(port) };
  return isMulticastAddress(address) && group.port >= 1 && group.port <= 65_535 ? { group, master } : undefined;
}

/** Writes the option's value. */
export function formatMulticastAnswer({ group, master }: MulticastAnswer): string {
  return `${group?.address ?? ""},${group?.port ?? ""},${master ? 1 : 0}`;
}
