/** The TFTP server of `serve`. */
import type { Storage } from "@twinport/core/storage";
import { escapeOctetText as printable, tftpErrorCode } from "@twinport/core/protocol";
import {
  compileRules,
  TftpServer,
  type Rewrite,
  type TftpMulticastOptions,
  type TftpRequestInfo,
  type TftpServerEvents,
} from "@twinport/core/tftp";
import type { Logger } from "pino";
import { UsageError } from "../exit-codes.ts";
import type { ListenAddress } from "../parse-options.ts";
import type { Reloadable } from "./reload.ts";
import { urlAddress } from "./run-server.ts";
import { usualTftpPort, type ServeTftpFlags } from "./tftp-flags.ts";
import { readTftpMap } from "./tftp-map.ts";

/** Files that are sent to groups at once: each takes a port, from the one that is given. */
const multicastFiles = 16;

/** A server, and what it can read again. */
export interface ServedTftp {
  readonly server: TftpServer;
  /** Reads the map file again; undefined where there is none. */
  readonly reloadable: Reloadable | undefined;
}

/** A server for the flags; undefined where TFTP was not asked for. @throws UsageError. */
export async function servedTftp(storage: Storage, options: ServeTftpFlags): Promise<ServedTftp | undefined> {
  const { tftp } = options;
  if (tftp === undefined) {
    const given = Object.keys(options).find((name) => name.startsWith("tftp"));
    if (given !== undefined) throw new UsageError("TFTP is not served: give --tftp as well");
    return undefined;
  }
  const addresses: readonly ListenAddress[] = tftp === true ? [{ host: undefined, port: usualTftpPort }] : tftp;
  const { rewrite, reloadable } = await readRules(options);
  return { server: makeServer(storage, options, addresses, rewrite), reloadable };
}

/** The rules for names, which a map file that is read again changes under the server. @throws UsageError. */
async function readRules({
  tftpRewrite = [],
  tftpMap,
}: ServeTftpFlags): Promise<{ readonly rewrite: Rewrite; readonly reloadable: Reloadable | undefined }> {
  const flags = tftpRewrite.map((rule) => ({ rule }));
  if (tftpMap === undefined) return { rewrite: compileRules(flags), reloadable: undefined };
  let current: Rewrite = compileRules([]);
  const reload = async (): Promise<{ rules: number }> => {
    const map = await readTftpMap(tftpMap);
    current = compileRules([...flags, ...map]);
    return { rules: map.length };
  };
  await reload();
  return { rewrite: (request) => current(request), reloadable: { what: "rules for TFTP's names", reload } };
}

/** @throws UsageError. */
function makeServer(
  storage: Storage,
  options: ServeTftpFlags,
  addresses: readonly ListenAddress[],
  rewrite: Rewrite,
): TftpServer {
  const { tftpAllow } = options;
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
    rewrite,
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
        ...(request === undefined ? {} : { ...names(request, request.file), operation: request.operation }),
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

/** The name that the peer asked for, and what the rules made of it, or the path where the file was found. */
function names({ asked }: TftpRequestInfo, path: string): Record<string, unknown> {
  return { asked: printable(asked), path: printable(path) };
}

function who({ request, path }: TftpServerEvents["transfer-start"][0]): Record<string, unknown> {
  const { remote, file, mode } = request;
  return {
    remote: `${remote.address}:${remote.port}`,
    ...names(request, path ?? file),
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
