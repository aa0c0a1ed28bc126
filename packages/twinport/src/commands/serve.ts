/** `twinport serve`: a folder by FTP. */
import { stat } from "node:fs/promises";
import { StaticAccounts } from "@twinport/core/accounts";
import { FtpServer, type ListenerOptions, type PassiveOptions } from "@twinport/core/ftp-server";
import { LocalStorage } from "@twinport/core/storage";
import { Command, Option } from "commander";
import { loadCharset } from "../charset.ts";
import { UsageError } from "../exit-codes.ts";
import {
  collect,
  parseCount,
  parseListen,
  parsePort,
  parsePortRange,
  parseSeconds,
  type ListenAddress,
} from "../parse-options.ts";
import {
  codePageOption,
  recordLengthOption,
  representationOf,
  type RepresentationFlags,
} from "../representation-options.ts";
import { logServer, makeLog, type LogFormat } from "../serve/logs.ts";
import { runServices, urlAddress } from "../serve/run-server.ts";
import { logTftpServer, tftpServer, withTftpOptions, type ServeTftpOptions } from "../serve/tftp.ts";
import { serverTls, withTlsOptions, type ServeTlsOptions } from "../serve/tls.ts";
import { gatherUsers } from "../serve/users.ts";

interface ServeOptions extends ServeTlsOptions, ServeTftpOptions, RepresentationFlags {
  readonly listen?: readonly ListenAddress[];
  readonly user?: readonly string[];
  readonly proxyProtocol?: readonly string[];
  readonly usersFile?: string;
  readonly anonymous?: boolean;
  readonly passivePorts?: readonly [number, number];
  readonly externalAddress?: string;
  readonly activePort?: number;
  readonly allowForeignData?: boolean;
  readonly charset?: string;
  readonly maxSessions: number;
  readonly maxSessionsPerAddress: number;
  readonly idleTimeout: number;
  readonly replies: "standard" | "netx";
  readonly modeZ?: boolean;
  readonly restartMarkers?: number;
  readonly inPlace?: boolean;
  readonly fsync?: boolean;
  readonly logFormat?: LogFormat;
  readonly logLevel: string;
}

/** The port that is listened on unless told otherwise: 21 needs root. */
const defaultPort = 2121;

/** Makes the command. */
export function serve(): Command {
  const command = new Command("serve")
    .summary("serve a folder")
    .description("Serve a folder by FTP, and by TFTP where it is asked for, until Ctrl-C.")
    .argument("[dir]", "the folder", ".")
    .addOption(
      new Option(
        "--listen <host:port>",
        `where to listen; repeatable (default: port ${defaultPort} on all addresses)`,
      ).argParser(collect(parseListen)),
    )
    .addOption(
      new Option(
        "--proxy-protocol <address>",
        "take connections from this balancer or network (10.0.0.0/8) only, each with a PROXY header (v1 or v2); repeatable",
      ).argParser(collect(String)),
    )
    .addOption(new Option("--user <name:password[:ro|rw]>", "an account; repeatable").argParser(collect(String)))
    .option("--users-file <file>", "accounts, one a line as in --user")
    .option("--anonymous", "allow anonymous logins, for reading")
    .addOption(new Option("--passive-ports <a-b>", "ports for passive data connections").argParser(parsePortRange))
    .option("--external-address <host>", "the IPv4 address that PASV tells, or a name for it")
    .addOption(new Option("--active-port <port>", "local port of active data connections").argParser(parsePort))
    .option("--allow-foreign-data", "allow server-to-server transfers")
    .option("--charset <name>", "charset of names, until a client asks for UTF-8")
    .addOption(new Option("--max-sessions <n>", "sessions in all").argParser(parseCount).default(10_000))
    .addOption(
      new Option("--max-sessions-per-address <n>", "sessions from one address").argParser(parseCount).default(1_000),
    )
    .addOption(
      new Option("--idle-timeout <seconds>", "end sessions without commands")
        .argParser(parseSeconds)
        .default(300_000, "300"),
    )
    .addOption(
      new Option("--replies <style>", "reply codes of transfers").choices(["standard", "netx"]).default("standard"),
    )
    .option("--mode-z", "offer deflated transfers, for slow networks")
    .addOption(
      new Option("--restart-markers <octets>", "send a marker so often in modes B and C").argParser(parseCount),
    )
    .addOption(recordLengthOption())
    .addOption(codePageOption())
    .option("--in-place", "write uploads under their names from the start")
    .option("--fsync", "have uploads on disk before they count as complete");
  return withTftpOptions(withTlsOptions(command))
    .addOption(new Option("--log-format <format>", "default: pretty on a terminal").choices(["pretty", "json"]))
    .addOption(
      new Option("--log-level <level>", "least important line that is logged")
        .choices(["silent", "error", "warn", "info", "debug"])
        .default("info"),
    )
    .addHelpText(
      "after",
      `
Accounts may come from TWINPORT_USERS too (comma or newline separated), so
that no password need stand on a command line.

Examples:
  twinport serve --anonymous ./pub
  TWINPORT_USERS=me:secret twinport serve --listen 127.0.0.1:0 ./files
  twinport serve --user me:secret --tls-self-signed --tls-require all ./files
  twinport serve --user me:secret ./boot --tftp :69
  twinport serve --users-file users --passive-ports 50000-50100 \\
    --external-address ftp.example.org --listen :21 /srv/ftp`,
    )
    .action((dir: string, options: ServeOptions) => run(dir, options));
}

async function run(dir: string, options: ServeOptions): Promise<void> {
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
}: ServeOptions): Promise<Pick<ListenerOptions, "proxyProtocol" | "nameCodec">> {
  return {
    ...(proxyProtocol === undefined ? {} : { proxyProtocol: { trusted: proxyProtocol } }),
    ...(charset === undefined ? {} : { nameCodec: await loadCharset(charset) }),
  };
}

function passiveOf({ passivePorts, externalAddress }: ServeOptions): PassiveOptions {
  return {
    ...(passivePorts === undefined ? {} : { ports: passivePorts }),
    ...(externalAddress === undefined ? {} : { externalAddress }),
  };
}

/** What a firewall or NAT must let through, told at the start rather than found out by hanging transfers. */
function passiveHint({ passivePorts, externalAddress }: ServeOptions, reachable: boolean): string | undefined {
  if (!reachable || (passivePorts !== undefined && externalAddress !== undefined)) return undefined;
  const ports = passivePorts === undefined ? "any port" : `ports ${passivePorts.join("-")}`;
  const address = externalAddress ?? "the address they connect to";
  return `passive data connections go to ${address}, ${ports}; behind NAT or a firewall set --external-address and --passive-ports`;
}

function isLoopback(address: string): boolean {
  return address === "::1" || address.startsWith("127.");
}
