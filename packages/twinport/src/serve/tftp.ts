/** The TFTP server of `serve`. */
import type { Storage } from "@twinport/core/storage";
import { escapeOctetText as printable, tftpErrorCode } from "@twinport/core/protocol";
import { TftpServer, type TftpMulticastOptions, type TftpServerEvents } from "@twinport/core/tftp";
import type { Logger } from "pino";
import { UsageError } from "../exit-codes.ts";
import type { ListenAddress } from "../parse-options.ts";
import { urlAddress } from "./run-server.ts";
import { usualTftpPort, type ServeTftpFlags } from "./tftp-flags.ts";
import { readTftpMap } from "./tftp-map.ts";

/** Files that are sent to groups at once: each takes a port, from the one that is given. */
const multicastFiles = 16;

/** A server for the flags; undefined where TFTP was not asked for. @throws UsageError. */
export async function tftpServer(storage: Storage, options: ServeTftpFlags): Promise<TftpServer | undefined> {
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
