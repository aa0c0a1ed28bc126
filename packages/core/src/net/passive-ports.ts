/**
 * Passive data ports: a pool of listeners that stay bound (RFC 959 §3.2, RFC 2428 §3, RFC 2577 §3).
 *
 * A listener is armed for one (port, peer address) pair, so that a range of 100 ports serves more than 100 clients. Ports
 * are chosen at random. What arrives from another address, before the arming or second, is closed at once. An arming
 * that was given up without a connection is quarantined: a late connection behind one NAT address must never reach
 * another session. The same owner may arm its quarantined pair again, since the late connection would be its own.
 */
import { randomInt } from "node:crypto";
import { createServer, type Server, type Socket } from "node:net";
import { message, normaliseAddress } from "../protocol/index.ts";
import { DataConnectionError } from "./data-connection-error.ts";
import { codeOf } from "./dial.ts";
import { endGently } from "./end-gently.ts";

/** Bound listeners among which the random choice is made before another one is bound. */
export const passiveListenersKept = 32;
/** Listeners that are bound at once where the system chooses the ports. More armings than that wait for one. */
export const passiveListenersMost = 1024;
/** Milliseconds between two looks at listeners that nobody needs any more. */
export const passiveSweep = 1_000;
/** Milliseconds in which an abandoned pair serves no other owner. */
export const passiveQuarantine = 5_000;
/** Milliseconds that an arming waits for a pair to become free. */
export const passiveWait = 10_000;
const anyPeer = "*";

/** How the pool listens. */
export interface PassivePortsOptions {
  /** The address that listeners are bound to: the control listener's own. */
  readonly host: string;
  /** First and last port; without it the system chooses the ports. */
  readonly ports?: readonly [number, number] | undefined;
  /** Milliseconds in which an abandoned pair serves no other owner. Default 5,000. */
  readonly quarantine?: number | undefined;
  /** Milliseconds that an arming waits for a free pair. Default 10,000. */
  readonly wait?: number | undefined;
  /** Milliseconds between two looks at what is needed no more. Default 1,000. */
  readonly sweep?: number | undefined;
}

interface Listener {
  readonly server: Server;
  readonly port: number;
  readonly armed: Map<string, PassiveArming>;
  readonly quarantined: Map<string, { readonly owner: object; readonly until: number }>;
}

/**
 * Milliseconds after which a connection that no transfer has claimed is watched for the peer's end. A peer that says at once
 * that it will send nothing, and then asks for a file, has asked by then.
 */
export const passiveIdleTime = 250;

/** A passive port that waits for one connection from one peer. */
export class PassiveArming {
  readonly port: number;
  readonly #release: (arming: PassiveArming, used: boolean) => void;
  #socket: Socket | undefined;
  #over = false;
  /** A transfer has begun that will take the connection: what its peer does is the transfer's to judge. */
  #claimed = false;
  #idle: NodeJS.Timeout | undefined;
  #waiter: ((socket: Socket | undefined) => void) | undefined;

  /** Made by `PassivePorts.arm` only. */
  constructor(port: number, release: (arming: PassiveArming, used: boolean) => void) {
    this.port = port;
    this.#release = release;
  }

  /** Whether the peer has connected already. */
  get connected(): boolean {
    return this.#socket !== undefined && !this.#socket.destroyed;
  }

  /** Takes the connection that arrived. Called by the pool, once. */
  arrive(socket: Socket): void {
    this.#release(this, true);
    this.#socket = socket;
    // Until a transfer takes it, a reset must not crash anything; the transfer sees `destroyed`.
    socket.on("error", ignore);
    if (this.#waiter !== undefined) this.#waiter(socket);
    else this.#watchLater();
  }

  /** A transfer has begun that is going to take the connection. */
  claim(): void {
    this.#claimed = true;
    this.#unwatch();
  }

  /** That transfer took nothing. */
  unclaim(): void {
    this.#claimed = false;
    this.#watchLater();
  }

  /**
   * Gives the port back after a transfer that was refused, and ends the connection that was made for it.
   *
   * @param client - The address of the peer that is told why. Any other is another server, which may be storing a file: to
   *   it an end would be that of an empty one, so that its connection is reset.
   * @param within - Milliseconds in which the client may end its side.
   */
  refuse(client: string, within: number): void {
    const socket = this.#socket;
    if (socket === undefined) return this.release();
    this.#take(socket);
    if (normaliseAddress(socket.remoteAddress ?? "") === client) endGently(socket, within);
    else socket.resetAndDestroy();
  }

  /**
   * The peer's connection, paused. It is the caller's from then on.
   *
   * @param timeout - Milliseconds to wait for it.
   * @throws DataConnectionError `not-arrived`, or `aborted`.
   */
  connection(timeout: number, signal?: AbortSignal): Promise<Socket> {
    if (this.#socket !== undefined) return Promise.resolve(this.#take(this.#socket));
    if (this.#over || signal?.aborted === true) {
      this.release();
      return Promise.reject(aborted(signal));
    }
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiter = undefined;
        signal?.removeEventListener("abort", abort);
        this.release();
        reject(
          new DataConnectionError("not-arrived", message("No data connection came within {timeout} ms", { timeout })),
        );
      }, timeout);
      const abort = (): void => {
        this.#waiter?.(undefined);
      };
      this.#waiter = (socket) => {
        this.#waiter = undefined;
        clearTimeout(timer);
        signal?.removeEventListener("abort", abort);
        if (socket !== undefined) return resolve(this.#take(socket));
        this.release();
        reject(aborted(signal));
      };
      signal?.addEventListener("abort", abort, { once: true });
    });
  }

  /** Gives the port back, and closes a connection that nobody took. May be called more than once. */
  release(): void {
    if (this.#over) return;
    this.#over = true;
    this.#unwatch();
    if (this.#socket === undefined) this.#release(this, false);
    else this.#socket.destroy();
    this.#socket = undefined;
    this.#waiter?.(undefined);
  }

  #take(socket: Socket): Socket {
    this.#over = true;
    this.#unwatch();
    this.#socket = undefined;
    return socket;
  }

  /** Nobody reads a connection that waits, so that its peer's end would be seen by the next transfer only. */
  #watchLater(): void {
    if (this.#claimed || this.#socket === undefined || this.#idle !== undefined) return;
    this.#idle = setTimeout(() => {
      this.#socket?.on("data", this.#early).on("end", this.#ended).resume();
    }, passiveIdleTime).unref();
  }

  #unwatch(): void {
    if (this.#idle === undefined) return;
    clearTimeout(this.#idle);
    this.#idle = undefined;
    this.#socket?.off("data", this.#early).off("end", this.#ended).pause();
  }

  /** A peer may send its file before the command that stores it: what came stays unread, and so does its end. */
  readonly #early = (chunk: Uint8Array): void => {
    this.#unwatch();
    this.#socket?.unshift(chunk);
  };

  /** The peer has no use for the connection any more, and may wait for our end of it (NetX Duo does). */
  readonly #ended = (): void => {
    this.#socket?.end();
  };
}

/** The pool. */
export class PassivePorts {
  readonly #options: PassivePortsOptions;
  readonly #listeners: Listener[] = [];
  readonly #bound = new Map<number, Listener>();
  readonly #unavailable = new Map<number, number>();
  readonly #waiting = new Set<() => void>();
  #closed = false;
  #armed = 0;
  /** Listeners that are being bound. */
  #binding = 0;
  #sweeping: NodeJS.Timeout | undefined;

  constructor(options: PassivePortsOptions) {
    this.#options = options;
  }

  /** How many pairs are armed now. */
  get armed(): number {
    return this.#armed;
  }

  /** How many listeners are bound now. */
  get bound(): number {
    return this.#listeners.length;
  }

  /**
   * Arms a port for one connection.
   *
   * @param peer - The only address it may come from; undefined is any (server-to-server transfers).
   * @param owner - Who arms: a quarantine does not hold against its own maker.
   * @throws DataConnectionError `no-port` when none became free in time.
   */
  async arm(peer: string | undefined, owner: object): Promise<PassiveArming> {
    const key = peer === undefined ? anyPeer : normaliseAddress(peer);
    const deadline = performance.now() + (this.#options.wait ?? passiveWait);
    for (;;) {
      if (this.#closed) throw new DataConnectionError("aborted", message("The passive ports are closed"));
      const listener = this.#pick(key, owner) ?? (await this.#bindAnother(key, owner));
      // While one was bound for this arming, another may have taken it.
      if (listener !== undefined && isFree(listener, key, owner)) return this.#armListener(listener, key, owner);
      if (listener !== undefined) continue;
      const left = deadline - performance.now();
      if (left <= 0) {
        throw new DataConnectionError("no-port", message("All passive ports are in use; a wider range would help"));
      }
      await this.#freed(Math.min(left, 250));
    }
  }

  /** Closes all listeners. Armings that wait fail. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#sweeping);
    for (const listener of this.#listeners) {
      for (const arming of [...listener.armed.values()]) arming.release();
      listener.server.close();
    }
    this.#listeners.length = 0;
    this.#bound.clear();
    for (const wake of [...this.#waiting]) wake();
  }

  #armListener(listener: Listener, key: string, owner: object): PassiveArming {
    const arming = new PassiveArming(listener.port, (ended, used) => {
      if (listener.armed.get(key) !== ended) return;
      listener.armed.delete(key);
      this.#armed--;
      const quarantine = this.#options.quarantine ?? passiveQuarantine;
      if (!used) {
        listener.quarantined.set(key, { owner, until: performance.now() + quarantine });
        this.#sweepLater();
      }
      for (const wake of [...this.#waiting]) wake();
    });
    listener.quarantined.delete(key);
    listener.armed.set(key, arming);
    this.#armed++;
    return arming;
  }

  /** A bound listener that is free for this peer, chosen at random. */
  #pick(key: string, owner: object): Listener | undefined {
    if (this.#listeners.length < passiveListenersKept && this.#canBind()) return undefined;
    return this.#pickBound(key, owner);
  }

  #pickBound(key: string, owner: object): Listener | undefined {
    const count = this.#listeners.length;
    const start = count === 0 ? 0 : randomInt(count);
    for (let i = 0; i < count; i++) {
      const listener = this.#listeners[(start + i) % count];
      if (listener !== undefined && isFree(listener, key, owner)) return listener;
    }
    return undefined;
  }

  #canBind(): boolean {
    const ports = this.#options.ports;
    if (ports === undefined) return this.#listeners.length + this.#binding < passiveListenersMost;
    return this.#bound.size + this.#unavailable.size < ports[1] - ports[0] + 1;
  }

  /** Binds one more listener, at random within the range; undefined when the range is used up. */
  async #bindAnother(key: string, owner: object): Promise<Listener | undefined> {
    const ports = this.#options.ports;
    if (ports === undefined) return this.#canBind() ? this.#listenAnywhere(key, owner) : undefined;
    const now = performance.now();
    for (const [port, until] of this.#unavailable) if (until < now) this.#unavailable.delete(port);
    const count = ports[1] - ports[0] + 1;
    const start = randomInt(count);
    for (let i = 0; i < count; i++) {
      const port = ports[0] + ((start + i) % count);
      const bound = this.#bound.get(port);
      if (bound !== undefined) {
        if (isFree(bound, key, owner)) return bound;
        continue;
      }
      if (this.#unavailable.has(port)) continue;
      const listener = await this.#listen(port);
      if (listener !== undefined && isFree(listener, key, owner)) return listener;
    }
    return undefined;
  }

  /** Where no further port can be had, one that is bound already may do. */
  async #listenAnywhere(key: string, owner: object): Promise<Listener | undefined> {
    this.#binding++;
    try {
      return await this.#listen(0);
    } catch (error) {
      const bound = this.#pickBound(key, owner);
      if (bound === undefined) throw error;
      return bound;
    } finally {
      this.#binding--;
    }
  }

  async #listen(port: number): Promise<Listener | undefined> {
    // Reserved before the bind, so that two armings at once do not try the same port.
    if (port !== 0) this.#unavailable.set(port, performance.now() + 10_000);
    const server = createServer({ pauseOnConnect: true, allowHalfOpen: true, noDelay: true });
    try {
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        // Under node:cluster a shared listen(0) would give two workers one port: exclusive keeps each its own.
        server.listen(
          { host: this.#options.host, port, exclusive: true, ipv6Only: this.#options.host === "::" },
          resolve,
        );
      });
    } catch (error) {
      if (codeOf(error) === "EADDRINUSE" || codeOf(error) === "EACCES") return undefined;
      if (port !== 0) this.#unavailable.delete(port);
      throw new DataConnectionError("no-port", message("No passive port could be opened"), error);
    }
    if (port !== 0) this.#unavailable.delete(port);
    const address = server.address();
    const bound = address !== null && typeof address === "object" ? address.port : port;
    const listener: Listener = { server, port: bound, armed: new Map(), quarantined: new Map() };
    server.on("connection", (socket) => this.#arrived(listener, socket));
    // Accepting may fail for want of descriptors: the listener goes on, and the arming times out.
    server.on("error", ignore);
    if (this.#closed) {
      server.close();
      throw new DataConnectionError("aborted", message("The passive ports are closed"));
    }
    this.#listeners.push(listener);
    this.#bound.set(bound, listener);
    if (this.#listeners.length > passiveListenersKept) this.#sweepLater();
    return listener;
  }

  /** What a rush of armings left behind goes again: listeners beyond those that are kept, and quarantines that are over. */
  #sweepLater(): void {
    if (this.#closed) return;
    this.#sweeping ??= setInterval(() => {
      this.#sweep(performance.now());
    }, this.#options.sweep ?? passiveSweep).unref();
  }

  #sweep(now: number): void {
    let quarantines = 0;
    for (const listener of [...this.#listeners]) {
      for (const [key, { until }] of listener.quarantined) if (until <= now) listener.quarantined.delete(key);
      quarantines += listener.quarantined.size;
      const idle = listener.armed.size === 0 && listener.quarantined.size === 0;
      if (idle && this.#listeners.length > passiveListenersKept) this.#unbind(listener);
    }
    if (quarantines > 0 || this.#listeners.length > passiveListenersKept) return;
    clearInterval(this.#sweeping);
    this.#sweeping = undefined;
  }

  #unbind(listener: Listener): void {
    listener.server.close();
    this.#listeners.splice(this.#listeners.indexOf(listener), 1);
    this.#bound.delete(listener.port);
  }

  #arrived(listener: Listener, socket: Socket): void {
    const peer = normaliseAddress(socket.remoteAddress ?? "");
    const arming = listener.armed.get(peer) ?? listener.armed.get(anyPeer);
    if (arming === undefined) {
      socket.on("error", ignore);
      // A reset: to another server that stores a file, a close would be the end of an empty one.
      socket.resetAndDestroy();
      return;
    }
    arming.arrive(socket);
  }

  #freed(within: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, within);
      this.#waiting.add(wake);
    });
  }
}

function isFree(listener: Listener, key: string, owner: object): boolean {
  if (listener.armed.has(key) || (key === anyPeer ? listener.armed.size > 0 : listener.armed.has(anyPeer)))
    return false;
  const quarantine = listener.quarantined.get(key);
  if (quarantine === undefined) return true;
  if (quarantine.owner === owner) return true;
  if (quarantine.until > performance.now()) return false;
  listener.quarantined.delete(key);
  return true;
}

function aborted(signal: AbortSignal | undefined): DataConnectionError {
  return new DataConnectionError("aborted", message("Waiting for the data connection was aborted"), signal?.reason);
}

function ignore(): void {
  // Told elsewhere: a connection nobody wanted, or one whose end the transfer sees.
}
