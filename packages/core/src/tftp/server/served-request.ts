/** One request on a server, from its opening to its end. */
import type { RemoteInfo, Socket } from "node:dgram";
import { Turns, type Vigil } from "../../net/index.ts";
import {
  asksForMulticast,
  formatError,
  formatOptionAcknowledgment,
  opcodeOf,
  plainAgreement,
  tftpErrorCode,
  tftpOpcode,
  type MulticastGroup,
  type TftpAgreement,
  type TftpOption,
} from "../../protocol/index.ts";
import { ReceivingTransfer } from "../transfer/receiving-transfer.ts";
import { SendingTransfer } from "../transfer/sending-transfer.ts";
import { toldSize, type ToldSize } from "../transfer/size-check.ts";
import type { SendPacket } from "../transfer/transfer.ts";
import { openUdpSocket, sendPacket } from "../transfer/udp-socket.ts";
import type { TftpServerCounters, TftpServerEvents } from "./events.ts";
import type { GroupMembership } from "./multicast/group-membership.ts";
import type { MulticastGroups } from "./multicast/multicast-groups.ts";
import { discard, openRequest, type OpenedRequest } from "./open-request.ts";
import type { ResolvedTftpOptions, TftpRequestInfo } from "./options.ts";
import { RequestEvents } from "./request-events.ts";
import { TftpRequestError } from "./request-error.ts";
import { negotiate, retransmission, type AgreedWindows } from "./request-terms.ts";

/** What a request needs of its server. */
export interface RequestHost extends AgreedWindows {
  readonly options: ResolvedTftpOptions;
  readonly counters: TftpServerCounters;
  /** Keeps the event loop awake between the packets of a brisk peer. */
  readonly vigil: Vigil;
  /** Undefined where there is no multicast. */
  readonly groups: MulticastGroups | undefined;
  windowOctets: number;
  unprovenOctets: number;
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

/** Octets that a system needs about each datagram that waits. */
const datagramOverhead = 1024;

/** One request. */
export class ServedRequest {
  readonly #host: RequestHost;
  readonly #asked: AskedSocket;
  readonly #peer: RemoteInfo;
  readonly #packet: Uint8Array;
  readonly #info: TftpRequestInfo;
  readonly #events: RequestEvents;
  readonly #turns: Turns;
  readonly #giveUp = new AbortController();
  #socket: Socket | undefined;
  #transfer: SendingTransfer | ReceivingTransfer | GroupMembership | undefined;
  #agreement: TftpAgreement = plainAgreement;
  /** The options of the OACK; when empty there is none. */
  #answer: readonly TftpOption[] = [];
  #sendable = true;
  /** Octets of the window that is agreed on. */
  #windowOctets = 0;
  #heard = false;
  #rested = false;

  constructor(host: RequestHost, asked: AskedSocket, peer: RemoteInfo, packet: Uint8Array, info: TftpRequestInfo) {
    this.#host = host;
    this.#asked = asked;
    this.#peer = peer;
    this.#packet = packet;
    this.#info = info;
    this.#events = new RequestEvents(host, info);
    this.#turns = new Turns(host.vigil);
  }

  /** Whether only the dallying remains, or nothing. */
  get over(): boolean {
    return this.#transfer?.over === true;
  }

  /** Whether the peer answered what was sent to it. */
  get heard(): boolean {
    return this.#heard;
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

  /** The request came again: one transfer it is; a WRQ gets its first answer again, and so does a client of a group. */
  repeat(): void {
    if (!(this.#transfer instanceof SendingTransfer)) this.#transfer?.repeatFirst();
  }

  /** A packet of the peer came. */
  receive(packet: Uint8Array): void {
    if (!this.#heard) {
      this.#heard = true;
      this.#host.unprovenOctets -= this.#windowOctets;
      this.#host.windowOctets += this.#windowOctets;
    }
    this.#turns.heard();
    this.#transfer?.receive(packet);
    if (!this.over) this.#turns.answered();
    this.#tellProgress();
  }

  /** Gives the transfer up: the peer is told. */
  abort(message: string): void {
    this.#giveUp.abort(new TftpRequestError(tftpErrorCode.notDefined, message));
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
      const opened = await this.#open(this.#toldSize(this.#negotiate(undefined))?.octets);
      if (!(await this.#serveInGroup(opened, signal))) await this.#serveOpened(opened);
    } catch (cause) {
      const { code, message } = this.#events.refuse(cause);
      const packet = formatError(code, message);
      this.#sender()(packet, packet.length);
    } finally {
      this.#closeSocket();
    }
  }

  /** Opens the file, for no longer than may be waited: neither the application nor the storage holds up the server's end. */
  async #open(expected: number | undefined): Promise<OpenedRequest> {
    const { options } = this.#host;
    const { signal } = this.#giveUp;
    const opening = openRequest(options, this.#info, expected, signal);
    const timer = setTimeout(() => this.abort("The file could not be opened in time"), options.limits.openTimeout);
    const given = new Promise<never>((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
    });
    try {
      return await Promise.race([opening, given]);
    } catch (error) {
      // What opens after all is nobody's any more.
      opening.then(discard).catch(() => undefined);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Serves a client with others, if it asks for that and there is a group for it. */
  async #serveInGroup(opened: OpenedRequest, signal: AbortSignal): Promise<boolean> {
    const { groups } = this.#host;
    const { mode, options } = this.#info;
    if (groups === undefined || opened.operation === "write" || opened.path === undefined) return false;
    if (mode !== "octet" || !asksForMulticast(options)) return false;
    const { path } = opened;
    const { blockSize } = this.#negotiate(undefined);
    const group = await groups.find({ path, blockSize, asked: this.#asked, peer: this.#peer }, signal);
    if (group === undefined) return false;
    const agreement = this.#negotiate(group.octets, group.place);
    const { limits } = this.#host.options;
    const membership = group.join({
      ...retransmission(agreement, limits.multicastRetries, limits),
      peer: this.#peer,
      options: this.#answer,
      sender: (socket) => this.#sender(socket),
      progress: () => this.#tellProgress(),
    });
    this.#transfer = membership;
    this.#events.begin(agreement, path);
    try {
      await discard(opened);
    } finally {
      this.#events.end(await membership.finished, !membership.heard);
    }
    return true;
  }

  async #serveOpened(opened: OpenedRequest): Promise<void> {
    const size = opened.operation === "read" && this.#info.mode === "octet" ? opened.file.size : undefined;
    const agreement = this.#negotiate(size);
    this.#agreement = agreement;
    this.#windowOctets = (agreement.largestWindow ?? agreement.windowSize) * agreement.blockSize;
    this.#host.unprovenOctets += this.#windowOctets;
    try {
      await this.#openSocket(opened);
      if (this.#giveUp.signal.aborted) {
        await discard(opened);
        return;
      }
      await this.#run(opened);
    } finally {
      this.#host[this.#heard ? "windowOctets" : "unprovenOctets"] -= this.#windowOctets;
      this.#windowOctets = 0;
    }
  }

  async #openSocket(opened: OpenedRequest): Promise<void> {
    if (this.#host.options.singlePort) return;
    const { windowSize, blockSize, largestWindow = windowSize } = this.#agreement;
    const window = largestWindow * (blockSize + datagramOverhead);
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
    if (this.#socket === undefined) return;
    const answer = formatError(tftpErrorCode.unknownTransferId, "Unknown transfer ID");
    sendPacket(this.#socket, answer, answer.length, from.port, from.address);
  }

  async #run(opened: OpenedRequest): Promise<void> {
    const { limits, rollover, write } = this.#host.options;
    const { blockSize, windowSize, largestWindow } = this.#agreement;
    const machine = {
      ...retransmission(this.#agreement, limits.retries, limits),
      blockSize,
      windowSize,
      rollover,
      first: this.#answer.length === 0 ? undefined : formatOptionAcknowledgment(this.#answer),
    };
    const send = this.#sender();
    this.#events.begin(this.#agreement, opened.path);
    // In netascii it is left open which of the two sizes was told, that of the file or that on the wire.
    const checked = write.checkSize && this.#info.mode === "octet" ? this.#toldSize(this.#agreement) : undefined;
    const dally = Math.max(limits.dally, 2_000 * (this.#agreement.timeout ?? 0));
    const transfer =
      opened.operation === "read"
        ? new SendingTransfer(opened.file, { ...machine, largestWindow }, send)
        : new ReceivingTransfer(opened.file, { ...machine, maxSize: write.maxSize, toldSize: checked, dally }, send);
    this.#transfer = transfer;
    transfer.start();
    const end = await transfer.finished;
    this.#events.end(end, !transfer.heard && this.#answer.length > 0);
    if (opened.operation === "write" && end.failure === undefined) {
      this.#rested = true;
      this.#host.rest(this);
    }
    await transfer.closed;
  }

  /** The size of the file that the peer is going to send. */
  #toldSize({ transferSize }: TftpAgreement): ToldSize | undefined {
    return this.#info.operation === "write" ? toldSize(transferSize, "client") : undefined;
  }

  #negotiate(size: number | undefined, multicast?: MulticastGroup): TftpAgreement {
    const { agreement, options } = negotiate(this.#host.options, this.#info, this.#host, size, multicast);
    this.#answer = options;
    return agreement;
  }

  #sender(socket: Socket = this.#socket ?? this.#asked.socket): SendPacket {
    const { port, address } = this.#peer;
    return (memory, length) => {
      if (this.#sendable) sendPacket(socket, memory, length, port, address);
    };
  }

  #tellProgress(): void {
    const transfer = this.#transfer;
    if (transfer !== undefined && !transfer.over) this.#events.progress(transfer);
  }

  #closeSocket(): void {
    this.#sendable = false;
    this.#socket?.close();
    this.#socket = undefined;
  }
}
