/** Who is at the ends of a control connection, where a proxy passes it on and tells by a PROXY header. */
import type { Socket } from "node:net";
import type { EndPoint } from "../accounts/index.ts";
import { Networks, readProxyHeader } from "../net/index.ts";
import { normaliseAddress, ProxyHeaderError } from "../protocol/index.ts";
import type { ProxyProtocolOptions } from "./options.ts";

/** The ends of a control connection. */
export interface ConnectionEnds {
  readonly remote: EndPoint;
  readonly local: EndPoint;
}

/** The ends of the TCP connection itself. */
export function endsOf(socket: Socket): ConnectionEnds {
  return {
    remote: { address: normaliseAddress(socket.remoteAddress ?? ""), port: socket.remotePort ?? 0 },
    local: { address: normaliseAddress(socket.localAddress ?? ""), port: socket.localPort ?? 0 },
  };
}

/** What lets connections through to a listener behind proxies. */
export class ProxyGate {
  readonly #trusted: Networks;
  readonly #timeout: number;

  /**
   * @param timeout - Milliseconds for a header.
   * @throws RangeError for a trusted address that is none, or when there is none at all.
   */
  constructor({ trusted }: ProxyProtocolOptions, timeout: number) {
    if (trusted.length === 0) throw new RangeError("proxyProtocol.trusted must name a proxy");
    this.#trusted = new Networks(trusted, "proxyProtocol.trusted");
    this.#timeout = timeout;
  }

  /**
   * Learns who is at the ends. The socket is paused then, with what follows the header in it.
   *
   * @returns The ends; the TCP connection's own where the header tells none; undefined for a connection that ended before
   * its first octet: balancers look whether somebody listens.
   * @throws ProxyHeaderError; the connection is closed then.
   */
  async pass(socket: Socket): Promise<ConnectionEnds | undefined> {
    const own = endsOf(socket);
    if (!this.#trusted.has(own.remote.address)) {
      socket.destroy();
      throw new ProxyHeaderError("This address is no trusted proxy");
    }
    const header = await readProxyHeader(socket, this.#timeout);
    if (header?.kind !== "proxied") return header === undefined ? undefined : own;
    return { remote: header.source, local: header.destination };
  }
}
