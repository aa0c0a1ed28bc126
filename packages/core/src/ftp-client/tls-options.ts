/** How a client does TLS; defaults are applied here, once (RFC 4217). */
import { readPem, type PemSource, type TlsClientSettings } from "../net/index.ts";

/** When TLS begins. */
export type TlsMode =
  /** Never. */
  | "off"
  /** By AUTH where the server takes it; else all goes in the clear. Whoever sits between can make it so. */
  | "auto"
  /** By AUTH, or not at all (RFC 4217 §4). */
  | "explicit"
  /** With the first octet, as on port 990. */
  | "implicit";

/** TLS of a client. */
export interface FtpClientTlsOptions {
  /** Default `explicit`. */
  readonly mode?: TlsMode;
  /** Authorities that are trusted, in place of the system's. */
  readonly authorities?: readonly PemSource[];
  /** SHA-256 fingerprints of the certificates that are trusted, whoever issued them; no other is then. */
  readonly fingerprints?: readonly string[];
  /** Whether a certificate that cannot be verified is taken. Default false. */
  readonly acceptUnverified?: boolean;
  /** The name that the certificate must be for. Default: the host. */
  readonly serverName?: string;
  /** The client's own certificate and its key. */
  readonly cert?: PemSource;
  readonly key?: PemSource;
  /** Of the key. */
  readonly passphrase?: string;
  /** Default `TLSv1.2`. */
  readonly minVersion?: "TLSv1.2" | "TLSv1.3";
  readonly maxVersion?: "TLSv1.2" | "TLSv1.3";
  /** Whether data connections are under TLS as well. Default true. */
  readonly protectData?: boolean;
  /** Whether the control connection goes on in the clear after the login, for networks that look into it (CCC). Default false. */
  readonly clearCommandChannel?: boolean;
}

/** TLS with every default in place. */
export interface ResolvedTlsOptions {
  readonly mode: TlsMode;
  readonly protectData: boolean;
  readonly clearCommandChannel: boolean;
  readonly settings: TlsClientSettings;
}

/**
 * Applies the defaults, and reads the files.
 *
 * @throws RangeError for a certificate without key; Error of the system for a file that cannot be read.
 */
export function resolveTlsOptions(
  given: TlsMode | FtpClientTlsOptions | undefined,
  host: string,
  handshakeTimeout: number,
): ResolvedTlsOptions {
  const options: FtpClientTlsOptions =
    given === undefined ? { mode: "off" } : typeof given === "string" ? { mode: given } : given;
  if ((options.cert === undefined) !== (options.key === undefined)) {
    throw new RangeError("tls.cert and tls.key belong together");
  }
  return {
    mode: options.mode ?? "explicit",
    protectData: options.protectData ?? true,
    clearCommandChannel: options.clearCommandChannel ?? false,
    settings: {
      serverName: options.serverName ?? host,
      authorities: options.authorities?.map((source) => readPem(source)),
      fingerprints: options.fingerprints,
      acceptUnverified: options.acceptUnverified ?? false,
      cert: options.cert === undefined ? undefined : readPem(options.cert),
      key: options.key === undefined ? undefined : readPem(options.key),
      passphrase: options.passphrase,
      minVersion: options.minVersion ?? "TLSv1.2",
      maxVersion: options.maxVersion,
      handshakeTimeout,
    },
  };
}
