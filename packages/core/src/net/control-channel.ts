/**
 * The control connection as a session sees it: bytes in, whole replies out (RFC 959 §2.3).
 *
 * Each reply is one write on a socket without Nagle's delay, so that it travels as a segment of its own: NetX Duo's
 * client loses the second of two replies in one segment. A peer that sends commands and reads no replies is not read
 * from until it does.
 */
import type { Socket } from "node:net";
import { normaliseAddress } from "../protocol/index.ts";
import { Turns, type Vigil } from "./vigil.ts";

/** Octets of replies that wait for the peer to read before its commands are left unread. */
export const replyBacklogLimit: number = 64 * 1024;

/** What the owner of a control channel is told. */
export interface ControlChannelOwner {
  /** Bytes came; the memory is the owner's. */
  received(chunk: Uint8Array): void;
  /** The peer has read all replies that waited for it. */
  drained(): void;
  /** The peer sends no more; it may still read. */
  ended(): void;
  /** The connection is gone. Told once, unless this end closed it. */
  lost(cause: Error | undefined): void;
}

/** One end of a connection. */
interface EndPoint {
  readonly address: string;
  readonly port: number;
}

/** A control connection. */
export class ControlChannel {
  readonly local: EndPoint;
  readonly remote: EndPoint;
  #socket: Socket;
  readonly #owner: ControlChannelOwner;
  readonly #turns: Turns;
  #lost = false;
  #ended = false;
  #held = false;
  /** The connection is being made secure: it is nobody's to read or write meanwhile. */
  #detached = false;

  /**
   * @param socket - An open connection; it is the channel's from now on.
   * @param owner - Who is told of bytes and of the end.
   * @param vigil - Stays awake for a client that sends its commands one right after another.
   * @param secure - TLS over it, where there is some already.
   */
  constructor(socket: Socket, owner: ControlChannelOwner, vigil: Vigil, secure?: Socket) {
    this.#socket = secure ?? socket;
    this.#owner = owner;
    this.#turns = new Turns(vigil);
    this.local = { address: normaliseAddress(socket.localAddress ?? ""), port: socket.localPort ?? 0 };
    this.remote = { address: normaliseAddress(socket.remoteAddress ?? ""), port: socket.remotePort ?? 0 };
    this.#listen();
    // Whoever read the start of the connection has paused it.
    this.#socket.resume();
  }

  /**
   * Lets go of the socket, so that another can be put over it. Nothing is read or sent until `attach`; what was read
   * before is the owner's to forget.
   */
  detach(): Socket {
    const socket = this.#socket;
    socket.off("data", this.#data);
    socket.off("end", this.#end);
    socket.off("close", this.#close);
    socket.off("drain", this.#drain);
    socket.pause();
    this.#detached = true;
    this.#held = false;
    return socket;
  }

  /** Goes on over another socket. */
  attach(socket: Socket): void {
    this.#socket = socket;
    this.#detached = false;
    if (this.#ended) socket.destroy();
    this.#listen();
    socket.resume();
  }

  #listen(): void {
    const socket = this.#socket;
    socket.on("data", this.#data);
    socket.on("end", this.#end);
    socket.on("error", this.#error);
    socket.on("close", this.#close);
    socket.on("drain", this.#drain);
  }

  readonly #data = (chunk: Uint8Array): void => {
    if (this.#ended) return;
    this.#turns.heard();
    this.#owner.received(chunk);
  };
  readonly #end = (): void => {
    if (!this.#ended && !this.#lost) this.#owner.ended();
  };
  readonly #error = (cause: Error): void => {
    if (!this.#detached) this.#lose(cause);
  };
  readonly #close = (): void => {
    this.#lose(undefined);
  };
  readonly #drain = (): void => {
    if (this.#ended) return;
    if (!this.#held) this.#socket.resume();
    this.#owner.drained();
  };

  /** Whether the peer is still there, as far as is known. */
  get alive(): boolean {
    return !this.#lost && !this.#ended;
  }

  /** Whether more replies wait for the peer to read than should. */
  get congested(): boolean {
    return this.#socket.writableLength > replyBacklogLimit;
  }

  /** Sends one reply, line ends included; text in UTF-8. Nothing happens when the connection is gone. */
  send(reply: string | Uint8Array): void {
    if (this.#lost || this.#ended || this.#detached) return;
    this.#socket.write(reply);
    if (this.#socket.writableLength > replyBacklogLimit) this.#socket.pause();
  }

  /** The owner has done all that was asked, and waits for the next command. */
  rest(): void {
    this.#turns.answered();
  }

  /** Leaves commands unread, for as long as enough of them wait. */
  hold(): void {
    this.#held = true;
    this.#socket.pause();
  }

  /** Reads commands again. */
  unhold(): void {
    if (!this.#held) return;
    this.#held = false;
    if (this.#socket.writableLength <= replyBacklogLimit) this.#socket.resume();
  }

  /** Closes once all replies are sent, at the latest after `within` milliseconds. */
  end(within: number): void {
    if (this.#ended) return;
    this.#ended = true;
    const socket = this.#socket;
    if (this.#detached) {
      socket.destroy();
      return;
    }
    socket.end();
    // Reading on lets the peer's own close arrive; without it a reset could overtake the last reply.
    socket.resume();
    const timer = setTimeout(() => socket.destroy(), within);
    socket.once("close", () => clearTimeout(timer));
  }

  /** Closes at once. */
  destroy(): void {
    this.#ended = true;
    this.#socket.destroy();
  }

  #lose(cause: Error | undefined): void {
    if (this.#lost) return;
    this.#lost = true;
    if (!this.#ended) this.#owner.lost(cause);
  }
}
