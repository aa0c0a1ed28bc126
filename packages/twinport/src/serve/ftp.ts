/** The FTP server of `serve`. */
import { StaticAccounts } from "@twinport/core/accounts";
import {
  FtpServer,
  type FtpServerTlsOptions,
  type ListenerOptions,
  type PassiveOptions,
} from "@twinport/core/ftp-server";
import type { Storage } from "@twinport/core/storage";
import type { Logger } from "pino";
import { loadCharset } from "../charset.ts";
import { UsageError } from "../exit-codes.ts";
import type { ListenAddress } from "../parse-options.ts";
import { representationOf } from "../representation-options.ts";
import type { Reloadable } from "./reload.ts";
import { defaultPort, type ServeFlags } from "./serve-flags.ts";
import { gatherUsers } from "./users.ts";

/** The accounts of a server. */
export interface ServedAccounts {
  readonly accounts: StaticAccounts;
  /** Reads the users' file again; undefined where there is none. */
  readonly reloadable: Reloadable | undefined;
}

/** Gathers the accounts. @throws UsageError where nobody could log in. */
export async function servedAccounts(storage: Storage, options: ServeFlags, log: Logger): Promise<ServedAccounts> {
  const anonymous = options.anonymous === true;
  const gather = (): ReturnType<typeof gatherUsers> => gatherUsers(options, (message) => log.warn(message));
  const users = await gather();
  if (users.length === 0 && !anonymous) {
    throw new UsageError("Nobody could log in: give --user NAME:PASSWORD, --users-file, TWINPORT_USERS or --anonymous");
  }
  const accounts = new StaticAccounts({ users, anonymous, storage });
  if (options.usersFile === undefined) return { accounts, reloadable: undefined };
  const reload = async (): Promise<{ accounts: number }> => {
    const now = await gather();
    accounts.replace({ users: now, anonymous, storage });
    // Whoever takes the last account out means it.
    if (now.length === 0 && !anonymous) log.warn("nobody can log in any more: there is no account");
    return { accounts: now.length };
  };
  return { accounts, reloadable: { what: "accounts", reload } };
}

/** A server for the flags. */
export async function ftpServer(
  accounts: StaticAccounts,
  options: ServeFlags,
  tls: FtpServerTlsOptions | undefined,
): Promise<FtpServer> {
  const shared = await sharedOf(options);
  return new FtpServer({
    accounts,
    listeners: [
      ...listenersOf(options.listen ?? [{ host: undefined, port: defaultPort }]),
      ...listenersOf(options.tlsImplicit ?? []).map((listener) => ({ ...listener, tls: "implicit" as const })),
    ].map((listener) => ({ ...listener, ...shared })),
    ...(tls === undefined ? {} : { tls }),
    deflate: options.modeZ === true,
    representation: { ...representationOf(options), markerInterval: options.restartMarkers ?? 0 },
    passive: passiveOf(options),
    ...(options.activePort === undefined ? {} : { active: { localPort: options.activePort } }),
    allowForeignData: options.allowForeignData === true,
    replies: options.replies,
    limits: {
      sessions: options.maxSessions,
      sessionsPerAddress: options.maxSessionsPerAddress,
      idleTimeout: options.idleTimeout,
    },
  });
}

/** Where to listen; "all addresses" is two listeners, and IPv6 is left out where the machine has none. */
export function listenersOf(addresses: readonly ListenAddress[]): ListenerOptions[] {
  return addresses.flatMap(({ host, port }): ListenerOptions[] => {
    if (host !== undefined) return [{ host, port }];
    return [
      { host: "0.0.0.0", port },
      { host: "::", port, optional: true },
    ];
  });
}

/** What all listeners have in common. */
async function sharedOf({
  proxyProtocol,
  charset,
}: ServeFlags): Promise<Pick<ListenerOptions, "proxyProtocol" | "nameCodec">> {
  return {
    ...(proxyProtocol === undefined ? {} : { proxyProtocol: { trusted: proxyProtocol } }),
    ...(charset === undefined ? {} : { nameCodec: await loadCharset(charset) }),
  };
}

function passiveOf({ passivePorts, externalAddress }: ServeFlags): PassiveOptions {
  return {
    ...(passivePorts === undefined ? {} : { ports: passivePorts }),
    ...(externalAddress === undefined ? {} : { externalAddress }),
  };
}

/** What a firewall or NAT must let through, told at the start rather than found out by hanging transfers. */
export function passiveHint(options: ServeFlags, server: FtpServer): string | undefined {
  const { passivePorts, externalAddress } = options;
  const reachable = server.addresses.some(({ address }) => !isLoopback(address));
  if (!reachable || (passivePorts !== undefined && externalAddress !== undefined)) return undefined;
  const ports = passivePorts === undefined ? "any port" : `ports ${passivePorts.join("-")}`;
  const address = externalAddress ?? "the address they connect to";
  return `passive data connections go to ${address}, ${ports}; behind NAT or a firewall set --external-address and --passive-ports`;
}

function isLoopback(address: string): boolean {
  return address === "::1" || address.startsWith("127.");
}
