/** One session of a pool: whether it can be handed on, and how long it rests. */
import { FtpClient } from "../client.ts";
import { FtpConnectionError } from "../errors.ts";
import type { SentCommand } from "../events.ts";
import { LinkedSignal } from "../linked-signal.ts";
import type { FtpClientOptions } from "../options.ts";

/** Verbs behind which the working directory may be another one. */
const movingVerbs: ReadonlySet<string> = new Set(["CWD", "XCWD", "CDUP", "XCUP", "SMNT"]);
/** Verbs behind which a session is not what it was logged in as. */
const spoilingVerbs: ReadonlySet<string> = new Set(["USER", "REIN", "QUIT", "CCC"]);

/** How a session is opened. */
export interface SessionRequest {
  readonly options: FtpClientOptions;
  /** The working directory after the login, where another session has found it out. */
  readonly home: string | undefined;
  readonly onSession: ((client: FtpClient) => void) | undefined;
  /** Ends the opening. */
  readonly closing: AbortSignal;
}

/**
 * Opens a session.
 *
 * @throws What connecting throws; FtpConnectionError where the server lets nobody stay after the login; what `onSession`
 * throws.
 */
export async function openSession(
  target: string | URL | FtpClientOptions,
  request: SessionRequest,
): Promise<PooledSession> {
  const { options, onSession, closing } = request;
  const own = typeof target === "object" && !(target instanceof URL) ? target.signal : undefined;
  const link = new LinkedSignal([options.signal ?? own, closing]);
  let client: FtpClient | undefined;
  const abort = (): void => client?.destroy();
  link.signal.addEventListener("abort", abort, { once: true });
  try {
    client = await FtpClient.connect(target, { ...options, signal: link.signal });
    const home = request.home ?? (await client.pwd().catch(() => undefined));
    if (client.closed) {
      throw new FtpConnectionError("Opening a session", "the server closed it right after the login");
    }
    const session = new PooledSession(client, home);
    onSession?.(client);
    return session;
  } catch (error) {
    client?.destroy();
    throw error;
  } finally {
    link.signal.removeEventListener("abort", abort);
    link.release();
  }
}

/** A session, and what became of it. */
export class PooledSession {
  readonly client: FtpClient;
  /** The working directory after the login; undefined where the server does not tell. */
  readonly home: string | undefined;
  #moved = false;
  #spoilt = false;
  #timer: NodeJS.Timeout | undefined;
  #left: (() => void) | undefined;

  constructor(client: FtpClient, home: string | undefined) {
    this.client = client;
    this.home = home;
    client.on("command", (command) => this.#note(command));
  }

  /** Makes the session as it was at first. @returns false when it cannot be used any more. Never rejects. */
  async tidy(): Promise<boolean> {
    const { client } = this;
    if (client.closed || client.busy || this.#spoilt) return false;
    if (!this.#moved) return true;
    try {
      if (this.home === undefined) return false;
      if ((client.directory ?? (await client.pwd())) !== this.home) await client.cd(this.home);
      this.#moved = false;
      return !client.closed;
    } catch {
      return false;
    }
  }

  /** Waits to be used again. @param left - Called when it was not in this time, or is gone, for whatever cause. */
  rest(milliseconds: number, left: () => void): void {
    this.#left = left;
    this.client.once("close", left);
    this.#timer = setTimeout(left, milliseconds);
    // A program that has nothing else to do ends; its sessions end with it.
    this.#timer.unref();
  }

  /** It is used again. */
  wake(): void {
    clearTimeout(this.#timer);
    // The application may listen too.
    if (this.#left !== undefined) this.client.off("close", this.#left);
    this.#left = undefined;
  }

  /** Ends the session: politely, unless a transfer is in the way. */
  async close(): Promise<void> {
    this.wake();
    if (this.client.busy) this.client.destroy();
    else await this.client.close();
  }

  #note({ verb }: SentCommand): void {
    const name = verb.toUpperCase();
    if (movingVerbs.has(name)) this.#moved = true;
    else if (spoilingVerbs.has(name)) this.#spoilt = true;
  }
}
