/**
 * TLS of one control session on the client: of its control connection, and of each data connection, which resumes the
 * freshest session that the server gave (RFC 4217 §10.4, RFC 8446 §2.2): servers take that as the proof that both
 * connections have the same peer.
 */
import { isIP } from "node:net";
import type { Duplex } from "node:stream";
import { connect, type ConnectionOptions, type TLSSocket } from "node:tls";
import { normaliseFingerprint } from "../../protocol/index.ts";
import { TlsError } from "./tls-error.ts";

/** How a client does TLS. */
export interface TlsClientSettings {
  /** The name that the server's certificate must be for, and that SNI tells where it is a name. */
  readonly serverName: string;
  /** Authorities that are trusted, as PEM, in place of the system's. */
  readonly authorities: readonly string[] | undefined;
  /** SHA-256 fingerprints of certificates that are trusted whoever issued them; with any, no other is. */
  readonly fingerprints: readonly string[] | undefined;
  /** Whether a certificate that cannot be verified is taken. */
  readonly acceptUnverified: boolean;
  /** The client's own certificate. */
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly passphrase: string | undefined;
  readonly minVersion: "TLSv1.2" | "TLSv1.3";
  readonly maxVersion: "TLSv1.2" | "TLSv1.3" | undefined;
  /** OpenSSL's list for TLS 1.2; undefined is Node's own. */
  readonly ciphers?: string | undefined;
  /** Milliseconds. */
  readonly handshakeTimeout: number;
}

/** TLS of a control session. */
export class TlsClientSession {
  readonly #settings: TlsClientSettings;
  /** The freshest session that the server gave. */
  #latest: Buffer | undefined;
  /** The certificate of the control connection: data connections must show no other. */
  #fingerprint: string | undefined;

  constructor(settings: TlsClientSettings) {
    this.#settings = settings;
  }

  /** Makes the control connection secure. On failure it is closed. @throws TlsError. */
  async secureControl(connection: Duplex): Promise<TLSSocket> {
    const socket = await this.#handshake(connection);
    try {
      this.#verify(socket);
    } catch (error) {
      socket.destroy();
      throw error;
    }
    this.#fingerprint = socket.getPeerCertificate().fingerprint256;
    return socket;
  }

  /** Makes a data connection secure; this end is TLS's client, whoever connected. @throws TlsError. */
  async secureData(connection: Duplex): Promise<TLSSocket> {
    const socket = await this.#handshake(connection);
    // A resumed session is with the peer that was verified; any other must show the same certificate.
    if (!socket.isSessionReused() && socket.getPeerCertificate().fingerprint256 !== this.#fingerprint) {
      socket.destroy();
      throw new TlsError("unverified", "The data connection's certificate is not the control connection's");
    }
    return socket;
  }

  #handshake(connection: Duplex): Promise<TLSSocket> {
    const { serverName, authorities, cert, key, passphrase, minVersion, maxVersion, ciphers, handshakeTimeout } =
      this.#settings;
    const options: ConnectionOptions = {
      socket: connection,
      // What is wrong with a certificate is told below, in words.
      rejectUnauthorized: false,
      ALPNProtocols: ["ftp"],
      minVersion,
      host: serverName,
      ...(maxVersion === undefined ? {} : { maxVersion }),
      ...(isIP(serverName) === 0 ? { servername: serverName } : {}),
      ...(authorities === undefined ? {} : { ca: [...authorities] }),
      ...(ciphers === undefined ? {} : { ciphers }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
      ...(passphrase === undefined ? {} : { passphrase }),
      ...(this.#latest === undefined ? {} : { session: this.#latest }),
    };
    return new Promise((resolve, reject) => {
      const socket = connect(options);
      socket.on("session", (session: Buffer) => {
        this.#latest = session;
      });
      const timer = setTimeout(() => {
        socket.destroy();
        settle();
        reject(new TlsError("timeout", `The TLS handshake took longer than ${handshakeTimeout} ms`));
      }, handshakeTimeout);
      const settle = (): void => {
        clearTimeout(timer);
        socket.off("secureConnect", secured);
        socket.off("close", closed);
        socket.off("error", failed);
        socket.on("error", ignore);
      };
      const secured = (): void => {
        settle();
        // Until the next turn Node holds the last of the handshake to be under way: a closing alert would come after the
        // connection's end, and be lost. Servers take an upload without that alert for a broken one.
        setImmediate(() => {
          socket.off("error", ignore);
          resolve(socket);
        });
      };
      const failed = (cause: Error): void => {
        settle();
        socket.destroy();
        reject(new TlsError("handshake", `The TLS handshake failed: ${cause.message}`, cause));
      };
      const closed = (): void => {
        settle();
        reject(new TlsError("handshake", "The TLS handshake failed: the server closed the connection"));
      };
      socket.once("secureConnect", secured);
      socket.once("close", closed);
      socket.once("error", failed);
    });
  }

  /** @throws TlsError `unverified`. */
  #verify(socket: TLSSocket): void {
    const { acceptUnverified, fingerprints, serverName } = this.#settings;
    if (acceptUnverified) return;
    if (fingerprints !== undefined) {
      const shown = normaliseFingerprint(socket.getPeerCertificate().fingerprint256);
      if (fingerprints.some((pinned) => normaliseFingerprint(pinned) === shown)) return;
      throw new TlsError("unverified", `The certificate of ${serverName} is not one of those that are pinned`);
    }
    if (socket.authorized) return;
    const why = socket.authorizationError;
    throw new TlsError(
      "unverified",
      `The certificate of ${serverName} cannot be verified: ${wordsFor(String(why))}`,
      why,
    );
  }
}

/** What the common codes of verification mean. */
function wordsFor(code: string): string {
  switch (code) {
    case "DEPTH_ZERO_SELF_SIGNED_CERT":
      return "it is self-signed";
    case "SELF_SIGNED_CERT_IN_CHAIN":
    case "UNABLE_TO_GET_ISSUER_CERT":
    case "UNABLE_TO_GET_ISSUER_CERT_LOCALLY":
    case "UNABLE_TO_VERIFY_LEAF_SIGNATURE":
      return "its authority is not known here";
    case "CERT_HAS_EXPIRED":
      return "it has expired";
    case "CERT_NOT_YET_VALID":
      return "it is not valid yet";
    default:
      return code.includes("ALTNAME") ? "it is for another name" : code;
  }
}

function ignore(): void {
  // Told already.
}
