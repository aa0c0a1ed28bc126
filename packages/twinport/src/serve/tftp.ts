/** The TFTP options of `serve`. */
import type { Storage } from "@twinport/core/storage";
import { isMulticastAddress, tftpErrorCode } from "@twinport/core/protocol";
import { TftpServer, type RewriteRule, type TftpMulticastOptions, type TftpServerEvents } from "@twinport/core/tftp";
import { InvalidArgumentError, Option, type Command } from "commander";
import type { Logger } from "pino";
import { printable, UsageError } from "../exit-codes.ts";
import { collect, parseListen, type ListenAddress } from "../parse-options.ts";
import { urlAddress } from "./run-server.ts";
import { readTftpMap } from "./tftp-map.ts";

/** What the command line says of TFTP. */
export interface ServeTftpOptions {
  /** True stands for the usual port on all addresses. */
  readonly tftp?: true | readonly ListenAddress[];
  readonly tftpWrite?: boolean;
  readonly tftpOverwrite?: boolean;
  readonly tftpAllow?: readonly string[];
  readonly tftpSinglePort?: boolean;
  readonly tftpMulticast?: ListenAddress & { readonly host: string };
  readonly tftpRewrite?: readonly SimpleRule["rule"][];
  readonly tftpMap?: string;
  readonly tftpIgnoreCase?: boolean;
  readonly tftpMsftwindow?: boolean;
}

/** The rules that need no more than their name. */
const simpleRules = ["backslashes", "strip-0xff", "lower-case"] as const;
type SimpleRule = Extract<RewriteRule, { readonly rule: (typeof simpleRules)[number] }>;

/** The port that is listened on unless told otherwise: 69 needs root. */
export const usualTftpPort = 6969;

/** Files that are sent to groups at once: each takes a port, from the one that is given. */
const multicastFiles = 16;

/** Adds the options. */
export function withTftpOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--tftp [host:port]",
        `serve by TFTP too, to read, without a password; repeatable (default: port ${usualTftpPort} on all addresses)`,
      ).argParser(parseTftpListen),
    )
    .option("--tftp-write", "let files that are not there yet be written by TFTP")
    .option("--tftp-overwrite", "let files be replaced by TFTP too")
    .addOption(
      new Option("--tftp-allow <address>", "serve this address or network (10.0.0.0/8) only; repeatable").argParser(
        collect(String),
      ),
    )
    .option("--tftp-single-port", "stay on the port that was asked, where a firewall opens no other")
    .addOption(
      new Option(
        "--tftp-multicast <group:port>",
        "send a file once to all that get it at the same time and ask for that; as 239.255.0.1:1758",
      ).argParser(parseGroup),
    )
    .addOption(
      new Option(
        "--tftp-rewrite <rule>",
        `what is done to names that are asked for: ${simpleRules.join(", ")}; repeatable`,
      ).argParser(collect(parseRule)),
    )
    .option("--tftp-map <file>", "rules for names, as tftpd-hpa's map files have them; they come after --tftp-rewrite")
    .option("--tftp-ignore-case", "find files to read in any case, where one file alone has that name")
    .option("--tftp-msftwindow", "let Windows' loaders tell the size of each window (their option msftwindow)");
}

/** A server for the options; undefined where TFTP was not asked for. @throws UsageError. */
export async function tftpServer(storage: Storage, options: ServeTftpOptions): Promise<TftpServer | undefined> {
  const { tftp, tftpAllow, tftpRewrite = [], tftpMap } = options;
  if (tftp === undefined) {
    const given = Object.keys(options).find((name) => name.startsWith("tftp"));
    if (given !== undefined) throw new UsageError("TFTP is not served: give --tftp as well");
    return undefined;
  }
  const addresses: readonly ListenAddress[] = tftp === true ? [{ host: undefined, port: usualTftpPort }] : tftp;
  const map = tftpMap === undefined ? [] : await readTftpMap(tftpMap);
  const from = tftpAllow === undefined ? {} : { from: tftpAllow };
  const { tftpMulticast } = options;
  if (tftpMulticast !== undefined && options.tftpSinglePort === true) {
    throw new UsageError("--tftp-multicast needs a port for each transfer: leave --tftp-single-port out");
  }
  const writes = options.tftpWrite === true || options.tftpOverwrite === true;
  return new TftpServer({
    storage,
    listeners: addresses.flatMap(({ host, port }) => {
      if (host !== undefined) return [{ host, port }];
      if (port === 0) throw new UsageError("--tftp with port 0 needs an address: 127.0.0.1:0");
      return [
        { host: "0.0.0.0", port },
        { host: "::", port, optional: true },
      ];
    }),
    read: from,
    write: writes ? { ...from, create: options.tftpWrite === true, overwrite: options.tftpOverwrite === true } : false,
    rewrite: [...tftpRewrite.map((rule) => ({ rule })), ...map],
    ignoreCase: options.tftpIgnoreCase === true,
    microsoftWindow: options.tftpMsftwindow === true,
    singlePort: options.tftpSinglePort === true,
    ...(tftpMulticast === undefined ? {} : { multicast: multicastFrom(tftpMulticast) }),
  });
}

/** Ports from the first one, for as many files at once. */
function multicastFrom({ host, port }: ListenAddress & { readonly host: string }): TftpMulticastOptions {
  return { address: host, ports: { first: port, last: Math.min(65_535, port + multicastFiles - 1) } };
}

/** Writes what a TFTP server tells into a log: one line a transfer. */
export function logTftpServer(server: TftpServer, log: Logger): void {
  server.on("refusal", ({ remote, code, message, request }) =>
    // Boot ROMs ask for file after file until one is there.
    log[request?.operation === "read" && code === tftpErrorCode.fileNotFound ? "info" : "warn"](
      {
        remote: `${remote.address}:${remote.port}`,
        ...(request === undefined ? {} : { path: printable(request.asked), operation: request.operation }),
        code,
      },
      `TFTP request refused: ${printable(message)}`,
    ),
  );
  server.on("transfer-start", (event) => log.debug(who(event), `TFTP ${event.request.operation} begins`));
  server.on("transfer", (event) => log.info(transfer(event), `TFTP ${event.request.operation} complete`));
  server.on("declined", (event) => log.debug(transfer(event), "TFTP options declined by the peer"));
  server.on("transfer-broken", (event) =>
    log.warn(transfer(event), `TFTP ${event.request.operation} broke off: ${printable(event.message)}`),
  );
  server.on("server-error", ({ doing, cause }) => log.error({ err: cause }, `failed ${doing}`));
}

function who({ request }: TftpServerEvents["transfer-start"][0]): Record<string, unknown> {
  const { remote, file, mode } = request;
  return {
    remote: `${remote.address}:${remote.port}`,
    path: printable(file),
    ...(mode === "netascii" ? { mode } : {}),
  };
}

function transfer(event: TftpServerEvents["transfer"][0]): Record<string, unknown> {
  const { agreement, octets, milliseconds, counts } = event;
  const { blockSize, windowSize, multicast } = agreement;
  const resent = counts.resent > 0 ? { resent: counts.resent } : {};
  const group = multicast === undefined ? {} : { group: urlAddress(multicast) };
  return { ...who(event), bytes: octets, blockSize, windowSize, ...group, ...resent, ms: Math.round(milliseconds) };
}

function parseTftpListen(text: string, before: true | readonly ListenAddress[] | undefined): readonly ListenAddress[] {
  try {
    return [...(Array.isArray(before) ? (before as readonly ListenAddress[]) : []), parseListen(text)];
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    throw new InvalidArgumentError(`${error.message} For the usual port, give --tftp after the folder.`);
  }
}

function parseGroup(text: string): ListenAddress & { readonly host: string } {
  const wanted = "It is a multicast address and a port, as 239.255.0.1:1758 or [ff15::1]:1758.";
  try {
    const { host, port } = parseListen(text);
    if (host === undefined || port === 0 || !isMulticastAddress(host)) throw new InvalidArgumentError(wanted);
    return { host, port };
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    throw new InvalidArgumentError(wanted);
  }
}

function parseRule(text: string): SimpleRule["rule"] {
  const rule = simpleRules.find((each) => each === text);
  if (rule === undefined) throw new InvalidArgumentError(`It is one of ${simpleRules.join(", ")}.`);
  return rule;
}
