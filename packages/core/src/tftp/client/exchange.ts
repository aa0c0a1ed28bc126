/**
 * One request and its transfer, on a socket of its own (RFC 1350 §4).
 *
 * The first answer binds the server's transfer identifier; packets from elsewhere get ERROR 5 and are otherwise ignored.
 */
import type { RemoteInfo, Socket } from "node:dgram";
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
  type TftpAgreement,
  type TftpMachineOptions,
  type WantedOptions,
} from "../../protocol/index.ts";
import type { ReadableFile, WritableFile } from "../../storage/index.ts";
import { ReceivingTransfer } from "../transfer/receiving-transfer.ts";
import { SendingTransfer } from "../transfer/sending-transfer.ts";
import { clock, type SendPacket, type TransferEnd, type TransferFailure } from "../transfer/transfer.ts";

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
  /** Retransmissions of the request. */
  readonly requestRetries: number;
  readonly onOctets: (octets: number, agreement: TftpAgreement) => void;
}

/** How an exchange ended. */
export type ExchangeEnd =
  | { readonly kind: "ended"; readonly end: TransferEnd; readonly agreement: TftpAgreement }
  /** The request had no answer that a transfer could begin with. */
  | { readonly kind: "not-begun"; readonly failure: TransferFailure };

/** One request. */
export class Exchange {
  readonly #options: ExchangeOptions;
  readonly #timer: RetransmissionTimer;
  readonly #request: Uint8Array;
  #wake: NodeJS.Timeout | undefined;
  #port: number | undefined;
  #agreement: TftpAgreement = plainAgreement;
  #transfer: SendingTransfer | ReceivingTransfer | undefined;
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
    if (this.#transfer instanceof ReceivingTransfer) await this.#transfer.closed;
  }

  /** Gives up. */
  abort(message: string, cause: unknown): void {
    if (this.#transfer !== undefined) this.#transfer.abort(message, cause);
    else this.#endAsking({ kind: "aborted", message, cause });
  }

  #sendRequest(): void {
    const { socket, server } = this.#options;
    socket.send(this.#request, server.port, server.address);
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
    const { server } = this.#options;
    const foreign =
      normaliseAddress(from.address) !== normaliseAddress(server.address) ||
      (this.#port !== undefined && from.port !== this.#port);
    if (foreign) {
      if (opcodeOf(packet) === tftpOpcode.error) return;
      const answer = formatError(tftpErrorCode.unknownTransferId, "Unknown transfer ID");
      this.#options.socket.send(answer, from.port, from.address);
      return;
    }
    if (this.#port === undefined) void this.#begin(packet, from);
    else {
      this.#transfer?.receive(packet);
      if (this.#transfer?.over === false) this.#options.onOctets(this.#transfer.octets, this.#agreement);
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
    } else if (opcode !== firstBlock || blockOf(packet) !== (end.operation === "read" ? 1 : 0)) {
      this.#reject(send, tftpErrorCode.illegalOperation, "The first answer makes no sense");
      return;
    }
    this.#port = from.port;
    clearTimeout(this.#wake);
    await this.#startTransfer(opcode === tftpOpcode.data ? packet : undefined, send);
  }

  async #startTransfer(first: Uint8Array | undefined, send: SendPacket): Promise<void> {
    const { end, timing } = this.#options;
    const { blockSize, windowSize, timeout } = this.#agreement;
    const longestTimeout = timeout === undefined ? timing.longestTimeout : timeout * 1000;
    // A timeout that was agreed on is how often this end sends; the other may still need longer.
    const patience = Math.min(defaultPatience, timing.longestTimeout ?? defaultPatience);
    const machine = { ...timing, blockSize, windowSize, longestTimeout, patience };
    if (end.operation === "write") {
      const transfer = new SendingTransfer(end.source, machine, send);
      this.#transfer = transfer;
      transfer.start();
      this.#endTransfer(await transfer.finished);
      return;
    }
    let file: WritableFile;
    try {
      file = await end.open();
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      const packet = formatError(tftpErrorCode.diskFull, "The file could not be written");
      send(packet, packet.length);
      this.#endAsking({ kind: "file", message, cause });
      return;
    }
    const transfer = new ReceivingTransfer(file, { ...machine, maxSize: end.maxSize }, send);
    this.#transfer = transfer;
    if (this.#settled) {
      transfer.abort("Given up");
      return;
    }
    if (first === undefined) transfer.start();
    else transfer.startWith(first);
    this.#endTransfer(await transfer.finished);
  }

  #sender(to: RemoteInfo): SendPacket {
    const { socket } = this.#options;
    const { port, address } = to;
    return (memory, length) => {
      socket.send(memory, 0, length, port, address);
    };
  }

  #reject(send: SendPacket, code: number, message: string): void {
    const packet = formatError(code, message);
    send(packet, packet.length);
    this.#endAsking({ kind: "protocol", code, message });
  }

  #endAsking(failure: TransferFailure): void {
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
