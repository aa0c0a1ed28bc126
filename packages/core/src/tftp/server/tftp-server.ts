/**
 * The TFTP server (RFC 1350, RFC 2090, RFC 2347, RFC 2348, RFC 2349, RFC 7440).
 *
 * A request gets a socket of its own, whose port is the server's transfer identifier, or with `singlePort` goes on where it
 * was asked. Reading is on, writing off, unless options say otherwise.
 */
import { EventEmitter } from "node:events";
import type { RemoteInfo } from "node:dgram";
import { Vigil } from "../../net/index.ts";
import {
  formatError,
  isNoise,
  normaliseAddress,
  opcodeOf,
  parseRequest,
  tftpErrorCode,
  tftpOpcode,
  TftpPacketError,
  type TftpRequest,
} from "../../protocol/index.ts";
import { newCounters, type TftpServerCounters, type TftpServerEvents } from "./events.ts";
import { ListeningSockets } from "./listening-sockets.ts";
import { MulticastGroups } from "./multicast/multicast-groups.ts";
import { demandAccess, demandMode } from "./open-request.ts";
import {
  resolveTftpOptions,
  type ResolvedTftpOptions,
  type TftpRequestInfo,
  type TftpServerOptions,
} from "./options.ts";
import { TftpRequestError } from "./request-error.ts";
import { sendPacket } from "../transfer/udp-socket.ts";
import { ServedRequest, type AskedSocket, type RequestHost } from "./served-request.ts";

/** Why a transfer is given up when the server ends. */
const stopping = "The server is stopping";
/** Milliseconds between two looks at what still runs. */
const drainTick = 20;

/** Where a server listens. */
export interface TftpListenerAddress {
  readonly address: string;
  readonly port: number;
  readonly family: 4 | 6;
}

/** A TFTP server. */
export class TftpServer extends EventEmitter<TftpServerEvents> {
  readonly #options: ResolvedTftpOptions;
  readonly #host: RequestHost;
  /** The last request of each peer's transfer identifier. */
  readonly #requests = new Map<string, ServedRequest>();
  /** All requests that are served, those that a peer made before its last among them. */
  readonly #served = new Set<ServedRequest>();
  readonly #perAddress = new Map<string, number>();
  readonly #running = new Set<Promise<void>>();
  /** Requests of which only the dallying remains, the oldest first: they are no transfers any more. */
  readonly #dallying = new Set<ServedRequest>();
  #sockets: ListeningSockets | undefined;
  /** Settles once the last start has; it never rejects. */
  #started: Promise<unknown> = Promise.resolve();
  #stopping = false;

  /**
   * @param options - See `TftpServerOptions`; only `storage` must be given.
   * @throws RangeError for options that cannot be meant.
   */
  constructor(options: TftpServerOptions) {
    super();
    this.#options = resolveTftpOptions(options);
    const tell: RequestHost["tell"] = (event, payload) => this.#tell(event, payload);
    const shared = { options: this.#options, counters: newCounters(), tell };
    const { multicast } = this.#options;
    this.#host = {
      ...shared,
      vigil: new Vigil(this.#options.busyPoll),
      groups: multicast === undefined ? undefined : new MulticastGroups(shared, multicast),
      windowOctets: 0,
      unprovenOctets: 0,
      rest: (request) => this.#rest(request),
      hears: (event) => this.listenerCount(event) > 0,
    };
  }

  /** Where the server listens now; empty when it is stopped. */
  get addresses(): readonly TftpListenerAddress[] {
    return (this.#sockets?.sockets ?? []).map(({ address, port, family }) => ({ address, port, family }));
  }

  /** What was done since the server was made. */
  get counters(): Readonly<TftpServerCounters> {
    return { ...this.#host.counters };
  }

  /** How many requests are served now, those that dally included. */
  get transferCount(): number {
    return this.#served.size;
  }

  /**
   * Binds the listeners.
   *
   * @throws Error of the system when one cannot be bound; Error when the server runs, is being stopped, or is stopped
   *   meanwhile. Nothing is left bound then.
   */
  async start(): Promise<void> {
    if (this.#sockets !== undefined) throw new Error("The server is running");
    const sockets = new ListeningSockets(
      this.#options,
      (asked, packet, from) => this.#hear(asked, packet, from),
      (doing, cause) => this.#host.tell("server-error", { doing, cause }),
    );
    this.#sockets = sockets;
    this.#stopping = false;
    // One that was stopped while it started may hold an address for a moment yet.
    const opened = this.#started.then(() => sockets.open());
    this.#started = opened.catch(() => undefined);
    try {
      await opened;
    } catch (error) {
      if (this.#sockets === sockets) this.#sockets = undefined;
      throw error;
    }
  }

  /**
   * Refuses requests, waits for what runs, gives up what then still runs (the peers are told), and stops listening. May
   * be called more than once, and while the server starts: then `start` rejects, if it did not come to its end before.
   *
   * @param options.drainFor - Milliseconds in which running transfers may finish. Default 0.
   */
  async stop({ drainFor = 0 }: { readonly drainFor?: number } = {}): Promise<void> {
    this.#stopping = true;
    if (drainFor > 0) await this.#drain(drainFor);
    for (const request of this.#served) request.abort(stopping);
    await Promise.all(this.#running);
    this.#sockets?.close();
    this.#sockets = undefined;
    await this.#started;
  }

  /** Disposes of the server as `stop` does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /** Waits until no transfer runs. A peer's file is stored before its last ACK: dallying is not waited for. */
  async #drain(drainFor: number): Promise<void> {
    const end = performance.now() + drainFor;
    const runs = (): boolean => [...this.#served].some(({ over }) => !over);
    while (runs() && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, drainTick));
  }

  #hear(asked: AskedSocket, packet: Uint8Array, from: RemoteInfo): void {
    if (from.port === 0) return;
    const key = `${asked.address} ${asked.port} ${from.address} ${from.port}`;
    const opcode = opcodeOf(packet);
    const there = this.#requests.get(key);
    if (opcode === tftpOpcode.readRequest || opcode === tftpOpcode.writeRequest) {
      if (there !== undefined && this.#isRepetition(there, packet)) there.repeat();
      else this.#request(asked, packet, from, key, there);
      return;
    }
    if (this.#options.singlePort && there !== undefined) {
      there.receive(packet);
      return;
    }
    // ERROR is never answered; nor is what is none of TFTP's: some service that answers everything may have sent it.
    if (opcode === tftpOpcode.error || isNoise(packet)) return;
    this.#answerError(asked, from, tftpErrorCode.unknownTransferId, "Unknown transfer ID");
  }

  /**
   * Whether a request is one that is being served already, come twice. Once the peer has gone on with the transfer, one
   * like the first is that of a device that started again; over a single port nobody can tell the two transfers apart.
   */
  #isRepetition(there: ServedRequest, packet: Uint8Array): boolean {
    return !there.over && there.isRepeatedBy(packet) && (this.#options.singlePort || !there.heard);
  }

  #request(
    asked: AskedSocket,
    packet: Uint8Array,
    from: RemoteInfo,
    key: string,
    old: ServedRequest | undefined,
  ): void {
    const { counters } = this.#host;
    const remote = { address: normaliseAddress(from.address), port: from.port };
    let info: TftpRequestInfo | undefined;
    try {
      const parsed = parseRequest(packet);
      counters.requests++;
      info = this.#infoOf(parsed, remote, asked);
      demandAccess(this.#options, parsed.operation, remote.address);
      this.#demandRoom(remote.address);
      // Rules cost time, which strangers do not get.
      info = { ...info, file: this.#rewritten(info) };
      this.#host.tell("request", info);
    } catch (error) {
      if (!(error instanceof TftpPacketError) && !(error instanceof TftpRequestError)) throw error;
      counters.refusals++;
      this.#answerError(asked, from, error.code, error.message);
      this.#host.tell("refusal", { request: info, remote, code: error.code, message: error.message });
      return;
    }
    // Another request from the same transfer identifier: the peer has given the one before up. But nobody's transfer ends
    // because somebody forged a request: where the two can be told apart, one that goes on is left alone.
    if (old !== undefined && (this.#options.singlePort || !old.heard)) old.supersede();
    const served = new ServedRequest(this.#host, asked, from, packet, info);
    this.#requests.set(key, served);
    this.#served.add(served);
    this.#count(remote.address, 1);
    const fault = (cause: unknown): void => this.#host.tell("server-error", { doing: "serving a request", cause });
    const running = served
      .serve()
      .catch(fault)
      .finally(() => {
        this.#running.delete(running);
        this.#served.delete(served);
        this.#dallying.delete(served);
        if (!served.rested) this.#count(remote.address, -1);
        if (this.#requests.get(key) === served) this.#requests.delete(key);
      });
    this.#running.add(running);
  }

  #rest(request: ServedRequest): void {
    this.#count(request.remoteAddress, -1);
    this.#dallying.add(request);
    if (this.#dallying.size <= this.#options.limits.dallying) return;
    const oldest = this.#dallying.values().next().value ?? request;
    this.#dallying.delete(oldest);
    // Its file is stored: the peer is told nothing.
    oldest.abort("Others dally");
  }

  #infoOf(parsed: TftpRequest, remote: TftpRequestInfo["remote"], asked: AskedSocket): TftpRequestInfo {
    const { operation, file, options } = parsed;
    const mode = demandMode(parsed.mode);
    const local = { address: asked.address, port: asked.port };
    return { operation, file, asked: file, mode, options, remote, local };
  }

  /** The name by the rules. @throws TftpRequestError when they refuse it, or the application's function fails. */
  #rewritten({ file, operation, remote }: TftpRequestInfo): string {
    try {
      return this.#options.rewrite?.({ file, operation, address: remote.address }) ?? file;
    } catch (cause) {
      if (cause instanceof TftpRequestError) throw cause;
      this.#host.tell("server-error", { doing: "rewriting a file name", cause });
      throw new TftpRequestError(tftpErrorCode.notDefined, "The file name could not be rewritten");
    }
  }

  #demandRoom(address: string): void {
    if (this.#stopping) throw new TftpRequestError(tftpErrorCode.notDefined, stopping);
    const { transfers, transfersPerAddress } = this.#options.limits;
    const active = this.#running.size - this.#dallying.size;
    const full = active >= transfers || (this.#perAddress.get(address) ?? 0) >= transfersPerAddress;
    if (full) throw new TftpRequestError(tftpErrorCode.notDefined, "The server is busy; try again later");
  }

  #count(address: string, by: number): void {
    const count = (this.#perAddress.get(address) ?? 0) + by;
    if (count === 0) this.#perAddress.delete(address);
    else this.#perAddress.set(address, count);
  }

  #answerError(asked: AskedSocket, to: RemoteInfo, code: number, message: string): void {
    const answer = formatError(code, message);
    sendPacket(asked.socket, answer, answer.length, to.port, to.address);
  }
  /** Never throws: a listener that does is told of, where another one hears that. */
  #tell<K extends keyof TftpServerEvents>(event: K, payload: TftpServerEvents[K][0]): void {
    try {
      // The emitter binds the argument to the name; a generic name is more than its types can follow.
      (this as EventEmitter).emit(event, payload);
    } catch (cause) {
      if (event !== "server-error") this.#tell("server-error", { doing: `telling ${event}`, cause });
    }
  }
}
