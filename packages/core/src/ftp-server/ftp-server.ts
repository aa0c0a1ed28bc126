/**
 * The FTP server: listeners, the sessions they bring, and the clock that ends the idle ones.
 *
 * `start` and `stop` may follow each other any number of times. Nothing of a stopped server is left: no listener, no
 * session, no passive port, no timer.
 */
import { EventEmitter } from "node:events";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { BufferPool, Certificates, codeOf, PassivePorts, Vigil } from "../net/index.ts";
import { formatReply, message, replyCode } from "../protocol/index.ts";
import { DescriptorReserve } from "./descriptor-reserve.ts";
import type { FtpServerEvents } from "./events.ts";
import { ExternalAddress } from "./external-address.ts";
import { ListenerTls } from "./listener-tls.ts";
import { LoginThrottle } from "./login-throttle.ts";
import { resolveOptions, type FtpServerOptions, type ListenerOptions, type ResolvedOptions } from "./options.ts";
import { endsOf, ProxyGate, type ConnectionEnds } from "./proxy-gate.ts";
import { isReservationRefusal, type Reservation } from "./reservations.ts";
import type { SessionHost } from "./session/session-host.ts";
import { SessionTls, type SecuredControl } from "./session/session-tls.ts";
import { Session } from "./session/session.ts";
import { SessionCount } from "./session-count.ts";

/** A bound listener's address. */
export interface ListenerAddress {
  readonly address: string;
  readonly port: number;
  readonly family: 4 | 6;
  /** How TLS begins there; undefined where there is none. */
  readonly tls: "explicit" | "implicit" | undefined;
}

/** How a server is stopped. */
export interface StopOptions {
  /**
   * Milliseconds in which running transfers may finish; meanwhile new sessions are refused with 421. Default 0. A further
   * `stop` without it ends the wait.
   */
  readonly drainFor?: number;
}

interface Listener {
  readonly server: Server;
  readonly host: SessionHost;
  readonly address: ListenerAddress;
}

/** Milliseconds between two looks at the sessions' deadlines, at most. */
const clockTick = 1_000;
/** Connections that the kernel keeps for a listener until they are accepted. */
const backlog = 4096;

/** An FTP server. */
export class FtpServer extends EventEmitter<FtpServerEvents> {
  readonly #options: ResolvedOptions;
  readonly #buffers = new BufferPool();
  readonly #throttle: LoginThrottle;
  readonly #vigil: Vigil;
  readonly #external: ExternalAddress;
  readonly #sessions = new Set<Session>();
  readonly #counts: SessionCount;
  readonly #certificates: Certificates | undefined;
  readonly #gates: ReadonlyMap<ListenerOptions, ProxyGate>;
  /** Connections that have no session: those whose PROXY header or TLS handshake comes before it, and refused ones. */
  readonly #strangers = new Set<Socket>();
  readonly #descriptors = new DescriptorReserve();
  #listeners: Listener[] = [];
  #pools = new Map<string, PassivePorts>();
  #clock: NodeJS.Timeout | undefined;
  #state: "stopped" | "starting" | "running" | "stopping" = "stopped";
  #nextId = 1;
  #emptied: (() => void) | undefined;
  #starting: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;
  /** Ends the wait for transfers. */
  #hurry = new AbortController();

  /**
   * @param options - See `FtpServerOptions`; only `accounts` must be given.
   * @throws RangeError for options that cannot be meant; Error for a certificate that cannot be read or used.
   */
  constructor(options: FtpServerOptions) {
    super();
    this.#options = resolveOptions(options);
    const { limits } = this.#options;
    this.#throttle = new LoginThrottle(limits.loginDelay, limits.loginDelayMax);
    this.#vigil = new Vigil(this.#options.busyPoll);
    this.#counts = new SessionCount(limits.sessions, limits.sessionsPerAddress);
    this.#external = new ExternalAddress(this.#options.passive.externalAddress, (cause) => {
      this.#fault("resolving the external address", cause);
    });
    this.#gates = new Map(
      this.#options.listeners.flatMap((listener) => {
        const { proxyProtocol } = listener;
        return proxyProtocol === undefined ? [] : [[listener, new ProxyGate(proxyProtocol, limits.proxyHeaderTimeout)]];
      }),
    );
    const { tls } = this.#options;
    this.#certificates =
      tls === undefined
        ? undefined
        : new Certificates(tls.certificates, (doing, cause) => {
            this.#fault(doing, cause);
          });
  }

  /** Where the server listens now, with the ports that the system chose; empty when it is stopped. */
  get addresses(): readonly ListenerAddress[] {
    return this.#listeners.map((listener) => listener.address);
  }

  /** How many sessions are open. */
  get sessionCount(): number {
    return this.#sessions.size;
  }

  /** How many passive ports wait for a connection now. */
  get passivePortsArmed(): number {
    let armed = 0;
    for (const pool of this.#pools.values()) armed += pool.armed;
    return armed;
  }

  /**
   * Binds the listeners.
   *
   * @throws Error of the system when one cannot be bound (`code` EADDRINUSE, EACCES); none is left bound then.
   * @throws Error when the server is not stopped.
   */
  async start(): Promise<void> {
    if (this.#state !== "stopped")
      throw new Error(`The server is ${this.#state}; it can be started once it is stopped`);
    this.#state = "starting";
    this.#starting = this.#begins();
    await this.#starting;
  }

  async #begins(): Promise<void> {
    try {
      for (const options of this.#options.listeners) {
        const listener = await this.#listen(options);
        if (listener !== undefined) this.#listeners.push(listener);
      }
    } catch (error) {
      await this.#closeListeners();
      this.#state = "stopped";
      throw error;
    }
    const { loginTimeout, idleTimeout } = this.#options.limits;
    const tick = Math.max(10, Math.min(clockTick, loginTimeout / 4, idleTimeout / 4));
    this.#clock = setInterval(() => {
      this.#endIdleSessions(performance.now());
    }, tick);
    this.#state = "running";
  }

  /**
   * Ends every session with 421: those without a transfer at once, the others when theirs is done, or after a while. New
   * ones are refused with 421 until all are gone; then nothing is listened on any more. May be called more than once.
   *
   * @param options - How long transfers may go on.
   */
  async stop({ drainFor = 0 }: StopOptions = {}): Promise<void> {
    if (drainFor === 0) this.#hurry.abort();
    this.#stopping ??= this.#ends(drainFor).finally(() => {
      this.#stopping = undefined;
      this.#hurry = new AbortController();
    });
    return this.#stopping;
  }

  async #ends(drainFor: number): Promise<void> {
    // A start that fails has left nothing; it tells its own caller.
    await this.#starting?.catch(ignore);
    if (this.#state === "stopped") return;
    this.#state = "stopping";
    for (const socket of this.#strangers) socket.destroy();
    for (const session of [...this.#sessions]) session.retire();
    await this.#emptyWithin(drainFor, this.#hurry.signal);
    for (const session of [...this.#sessions]) this.#dismiss(session);
    await this.#emptyWithin(this.#options.limits.closeTimeout);
    for (const session of [...this.#sessions]) session.channel.destroy();
    const closed = this.#closeListeners();
    for (const socket of this.#strangers) socket.destroy();
    await closed;
    clearInterval(this.#clock);
    this.#clock = undefined;
    this.#state = "stopped";
  }

  /** Disposes of the server as `stop` does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #listen(options: ListenerOptions): Promise<Listener | undefined> {
    const server = createServer({ noDelay: true, allowHalfOpen: true, keepAlive: true, keepAliveInitialDelay: 60_000 });
    const ipv6Only = options.host.includes(":");
    try {
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen({ host: options.host, port: options.port, ipv6Only, backlog }, () => {
          server.off("error", reject);
          resolve();
        });
      });
    } catch (error) {
      const code = codeOf(error);
      if (options.optional === true && (code === "EAFNOSUPPORT" || code === "EADDRNOTAVAIL")) return undefined;
      throw error;
    }
    const bound = server.address();
    if (bound === null || typeof bound === "string") throw new Error("The listener has no TCP address");
    server.on("error", (cause) => {
      this.#fault("accepting connections", cause);
    });
    const host = this.#hostFor(options, bound);
    const gate = this.#gates.get(options);
    server.on("connection", (socket) => {
      this.#accept(socket, host, gate);
    });
    const family = bound.family === "IPv6" ? 6 : 4;
    const tls = host.tls === undefined ? undefined : host.tls.implicit ? "implicit" : "explicit";
    return { server, host, address: { address: bound.address, port: bound.port, family, tls } };
  }

  #hostFor(options: ListenerOptions, bound: AddressInfo): SessionHost {
    let pool = this.#pools.get(options.host);
    if (pool === undefined) {
      pool = new PassivePorts({ host: options.host, ports: this.#options.passive.ports });
      this.#pools.set(options.host, pool);
    }
    return {
      options: this.#options,
      buffers: this.#buffers,
      throttle: this.#throttle,
      vigil: this.#vigil,
      tls: this.#tlsFor(options),
      nameCodec: options.nameCodec ?? this.#options.nameCodec,
      startsInCodec: options.nameCodec !== undefined,
      passivePorts: pool,
      listenerPort: bound.port,
      sessions: () => this.#sessions,
      externalAddress: (client) => this.#external.for(client),
      hears: (event) => this.listenerCount(event) > 0,
      tell: (event, payload) => {
        this.#tell(event, payload);
      },
      fault: (doing, cause, session) => {
        this.#fault(doing, cause, session);
      },
      ended: (session) => {
        this.#ended(session);
      },
    };
  }

  #tlsFor(listener: ListenerOptions): ListenerTls | undefined {
    const { tls, limits } = this.#options;
    if (tls === undefined || this.#certificates === undefined || listener.tls === "off") return undefined;
    return new ListenerTls(tls, listener, this.#certificates, limits.handshakeTimeout);
  }

  #accept(socket: Socket, host: SessionHost, gate: ProxyGate | undefined): void {
    socket.on("error", ignore);
    // The peer may be gone before it is looked at.
    if (socket.remoteAddress === undefined) {
      socket.destroy();
      return;
    }
    if (gate === undefined) this.#admit(socket, host, endsOf(socket));
    else void this.#admitProxied(socket, host, gate);
  }

  /** Never rejects: a connection that is no trusted proxy's is told, and leaves nothing. */
  async #admitProxied(socket: Socket, host: SessionHost, gate: ProxyGate): Promise<void> {
    const own = endsOf(socket);
    this.#strangers.add(socket);
    try {
      const ends = await gate.pass(socket);
      this.#strangers.delete(socket);
      if (ends !== undefined) this.#admit(socket, host, ends);
    } catch (cause) {
      this.#tell("session-refused", { ...own, message: cause instanceof Error ? cause.message : String(cause) });
    } finally {
      this.#strangers.delete(socket);
    }
  }

  #admit(socket: Socket, host: SessionHost, ends: ConnectionEnds): void {
    const crowded = this.#descriptors.isTouchedBy(socket);
    const refusal = crowded ? "Too many connections are open; try again later" : this.#whyNot(ends.remote.address);
    if (refusal !== undefined) {
      this.#refuse(socket, refusal, crowded);
      this.#tell("session-refused", { ...ends, message: refusal });
      return;
    }
    if (host.tls?.implicit === true) void this.#secureFirst(socket, host, host.tls, ends);
    else this.#begin(socket, host, ends, undefined);
  }

  /** Counts a session in. @returns Why it is refused, or undefined. */
  #whyNot(address: string): string | undefined {
    if (this.#state !== "running") return "The server is stopping; try again later";
    return this.#counts.enter(address);
  }

  /** @param atOnce - Whether its descriptor is needed: then the peer's own close is not waited for. */
  #refuse(socket: Socket, why: string, atOnce: boolean): void {
    if (atOnce) {
      socket.write(formatReply(replyCode.serviceNotAvailable, why));
      socket.destroy();
      return;
    }
    this.#strangers.add(socket);
    const timer = setTimeout(() => socket.destroy(), this.#options.limits.closeTimeout);
    socket.once("close", () => {
      clearTimeout(timer);
      this.#strangers.delete(socket);
    });
    socket.end(formatReply(replyCode.serviceNotAvailable, why));
    socket.resume();
  }

  /** Never rejects: a handshake that fails is told, and leaves nothing. */
  async #secureFirst(socket: Socket, host: SessionHost, tls: ListenerTls, ends: ConnectionEnds): Promise<void> {
    this.#strangers.add(socket);
    try {
      const secured = await SessionTls.secureControl(socket, tls);
      if (this.#state === "running") return this.#begin(socket, host, ends, secured);
      secured.socket.destroy();
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      const event = { session: "", ...ends, account: undefined, connection: "control" } as const;
      this.#tell("tls-failed", { ...event, message, cause });
    } finally {
      this.#strangers.delete(socket);
    }
    this.#counts.leave(ends.remote.address);
  }

  #begin(socket: Socket, host: SessionHost, ends: ConnectionEnds, secured: SecuredControl | undefined): void {
    const session = new Session((this.#nextId++).toString(36), socket, host, ends, secured);
    this.#sessions.add(session);
    if (this.#options.reservations === undefined) session.greet(undefined);
    else void this.#reserve(session);
  }

  /** Never rejects: a fault of the application's reservations refuses the session. */
  async #reserve(session: Session): Promise<void> {
    let reservation: Reservation | undefined;
    let refusal = "The server failed; try again later";
    try {
      const answer = await this.#options.reservations?.reserve({ kind: "session", connection: session.connection });
      if (answer !== undefined && isReservationRefusal(answer)) refusal = answer.message;
      else reservation = answer;
    } catch (cause) {
      this.#fault("reserving a session", cause, session.id);
    }
    if (reservation !== undefined) {
      session.greet(reservation);
      return;
    }
    session.reply(replyCode.serviceNotAvailable, refusal);
    session.close("kicked");
  }

  #endIdleSessions(now: number): void {
    for (const session of this.#sessions) {
      if (session.deadline > now) continue;
      const loggedIn = session.login.state === "in";
      session.reply(
        replyCode.serviceNotAvailable,
        loggedIn ? message("Idle for too long; goodbye") : message("Not logged in in time; goodbye"),
      );
      session.close("idle");
    }
  }

  #dismiss(session: Session): void {
    if (session.over) return;
    session.reply(replyCode.serviceNotAvailable, message("The server is stopping; goodbye"));
    session.close("server-stopped");
  }

  #ended(session: Session): void {
    if (!this.#sessions.delete(session)) return;
    this.#counts.leave(session.connection.remote.address);
    if (this.#sessions.size === 0) this.#emptied?.();
  }

  #emptyWithin(milliseconds: number, hurry?: AbortSignal): Promise<void> {
    if (this.#sessions.size === 0 || milliseconds === 0 || hurry?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        hurry?.removeEventListener("abort", done);
        this.#emptied = undefined;
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      hurry?.addEventListener("abort", done, { once: true });
      this.#emptied = done;
    });
  }

  async #closeListeners(): Promise<void> {
    for (const pool of this.#pools.values()) pool.close();
    this.#pools = new Map();
    const closing = this.#listeners.map(({ server }) => new Promise((resolve) => server.close(resolve)));
    this.#listeners = [];
    await Promise.all(closing);
  }

  #tell<K extends keyof FtpServerEvents>(event: K, payload: FtpServerEvents[K][0]): void {
    try {
      // The event's name and its payload are bound together by the signature; the emitter's own types cannot say so.
      (this as EventEmitter).emit(event, payload);
    } catch (cause) {
      if (event !== "server-error") this.#fault(`telling ${event}`, cause);
    }
  }

  #fault(doing: string, cause: unknown, session?: string): void {
    this.#tell("server-error", { doing, cause, session });
  }
}

function ignore(): void {
  // The session is told of errors by its channel; this listener outlives it.
}
