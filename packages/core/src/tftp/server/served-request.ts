/** One request on a server, from its opening to its end. */
import type { RemoteInfo, Socket } from "node:dgram";
import {
  answerOptions,
  defaultPatience,
  formatError,
  formatOptionAcknowledgment,
  opcodeOf,
  plainAgreement,
  tftpErrorCode,
  tftpOpcode,
  type TftpAgreement,
  type TftpOption,
} from "../../protocol/index.ts";
import { refusalFor } from "../transfer/error-codes.ts";
import { ReceivingTransfer } from "../transfer/receiving-transfer.ts";
import { SendingTransfer } from "../transfer/sending-transfer.ts";
import { clock, type SendPacket, type TransferEnd } from "../transfer/transfer.ts";
import { openUdpSocket } from "../transfer/udp-socket.ts";
import type { TftpServerCounters, TftpServerEvents } from "./events.ts";
import { discard, openRequest, TftpRequestError, type OpenedRequest } from "./open-request.ts";
import type { ResolvedTftpOptions, TftpRequestInfo } from "./options.ts";

/** What a request needs of its server. */
export interface RequestHost {
  readonly options: ResolvedTftpOptions;
  readonly counters: TftpServerCounters;
  /** Octets of all windows that are agreed on now. */
  windowOctets: number;
  /** Only the dallying remains of a request. */
  rest(request: ServedRequest): void;
  hears(event: keyof TftpServerEvents): boolean;
  tell<K extends keyof TftpServerEvents>(event: K, payload: TftpServerEvents[K][0]): void;
}

/** The socket that was asked. */
export interface AskedSocket {
  readonly socket: Socket;
  readonly address: string;
  readonly port: number;
  readonly family: 4 | 6;
}

/** Milliseconds between two events of progress. */
const progressTick = 1_000;
/** Octets that a system needs about each datagram that waits. */
const datagramOverhead = 1024;

/** One request. */
export class ServedRequest {
  readonly #host: RequestHost;
  readonly #asked: AskedSocket;
  readonly #peer: RemoteInfo;
  readonly #packet: Uint8Array;
  readonly #info: TftpRequestInfo;
  readonly #giveUp = new AbortController();
  #socket: Socket | undefined;
  #transfer: SendingTransfer | ReceivingTransfer | undefined;
  #agreement: TftpAgreement = plainAgreement;
  /** The options of the OACK; when empty there is none. */
  #answer: readonly TftpOption[] = [];
  #begun = 0;
  #nextProgress = 0;
  #sendable = true;
  #rested = false;

  constructor(host: RequestHost, asked: AskedSocket, peer: RemoteInfo, packet: Uint8Array, info: TftpRequestInfo) {
    this.#host = host;
    this.#asked = asked;
    this.#peer = peer;
    this.#packet = packet;
    this.#info = info;
  }

  /** Whether only the dallying remains, or nothing. */
  get over(): boolean {
    return this.#transfer?.over === true;
  }

  /** Whether only the dallying remained once: it was no transfer any more. */
  get rested(): boolean {
    return this.#rested;
  }

  /** The peer's address. */
  get remoteAddress(): string {
    return this.#info.remote.address;
  }

  /** Whether this packet is the request that is served here, come again. */
  isRepeatedBy(packet: Uint8Array): boolean {
    return Buffer.compare(this.#packet, packet) === 0;
  }

  /** The request came again: one transfer it is, and a WRQ gets its first answer again. */
  repeat(): void {
    if (this.#transfer instanceof ReceivingTransfer) this.#transfer.repeatFirst();
  }

  /** A packet of the peer came. */
  receive(packet: Uint8Array): void {
    this.#transfer?.receive(packet);
    if (this.#host.hears("progress")) this.#tellProgress();
  }

  /** Gives the transfer up: the peer is told. */
  abort(message: string): void {
    this.#giveUp.abort(new Error(message));
    this.#transfer?.abort(message);
  }

  /**
   * Another request came from the same peer. Nothing is sent: an ERROR would look like the answer to that one.
   */
  supersede(): void {
    this.#sendable = false;
    this.abort("Another request came from the same port");
  }

  /** Serves the request to its end. Never rejects. */
  async serve(): Promise<void> {
    try {
      const { signal } = this.#giveUp;
      const expected = this.#info.operation === "write" ? this.#negotiate(undefined).transferSize : undefined;
      const opened = await openRequest(this.#host.options, this.#info, expected, signal);
      await this.#serveOpened(opened);
    } catch (cause) {
      this.#refuse(cause);
    } finally {
      this.#closeSocket();
    }
  }

  async #serveOpened(opened: OpenedRequest): Promise<void> {
    const size = opened.operation === "read" && this.#info.mode === "octet" ? opened.file.size : undefined;
    const agreement = this.#negotiate(size);
    this.#agreement = agreement;
    const octets = agreement.windowSize * agreement.blockSize;
    this.#host.windowOctets += octets;
    try {
      await this.#openSocket(opened);
      if (this.#giveUp.signal.aborted) {
        await discard(opened);
        return;
      }
      await this.#run(opened);
    } finally {
      this.#host.windowOctets -= octets;
    }
  }

  async #openSocket(opened: OpenedRequest): Promise<void> {
    if (this.#host.options.singlePort) return;
    const { windowSize, blockSize } = this.#agreement;
    const window = windowSize * (blockSize + datagramOverhead);
    const reading = opened.operation === "read";
    try {
      this.#socket = await openUdpSocket({
        address: this.#asked.address,
        family: this.#asked.family,
        port: 0,
        receiveBuffer: reading ? 0 : 2 * window,
        sendBuffer: reading ? 2 * window : 0,
      });
    } catch (cause) {
      await discard(opened);
      throw cause;
    }
    // An ICMP error, or a send that failed, is a lost packet: retransmission has the last word.
    this.#socket.on("error", () => undefined);
    this.#socket.on("message", (packet, from) => this.#hear(packet, from));
  }

  #hear(packet: Uint8Array, from: RemoteInfo): void {
    if (from.port === this.#peer.port && from.address === this.#peer.address) {
      this.receive(packet);
      return;
    }
    this.#host.counters.foreign++;
    if (opcodeOf(packet) === tftpOpcode.error) return;
    this.#socket?.send(formatError(tftpErrorCode.unknownTransferId, "Unknown transfer ID"), from.port, from.address);
  }

  async #run(opened: OpenedRequest): Promise<void> {
    const { limits, rollover } = this.#host.options;
    const { blockSize, windowSize, timeout } = this.#agreement;
    const longestTimeout = timeout === undefined ? limits.longestTimeout : Math.max(timeout * 1000, 1_000);
    const machine = {
      blockSize,
      windowSize,
      rollover,
      retries: limits.retries,
      firstRetries: Math.min(limits.firstRetries, limits.retries),
      initialTimeout: Math.min(limits.initialTimeout, longestTimeout),
      longestTimeout,
      patience: Math.min(defaultPatience, limits.longestTimeout),
      random: Math.random,
      first: this.#answer.length === 0 ? undefined : formatOptionAcknowledgment(this.#answer),
    };
    const send = this.#sender();
    this.#begun = clock();
    this.#nextProgress = this.#begun + progressTick;
    this.#host.tell("transfer-start", this.#state(0));
    if (opened.operation === "read") {
      const transfer = new SendingTransfer(opened.file, machine, send);
      this.#transfer = transfer;
      transfer.start();
      this.#tellEnd(await transfer.finished, transfer.heard);
      return;
    }
    const { maxSize } = this.#host.options.write;
    const dally = Math.max(limits.dally, 2_000 * (timeout ?? 0));
    const transfer = new ReceivingTransfer(opened.file, { ...machine, maxSize, dally }, send);
    this.#transfer = transfer;
    transfer.start();
    const end = await transfer.finished;
    this.#tellEnd(end, transfer.heard);
    if (end.failure === undefined) {
      this.#rested = true;
      this.#host.rest(this);
    }
    await transfer.closed;
  }

  #negotiate(size: number | undefined): TftpAgreement {
    const { limits } = this.#host.options;
    const left = Math.max(0, limits.windowOctetsInAll - this.#host.windowOctets);
    const { agreement, options } = answerOptions(
      this.#info.options,
      this.#info.operation,
      {
        largestBlockSize: limits.blockSize,
        largestWindowSize: limits.windowSize,
        windowOctets: Math.min(limits.windowOctets, left),
      },
      size,
    );
    this.#answer = options;
    return agreement;
  }

  #sender(): SendPacket {
    const socket = this.#socket ?? this.#asked.socket;
    const { port, address } = this.#peer;
    return (memory, length) => {
      if (this.#sendable) socket.send(memory, 0, length, port, address);
    };
  }

  #refuse(cause: unknown): void {
    const known = cause instanceof TftpRequestError;
    const { code, message } = known ? cause : refusalFor(cause);
    this.#host.counters.refusals++;
    const packet = formatError(code, message);
    this.#sender()(packet, packet.length);
    const { remote } = this.#info;
    this.#host.tell("refusal", { request: this.#info, remote, code, message });
    if (!known && !(cause instanceof Error && cause.name === "StorageError")) {
      this.#host.tell("server-error", { doing: "serving a request", cause });
    }
  }

  #tellProgress(): void {
    const now = clock();
    if (now < this.#nextProgress || this.#transfer === undefined || this.#transfer.over) return;
    this.#nextProgress = now + progressTick;
    this.#host.tell("progress", this.#state(this.#transfer.octets));
  }

  #tellEnd({ failure, octets, counts, roundTrip }: TransferEnd, heard: boolean): void {
    const { counters } = this.#host;
    counters.resent += counts.resent;
    counters.timeouts += counts.timeouts;
    if (this.#info.operation === "read") counters.octetsSent += octets;
    else counters.octetsReceived += octets;
    const event = { ...this.#state(octets), milliseconds: clock() - this.#begun, roundTrip, counts };
    if (failure === undefined) {
      counters.transfers++;
      this.#host.tell("transfer", event);
    } else if (failure.kind === "peer-error" && !heard && this.#answer.length > 0) {
      counters.declined++;
      this.#host.tell("declined", event);
    } else {
      counters.broken++;
      const cause = "cause" in failure ? failure.cause : undefined;
      this.#host.tell("transfer-broken", { ...event, kind: failure.kind, message: failure.message, cause });
    }
  }

  #state(octets: number): TftpServerEvents["progress"][0] {
    return { request: this.#info, agreement: this.#agreement, octets };
  }

  #closeSocket(): void {
    this.#sendable = false;
    this.#socket?.close();
    this.#socket = undefined;
  }
}
