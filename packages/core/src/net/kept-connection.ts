/**
 * A data connection between two transfers: in modes B and C the end of a file is told by the data, so that the connection
 * stays and serves the next one (RFC 959 §3.3).
 */
import type { DataConnection } from "./data-connection.ts";

/** An idle connection, watched for the peer's close. */
export class KeptConnection {
  readonly #connection: DataConnection;
  readonly #lost: () => void;

  /** @param lost - Called once, when the peer closes or breaks it. It is closed here too then. */
  constructor(connection: DataConnection, lost: () => void) {
    this.#connection = connection;
    this.#lost = lost;
    const { socket } = connection;
    socket.on("data", this.#early);
    socket.on("end", this.#gone);
    socket.on("close", this.#gone);
    if (socket.readableEnded || socket.destroyed) setImmediate(this.#gone);
    else socket.resume();
  }

  /** Takes it back for a transfer. */
  take(): DataConnection {
    this.#unwatch();
    this.#connection.socket.pause();
    return this.#connection;
  }

  /** Closes it. */
  close(): void {
    this.#unwatch();
    this.#connection.socket.end();
    this.#connection.socket.destroy();
  }

  #unwatch(): void {
    const { socket } = this.#connection;
    socket.off("data", this.#early);
    socket.off("end", this.#gone);
    socket.off("close", this.#gone);
  }

  /** A peer may send the next file before the command that stores it: it is left unread. */
  readonly #early = (chunk: Uint8Array): void => {
    const { socket } = this.#connection;
    socket.off("data", this.#early);
    socket.pause();
    socket.unshift(chunk);
  };

  readonly #gone = (): void => {
    this.#unwatch();
    this.#connection.socket.destroy();
    this.#lost();
  };
}
