/** A data connection, as those see it who share it. */
import type { Socket } from "node:net";

const nothing = new Uint8Array(0);

/**
 * One data connection. The socket that stands for it may be another later on: a pump that reads into its own memory, or
 * TLS, puts its own over the same connection. So whoever holds the connection asks for the socket when it needs it.
 */
export class DataConnection {
  /** What stands for the connection now. */
  socket: Socket;
  /** Whether the connection may carry another file, where the mode allows that. */
  servesAgain = true;
  /** The socket that holds the TCP connection: under TLS, the one below. */
  #tcp: Socket;

  /** @param socket - An open connection. */
  constructor(socket: Socket) {
    this.socket = socket;
    this.#tcp = socket;
    hush(socket);
  }

  /** Another socket over the same TCP connection, which has let go of it, takes the connection over. */
  replace(socket: Socket): void {
    this.socket = socket;
    this.#tcp = socket;
    hush(socket);
  }

  /** TLS stands for the connection from now on. */
  wrap(secure: Socket): void {
    this.socket = secure;
    hush(secure);
  }

  /**
   * Asks the system whether the connection was reset, by writing nothing.
   *
   * @param told - Called with what the system says, if it says something.
   */
  probe(told: (error: Error | null | undefined) => void): void {
    if (this.#tcp.writable) this.#tcp.write(nothing, told);
    else told(undefined);
  }

  /** Ends it in a way that the peer cannot take for the end of a file. */
  reset(): void {
    this.#tcp.resetAndDestroy();
    this.socket.destroy();
  }
}

/** A reset while nobody watches the connection is nobody's failure, and must not crash anything. */
function hush(socket: Socket): void {
  socket.on("error", ignore);
}

function ignore(): void {
  // Whoever uses the connection next sees that it is destroyed.
}
