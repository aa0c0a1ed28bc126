/** Runs `twinport serve`. */
import { stat } from "node:fs/promises";
import type { FtpServer } from "@twinport/core/ftp-server";
import { LocalStorage, type Storage } from "@twinport/core/storage";
import type { TftpServer } from "@twinport/core/tftp";
import type { Logger } from "pino";
import { UsageError } from "../exit-codes.ts";
import { ftpServer, passiveHint, servedAccounts } from "./ftp.ts";
import { logServer, makeLog } from "./logs.ts";
import { reloadAll, type Reloadable } from "./reload.ts";
import { dieOfHangUp, runServices, urlAddress } from "./run-server.ts";
import type { ServeFlags } from "./serve-flags.ts";
import { logTftpServer, servedTftp } from "./tftp.ts";
import { serverTls } from "./tls.ts";

/** Serves until it is told to stop. @throws UsageError, and what starting the servers throws. */
export async function runServe(dir: string, options: ServeFlags): Promise<void> {
  const stats = await stat(dir).catch(() => undefined);
  if (stats?.isDirectory() !== true) throw new UsageError(`${dir} is no folder`);
  if (!options.ftp && options.tftp === undefined) {
    throw new UsageError("Nothing would be served: --no-ftp needs --tftp");
  }
  const log = makeLog(options.logFormat ?? (process.stderr.isTTY ? "pretty" : "json"), options.logLevel);
  const storage = new LocalStorage({
    root: dir,
    uploads: options.inPlace === true ? "in-place" : "atomic",
    durability: options.fsync === true ? "file+directory" : "none",
    onNotice: ({ kind, code, message }) => log.warn({ kind, code }, message),
  });
  const terminal = new AbortController();
  try {
    const served = [
      ...(options.ftp ? [await makeFtp(dir, storage, options, log)] : []),
      ...(await makeTftp(dir, storage, options, log)),
    ];
    await runServices(
      served.map(({ service }) => service),
      () => {
        for (const { tell } of served) tell();
      },
      {
        reload: () =>
          reloadAll(
            served.flatMap(({ reloadable }) => reloadable ?? []),
            log,
          ),
        terminalClosed: () => {
          terminal.abort();
          // What the log would be written to is gone.
          if (process.stderr.isTTY) log.level = "silent";
        },
      },
    );
  } finally {
    await storage.close();
    if (terminal.signal.aborted) dieOfHangUp();
  }
}

/** A server that is ready to start. */
interface Served {
  readonly service: FtpServer | TftpServer;
  readonly reloadable: Reloadable | undefined;
  /** Tells where it listens. */
  readonly tell: () => void;
}

async function makeFtp(dir: string, storage: Storage, options: ServeFlags, log: Logger): Promise<Served> {
  const { accounts, reloadable } = await servedAccounts(storage, options, log);
  const secure = await serverTls(options);
  const server = await ftpServer(accounts, options, secure?.tls);
  logServer(server, log);
  const tell = (): void => {
    for (const address of server.addresses) {
      const scheme = address.tls === "implicit" ? "ftps" : "ftp";
      process.stdout.write(`Serving ${dir} at ${scheme}://${urlAddress(address)}\n`);
    }
    if (secure !== undefined) process.stdout.write(`Certificate (SHA-256) ${secure.fingerprint}\n`);
    const hint = passiveHint(options, server);
    if (hint !== undefined) log.info(hint);
  };
  return { service: server, reloadable, tell };
}

/** One server, or none where TFTP was not asked for. */
async function makeTftp(dir: string, storage: Storage, options: ServeFlags, log: Logger): Promise<Served[]> {
  const made = await servedTftp(storage, options);
  if (made === undefined) return [];
  const { server, reloadable } = made;
  logTftpServer(server, log);
  const tell = (): void => {
    for (const address of server.addresses) {
      process.stdout.write(`Serving ${dir} at tftp://${urlAddress(address)}\n`);
    }
  };
  return [{ service: server, reloadable, tell }];
}
