/** TLS of a session: over its control connection, over its data connections, and its end by CCC (RFC 4217). */
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { ConnectionInfo } from "../../accounts/index.ts";
import { endGently, TlsError, TlsRelay, type DataConnection, type TlsServerSession } from "../../net/index.ts";
import { message } from "../../protocol/index.ts";
import { describeTls, type ListenerTls } from "../listener-tls.ts";
import type { Session } from "./session.ts";

/** What the handshake of a control connection gave. */
export interface SecuredControl {
  readonly tls: SessionTls;
  readonly socket: TLSSocket;
}

/** TLS of a session. */
export class SessionTls {
  readonly #session: TlsServerSession;
  readonly #raw: Socket;
  readonly #socket: TLSSocket;
  readonly #relay: TlsRelay | undefined;

  private constructor(session: TlsServerSession, raw: Socket, socket: TLSSocket, relay: TlsRelay | undefined) {
    this.#session = session;
    this.#raw = raw;
    this.#socket = socket;
    this.#relay = relay;
  }

  /**
   * Makes a control connection secure.
   *
   * @param hostName - What HOST named, if it did.
   * @throws TlsError; the connection is closed then.
   */
  static async secureControl(raw: Socket, listener: ListenerTls, hostName?: string): Promise<SecuredControl> {
    const session = listener.begin(hostName);
    // Only where CCC may come does TLS run over a stream of ours: it costs a little.
    const relay = listener.policy().clearCommandChannel ? new TlsRelay(raw) : undefined;
    const socket = await session.secure(relay ?? raw);
    return { tls: new SessionTls(session, raw, socket, relay), socket };
  }

  /** Whether the control connection can go back to the clear. */
  get canClear(): boolean {
    return this.#relay !== undefined;
  }

  /** How the control connection is to be told of. */
  describe(connection: ConnectionInfo): ConnectionInfo {
    const tls = describeTls(this.#socket);
    const serverName = connection.serverName ?? tls.serverName;
    return { ...connection, secure: true, tls, ...(serverName === undefined ? {} : { serverName }) };
  }

  /**
   * Ends TLS on the control connection.
   *
   * @param within - Milliseconds for the peer to end it too.
   * @returns The connection in the clear, and what came over it already.
   * @throws TlsError when the peer does not end it.
   */
  async clear(within: number): Promise<{ readonly socket: Socket; readonly rest: Uint8Array }> {
    if (this.#relay === undefined) throw new TlsError("handshake", message("TLS cannot end on this connection"));
    this.#relay.expectEnd();
    return { socket: this.#raw, rest: await this.#relay.unwrap(this.#socket, within) };
  }

  /**
   * Makes a data connection secure.
   *
   * @param mustResume - Whether only the control connection's TLS session will do.
   * @param inward - Whether the peer sends, and closes.
   * @throws TlsError; the connection is closed then, or about to be.
   */
  async secureData(
    connection: DataConnection,
    mustResume: boolean,
    inward: boolean,
    signal: AbortSignal,
  ): Promise<void> {
    const abort = (): void => connection.reset();
    signal.addEventListener("abort", abort, { once: true });
    try {
      const socket = await this.#session.secure(connection.socket, !inward);
      connection.wrap(socket);
      if (!mustResume || socket.isSessionReused()) return;
      // The client, which may be sending, is to read the reply that says why rather than a reset.
      endGently(socket, refusalLinger);
    } finally {
      signal.removeEventListener("abort", abort);
    }
    throw new TlsError(
      "not-resumed",
      message("The data connection must resume the TLS session of the control connection; this client did not"),
    );
  }

  /**
   * Makes a data connection with another server secure. Who the peer is stays unproved.
   *
   * @param peer - Its address.
   * @param end - Which end of TLS this is: its client after SSCN ON or CPSV.
   * @param inward - Whether the peer sends, and closes.
   * @throws TlsError; the connection is closed then.
   */
  async secureForeign(
    connection: DataConnection,
    peer: string,
    end: "client" | "server",
    inward: boolean,
    signal: AbortSignal,
  ): Promise<void> {
    const abort = (): void => connection.reset();
    signal.addEventListener("abort", abort, { once: true });
    try {
      const { socket } = connection;
      connection.wrap(
        await (end === "client"
          ? this.#session.secureAsClient(socket, peer)
          : this.#session.secureServer(socket, inward)),
      );
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }
}

/** Milliseconds in which a client may find out that its data connection is refused. */
const refusalLinger = 2_000;

/** The session is under TLS from now on. @param initial - What data connections are until PROT says. */
export function takeSecured(session: Session, secured: SecuredControl, initial: "clear" | "private"): void {
  session.tls = secured.tls;
  session.connection = secured.tls.describe(session.connection);
  session.moveProtection({ event: "secured", initial });
}

/** Goes on under TLS, and forgets what came in the clear. A handshake that fails ends the session. */
export async function beginTls(session: Session, initial: "clear" | "private"): Promise<void> {
  const { tls } = session.host;
  if (tls === undefined) return;
  const raw = session.channel.detach();
  session.forgetCommands();
  try {
    const secured = await SessionTls.secureControl(raw, tls, session.connection.serverName);
    session.channel.attach(secured.socket);
    takeSecured(session, secured, initial);
  } catch (cause) {
    tellTlsFailed(session, "control", cause);
    session.close("protocol-error");
  }
}

/** Goes on in the clear on the control connection. A peer that does not end TLS loses the session. */
export async function endTls(session: Session): Promise<void> {
  session.channel.detach();
  session.forgetCommands();
  try {
    const cleared = await session.tls?.clear(session.host.options.limits.idleTimeout);
    if (cleared === undefined) return;
    session.connection = { ...session.connection, secure: false };
    session.channel.attach(cleared.socket);
    if (cleared.rest.length > 0) session.received(cleared.rest);
  } catch (cause) {
    tellTlsFailed(session, "control", cause);
    session.close("protocol-error");
  }
}

/** Tells the application that a connection of the session did not become secure, or did not leave TLS. */
export function tellTlsFailed(session: Session, connection: "control" | "data", cause: unknown): void {
  if (!session.host.hears("tls-failed")) return;
  const message = cause instanceof Error ? cause.message : String(cause);
  session.host.tell("tls-failed", { ...session.event(), connection, message, cause });
}
