/** What a client is made from; defaults are applied here, once. */
import { bandwidthLimits, type Bandwidth, type BandwidthLimit } from "../net/index.ts";
import type { NameCodec } from "../protocol/index.ts";
import type { FtpClientTrace } from "./events.ts";
import type { DialFunction } from "./open-socket.ts";
import { resolveTlsOptions, type FtpClientTlsOptions, type ResolvedTlsOptions, type TlsMode } from "./tls-options.ts";

/** How data connections are made. */
export type DataMode =
  /**
   * EPSV, and PASV once EPSV has failed; remembered. NetX Duo's server, which is known by its greeting, takes no uploads over
   * EPSV: it is asked for PASV on IPv4, and sent uploads actively on IPv6.
   */
  | "auto"
  | "epsv"
  | "pasv"
  /** PORT on IPv4, EPRT on IPv6. */
  | "active";

/** How control connections are kept alive while a transfer runs, or nothing does. */
export interface KeepAliveOptions {
  /** Milliseconds of silence after which TCP asks whether the server is there; 0 is never. Default 30,000. */
  readonly tcp?: number;
  /**
   * Milliseconds of a transfer after which a NOOP is sent, and again each time they have passed. For networks that forget
   * connections in spite of TCP's questions. Default: none is sent, since some servers take whatever comes during a transfer
   * for its abort.
   */
  readonly noop?: number;
}

/** Options of `FtpClient`. */
export interface FtpClientOptions {
  readonly host?: string;
  /** Default 21; 990 where TLS is implicit. */
  readonly port?: number;
  /** Default `anonymous`. */
  readonly user?: string;
  /** The password, or a function that is asked for it once. Default for anonymous logins: `anonymous@`. */
  readonly password?: string | (() => string | Promise<string>);
  /** What ACCT is given, if the server asks for it. */
  readonly account?: string;
  /** IPv4 or IPv6 only. Default: what the name resolves to. Not together with `dial`, which resolves the name. */
  readonly family?: 4 | 6;
  /**
   * Makes the control connection and each passive data connection in place of a plain connect, as through a proxy. It is
   * given the host as it stands here, unresolved; passive data connections go to that same host, whatever the server
   * names, unless `foreignDataAddresses` says otherwise. There is no active mode then: nobody could connect back.
   */
  readonly dial?: DialFunction;
  /** Whether and how the connection is secure. Default `off`, and as the URL says. */
  readonly tls?: TlsMode | FtpClientTlsOptions;
  /** The charset of names, whatever FEAT tells. Default: UTF-8, and Latin-1 where it is none. */
  readonly nameCodec?: NameCodec;
  /** Default `auto`. */
  readonly dataMode?: DataMode;
  /** The address that PORT and EPRT tell. Default: the control connection's own. */
  readonly activeAddress?: string;
  /** First and last local port for active data connections. Default: the system chooses. */
  readonly activePorts?: readonly [number, number];
  /** What is done about an address in 227 that is not the server's: `replace` it (default), or `trust` it. */
  readonly foreignDataAddresses?: "replace" | "trust";
  /** Milliseconds to connect, and for each TLS handshake. Default 15,000. */
  readonly connectTimeout?: number;
  /** Milliseconds to wait for a reply. Default 30,000. */
  readonly replyTimeout?: number;
  /** Milliseconds to wait for a hash, which the server counts by reading the file. Default 600,000. */
  readonly hashTimeout?: number;
  /** Milliseconds in which a data connection must be made. Default 15,000. */
  readonly dataConnectionTimeout?: number;
  /** Milliseconds without progress of the server during a transfer. Default 60,000. */
  readonly stallTimeout?: number;
  /**
   * What all transfers of the client may move together: octets a second, or limits that others share. Listings and transfers
   * from server to server do not count. Default: no limit.
   */
  readonly bandwidth?: Bandwidth;
  /** How the control connection is kept alive. Default: by TCP. */
  readonly keepAlive?: KeepAliveOptions;
  /** Octets of a listing. Default 64 MiB. */
  readonly maxListing?: number;
  /** Entries of a listing. Default 1,000,000. */
  readonly maxEntries?: number;
  /** `auto`: files travel deflated (mode Z) where the server offers it and they seem worth it. Default `never`. */
  readonly compress?: "auto" | "never";
  /** Octets of a file that comes deflated, or as pages with holes. Default 64 GiB. */
  readonly inflatedSize?: number;
  /** Octets that may come of one in mode Z, once a file has 16 MiB. Default 1,100: more than there can be. */
  readonly inflateRatio?: number;
  /**
   * Whether the number of octets is checked after each binary transfer, uploads by SIZE where the server has it, APPE
   * excepted. Default true.
   */
  readonly checkSize?: boolean;
  /** Is told commands and replies, those of the login too. Default: nothing is. */
  readonly trace?: FtpClientTrace;
  /**
   * Whether the server's time zone is found out by an MDTM, once, when LIST tells local times; `timeIsLocal` goes from
   * the entries then. Default true.
   */
  readonly learnTimeZone?: boolean;
  /**
   * Whether ABOR goes behind a Telnet Synch (RFC 959 §4.1.3), for servers that look at the control connection during a
   * transfer only then. In band, for Node sends no urgent data. Default false.
   */
  readonly telnetSynch?: boolean;
  /** Ends connecting and logging in. */
  readonly signal?: AbortSignal;
}

/** Options with every default in place. */
export interface ResolvedClientOptions {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string | (() => string | Promise<string>);
  readonly account: string | undefined;
  readonly family: 4 | 6 | undefined;
  readonly dial: DialFunction | undefined;
  readonly tls: ResolvedTlsOptions;
  readonly nameCodec: NameCodec | undefined;
  readonly dataMode: DataMode;
  readonly activeAddress: string | undefined;
  readonly activePorts: readonly [number, number] | undefined;
  readonly foreignDataAddresses: "replace" | "trust";
  readonly connectTimeout: number;
  readonly replyTimeout: number;
  readonly hashTimeout: number;
  readonly dataConnectionTimeout: number;
  readonly stallTimeout: number;
  readonly bandwidth: readonly BandwidthLimit[];
  /** Milliseconds each; 0 is never. */
  readonly keepAlive: Required<KeepAliveOptions>;
  readonly maxListing: number;
  readonly maxEntries: number;
  readonly compress: "auto" | "never";
  readonly inflatedSize: number;
  readonly inflateRatio: number;
  readonly checkSize: boolean;
  readonly trace: FtpClientTrace;
  readonly learnTimeZone: boolean;
  readonly telnetSynch: boolean;
}

/**
 * Applies the defaults.
 *
 * @throws RangeError without a host, for a port, bandwidth or time that is none, or for what `dial` cannot do.
 */
export function resolveClientOptions(options: FtpClientOptions): ResolvedClientOptions {
  if (options.host === undefined || options.host === "") throw new RangeError("A host is needed");
  const connectTimeout = options.connectTimeout ?? 15_000;
  const tls = resolveTlsOptions(options.tls, options.host, connectTimeout);
  const port = options.port ?? (tls.mode === "implicit" ? 990 : 21);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new RangeError("port must be from 1 to 65535");
  if (options.dial !== undefined) checkDial(options);
  return {
    host: options.host,
    port,
    user: options.user ?? "anonymous",
    password: options.password ?? "anonymous@",
    account: options.account,
    family: options.family,
    dial: options.dial,
    tls,
    nameCodec: options.nameCodec,
    dataMode: options.dataMode ?? "auto",
    activeAddress: options.activeAddress,
    activePorts: options.activePorts,
    foreignDataAddresses: options.foreignDataAddresses ?? "replace",
    connectTimeout,
    replyTimeout: options.replyTimeout ?? 30_000,
    hashTimeout: options.hashTimeout ?? 600_000,
    dataConnectionTimeout: options.dataConnectionTimeout ?? 15_000,
    stallTimeout: options.stallTimeout ?? 60_000,
    bandwidth: bandwidthLimits(options.bandwidth),
    keepAlive: resolveKeepAlive(options.keepAlive),
    maxListing: options.maxListing ?? 64 * 1024 * 1024,
    maxEntries: options.maxEntries ?? 1_000_000,
    compress: options.compress ?? "never",
    inflatedSize: options.inflatedSize ?? 64 * 1024 * 1024 * 1024,
    inflateRatio: options.inflateRatio ?? 1_100,
    checkSize: options.checkSize ?? true,
    trace: options.trace ?? {},
    learnTimeZone: options.learnTimeZone ?? true,
    telnetSynch: options.telnetSynch ?? false,
  };
}

/** Milliseconds that a timer can wait. */
const longestTimer = 2 ** 31 - 1;

function resolveKeepAlive({ tcp = 30_000, noop = 0 }: KeepAliveOptions = {}): Required<KeepAliveOptions> {
  for (const [name, value] of Object.entries({ tcp, noop })) {
    if (!(value >= 0 && value <= longestTimer)) {
      throw new RangeError(`keepAlive.${name} must be from 0 to ${longestTimer} milliseconds`);
    }
  }
  return { tcp, noop };
}

/** @throws RangeError for what would go past `dial`. */
function checkDial({ dataMode, family }: FtpClientOptions): void {
  if (dataMode === "active") {
    throw new RangeError("dataMode active does not go together with dial: no server can connect back through a proxy");
  }
  if (family !== undefined) throw new RangeError("family does not go together with dial, which resolves the name");
}
