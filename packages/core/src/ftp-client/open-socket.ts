/** Connecting to the server, straight or by the application's own `dial`, as through a proxy. */
import type { Socket } from "node:net";
import { dial, DataConnectionError } from "../net/index.ts";
import type { ResolvedClientOptions } from "./options.ts";

/** What a connection is for. */
export type DialPurpose = "control" | "data";

/** What an application's `dial` is asked for. */
export interface DialTarget {
  /** The name or address as it was given: nothing resolved it, so that a proxy can. */
  readonly host: string;
  readonly port: number;
  readonly purpose: DialPurpose;
  /** Fires when the connection is not wanted any more, or its time is over. */
  readonly signal: AbortSignal;
  /** Milliseconds in which the connection must be there. */
  readonly timeout: number;
}

/**
 * Makes a connection in the application's way. The socket is connected, and nothing of what the server sends is lost:
 * what came with a proxy's answer is put back by `unshift`. TLS is the client's business.
 */
export type DialFunction = (target: DialTarget) => Promise<Socket>;

/** Where to connect to, for what, and for how long to try. */
export interface SocketRequest {
  readonly host: string;
  readonly port: number;
  readonly purpose: DialPurpose;
  /** Milliseconds. */
  readonly timeout: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Connects.
 *
 * @throws DataConnectionError as `dial` of the net layer does; what the application's `dial` throws is its `cause`.
 */
export function openSocket(options: ResolvedClientOptions, request: SocketRequest): Promise<Socket> {
  if (options.dial !== undefined) return dialBy(options.dial, request);
  const { host, port, timeout, signal } = request;
  // Data goes where control went: that has a family already.
  return dial({ host, port, timeout, signal, family: request.purpose === "control" ? options.family : undefined });
}

/** Holds an application's `dial` to the time and the signal, whether it looks at them or not. */
function dialBy(dialFunction: DialFunction, request: SocketRequest): Promise<Socket> {
  const { host, port, purpose, timeout, signal } = request;
  const to = `${host} port ${port}`;
  const over = new AbortController();
  return new Promise((resolve, reject) => {
    let settled = false;
    const settle = (): boolean => {
      if (settled) return false;
      settled = true;
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
      return true;
    };
    const giveUp = (error: DataConnectionError): void => {
      if (!settle()) return;
      reject(error);
      over.abort(error);
    };
    const abort = (): void => {
      giveUp(new DataConnectionError("aborted", `Connecting to ${to} was aborted`, signal?.reason));
    };
    const timer = setTimeout(() => {
      giveUp(new DataConnectionError("not-arrived", `${to} did not answer within ${timeout} ms`));
    }, timeout);
    if (signal?.aborted === true) {
      abort();
      return;
    }
    signal?.addEventListener("abort", abort, { once: true });
    // In a promise's callback, so that what is thrown at once is a rejection as well.
    const dialling = Promise.resolve().then(() => dialFunction({ host, port, purpose, timeout, signal: over.signal }));
    dialling.then(
      (socket) => {
        socket.on("error", ignore);
        // One that comes late belongs to nobody.
        if (!settle()) {
          socket.destroy();
          return;
        }
        // The end of the server's data must not end ours, and nothing may flow before somebody listens.
        socket.allowHalfOpen = true;
        socket.pause();
        resolve(socket);
      },
      (cause: unknown) => {
        const why = cause instanceof Error ? cause.message : String(cause);
        if (settle()) reject(new DataConnectionError("failed", `Connecting to ${to} failed: ${why}`, cause));
      },
    );
  });
}

function ignore(): void {
  // Whoever takes the connection sees that it is destroyed.
}
