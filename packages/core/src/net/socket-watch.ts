/** What can end a pump from outside: errors, close, stall and abort of its socket, all told in one way. */
import type { Socket } from "node:net";
import { message, type Text } from "../protocol/index.ts";
import type { DataConnection } from "./data-connection.ts";
import { DataConnectionError } from "./data-connection-error.ts";

/** What a watch needs to know. */
export interface WatchOptions {
  /** Milliseconds without progress of the peer after which the connection is given up; 0 is never. */
  readonly stallTimeout: number;
  /** Gives the connection up with kind `aborted`. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Watches a socket for the length of a pump. The stall clock is the socket's own timeout, and counts only while
 * `waiting` on the peer.
 */
export class SocketWatch {
  failure: DataConnectionError | undefined;
  #waiting = true;
  /** The clock ran out while nobody waited: it has to be set anew. */
  #expired = false;
  readonly #connection: DataConnection;
  readonly #socket: Socket;
  readonly #options: WatchOptions;
  readonly #onFailure: () => void;
  #disposed = false;

  constructor(connection: DataConnection, options: WatchOptions, onFailure: () => void) {
    const { socket } = connection;
    this.#connection = connection;
    this.#socket = socket;
    this.#options = options;
    this.#onFailure = onFailure;
    socket.on("error", this.#error);
    socket.on("close", this.#close);
    socket.on("timeout", this.#timeout);
    socket.setTimeout(options.stallTimeout);
    options.signal?.addEventListener("abort", this.#abort, { once: true });
  }

  /** Whether the peer is waited for. */
  get waiting(): boolean {
    return this.#waiting;
  }

  set waiting(waiting: boolean) {
    this.#waiting = waiting;
    if (!waiting || !this.#expired) return;
    this.#expired = false;
    this.#socket.setTimeout(this.#options.stallTimeout);
  }

  /** Looks at what happened before the watch began. */
  start(): void {
    if (this.#disposed) return;
    if (this.#options.signal?.aborted === true) this.#abort();
    else if (this.#socket.destroyed) this.#fail("reset", message("The data connection was closed by the peer"));
  }

  /** @throws DataConnectionError what ended the connection, if something did. */
  check(): void {
    if (this.failure !== undefined) throw this.failure;
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#socket.off("error", this.#error);
    this.#socket.off("close", this.#close);
    this.#socket.off("timeout", this.#timeout);
    this.#socket.setTimeout(0);
    this.#options.signal?.removeEventListener("abort", this.#abort);
  }

  #fail(kind: "reset" | "stalled" | "aborted", text: Text, cause?: unknown): void {
    if (this.#disposed || this.failure !== undefined) return;
    this.failure = new DataConnectionError(kind, text, cause);
    // A reset, not a close: in stream mode a close is the end of a file, and half a file would look whole.
    this.#connection.reset();
    this.#onFailure();
  }

  /** The connection turned out to be broken. */
  broke(cause: Error): void {
    this.#fail("reset", message("The data connection broke"), cause);
  }

  readonly #error = (cause: Error): void => {
    this.broke(cause);
  };
  readonly #close = (): void => {
    this.#fail("reset", message("The data connection was closed by the peer"));
  };
  readonly #timeout = (): void => {
    if (this.#waiting) this.#fail("stalled", message("The peer moved no data for too long"));
    else this.#expired = true;
  };
  readonly #abort = (): void => {
    this.#fail("aborted", message("The transfer was aborted"), this.#options.signal?.reason);
  };
}
