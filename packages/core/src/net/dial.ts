/** Opening a TCP connection within a time, from a chosen local port where there is one. */
import { connect, type Socket } from "node:net";
import { message } from "../protocol/index.ts";
import { DataConnectionError } from "./data-connection-error.ts";

/** Where to connect to, and how long that may take. */
export interface DialOptions {
  readonly host: string;
  readonly port: number;
  readonly localAddress?: string | undefined;
  /** Local port; the connection is made from any port when this one cannot be had. */
  readonly localPort?: number | undefined;
  /** Milliseconds. */
  readonly timeout: number;
  readonly signal?: AbortSignal | undefined;
  readonly family?: 4 | 6 | undefined;
}

/** The local port cannot be bound, or the same pair of ports is still in TIME_WAIT: another local port may do. */
const localPortTrouble = new Set(["EACCES", "EADDRINUSE", "EADDRNOTAVAIL", "EPERM"]);

/**
 * Connects.
 *
 * @throws DataConnectionError `refused`, `not-arrived` (time ran out), `aborted` or `failed`, with the cause.
 */
export async function dial(options: DialOptions): Promise<Socket> {
  if (options.localPort !== undefined && options.localPort > 0) {
    try {
      return await dialOnce(options, options.localPort);
    } catch (error) {
      if (!localPortTrouble.has(codeOf(error instanceof Error ? error.cause : undefined))) throw error;
    }
  }
  return dialOnce(options, undefined);
}

function dialOnce(options: DialOptions, localPort: number | undefined): Promise<Socket> {
  const { host, port, localAddress, timeout, signal, family } = options;
  const to = `${host} port ${port}`;
  if (signal?.aborted === true) {
    return Promise.reject(
      new DataConnectionError("aborted", message("Connecting to {to} was aborted", { to }), signal.reason),
    );
  }
  return new Promise((resolve, reject) => {
    const socket = connect({
      host,
      port,
      allowHalfOpen: true,
      noDelay: true,
      ...(localAddress === undefined ? {} : { localAddress }),
      ...(localPort === undefined ? {} : { localPort }),
      ...(family === undefined ? {} : { family }),
    });
    const timer = setTimeout(() => {
      fail(new DataConnectionError("not-arrived", message("{to} did not answer within {timeout} ms", { to, timeout })));
    }, timeout);
    const settle = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
      socket.off("error", onError);
      socket.off("connect", onConnect);
    };
    const fail = (error: DataConnectionError): void => {
      settle();
      // A socket that was given up can still emit an error.
      socket.on("error", ignore);
      socket.destroy();
      reject(error);
    };
    const abort = (): void => {
      fail(new DataConnectionError("aborted", message("Connecting to {to} was aborted", { to }), signal?.reason));
    };
    const onError = (cause: Error): void => {
      const code = codeOf(cause);
      const kind = code === "ECONNREFUSED" ? "refused" : "failed";
      fail(
        new DataConnectionError(
          kind,
          code === ""
            ? message("Connecting to {to} failed", { to })
            : message("Connecting to {to} failed: {code}", { to, code }),
          cause,
        ),
      );
    };
    const onConnect = (): void => {
      settle();
      resolve(socket);
    };
    socket.on("error", onError);
    socket.on("connect", onConnect);
    signal?.addEventListener("abort", abort, { once: true });
  });
}

function ignore(): void {
  // Nothing is left to be told: the caller has had its error.
}

/** The system's code of an error, or an empty text. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}
