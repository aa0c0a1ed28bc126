/** A data connection, as those see it who share it. */
import type { Socket } from "node:net";

/**
 * One data connection. The socket that stands for it may be another later on: a pump that reads into its own memory, or
 * TLS, puts its own over the same connection. So whoever holds the connection asks for the socket when it needs it.
 */
export class DataConnection {
  /** What stands for the connection now. */
  socket: Socket;

  /** @param socket - An open connection. */
  constructor(socket: Socket) {
    this.socket = socket;
  }

  /** Ends it in a way that the peer cannot take for the end of a file. */
  reset(): void {
    this.socket.resetAndDestroy();
  }
}
