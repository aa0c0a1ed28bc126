/**
 * The sockets that a server listens with (RFC 1123 §4.2.3.5).
 *
 * A wildcard is bound as one socket a local unicast address: what is answered then comes from the address that was asked,
 * and a broadcast, which is for none of them, is heard by none. Addresses that come and go are followed.
 */
import type { RemoteInfo } from "node:dgram";
import { networkInterfaces } from "node:os";
import { codeOf } from "../../net/index.ts";
import { openUdpSocket } from "../transfer/udp-socket.ts";
import type { ResolvedTftpOptions } from "./options.ts";
import type { AskedSocket } from "./served-request.ts";

/** Octets that the system is asked to hold of requests that come at once. */
const requestBuffer = 4 * 1024 * 1024;

/** The addresses of this machine, as `os.networkInterfaces` tells them. */
export type InterfaceAddresses = typeof networkInterfaces;

/** The listeners of one server. */
export class ListeningSockets {
  readonly #options: ResolvedTftpOptions;
  readonly #hear: (asked: AskedSocket, packet: Uint8Array, from: RemoteInfo) => void;
  readonly #fault: (doing: string, cause: unknown) => void;
  readonly #interfaces: InterfaceAddresses;
  readonly #sockets = new Map<string, AskedSocket>();
  #timer: NodeJS.Timeout | undefined;
  #following = false;
  #closed = false;

  constructor(
    options: ResolvedTftpOptions,
    hear: (asked: AskedSocket, packet: Uint8Array, from: RemoteInfo) => void,
    fault: (doing: string, cause: unknown) => void,
    interfaces: InterfaceAddresses = networkInterfaces,
  ) {
    this.#options = options;
    this.#hear = hear;
    this.#fault = fault;
    this.#interfaces = interfaces;
  }

  /** What is bound now. */
  get sockets(): readonly AskedSocket[] {
    return [...this.#sockets.values()];
  }

  /** Binds all. @throws Error of the system, and when it is closed meanwhile; none is left bound then. */
  async open(): Promise<void> {
    try {
      for (const listener of this.#options.listeners) {
        for (const address of this.#addressesOf(listener)) {
          this.#demandOpen();
          await this.#bind(listener, address);
        }
      }
      this.#demandOpen();
    } catch (error) {
      this.close();
      throw error;
    }
    if (!this.#options.listeners.some(({ host }) => isWildcard(host))) return;
    this.#timer = setInterval(() => void this.#follow(), Math.max(10, this.#options.limits.addressTick));
    this.#timer.unref();
  }

  /** Closes all. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
    for (const { socket } of this.#sockets.values()) socket.close();
    this.#sockets.clear();
  }

  #demandOpen(): void {
    if (this.#closed) throw new Error("The server was stopped while it started");
  }

  async #bind(listener: Listener, address: string): Promise<void> {
    const { host, port, optional } = listener;
    const family = address.includes(":") ? 6 : 4;
    try {
      const socket = await openUdpSocket({ address, family, port, receiveBuffer: requestBuffer });
      if (this.#closed) {
        socket.close();
        return;
      }
      const asked: AskedSocket = { socket, address, port: socket.address().port, family };
      socket.on("message", (packet, from) => this.#hear(asked, packet, from));
      socket.on("error", (cause) => this.#fault("receiving requests", cause));
      this.#sockets.set(this.#keyOf(listener, address), asked);
    } catch (error) {
      const code = codeOf(error);
      // Of all addresses some may just be coming, or be going: the next look finds out.
      const missing = code === "EAFNOSUPPORT" || code === "EADDRNOTAVAIL";
      if (!missing || (!optional && !isWildcard(host))) throw error;
    }
  }

  /** Binds addresses that came, closes those that went. Never rejects. */
  async #follow(): Promise<void> {
    if (this.#following) return;
    this.#following = true;
    try {
      for (const listener of this.#options.listeners) {
        if (isWildcard(listener.host)) await this.#followWildcard(listener);
      }
    } catch (cause) {
      this.#fault("looking for addresses", cause);
    }
    this.#following = false;
  }

  async #followWildcard(listener: Listener): Promise<void> {
    const there = this.#addressesOf(listener);
    for (const [key, { socket, address }] of this.#sockets) {
      if (key !== this.#keyOf(listener, address) || there.includes(address)) continue;
      this.#sockets.delete(key);
      socket.close();
    }
    for (const address of there) {
      if (this.#sockets.has(this.#keyOf(listener, address))) continue;
      await this.#bind(listener, address).catch((cause: unknown) => this.#fault(`binding ${address}`, cause));
    }
  }

  /** The listener and the address that a socket is for: one address may have several, even of the system's choice. */
  #keyOf(listener: Listener, address: string): string {
    return `${this.#options.listeners.indexOf(listener)} ${address}`;
  }

  /** What a listener is bound to; of a wildcard, all that no other listener names. */
  #addressesOf({ host, port }: Listener): string[] {
    if (!isWildcard(host)) return [host];
    const family = host === "::" ? "IPv6" : "IPv4";
    const named = this.#options.listeners
      .filter((other) => other.port === port && port !== 0)
      .map((other) => other.host);
    return Object.entries(this.#interfaces())
      .flatMap(([name, addresses = []]) =>
        addresses
          .filter((one) => one.family === family)
          .map((one) => (one.family === "IPv6" && one.scopeid !== 0 ? `${one.address}%${name}` : one.address)),
      )
      .filter((address) => !named.includes(address));
  }
}

type Listener = ResolvedTftpOptions["listeners"][0];

function isWildcard(host: string): boolean {
  return host === "0.0.0.0" || host === "::";
}
