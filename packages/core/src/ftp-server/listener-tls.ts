/** TLS as one listener has it: how it begins, what it demands, and what its sessions' contexts are made from. */
import type { TLSSocket } from "node:tls";
import type { ClientCertificate, TlsInfo, TlsPolicy } from "../accounts/index.ts";
import { readPem, TlsServerSession, type Certificates, type TlsServerSettings } from "../net/index.ts";
import type { FtpServerTlsOptions, ListenerOptions } from "./options.ts";

/** What is demanded where nobody says otherwise. */
const defaultPolicy: Required<TlsPolicy> = {
  requireForLogin: false,
  requireForData: false,
  requireResumption: true,
  clearCommandChannel: false,
};

/** TLS of a listener. */
export class ListenerTls {
  readonly implicit: boolean;
  /** What client certificates are for; undefined: none is asked for. */
  readonly certificateUse: "optional" | "required" | "login" | undefined;
  readonly #policy: Required<TlsPolicy>;
  readonly #settings: TlsServerSettings;

  /** @throws Error when an authority cannot be read. */
  constructor(
    tls: FtpServerTlsOptions,
    listener: ListenerOptions,
    certificates: Certificates,
    handshakeTimeout: number,
  ) {
    this.implicit = listener.tls === "implicit";
    this.certificateUse = tls.clientCertificates?.use;
    this.#policy = over(over(defaultPolicy, tls), listener.tlsPolicy);
    this.#settings = {
      certificates,
      minVersion: tls.minVersion ?? "TLSv1.2",
      ciphers: tls.ciphers,
      clientAuthorities: tls.clientCertificates?.authorities.map(readPem),
      handshakeTimeout,
    };
  }

  /** What is demanded of an account; of nobody yet, without one. */
  policy(account?: TlsPolicy): Required<TlsPolicy> {
    return over(this.#policy, account);
  }

  /** TLS for one session. @param hostName - What HOST named, if it did. */
  begin(hostName?: string): TlsServerSession {
    return new TlsServerSession(this.#settings, hostName);
  }
}

function over(below: Required<TlsPolicy>, above: TlsPolicy | undefined): Required<TlsPolicy> {
  return {
    requireForLogin: above?.requireForLogin ?? below.requireForLogin,
    requireForData: above?.requireForData ?? below.requireForData,
    requireResumption: above?.requireResumption ?? below.requireResumption,
    clearCommandChannel: above?.clearCommandChannel ?? below.clearCommandChannel,
  };
}

/** What is told of a connection that became secure. */
export function describeTls(socket: TLSSocket): TlsInfo {
  const named = socket.servername;
  const certificate = clientCertificate(socket);
  return {
    protocol: socket.getProtocol() ?? "",
    cipher: socket.getCipher().name,
    ...(typeof named === "string" && named !== "" ? { serverName: named.toLowerCase() } : {}),
    ...(certificate === undefined ? {} : { clientCertificate: certificate }),
  };
}

function clientCertificate(socket: TLSSocket): ClientCertificate | undefined {
  const shown = socket.getPeerCertificate();
  // Node gives an empty object where there is none.
  if (typeof shown.fingerprint256 !== "string") return undefined;
  const name: unknown = shown.subject.CN;
  const error: unknown = socket.authorizationError;
  return {
    fingerprint256: shown.fingerprint256,
    commonName: typeof name === "string" ? name : "",
    verified: socket.authorized,
    ...(socket.authorized ? {} : { error: String(error) }),
  };
}
