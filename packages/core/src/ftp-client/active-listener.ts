/** The client's end of an active data connection: it listens, and the server connects (RFC 959 §3.2). */
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { codeOf, DataConnectionError } from "../net/index.ts";
import { normaliseAddress } from "../protocol/index.ts";
import { FtpTimeoutError } from "./errors.ts";

/** A port that waits for one connection. */
export interface ActiveListener {
  readonly port: number;
  /** Whether a connection came. */
  isTaken(): boolean;
  /** The connection. @throws FtpTimeoutError; DataConnectionError `aborted`. */
  accepted(timeout: number, signal: AbortSignal | undefined): Promise<Socket>;
  close(): void;
}

/** Listens for one connection from one peer; others are closed at once. */
export async function listenForServer(
  host: string,
  ports: readonly [number, number] | undefined,
  peer: string,
): Promise<ActiveListener> {
  const server = await bind(host, ports);
  const address = server.address() as AddressInfo; // A TCP listener that is bound has one.
  let arrived: Socket | undefined;
  let wake: (() => void) | undefined;
  server.on("connection", (socket) => {
    socket.on("error", ignore);
    if (arrived !== undefined || normaliseAddress(socket.remoteAddress ?? "") !== peer) {
      socket.destroy();
      return;
    }
    arrived = socket;
    server.close();
    wake?.();
  });
  const close = (): void => {
    server.close();
    if (arrived !== undefined) giveUpConnection(arrived);
  };
  return {
    port: address.port,
    isTaken: () => arrived !== undefined,
    close,
    accepted: async (timeout, signal) => {
      if (arrived === undefined && signal?.aborted !== true) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, timeout);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
          signal?.addEventListener("abort", wake, { once: true });
        });
      }
      // Taken from then on: closing the listener must not close it.
      const socket = arrived; // Assigned in a callback, which the compiler does not follow.
      if (socket !== undefined) return socket;
      close();
      if (signal?.aborted === true)
        throw new DataConnectionError("aborted", "Waiting for the server was aborted", signal.reason);
      throw new FtpTimeoutError(
        "data-connection",
        "Waiting for the server's data connection",
        `none came within ${timeout} ms`,
      );
    },
  };
}

/** Ends a connection on which nothing travelled: to a server that waits for an upload a close would be an empty file. */
export function giveUpConnection(socket: Socket): void {
  try {
    socket.resetAndDestroy();
  } catch {
    // One that the application dialled may be no TCP connection.
    socket.destroy();
  }
}

async function bind(host: string, ports: readonly [number, number] | undefined): Promise<Server> {
  const [first, last] = ports ?? [0, 0];
  for (let port = first; ; port++) {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
    try {
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen({ host, port, exclusive: true }, resolve);
      });
      return server;
    } catch (error) {
      if (port >= last || codeOf(error) !== "EADDRINUSE") throw error;
    }
  }
}

function ignore(): void {
  // Whoever takes the connection sees that it is destroyed.
}
