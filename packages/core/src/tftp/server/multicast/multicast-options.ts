/** What a server's multicast is made from (RFC 2090). */
import { isIP } from "node:net";
import { isMulticastAddress, multicastPort, type MulticastGroup } from "../../../protocol/index.ts";

/** Multicast of files that are read (RFC 2090). */
export interface TftpMulticastOptions {
  /** Multicast addresses, of one family: `239.255.0.1`. Each group of clients gets a pair of address and port. */
  readonly address: string | readonly string[];
  /** Default 1758. */
  readonly port?: number;
  /** More ports than one, for more groups: the first and the last. In the place of `port`. */
  readonly ports?: { readonly first: number; readonly last: number };
  /** How far blocks go: 1 stays in the network, each router takes one off. From 0, which stays on this machine, to 255. Default 1. */
  readonly ttl?: number;
  /** The address of this machine to whose network blocks go. Default: the address that was asked. */
  readonly interface?: string;
}

/** Options with every default in place. */
export interface ResolvedMulticast {
  readonly family: 4 | 6;
  /** What groups can have. */
  readonly places: readonly MulticastGroup[];
  readonly ttl: number;
  readonly interface: string | undefined;
}

/** Pairs of address and port that are kept; more would serve nobody. */
const placesLimit = 65_536;

/** Applies the defaults. @throws RangeError for what cannot be meant. */
export function resolveMulticast(options: TftpMulticastOptions): ResolvedMulticast {
  const { port = multicastPort, ports = { first: port, last: port }, ttl = 1 } = options;
  const addresses = typeof options.address === "string" ? [options.address] : options.address;
  for (const address of addresses) {
    if (!isMulticastAddress(address)) throw new RangeError(`multicast.address: "${address}" is no multicast address`);
  }
  const families = new Set(addresses.map((address) => isIP(address)));
  if (families.size !== 1) throw new RangeError("multicast.address must name addresses of one family");
  const { first, last } = ports;
  const valid = [first, last].every((one) => Number.isInteger(one) && one >= 1 && one <= 65_535) && first <= last;
  if (!valid) throw new RangeError("multicast.ports must be from 1 to 65535, the first not after the last");
  if (!Number.isInteger(ttl) || ttl < 0 || ttl > 255) throw new RangeError("multicast.ttl must be from 0 to 255");
  if (options.interface !== undefined && isIP(options.interface) === 0) {
    throw new RangeError("multicast.interface must be an address of this machine");
  }
  const count = Math.min(placesLimit, addresses.length * (last - first + 1));
  return {
    family: families.has(6) ? 6 : 4,
    places: Array.from({ length: count }, (_, at) => ({
      address: addresses[at % addresses.length] ?? "",
      port: first + Math.floor(at / addresses.length),
    })),
    ttl,
    interface: options.interface,
  };
}
