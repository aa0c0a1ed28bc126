/** What `FtpServer` takes: the check of options, and docs/options.md, go by it. */
import type { TlsPolicy } from "../accounts/index.ts";
import type { TlsCertificateOptions } from "../net/index.ts";
import {
  amount,
  boolean,
  either,
  listOf,
  nameCodec,
  nested,
  optionTable,
  pem,
  port,
  secretText,
  text,
  word,
  type OptionRow,
  type OptionRows,
  type OptionTable,
} from "../options/index.ts";
import { defaultLimits, type FtpServerLimits } from "./limits.ts";
import type {
  ActiveOptions,
  ClientCertificateOptions,
  ExternalAddresses,
  FtpServerOptions,
  FtpServerTlsOptions,
  ListenerOptions,
  PassiveOptions,
  ProxyProtocolOptions,
} from "./options.ts";

const policyRows = {
  requireForLogin: boolean,
  requireForData: boolean,
  requireResumption: boolean,
  clearCommandChannel: boolean,
} as const satisfies OptionRows<TlsPolicy>;

const policyTable = optionTable<TlsPolicy>("tlsPolicy", policyRows);
const proxyTable = optionTable<ProxyProtocolOptions>("proxyProtocol", { trusted: listOf(text) });

const listenerTable: OptionTable = optionTable<ListenerOptions>(
  "listeners",
  {
    host: text,
    port,
    optional: boolean,
    tls: word("explicit", "implicit", "off"),
    tlsPolicy: nested(() => policyTable),
    proxyProtocol: nested(() => proxyTable),
    nameCodec,
  },
  { address: "host", hostname: "host", secure: 'tls: "implicit", or tls: "explicit"', charset: "nameCodec" },
  ["host", "port"],
);

const certificateTable = optionTable<TlsCertificateOptions>(
  "certificates",
  { cert: pem, key: pem, passphrase: secretText, serverNames: listOf(text) },
  { servername: "serverNames", names: "serverNames", pfx: "cert and key" },
  ["cert", "key"],
);

const clientCertificateTable = optionTable<ClientCertificateOptions>("clientCertificates", {
  authorities: listOf(pem),
  use: word("optional", "required", "login"),
});

const tlsTable: OptionTable = optionTable<FtpServerTlsOptions>(
  "tls",
  {
    ...policyRows,
    certificates: listOf(nested(() => certificateTable)),
    clientCertificates: nested(() => clientCertificateTable),
    minVersion: word("TLSv1.2", "TLSv1.3"),
    ciphers: text,
  },
  {
    cert: "tls.certificates: [{ cert, key }]",
    key: "tls.certificates: [{ cert, key }]",
    ca: "tls.clientCertificates: { authorities, use }",
    requestCert: "tls.clientCertificates: { authorities, use }",
    rejectUnauthorized: "tls.clientCertificates: { authorities, use }",
  },
  ["certificates"],
);

const externalTable = optionTable<ExternalAddresses>("externalAddress", {
  default: text,
  networks: { is: "map", of: text },
});

/** Which of two ports is the lower is looked at where the defaults are applied. */
const passiveTable = optionTable<PassiveOptions>(
  "passive",
  {
    ports: listOf({ is: "number" }, 2),
    externalAddress: either(
      text,
      nested(() => externalTable),
    ),
  },
  {
    min: "passive.ports: [first, last]",
    max: "passive.ports: [first, last]",
    url: "passive.externalAddress",
    host: "passive.externalAddress",
    address: "passive.externalAddress",
  },
);

const activeTable = optionTable<ActiveOptions>("active", { localPort: { is: "number" } }, { port: "active.localPort" });

const limitRows = Object.fromEntries(
  Object.keys(defaultLimits).map((name): [string, OptionRow] => [name, amount]),
) as OptionRows<FtpServerLimits>;
const limitsTable = optionTable<FtpServerLimits>("limits", limitRows, {
  maxConnections: "limits.sessions",
  maxSessions: "limits.sessions",
  maxConnectionsPerIp: "limits.sessionsPerAddress",
  timeout: "limits.idleTimeout",
});

/** Options of `FtpServer`. What `representation` may be, its own check says. */
export const serverTable: OptionTable = optionTable<FtpServerOptions>(
  "FtpServer",
  {
    accounts: { is: "object", name: "accounts", methods: ["login"] },
    listeners: listOf(nested(() => listenerTable)),
    tls: nested(() => tlsTable),
    hosts: listOf(text),
    passive: nested(() => passiveTable),
    active: nested(() => activeTable),
    nameCodec,
    allowForeignData: boolean,
    allowPrivilegedPorts: boolean,
    limits: nested(() => limitsTable),
    representation: { is: "object", name: "an object of representation options", methods: [] },
    deflate: boolean,
    busyPoll: amount,
    replies: word("standard", "netx"),
    banner: text,
    reservations: { is: "object", name: "reservations", methods: ["reserve"] },
  },
  {
    port: "listeners: [{ host, port }]",
    host: "listeners: [{ host, port }]",
    url: "listeners: [{ host, port }]",
    address: "listeners: [{ host, port }]",
    pasv_url: "passive: { externalAddress }",
    pasv_min: "passive: { ports: [first, last] }",
    pasv_max: "passive: { ports: [first, last] }",
    pasvUrl: "passive: { externalAddress }",
    masqueradeAddress: "passive: { externalAddress }",
    passivePorts: "passive: { ports: [first, last] }",
    passive_ports: "passive: { ports: [first, last] }",
    anonymous: 'accounts: new StaticAccounts({ users: [{ name: "anonymous", … }] })',
    users: "accounts: new StaticAccounts({ users })",
    user: "accounts: new StaticAccounts({ users })",
    root: "accounts, whose users each have a storage",
    greeting: "banner",
    welcome: "banner",
    timeout: "limits: { idleTimeout }",
    idleTimeout: "limits: { idleTimeout }",
    maxConnections: "limits: { sessions }",
    max_cons: "limits: { sessions }",
    max_cons_per_ip: "limits: { sessionsPerAddress }",
    cert: "tls: { certificates: [{ cert, key }] }",
    key: "tls: { certificates: [{ cert, key }] }",
    secure: "tls: { certificates: [{ cert, key }] }",
    secureOptions: "tls: { certificates: [{ cert, key }] }",
    certificates: "tls: { certificates }",
    permit_foreign_addresses: "allowForeignData",
    permit_privileged_ports: "allowPrivilegedPorts",
    encoding: "nameCodec",
    charset: "nameCodec",
    log: "the server's events",
    logger: "the server's events",
    debug: "the server's events",
  },
  ["accounts"],
);
