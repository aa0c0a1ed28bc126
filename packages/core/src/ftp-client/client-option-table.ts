/** What `FtpClient.connect` and `FtpPool` take: the check of options, and docs/options.md, go by it. */
import {
  aFunction,
  amount,
  boolean,
  either,
  listOf,
  nameCodec,
  nested,
  optionTable,
  pem,
  secretText,
  signal,
  text,
  word,
  type OptionRow,
  type OptionTable,
} from "../options/index.ts";
import type { KeepAliveOptions, FtpClientOptions } from "./options.ts";
import type { FtpPoolOptions } from "./pool/ftp-pool.ts";
import type { RetryPolicy } from "./retry/retry.ts";
import type { FtpClientTlsOptions } from "./tls-options.ts";
import type { FtpClientTrace } from "./events.ts";

const connectablePort: OptionRow = { is: "number", least: 1, most: 65_535, isWhole: true };
const rate: OptionRow = { is: "number" };
const limit: OptionRow = { is: "object", name: "a BandwidthLimit", methods: ["claim"] };

/** Bytes a second, a limit that others share, or several. What a rate may be, `BandwidthLimit` says. */
export const bandwidthRow: OptionRow = either(rate, limit, listOf(either(rate, limit)));

/** How operations are tried again. */
export const retryTable: OptionTable = optionTable<RetryPolicy>(
  "retry",
  {
    retries: amount,
    delay: amount,
    longestDelay: amount,
    retryable: aFunction,
    onRetry: aFunction,
    random: aFunction,
  },
  { attempts: "retries", maxRetries: "retries", maxDelay: "longestDelay", minDelay: "delay" },
);

const modes = word("off", "auto", "explicit", "implicit");
const tlsVersion = word("TLSv1.2", "TLSv1.3");

const tlsTable: OptionTable = optionTable<FtpClientTlsOptions>(
  "tls",
  {
    mode: modes,
    authorities: listOf(pem),
    fingerprints: listOf(text),
    acceptUnverified: boolean,
    serverName: text,
    cert: pem,
    key: pem,
    passphrase: secretText,
    minVersion: tlsVersion,
    maxVersion: tlsVersion,
    protectData: boolean,
    clearCommandChannel: boolean,
  },
  {
    ca: "tls.authorities (an array)",
    rejectUnauthorized: "tls.acceptUnverified (true where rejectUnauthorized is false)",
    servername: "tls.serverName",
    checkServerIdentity: "tls.fingerprints or tls.serverName",
    pfx: "tls.cert and tls.key",
    secureProtocol: "tls.minVersion and tls.maxVersion",
  },
);

const keepAliveTable: OptionTable = optionTable<KeepAliveOptions>("keepAlive", { tcp: amount, noop: amount });
const traceTable: OptionTable = optionTable<FtpClientTrace>("trace", { command: aFunction, reply: aFunction });

/** Words of other libraries (ftp, basic-ftp, promise-ftp, ssh2-sftp-client, jsftp). */
const foreign: Readonly<Record<string, string>> = {
  secure: 'tls: "explicit", or tls: "implicit"',
  secureOptions: "tls: { … }",
  rejectUnauthorized: "tls: { acceptUnverified }",
  ca: "tls: { authorities: […] }",
  cert: "tls: { cert, key }",
  key: "tls: { cert, key }",
  ssl: 'tls: "explicit", or tls: "implicit"',
  ftps: 'tls: "explicit", or tls: "implicit"',
  protocol: 'tls: "explicit", or tls: "implicit"',
  username: "user",
  login: "user",
  pass: "password",
  passwd: "password",
  hostname: "host",
  server: "host",
  connTimeout: "connectTimeout",
  readyTimeout: "connectTimeout",
  pasvTimeout: "dataConnectionTimeout",
  aliveTimeout: "keepAlive",
  keepalive: "keepAlive",
  timeout: "replyTimeout, connectTimeout and stallTimeout",
  forcePasv: 'dataMode: "pasv"',
  useEPSV: 'dataMode: "epsv"',
  useEpsv: 'dataMode: "epsv"',
  pasv: 'dataMode: "pasv"',
  passive: 'dataMode: "auto"',
  active: 'dataMode: "active"',
  allowSeparateTransferHost: 'foreignDataAddresses: "trust"',
  verbose: "trace: { command, reply }",
  debug: "trace: { command, reply }",
  debugMode: "trace: { command, reply }",
  encoding: "nameCodec",
  charset: "nameCodec",
  maxConnections: "limit, of FtpPool",
};

const clientRows = {
  host: text,
  port: connectablePort,
  user: text,
  password: either(secretText, aFunction),
  account: secretText,
  family: word(4, 6),
  dial: aFunction,
  tls: either(
    modes,
    nested(() => tlsTable),
  ),
  nameCodec,
  dataMode: word("auto", "epsv", "pasv", "active"),
  activeAddress: text,
  activePorts: listOf(connectablePort, 2),
  foreignDataAddresses: word("replace", "trust"),
  connectTimeout: amount,
  replyTimeout: amount,
  hashTimeout: amount,
  dataConnectionTimeout: amount,
  stallTimeout: amount,
  bandwidth: bandwidthRow,
  keepAlive: nested(() => keepAliveTable),
  maxListing: amount,
  maxEntries: amount,
  compress: word("auto", "never"),
  inflatedSize: amount,
  inflateRatio: amount,
  checkSize: boolean,
  trace: nested(() => traceTable),
  learnTimeZone: boolean,
  telnetSynch: boolean,
  signal,
} as const;

/** Options of `FtpClient.connect`. */
export const clientTable: OptionTable = optionTable<FtpClientOptions>("FtpClient.connect", clientRows, foreign);

/** Options of `FtpPool`: its own, and those of its sessions. */
export const poolTable: OptionTable = optionTable<FtpClientOptions & FtpPoolOptions>(
  "FtpPool",
  {
    ...clientRows,
    limit: { is: "number", least: 1, isWhole: true },
    idleTimeout: amount,
    growAfter: amount,
    retry: nested(() => retryTable),
    onSession: aFunction,
  },
  { ...foreign, maxConnections: "limit", max: "limit", parallel: "limit", concurrency: "limit" },
);
