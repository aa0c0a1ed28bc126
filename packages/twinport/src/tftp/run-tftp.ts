/** Runs `twinport tftp`. */
import { stat } from "node:fs/promises";
import { measured, ProgressMeter } from "@twinport/core/ftp-client";
import { getTo, parseTftpUrl, put, type TftpResult, type TftpTransferOptions } from "@twinport/core/tftp";
import { interruption, UsageError } from "../exit-codes.ts";
import { makeProgress, type ProgressOptions } from "../remote/progress.ts";

/** The flags. */
export interface TftpFlags extends ProgressOptions {
  readonly blksize?: number;
  readonly windowsize?: number;
  readonly timeout?: number;
  readonly retries?: number;
  readonly multicast?: boolean;
  readonly plain?: boolean;
  readonly json?: boolean;
}

/** Moves a file. @throws UsageError, TftpError, and what files throw. */
export async function runTftp(
  what: "get" | "put",
  text: string,
  file: string | undefined,
  options: TftpFlags,
): Promise<void> {
  const url = parseTftpUrl(text);
  const local = file ?? url.file.slice(url.file.lastIndexOf("/") + 1);
  if (local === "" || local === "." || local === "..") throw new UsageError("Name the local file");
  if (what === "get" && isStdout(local) && options.json === true) {
    throw new UsageError("--json and the file cannot both go to stdout");
  }
  if (options.multicast === true && (what === "put" || options.plain === true)) {
    throw new UsageError(
      what === "put" ? "--multicast is for get" : "--multicast is an option of TFTP: --plain asks none",
    );
  }
  const view = await makeProgress(options);
  const meter = new ProgressMeter();
  const interrupted = new AbortController();
  const interrupt = (): void => interrupted.abort(new Error(interruption));
  process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
  const how: TftpTransferOptions = {
    ...(options.blksize === undefined ? {} : { blockSize: options.blksize }),
    ...(options.windowsize === undefined ? {} : { windowSize: options.windowsize }),
    ...(options.timeout === undefined ? {} : { initialTimeout: options.timeout }),
    ...(options.retries === undefined ? {} : { retries: options.retries }),
    multicast: options.multicast === true,
    plain: options.plain === true,
    signal: interrupted.signal,
    onProgress: ({ octets, total }) => {
      const direction = what === "get" ? "download" : "upload";
      meter.add(octets - meter.moved);
      view.onProgress(measured({ path: url.file, direction, bytes: octets, offset: 0, size: total }, meter));
    },
  };
  try {
    const result = await move(what, text, local, how);
    if (options.json === true) process.stdout.write(`${JSON.stringify(toJson(result, url.file, local))}\n`);
  } finally {
    view.end();
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
  }
}

async function move(what: "get" | "put", url: string, local: string, how: TftpTransferOptions): Promise<TftpResult> {
  if (what === "put") return put(isStdin(local) ? process.stdin : local, url, how);
  if (isStdout(local)) return getTo(url, process.stdout, how);
  const there = await stat(local).catch(() => undefined);
  if (there?.isDirectory() === true) throw new UsageError(`${local} is a folder; name the file`);
  return getTo(url, local, how);
}

/** As the system may be unable to open these by their names, where sockets stand behind them. */
function isStdin(local: string): boolean {
  return local === "-" || local === "/dev/stdin";
}

function isStdout(local: string): boolean {
  return local === "-" || local === "/dev/stdout";
}

function toJson(result: TftpResult, path: string, local: string): Record<string, unknown> {
  const { octets, milliseconds, agreement, counts } = result;
  return {
    path,
    local,
    bytes: octets,
    milliseconds: Math.round(milliseconds),
    blksize: agreement.blockSize,
    windowsize: agreement.windowSize,
    ...(agreement.multicast === undefined ? {} : { multicast: agreement.multicast }),
    resent: counts.resent,
    timeouts: counts.timeouts,
  };
}
