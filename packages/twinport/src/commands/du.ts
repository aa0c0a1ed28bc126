/** `twinport du`: how much is in folders of a server. */
import type { ListedEntry } from "@twinport/core/ftp-client";
import { Command, Option } from "commander";
import { printable, UsageError } from "../exit-codes.ts";
import { parseWhole } from "../parse-options.ts";
import { withRemoteOptions, type RemoteOptions } from "../remote/session.ts";
import { tellFailure } from "../remote/each.ts";
import { forEachStart, lookAtStart, type StartPoint } from "../remote/start-points.ts";
import { defaultTransfers, withTransferOptions, type TransferFlags } from "../remote/transfer-flags.ts";
import { formatBytes } from "../remote/units.ts";
import { walkRemote, type Walked } from "../remote/walk-remote.ts";

interface DuOptions extends RemoteOptions, TransferFlags {
  readonly humanReadable?: boolean;
  readonly summarize?: boolean;
  readonly all?: boolean;
  readonly maxDepth?: number;
  readonly json?: boolean;
}

/** What a folder holds, with all below it. */
interface Holding {
  readonly path: string;
  readonly level: number;
  bytes: number;
  files: number;
  directories: number;
}

/** Makes the command. */
export function du(): Command {
  const command = new Command("du")
    .summary("tell how much folders hold")
    .description("Tell how many octets the files in folders of a server have, folder by folder.")
    .argument("<url...>", "folders or files")
    .option("-h, --human-readable", "sizes as 1.5 MiB")
    .addOption(new Option("-s, --summarize", "only the sum of each argument").conflicts("maxDepth"))
    .option("-a, --all", "files too")
    .addOption(new Option("-d, --max-depth <n>", "folders down to this level only").argParser(parseWhole))
    .option("--json", "a JSON object a line");
  // -h is as du has it everywhere; help stays under its long name.
  return withRemoteOptions(withTransferOptions(command))
    .helpOption("--help", "print this help")
    .addHelpText("after", "\nExample:\n  twinport du -hs ftp://me@example.org/projects/*")
    .action((urls: string[], options: DuOptions) => run(urls, options));
}

async function run(urls: readonly string[], options: DuOptions): Promise<void> {
  if (options.summarize === true && options.maxDepth !== undefined)
    throw new UsageError("--summarize and --max-depth exclude each other");
  await forEachStart(urls, options, "folders could not be counted", (point, signal) => measure(point, options, signal));
}

/** Counts what is below a path, and tells it. @returns Why folders could not be counted. */
async function measure({ pool, path }: StartPoint, options: DuOptions, signal: AbortSignal): Promise<unknown[]> {
  const deepest = options.summarize === true ? 0 : (options.maxDepth ?? Infinity);
  const start = await lookAtStart(pool, path, signal);
  if (start.kind === "file") {
    tell({ path, level: 0, bytes: sizeOf(start), files: 1, directories: 0 }, options);
    return [];
  }
  const failures: unknown[] = [];
  const open: Holding[] = [{ path: path || ".", level: 0, bytes: 0, files: 0, directories: 1 }];
  const closeTo = (level: number): void => {
    for (let last = open.at(-1); last !== undefined && last.level >= level; last = open.at(-1)) {
      open.pop();
      addTo(open.at(-1), last);
      if (last.level <= deepest) tell(last, options);
    }
  };
  const ahead = options.transfers ?? defaultTransfers;
  for await (const walked of walkRemote(pool, path, { signal, ahead })) {
    if (walked.failure !== undefined) {
      failures.push(walked.failure);
      tellFailure(walked.failure, walked.path, options);
      continue;
    }
    closeTo(walked.level);
    count(walked, open, options, deepest);
  }
  closeTo(0);
  return failures;
}

function count({ path, entry, level }: Walked, open: Holding[], options: DuOptions, deepest: number): void {
  if (entry.kind === "directory") {
    open.push({ path, level, bytes: 0, files: 0, directories: 1 });
    return;
  }
  const file: Holding = { path, level, bytes: sizeOf(entry), files: 1, directories: 0 };
  addTo(open.at(-1), file);
  if (options.all === true && level <= deepest) tell(file, options);
}

function addTo(above: Holding | undefined, { bytes, files, directories }: Holding): void {
  if (above === undefined) return;
  above.bytes += bytes;
  above.files += files;
  above.directories += directories;
}

function sizeOf({ kind, size, roughSize }: ListedEntry): number {
  return kind === "symlink" ? 0 : (size ?? roughSize ?? 0);
}

function tell({ path, bytes, files, directories }: Holding, options: DuOptions): void {
  const size = options.humanReadable === true ? formatBytes(bytes).padStart(9) : String(bytes);
  const line =
    options.json === true ? JSON.stringify({ path, bytes, files, directories }) : `${size}\t${printable(path)}`;
  process.stdout.write(`${line}\n`);
}
