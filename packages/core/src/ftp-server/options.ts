/** What a server is made from; defaults are applied here, once. */
import type { Accounts } from "../accounts/index.ts";
import type { TlsPolicy } from "../accounts/index.ts";
import { resolveBusyPoll, type PemSource, type TlsCertificateOptions } from "../net/index.ts";
import {
  checkRepresentation,
  defaultDataFormatOptions,
  type DataFormatOptions,
  type NameCodec,
  type RepresentationOptions,
} from "../protocol/index.ts";
import { checkOptions } from "../options/index.ts";
import { serverTable } from "./server-option-table.ts";
import { defaultLimits, type FtpServerLimits } from "./limits.ts";
import type { Reservations } from "./reservations.ts";

/** A listener behind proxies or balancers that speak the PROXY protocol, version 1 or 2. */
export interface ProxyProtocolOptions {
  /**
   * The addresses (`192.0.2.1`) and networks (`10.0.0.0/8`) of the proxies. Nobody else is served here, since any other
   * could claim to be whoever it likes.
   */
  readonly trusted: readonly string[];
}

/** Where a server listens. */
export interface ListenerOptions {
  /** An address of this machine; `0.0.0.0` is all of IPv4, `::` all of IPv6 (and IPv6 only). */
  readonly host: string;
  /** 0 lets the system choose; `addresses` tells the choice. */
  readonly port: number;
  /** Leaves this listener out, instead of failing, where the machine lacks the address family. Default false. */
  readonly optional?: boolean;
  /**
   * `explicit`: TLS begins by AUTH (RFC 4217). `implicit`: it is there from the first octet, as on port 990. `off`: there
   * is none. Default: `explicit` where the server has certificates.
   */
  readonly tls?: "explicit" | "implicit" | "off";
  /** What must be under TLS here, in place of what the server says. */
  readonly tlsPolicy?: TlsPolicy;
  /**
   * Every control connection must come from a trusted proxy and begin with a PROXY header, which tells the session's
   * remote and local address; others are closed without a word. Passive data connections must then come from the address
   * that the control connection came from, the proxy's, and begin with no header: the proxy passes the passive ports on
   * as plain TCP. Active ones go straight to the client. Default: none is expected.
   */
  readonly proxyProtocol?: ProxyProtocolOptions;
  /** The charset of names here, until a client asks for UTF-8 by `OPTS UTF8 ON`. Default: UTF-8. */
  readonly nameCodec?: NameCodec;
}

/** Certificates that clients show. */
export interface ClientCertificateOptions {
  /** The authorities that may vouch for them. */
  readonly authorities: readonly PemSource[];
  /**
   * `optional`: they are told to the accounts. `required`: nobody logs in without a verified one. `login`: a verified one
   * may stand for the password, see `Accounts.loginByCertificate`.
   */
  readonly use: "optional" | "required" | "login";
}

/** TLS of a server. */
export interface FtpServerTlsOptions extends TlsPolicy {
  /** The first serves clients that name no host that is known. Files are read again when they change. */
  readonly certificates: readonly TlsCertificateOptions[];
  readonly clientCertificates?: ClientCertificateOptions;
  /** Default `TLSv1.2`. */
  readonly minVersion?: "TLSv1.2" | "TLSv1.3";
  /** OpenSSL's list of ciphers for TLS 1.2. Default: Node's. */
  readonly ciphers?: string;
}

/** Which address passive clients are told, by their own network. */
export interface ExternalAddresses {
  /** For all who are in none of the networks; without it they get the address they connected to. */
  readonly default?: string;
  /** From CIDR (`10.0.0.0/8`) to an IPv4 address or a name. The first that matches counts. */
  readonly networks?: Readonly<Record<string, string>>;
}

/** Passive data connections. */
export interface PassiveOptions {
  /** First and last port; by default the system chooses. */
  readonly ports?: readonly [number, number];
  /** The IPv4 address that PASV names, or a name that is resolved again every minute, or one per client network. */
  readonly externalAddress?: string | ExternalAddresses;
}

/** Active data connections. */
export interface ActiveOptions {
  /**
   * The local port. By default the control port less one (20 for 21; RFC 959 §3.2) where the process may bind it, else
   * any. 0 is any.
   */
  readonly localPort?: number;
}

/** Options of `FtpServer`. */
export interface FtpServerOptions {
  /** Who may log in. */
  readonly accounts: Accounts;
  /** Default: port 21 on all addresses, IPv6 where the machine has it. */
  readonly listeners?: readonly ListenerOptions[];
  /** Secure FTP (RFC 4217). Without it there is none. */
  readonly tls?: FtpServerTlsOptions;
  /** Names that HOST may ask for (RFC 7151). Default: any. */
  readonly hosts?: readonly string[];
  readonly passive?: PassiveOptions;
  readonly active?: ActiveOptions;
  /** The charset of names for clients that leave UTF-8 by `OPTS UTF8 OFF`, which is refused without it. */
  readonly nameCodec?: NameCodec;
  /** Whether data connections to and from third parties are allowed (server-to-server transfers). Default false. */
  readonly allowForeignData?: boolean;
  /** Whether PORT and EPRT may name ports below 1024. Default false (RFC 2577 §3). */
  readonly allowPrivilegedPorts?: boolean;
  readonly limits?: Partial<FtpServerLimits>;
  /** What RFC 959 leaves to the two ends of a transfer: code page, records, pages, restart markers. */
  readonly representation?: RepresentationOptions;
  /**
   * Whether mode Z is offered. It saves a slow network, and costs the processor; lftp takes it wherever it is offered, and is
   * a tenth of a second slower a file by it. Default false.
   */
  readonly deflate?: boolean;
  /**
   * Milliseconds that the event loop is kept awake for the next command of a client that sent the last one as soon. A
   * processor that was let sleep takes longer to wake than a command takes. 0 is never. Default 0.2.
   */
  readonly busyPoll?: number;
  /**
   * `netx` answers transfers with the codes that NetX Duo FTP documents, reads and writes block mode as it does, goes back to
   * stream mode after each transfer, cuts replies to 399 octets, connects to an active client before it refuses its transfer,
   * and tells `.` and `..` in an empty NLST. Default `standard`.
   */
  readonly replies?: "standard" | "netx";
  /** The greeting's text, under 400 octets. Default `Twinport FTP ready`. */
  readonly banner?: string;
  /** Limits and quotas of the application's own, over processes and machines where it likes. */
  readonly reservations?: Reservations;
}

/** Options with every default in place. */
export interface ResolvedOptions {
  readonly accounts: Accounts;
  readonly listeners: readonly ListenerOptions[];
  readonly tls: FtpServerTlsOptions | undefined;
  readonly hosts: readonly string[] | undefined;
  readonly passive: PassiveOptions;
  readonly active: ActiveOptions;
  readonly nameCodec: NameCodec | undefined;
  readonly allowForeignData: boolean;
  readonly allowPrivilegedPorts: boolean;
  readonly limits: FtpServerLimits;
  /** How files travel where the account's options say nothing else. */
  readonly dataFormat: DataFormatOptions;
  readonly deflate: boolean;
  readonly busyPoll: number;
  readonly replies: "standard" | "netx";
  readonly banner: string;
  readonly reservations: Reservations | undefined;
}

/** The longest greeting that NetX Duo's client takes, in octets. */
const greetingLimit = 400;

/**
 * Applies the defaults.
 *
 * @throws RangeError for a port, range, limit or greeting that cannot be meant.
 */
export function resolveOptions(options: FtpServerOptions): ResolvedOptions {
  checkOptions(options, serverTable);
  const limits = { ...defaultLimits, ...options.limits };
  for (const [name, value] of Object.entries(limits)) {
    if (!Number.isFinite(value) || value < 0) throw new RangeError(`limits.${name} must be a number of 0 or more`);
  }
  const ports = options.passive?.ports;
  if (ports !== undefined && !(isPort(ports[0]) && isPort(ports[1]) && ports[0] <= ports[1])) {
    throw new RangeError(
      `passive.ports must be two ports from 1 to 65535, the lower first, not ${ports.join(" and ")}`,
    );
  }
  const localPort = options.active?.localPort;
  if (localPort !== undefined && localPort !== 0 && !isPort(localPort)) {
    throw new RangeError("active.localPort must be from 0 to 65535");
  }
  checkRepresentation(options.representation ?? {});
  const banner = options.banner ?? "Twinport FTP ready";
  if (Buffer.byteLength(banner) > greetingLimit - 8) {
    throw new RangeError(`banner must be under ${greetingLimit - 8} octets: some clients read no more`);
  }
  if (
    options.tls === undefined &&
    options.listeners?.some(({ tls }) => tls === "implicit" || tls === "explicit") === true
  ) {
    throw new RangeError("A listener has TLS, and there are no certificates: give tls.certificates");
  }
  const { replies = "standard" } = options;
  return {
    accounts: options.accounts,
    listeners: options.listeners ?? [
      { host: "0.0.0.0", port: 21 },
      { host: "::", port: 21, optional: true },
    ],
    tls: options.tls,
    hosts: options.hosts?.map((name) => name.toLowerCase()),
    passive: options.passive ?? {},
    active: options.active ?? {},
    nameCodec: options.nameCodec,
    allowForeignData: options.allowForeignData ?? false,
    allowPrivilegedPorts: options.allowPrivilegedPorts ?? false,
    limits,
    dataFormat: { ...defaultDataFormatOptions, blocks: replies, ...options.representation },
    deflate: options.deflate ?? false,
    busyPoll: resolveBusyPoll(options.busyPoll),
    replies,
    banner,
    reservations: options.reservations,
  };
}

function isPort(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= 65_535;
}
