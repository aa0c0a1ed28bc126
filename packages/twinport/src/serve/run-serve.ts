/** Runs `twinport serve`. */
import { stat } from "node:fs/promises";
import { StaticAccounts } from "@twinport/core/accounts";
import { FtpServer, type ListenerOptions, type PassiveOptions } from "@twinport/core/ftp-server";
import { LocalStorage } from "@twinport/core/storage";
import { loadCharset } from "../charset.ts";
import { UsageError } from "../exit-codes.ts";
import type { ListenAddress } from "../parse-options.ts";
import { representationOf } from "../representation-options.ts";
import { logServer, makeLog } from "./logs.ts";
import { runServices, urlAddress } from "./run-server.ts";
import { defaultPort, type ServeFlags } from "./serve-flags.ts";
import { logTftpServer, tftpServer } from "./tftp.ts";
import { serverTls } from "./tls.ts";
import { gatherUsers } from "./users.ts";

/** Serves until it is told to stop. @throws UsageError, and what starting the servers throws. */
export async function runServe(dir: string, options: ServeFlags): Promise<void> {
  const stats = await stat(dir).catch(() => undefined);
  if (stats?.isDirectory() !== true) throw new UsageError(`${dir} is no folder`);
  const log = makeLog(options.logFormat ?? (process.stderr.isTTY ? "pretty" : "json"), options.logLevel);
  const users = await gatherUsers(options, (message) => log.warn(message));
  if (users.length === 0 && options.anonymous !== true) {
    throw new UsageError("Nobody could log in: give --user NAME:PASSWORD, --users-file, TWINPORT_USERS or --anonymous");
  }
  const secure = await serverTls(options);
  const shared = await sharedOf(options);
  const storage = new LocalStorage({
    root: dir,
    uploads: options.inPlace === true ? "in-place" : "atomic",
    durability: options.fsync === true ? "file+directory" : "none",
    onNotice: ({ kind, code, message }) => log.warn({ kind, code }, message),
  });
  const server = new FtpServer({
    accounts: new StaticAccounts({ users, anonymous: options.anonymous === true, storage }),
    listeners: [
      ...listenersOf(options.listen ?? [{ host: undefined, port: defaultPort }]),
      ...listenersOf(options.tlsImplicit ?? []).map((listener) => ({ ...listener, tls: "implicit" as const })),
    ].map((listener) => ({ ...listener, ...shared })),
    ...(secure === undefined ? {} : { tls: secure.tls }),
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
  logServer(server, log);
  const boot = await tftpServer(storage, options);
  if (boot !== undefined) logTftpServer(boot, log);
  try {
    await runServices(boot === undefined ? [server] : [server, boot], () => {
      const { addresses } = server;
      for (const address of addresses) {
        const scheme = address.tls === "implicit" ? "ftps" : "ftp";
        process.stdout.write(`Serving ${dir} at ${scheme}://${urlAddress(address)}\n`);
      }
      for (const address of boot?.addresses ?? []) {
        process.stdout.write(`Serving ${dir} at tftp://${urlAddress(address)}\n`);
      }
      if (secure !== undefined) process.stdout.write(`Certificate (SHA-256) ${secure.fingerprint}\n`);
      const hint = passiveHint(
        options,
        addresses.some(({ address }) => !isLoopback(address)),
      );
      if (hint !== undefined) log.info(hint);
    });
  } finally {
    await storage.close();
  }
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
function passiveHint({ passivePorts, externalAddress }: ServeFlags, reachable: boolean): string | undefined {
  if (!reachable || (passivePorts !== undefined && externalAddress !== undefined)) return undefined;
  const ports = passivePorts === undefined ? "any port" : `ports ${passivePorts.join("-")}`;
  const address = externalAddress ?? "the address they connect to";
  return `passive data connections go to ${address}, ${ports}; behind NAT or a firewall set --external-address and --passive-ports`;
}

function isLoopback(address: string): boolean {
  return address === "::1" || address.startsWith("127.");
}
