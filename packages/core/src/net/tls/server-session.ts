/**
 * TLS of one control session on the server: of its control connection, and of each data connection (RFC 4217 §4, §7).
 *
 * Each session has keys for session tickets of its own, so that a data connection whose TLS session is resumed can only
 * come from the peer of the control connection: nobody else has a ticket that this context takes. That holds in TLS 1.2
 * (RFC 5077, and by id RFC 5246 §7.3) and 1.3 (RFC 8446 §2.2), and for a certificate chosen by SNI as well, whose context has the same keys.
 */
import { randomBytes } from "node:crypto";
import type { Duplex } from "node:stream";
import { createSecureContext, createServer, type SecureContext, type Server, type TLSSocket } from "node:tls";
import { message, type Message } from "../../protocol/index.ts";
import type { Certificates, LoadedCertificate } from "./certificates.ts";
import { TlsClientSession } from "./client-session.ts";
import { TicketKeys } from "./renewed-tickets.ts";
import { TlsError } from "./tls-error.ts";

/** Protocols of ALPN that are FTP: the registered one, FileZilla's own, and what it names data connections. */
const ftpProtocols = ["ftp", "ftp-data", "x-filezilla-ftp"];

/** TLS states that one control session keeps for clients that resume by id. */
const statesKept = 16;

/** What all sessions of a listener share. */
export interface TlsServerSettings {
  readonly certificates: Certificates;
  readonly minVersion: "TLSv1.2" | "TLSv1.3";
  /** Default: Node's own. */
  readonly maxVersion?: "TLSv1.2";
  /** OpenSSL's list; undefined is Node's own. */
  readonly ciphers: string | undefined;
  /** Authorities of client certificates, as PEM; undefined: no client certificate is asked for. */
  readonly clientAuthorities: readonly string[] | undefined;
  /** Milliseconds. */
  readonly handshakeTimeout: number;
}

/** TLS of a control session. */
export class TlsServerSession {
  readonly #settings: TlsServerSettings;
  readonly #hostName: string | undefined;
  readonly #ticketKeys = new TicketKeys();
  readonly #sessionIdContext = randomBytes(16).toString("hex");
  readonly #contexts = new Map<LoadedCertificate, SecureContext>();
  readonly #states = new Map<string, Buffer>();
  readonly #server: Server;

  /**
   * @param settings - The listener's.
   * @param hostName - What HOST named, if it did: its certificate serves clients that name none by SNI.
   */
  constructor(settings: TlsServerSettings, hostName: string | undefined) {
    this.#settings = settings;
    this.#hostName = hostName;
    const certificate = settings.certificates.for(hostName);
    this.#server = createServer({
      ...this.#contextOptions(certificate),
      handshakeTimeout: settings.handshakeTimeout,
      requestCert: settings.clientAuthorities !== undefined,
      // Whether a certificate is enough is decided after the handshake, where the peer can be told.
      rejectUnauthorized: false,
      SNICallback: (name, done) => {
        try {
          done(null, this.#contextFor(settings.certificates.find(name) ?? certificate));
        } catch (error) {
          done(error instanceof Error ? error : new Error(String(error)));
        }
      },
      // A peer that means another protocol is turned away in the handshake (RFC 7301 §3.2; ALPACA).
      ALPNCallback: ({ protocols }) => ftpProtocols.find((known) => protocols.includes(known)),
    });
    // The context that Node's server made of the options; it has no public name.
    this.#ticketKeys.renewIn((this.#server as { readonly _sharedCreds?: SecureContext })._sharedCreds);
    // Clients that take no tickets (curl, in TLS 1.2) resume by the session's id.
    this.#server.on("newSession", (id: Buffer, state: Buffer, done: () => void) => {
      if (this.#states.size >= statesKept) this.#states.clear();
      this.#states.set(id.toString("hex"), state);
      done();
    });
    this.#server.on("resumeSession", (id: Buffer, done: (error: Error | null, state: Buffer | null) => void) => {
      done(null, this.#states.get(id.toString("hex")) ?? null);
    });
  }

  /**
   * Makes a connection secure; this end is TLS's server, whoever connected (RFC 4217 §7). On failure it is closed.
   *
   * @param renewTicket - Whether a session that is resumed gets a ticket for the next time: not where the peer may close
   * before it reads it.
   * @throws TlsError `handshake`, `broken` or `timeout`.
   */
  async secure(connection: Duplex, renewTicket = true): Promise<TLSSocket> {
    this.#ticketKeys.renews = renewTicket;
    // One handshake at a time: a session has one control connection, and one transfer at a time.
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        this.#server.off("secureConnection", secured);
        this.#server.off("tlsClientError", failed);
        connection.off("close", closed);
      };
      const secured = (socket: TLSSocket): void => {
        settle();
        // Until the next turn Node holds the last of the handshake to be under way: a closing alert would come after the
        // connection's end, and be lost.
        setImmediate(() => resolve(socket));
      };
      const fail = (cause: Error | undefined): void => {
        settle();
        connection.destroy();
        const late = cause !== undefined && "code" in cause && cause.code === "ERR_TLS_HANDSHAKE_TIMEOUT";
        if (late) reject(new TlsError("timeout", message("The TLS handshake took too long"), cause));
        else reject(new TlsError(isBreak(cause) ? "broken" : "handshake", handshakeFailed(cause), cause));
      };
      const failed = (cause: Error, socket: TLSSocket): void => {
        socket.on("error", ignore);
        fail(cause);
      };
      const closed = (): void => {
        // The error that closed it, if there was one, is told first.
        setImmediate(() => {
          if (this.#server.listeners("secureConnection").includes(secured)) fail(undefined);
        });
      };
      this.#server.once("secureConnection", secured);
      this.#server.once("tlsClientError", failed);
      connection.once("close", closed);
      this.#server.emit("connection", connection);
    });
  }

  /**
   * As `secure`, for a peer that is another server, TLS's client. It gets no ticket that a later connection of this
   * session would be taken for the client's by. Of who it is as little is proved as `secureAsClient` does.
   *
   * @param sends - Whether the peer sends, and may read nothing (ProFTPD): TLS 1.3 has tickets come behind the handshake,
   * and who closes with one unread resets the connection. Where it may, this end takes TLS 1.2 then, which has none there.
   */
  secureServer(connection: Duplex, sends: boolean): Promise<TLSSocket> {
    const older = sends && this.#settings.minVersion === "TLSv1.2";
    const settings: TlsServerSettings = older ? { ...this.#settings, maxVersion: "TLSv1.2" } : this.#settings;
    return new TlsServerSession(settings, this.#hostName).secure(connection, false);
  }

  /**
   * Makes a connection to another server secure, as TLS's client; for transfers between servers, of which one must be it.
   *
   * What is proved: that nobody who only listens reads the data. What is not: who the peer is. This server has been told
   * an address, neither a name nor an authority that a certificate could be held against; nor does the peer hold the
   * control connection's session. Whoever is at that address, or is the first to connect to the passive port, is taken.
   *
   * @param peer - The address of the peer, for messages.
   * @throws TlsError `handshake`, `broken` or `timeout`.
   */
  secureAsClient(connection: Duplex, peer: string): Promise<TLSSocket> {
    const { minVersion, ciphers, certificates, handshakeTimeout } = this.#settings;
    const { cert, key, passphrase } = certificates.for(this.#hostName);
    const session = new TlsClientSession({
      serverName: peer,
      authorities: undefined,
      fingerprints: undefined,
      acceptUnverified: true,
      cert,
      key,
      passphrase,
      minVersion,
      maxVersion: undefined,
      ciphers,
      handshakeTimeout,
    });
    return session.secureControl(connection);
  }

  #contextFor(certificate: LoadedCertificate): SecureContext {
    let context = this.#contexts.get(certificate);
    if (context === undefined) {
      context = createSecureContext(this.#contextOptions(certificate));
      this.#ticketKeys.renewIn(context);
      this.#contexts.set(certificate, context);
    }
    return context;
  }

  #contextOptions({ cert, key, passphrase }: LoadedCertificate): Parameters<typeof createSecureContext>[0] {
    const { minVersion, maxVersion, ciphers, clientAuthorities } = this.#settings;
    return {
      cert,
      key,
      minVersion,
      ...(maxVersion === undefined ? {} : { maxVersion }),
      ticketKeys: this.#ticketKeys.all,
      sessionIdContext: this.#sessionIdContext,
      ...(passphrase === undefined ? {} : { passphrase }),
      ...(ciphers === undefined ? {} : { ciphers }),
      ...(clientAuthorities === undefined ? {} : { ca: [...clientAuthorities] }),
    };
  }
}

/** OpenSSL's own word for what went wrong, where there is one. */
/** Whether the connection ended, and nobody refused anything. */
function isBreak(cause: Error | undefined): boolean {
  if (cause === undefined) return true;
  return "code" in cause && (cause.code === "ECONNRESET" || cause.code === "EPIPE" || cause.code === "ECONNABORTED");
}

function handshakeFailed(cause: Error | undefined): Message {
  const reason = cause === undefined ? undefined : reasonOf(cause);
  return reason === undefined
    ? message("The TLS handshake failed")
    : message("The TLS handshake failed: {reason}", { reason });
}

function reasonOf(cause: Error): string | undefined {
  if ("reason" in cause && typeof cause.reason === "string") return cause.reason;
  return "code" in cause && typeof cause.code === "string" ? cause.code : undefined;
}

function ignore(): void {
  // Told already.
}
