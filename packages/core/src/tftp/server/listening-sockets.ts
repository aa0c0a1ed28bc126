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

/** The listeners of one server. */
export class ListeningSockets {
  readonly #options: ResolvedTftpOptions;
  readonly #hear: (asked: AskedSocket, packet: Uint8Array, from: RemoteInfo) => void;
  readonly #fault: (doing: string, cause: unknown) => void;
  readonly #sockets = new Map<string, AskedSocket>();
  #timer: NodeJS.Timeout | undefined;
  #following = false;
  #closed = false;

  constructor(
    options: ResolvedTftpOptions,
    hear: (asked: AskedSocket, packet: Uint8Array, from: RemoteInfo) => void,
    fault: (doing: string, cause: unknown) => void,
  ) {
    this.#options = options;
    this.#hear = hear;
    this.#fault = fault;
  }

  /** What is bound now. */
  get sockets(): readonly AskedSocket[] {
    return [...this.#sockets.values()];
  }

  /** Binds all. @throws Error of the system; none is left bound then. */
  async open(): Promise<void> {
    try {
      for (const { host, port, optional } of this.#options.listeners) {
        for (const address of addressesOf(host)) await this.#bind(address, port, optional);
      }
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

  async #bind(address: string, port: number, optional: boolean): Promise<void> {
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
      this.#sockets.set(`${address} ${port}`, asked);
    } catch (error) {
      const code = codeOf(error);
      if (!optional || (code !== "EAFNOSUPPORT" && code !== "EADDRNOTAVAIL")) throw error;
    }
  }

  /** Binds addresses that came, closes those that went. Never rejects. */
  async #follow(): Promise<void> {
    if (this.#following) return;
    this.#following = true;
    for (const { host, port } of this.#options.listeners) {
      if (!isWildcard(host)) continue;
      const there = addressesOf(host);
      for (const [key, { socket, address, family }] of this.#sockets) {
        const belongs = key.endsWith(` ${port}`) && (family === 6) === host.includes(":");
        if (!belongs || there.includes(address)) continue;
        this.#sockets.delete(key);
        socket.close();
      }
      for (const address of there) {
        if (this.#sockets.has(`${address} ${port}`)) continue;
        await this.#bind(address, port, true).catch((cause: unknown) => this.#fault(`binding ${address}`, cause));
      }
    }
    this.#following = false;
  }
}

function isWildcard(host: string): boolean {
  return host === "0.0.0.0" || host === "::";
}

function addressesOf(host: string): string[] {
  if (!isWildcard(host)) return [host];
  const family = host === "::" ? "IPv6" : "IPv4";
  return Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
    addresses
      .filter((one) => one.family === family)
      .map((one) => (one.family === "IPv6" && one.scopeid !== 0 ? `${one.address}%${name}` : one.address)),
  );
}
