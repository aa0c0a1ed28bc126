/**
 * Lies between TLS and a socket, so that TLS can end and the connection go on in the clear: CCC (RFC 4217 §5).
 *
 *     control ↔ TLSSocket ↔ TlsRelay ↔ Socket        after `unwrap`:   control ↔ Socket
 *
 * Node takes a socket's bytes for TLS until the socket closes. Over a stream of our own it takes what it is given: once
 * TLS is to end, it gets one record at a time, and what follows the peer's closing alert is in the clear. No reply and no
 * command is as short as an alert, so that it is known by its length where TLS 1.3 hides its type.
 */
import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import type { TLSSocket } from "node:tls";
import { message } from "../../protocol/index.ts";
import { TlsError } from "./tls-error.ts";

/** Octets of a TLS record's header; its last two hold the length of what follows (RFC 8446 §5.1). */
const recordHeader = 5;
/** Turns of the event loop in which TLS tells what a record meant. */
const turnsOfRecord = 3;

/** Types of records, in their first octet (RFC 8446 §5.1). */
const alertType = 21;
const applicationDataType = 23;
/** Whether TLS could begin with this octet; no command and no reply does. */
function isRecordType(octet: number | undefined): boolean {
  return octet !== undefined && octet >= 20 && octet <= 23;
}

/** Octets of an alert in TLS 1.3, encrypted: two of its own, one of its type, sixteen of the tag. */
const encryptedAlert = 19;

/** Whether a record is an alert: what is told by its type up to TLS 1.2, and by its length in 1.3, where it says data. */
function isAlert(record: Buffer): boolean {
  return (
    record[0] === alertType || (record[0] === applicationDataType && record.length === recordHeader + encryptedAlert)
  );
}

/** A socket, as TLS sees it until it lets it go. */
export class TlsRelay extends Duplex {
  /** The connection below. */
  readonly socket: Socket;
  #ending = false;
  /** The peer's closing alert came. */
  #over = false;
  #released = false;
  /** The connection below is closed. */
  #gone = false;
  /** Bytes that came while TLS is ending, and were not given to it. */
  #held: Buffer = Buffer.alloc(0);
  readonly #waiting: (() => void)[] = [];

  /** @param socket - An open connection of which nothing is read elsewhere. */
  constructor(socket: Socket) {
    super({ allowHalfOpen: true });
    this.socket = socket;
    socket.on("data", this.#data);
    socket.on("end", this.#end);
    socket.on("error", this.#error);
    socket.on("close", this.#close);
  }

  /**
   * From now on TLS gets one record at a time, until the peer's closing alert. To be called before the peer can send
   * that: before CCC goes out, or is answered.
   */
  expectEnd(): void {
    this.#ending = true;
    void this.#feed();
  }

  /**
   * Ends TLS, after `expectEnd`: this end's closing alert is sent, and the peer's awaited.
   *
   * @param secure - The TLS socket over this relay.
   * @param within - Milliseconds for the peer's alert.
   * @returns What the peer sent in the clear already. The socket is the caller's again, paused.
   * @throws TlsError when the alert does not come; the connection is closed then.
   */
  async unwrap(secure: TLSSocket, within: number): Promise<Uint8Array> {
    secure.resume();
    secure.end();
    const until = performance.now() + within;
    while (!this.#over && !this.#gone && performance.now() < until) await this.#more(until - performance.now());
    if (!this.#over) {
      this.socket.destroy();
      throw new TlsError("timeout", message("The peer did not end TLS"));
    }
    this.#release();
    secure.destroy();
    return this.#held;
  }

  /** Gives TLS what came, record by record, for as long as TLS lasts. */
  async #feed(): Promise<void> {
    while (!this.#over && !this.#gone) {
      // A peer may end TLS in silence, as curl does when it leaves CCC's end to the server.
      if (this.#held.length > 0 && !isRecordType(this.#held[0])) {
        this.#over = true;
        break;
      }
      const record = this.#takeRecord();
      if (record === undefined) {
        await this.#more(undefined);
        continue;
      }
      // TLS may be done with its own half already, and this stream with it.
      if (!this.destroyed) this.push(record);
      // What the record means is told by events, some turns of the loop later.
      for (let turns = 0; turns < turnsOfRecord; turns++) await turn();
      this.#over = isAlert(record);
    }
    this.#stir();
  }

  override _read(): void {
    if (!this.#released) this.socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.#released) done();
    else this.socket.write(chunk, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    // The end of TLS is not the end of the connection, unless nothing is to come after it.
    if (!this.#ending && !this.#released) this.socket.end();
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (!this.#released && !this.#ending) this.socket.destroy();
    done(error);
  }

  #release(): void {
    this.#released = true;
    this.socket.pause();
    this.socket.off("data", this.#data);
    this.socket.off("end", this.#end);
    this.socket.off("close", this.#close);
  }

  /** The next whole record of what is held. */
  #takeRecord(): Buffer | undefined {
    if (this.#held.length < recordHeader) return undefined;
    const length = recordHeader + this.#held.readUInt16BE(recordHeader - 2);
    if (this.#held.length < length) return undefined;
    const record = this.#held.subarray(0, length);
    this.#held = this.#held.subarray(length);
    return record;
  }

  /** Waits until something came, or ended, or the time is over. */
  #more(within: number | undefined): Promise<void> {
    return new Promise((resolve) => {
      const timer = within === undefined ? undefined : setTimeout(() => this.#stir(), within);
      this.#waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
      this.socket.resume();
    });
  }

  #stir(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  readonly #data = (chunk: Buffer): void => {
    if (this.#ending) {
      this.#held = Buffer.concat([this.#held, chunk]);
      this.#stir();
    } else if (!this.push(chunk)) this.socket.pause();
  };
  readonly #end = (): void => {
    if (this.#ending) this.#gone = true;
    else this.push(null);
    this.#stir();
  };
  readonly #error = (cause: Error): void => {
    if (!this.#released) this.destroy(cause);
  };
  readonly #close = (): void => {
    this.#gone = true;
    this.destroy();
    this.#stir();
  };
}
