/** `twinport tftp`: one file by TFTP, there or back. */
import { stat } from "node:fs/promises";
import { measured, ProgressMeter } from "@twinport/core/ftp-client";
import { getTo, parseTftpUrl, put, type TftpResult, type TftpTransferOptions } from "@twinport/core/tftp";
import { Argument, Command } from "commander";
import { interruption, UsageError } from "../exit-codes.ts";
import { parseCount, parseSeconds } from "../parse-options.ts";
import { makeProgress, withProgressOptions, type ProgressOptions } from "../remote/progress.ts";

interface TftpOptions extends ProgressOptions {
  readonly blksize?: number;
  readonly windowsize?: number;
  readonly timeout?: number;
  readonly retries?: number;
  readonly multicast?: boolean;
  readonly plain?: boolean;
  readonly json?: boolean;
}

/** Makes the command. */
export function tftp(): Command {
  const command = new Command("tftp")
    .summary("move a file by TFTP")
    .description("Get a file by TFTP into the current folder, or put one.")
    .addArgument(new Argument("<what>", "get or put").choices(["get", "put"]))
    .argument("<url>", "tftp://host:port/file;mode=octet")
    .argument("[file]", "the local file; - is stdout or stdin")
    .option("--blksize <octets>", "octets of a block to ask for, 8 to 65464", parseCount)
    .option("--windowsize <blocks>", "blocks between two ACKs to ask for", parseCount)
    .option("--timeout <seconds>", "wait before a retransmission, at first", parseSeconds)
    .option("--retries <count>", "retransmissions without an answer", parseCount)
    .option("--multicast", "get the file together with others, where the server offers that")
    .option("--plain", "ask for no options: RFC 1350 only")
    .option("--json", "tell the outcome as JSON on stdout");
  return withProgressOptions(command)
    .addHelpText(
      "after",
      `
Examples:
  twinport tftp get tftp://192.0.2.1/pxelinux.0
  twinport tftp get --multicast tftp://192.0.2.1/image.iso
  twinport tftp put tftp://192.0.2.1:6969/switch.cfg backup.cfg --blksize 512`,
    )
    .action((what: "get" | "put", url: string, file: string | undefined, options: TftpOptions) =>
      run(what, url, file, options),
    );
}

async function run(what: "get" | "put", text: string, file: string | undefined, options: TftpOptions): Promise<void> {
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
  const view = makeProgress(options);
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
