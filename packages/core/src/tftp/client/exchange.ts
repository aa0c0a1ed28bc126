/**
 * One request and its transfer, on a socket of its own (RFC 1350 §4).
 *
 * The first answer binds the server's transfer identifier; packets from elsewhere get ERROR 5 and are otherwise ignored.
 */
import type { RemoteInfo, Socket } from "node:dgram";
import { isCallbackError } from "../../bytes/index.ts";
import {
  acceptOptions,
  blockOf,
  defaultPatience,
  formatError,
  formatRequest,
  normaliseAddress,
  opcodeOf,
  parseError,
  parseOptionAcknowledgment,
  plainAgreement,
  requestOptions,
  RetransmissionTimer,
  tftpErrorCode,
  tftpOpcode,
  TftpOptionError,
  type MulticastGroup,
  type TftpAgreement,
  type TftpMachineOptions,
  type WantedOptions,
} from "../../protocol/index.ts";
import { resolveBusyPoll, settledWithin, Turns, Vigil } from "../../net/index.ts";
import type { ReadableFile, WritableFile } from "../../storage/index.ts";
import { ReceivingTransfer } from "../transfer/receiving-transfer.ts";
import { SendingTransfer } from "../transfer/sending-transfer.ts";
import { toldSize, type ToldSize } from "../transfer/size-check.ts";
import { sendPacket } from "../transfer/udp-socket.ts";
import { clock, type SendPacket, type TransferEnd, type TransferFailure } from "../transfer/transfer.ts";
import { joinGroup } from "./multicast/group-socket.ts";
import { GroupTransfer } from "./multicast/group-transfer.ts";
import type { TftpGroupOptions } from "./options.ts";

/** What is to be transferred. */
export type LocalEnd =
  | { readonly operation: "read"; readonly maxSize: number; readonly open: () => Promise<WritableFile> }
  | { readonly operation: "write"; readonly source: ReadableFile };

/** What an exchange is made of. */
export interface ExchangeOptions {
  readonly socket: Socket;
  readonly server: { readonly address: string; readonly port: number };
  readonly file: string;
  readonly mode: "octet" | "netascii";
  /** What is asked for; undefined asks for nothing: plain RFC 1350. */
  readonly wanted: WantedOptions | undefined;
  readonly end: LocalEnd;
  readonly timing: Omit<TftpMachineOptions, "blockSize" | "windowSize" | "transmit">;
  /** How a file is received with others, should the server offer it. */
  readonly group: TftpGroupOptions & Required<Omit<TftpGroupOptions, "interface">>;
  /** Retransmissions of the request. */
  readonly requestRetries: number;
  /** Whether a file that is got must have the size that the server told. */
  readonly checkSize: boolean;
  readonly onOctets: (octets: number, agreement: TftpAgreement) => void;
}

/** Why a request had no answer that a transfer could begin with. */
export type RequestFailure =
  | TransferFailure
  /** The system did not send it. */
  | { readonly kind: "unreachable"; readonly message: string; readonly cause: Error };

/** How an exchange ended. */
export type ExchangeEnd =
  | { readonly kind: "ended"; readonly end: TransferEnd; readonly agreement: TftpAgreement }
  /** The request had no answer that a transfer could begin with. */
  | { readonly kind: "not-begun"; readonly failure: RequestFailure };

/** What passes by itself: the next retransmission may find room. */
const passingError = "ENOBUFS";
/** Milliseconds in which what is left of a file that failed is removed before its failure is told. */
const removal = 1_000;

/** Keeps the event loop awake between the packets of brisk servers. */
const vigil = new Vigil(resolveBusyPoll());

/** One request. */
export class Exchange {
  readonly #options: ExchangeOptions;
  readonly #timer: RetransmissionTimer;
  readonly #request: Uint8Array;
  readonly #turns = new Turns(vigil);
  #wake: NodeJS.Timeout | undefined;
  #port: number | undefined;
  /** The address behind `#port`, as the system spells it. */
  #address = "";
  /** The way to the server's transfer identifier, once it is known. */
  #send: SendPacket | undefined;
  #agreement: TftpAgreement = plainAgreement;
  #transfer: SendingTransfer | ReceivingTransfer | GroupTransfer | undefined;
  #settle: ((end: ExchangeEnd) => void) | undefined;
  #settled = false;

  /** @throws RangeError for a request that cannot be written. */
  constructor(options: ExchangeOptions) {
    const { wanted, file, mode, end, timing, requestRetries } = options;
    this.#options = options;
    const asked = wanted === undefined ? [] : requestOptions(wanted);
    this.#request = formatRequest({ operation: end.operation, file, mode, options: asked });
    this.#timer = new RetransmissionTimer({ ...timing, retries: requestRetries });
  }

  /** Runs to the end; never rejects. The socket may still dally: `closed` of the result's transfer tells. */
  run(): Promise<ExchangeEnd> {
    return new Promise((resolve) => {
      this.#settle = resolve;
      this.#options.socket.on("message", (packet, from) => this.#hear(packet, from));
      this.#options.socket.on("error", () => undefined);
      this.#timer.arm(clock());
      this.#sendRequest();
    });
  }

  /** Settles when the socket is not needed any more. */
  async closed(): Promise<void> {
    if (this.#transfer !== undefined && "closed" in this.#transfer) await this.#transfer.closed;
  }

  /** Gives up. A server that answered is told. */
  abort(message: string, cause: unknown): void {
    if (this.#transfer !== undefined) {
      this.#transfer.abort(message, cause);
      return;
    }
    if (!this.#settled && this.#send !== undefined) {
      const packet = formatError(tftpErrorCode.notDefined, message);
      this.#send(packet, packet.length);
    }
    this.#endAsking({ kind: "aborted", message, cause });
  }

  #sendRequest(): void {
    const { socket, server } = this.#options;
    socket.send(this.#request, server.port, server.address, (cause: NodeJS.ErrnoException | null | undefined) => {
      if (!isCallbackError(cause) || cause.code === passingError || this.#port !== undefined) return;
      this.#endAsking({ kind: "unreachable", message: cause.message, cause });
    });
    const wait = (this.#timer.deadline ?? 0) - clock();
    this.#wake = setTimeout(() => this.#silence(), Math.max(1, wait));
  }

  #silence(): void {
    if (this.#timer.expire(clock())) this.#sendRequest();
    else {
      const message = `No answer after ${this.#timer.retransmissions} retransmissions of the request`;
      this.#endAsking({ kind: "timeout", message });
    }
  }

  #hear(packet: Uint8Array, from: RemoteInfo): void {
    if (this.#settled && this.#transfer === undefined) return;
    // There is no answering that.
    if (from.port === 0) return;
    const { server } = this.#options;
    const foreign =
      this.#port === undefined
        ? normaliseAddress(from.address) !== normaliseAddress(server.address)
        : from.port !== this.#port || from.address !== this.#address;
    if (foreign) {
      if (opcodeOf(packet) === tftpOpcode.error) return;
      const answer = formatError(tftpErrorCode.unknownTransferId, "Unknown transfer ID");
      sendPacket(this.#options.socket, answer, answer.length, from.port, from.address);
      return;
    }
    if (this.#port === undefined) void this.#begin(packet, from);
    else {
      this.#turns.heard();
      this.#transfer?.receive(packet);
      if (this.#transfer?.over === false) this.#turns.answered();
      this.#tellOctets();
    }
  }

  #tellOctets(): void {
    if (this.#transfer?.over !== false) return;
    try {
      this.#options.onOctets(this.#transfer.octets, this.#agreement);
    } catch (cause) {
      this.abort("telling the progress failed", cause);
    }
  }

  /** The first answer. Never rejects. */
  async #begin(packet: Uint8Array, from: RemoteInfo): Promise<void> {
    const { wanted, end } = this.#options;
    const opcode = opcodeOf(packet);
    const send = this.#sender(from);
    const firstBlock = end.operation === "read" ? tftpOpcode.data : tftpOpcode.acknowledgment;
    if (opcode === tftpOpcode.error && packet.length >= 4) {
      this.#endAsking({ kind: "peer-error", ...parseError(packet) });
      return;
    }
    if (opcode === tftpOpcode.optionAcknowledgment && wanted !== undefined) {
      try {
        this.#agreement = acceptOptions(parseOptionAcknowledgment(packet), wanted, end.operation);
      } catch (cause) {
        if (!(cause instanceof TftpOptionError)) throw cause;
        this.#reject(send, tftpErrorCode.optionNegotiation, cause.message);
        return;
      }
      if (wanted.multicast === true && this.#agreement.multicast === undefined) {
        // Alone it goes faster by windows, which were not asked for yet.
        this.#reject(send, tftpErrorCode.optionNegotiation, "Without a group, other options are wanted");
        return;
      }
    } else if (opcode !== firstBlock || blockOf(packet) !== (end.operation === "read" ? 1 : 0)) {
      this.#reject(send, tftpErrorCode.illegalOperation, "The first answer makes no sense");
      return;
    }
    this.#port = from.port;
    this.#address = from.address;
    this.#send = send;
    clearTimeout(this.#wake);
    if (this.#agreement.multicast === undefined || end.operation === "write") {
      await this.#startTransfer(opcode === tftpOpcode.data ? packet : undefined, send);
    } else await this.#startInGroup(this.#agreement.multicast, packet, from, end, send);
  }

  async #startTransfer(first: Uint8Array | undefined, send: SendPacket): Promise<void> {
    const { end } = this.#options;
    const machine = this.#machine();
    if (end.operation === "write") {
      const transfer = new SendingTransfer(end.source, machine, send);
      this.#transfer = transfer;
      transfer.start();
      this.#endTransfer(await transfer.finished);
      return;
    }
    const file = await this.#open(end, send);
    if (file === undefined) return;
    const sizes = { maxSize: end.maxSize, toldSize: this.#toldSize() };
    const transfer = new ReceivingTransfer(file, { ...machine, ...sizes }, send);
    this.#transfer = transfer;
    if (first === undefined) transfer.start();
    else transfer.startWith(first);
    await this.#endReceiving(transfer);
  }

  /** Receives with others; who cannot join says so, and asks again for the file alone. */
  async #startInGroup(
    group: MulticastGroup,
    packet: Uint8Array,
    from: RemoteInfo,
    end: Extract<LocalEnd, { operation: "read" }>,
    send: SendPacket,
  ): Promise<void> {
    const { group: options, server } = this.#options;
    let socket: Socket;
    try {
      socket = await joinGroup(group, { ...server, port: from.port }, options.interface);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      this.#reject(send, tftpErrorCode.optionNegotiation, `The group ${group.address} cannot be joined: ${why}`);
      return;
    }
    const file = await this.#open(end, send);
    if (file === undefined) {
      socket.close();
      return;
    }
    const sizes = { maxSize: end.maxSize, toldSize: this.#toldSize() };
    const machine = { ...this.#machine(), ...options, ...sizes, socket };
    const isServer = ({ address, port }: RemoteInfo): boolean => port === from.port && address === from.address;
    const transfer = new GroupTransfer(file, { ...machine, isServer, progress: () => this.#tellOctets() }, send);
    this.#transfer = transfer;
    transfer.receive(packet);
    await this.#endReceiving(transfer);
  }

  async #endReceiving(transfer: ReceivingTransfer | GroupTransfer): Promise<void> {
    const end = await transfer.finished;
    // Who hears of the failure is to find nothing of the file, unless the disk hangs.
    if (end.failure !== undefined) await settledWithin(transfer.closed, removal);
    this.#endTransfer(end);
  }

  #machine(): Omit<TftpMachineOptions, "transmit"> {
    const { timing } = this.#options;
    const { blockSize, windowSize, timeout } = this.#agreement;
    const longestTimeout = timeout === undefined ? timing.longestTimeout : timeout * 1000;
    // A timeout that was agreed on is how often this end sends; the other may still need longer.
    const patience = Math.min(defaultPatience, timing.longestTimeout ?? defaultPatience);
    return { ...timing, blockSize, windowSize, longestTimeout, patience };
  }

  /** Opens the target. @returns undefined when it cannot be, which the server is told, or was given up meanwhile. */
  async #open(end: Extract<LocalEnd, { operation: "read" }>, send: SendPacket): Promise<WritableFile | undefined> {
    try {
      const file = await end.open();
      if (!this.#settled) return file;
      // It was given up meanwhile, which is what there is to tell.
      await file.abandon().catch(() => undefined);
      return undefined;
    } catch (cause) {
      if (this.#settled) return undefined;
      const message = cause instanceof Error ? cause.message : String(cause);
      const packet = formatError(tftpErrorCode.diskFull, "The file could not be written");
      send(packet, packet.length);
      this.#endAsking({ kind: "file", message, cause });
      return undefined;
    }
  }

  #toldSize(): ToldSize | undefined {
    return this.#options.checkSize ? toldSize(this.#agreement.transferSize, "server") : undefined;
  }

  #sender(to: RemoteInfo): SendPacket {
    const { socket } = this.#options;
    const { port, address } = to;
    return (memory, length) => {
      sendPacket(socket, memory, length, port, address);
    };
  }

  #reject(send: SendPacket, code: number, message: string): void {
    const packet = formatError(code, message);
    send(packet, packet.length);
    this.#endAsking({ kind: "protocol", code, message });
  }

  #endAsking(failure: RequestFailure): void {
    clearTimeout(this.#wake);
    this.#end({ kind: "not-begun", failure });
  }

  #endTransfer(end: TransferEnd): void {
    this.#end({ kind: "ended", end, agreement: this.#agreement });
  }

  #end(end: ExchangeEnd): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#settle?.(end);
  }
}
