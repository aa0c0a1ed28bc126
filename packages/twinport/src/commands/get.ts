/** `twinport get`: files and trees of a server, to here. */
import { Command, InvalidArgumentError, Option } from "commander";
import { UsageError } from "../exit-codes.ts";
import { runEach, treeOutcome, type Outcome } from "../remote/each.ts";
import { formatOptions, withFormatOptions, type FormatFlags } from "../remote/format.ts";
import { planGet, type Fetch } from "../remote/get-plan.ts";
import { PatternFaults } from "../remote/pattern-faults.ts";
import { makeProgress, withProgressOptions, type ProgressOptions, type ProgressView } from "../remote/progress.ts";
import { withPools } from "../remote/server-pools.ts";
import { isUrl, withRemoteOptions, type RemoteOptions } from "../remote/session.ts";
import { printFile } from "../remote/print-file.ts";
import {
  defaultTransfers,
  withBandwidthOption,
  withTransferOptions,
  type TransferFlags,
} from "../remote/transfer-flags.ts";
import { verifies, withVerifyOptions, type VerifyFlags } from "../remote/verify-flags.ts";

interface GetOptions extends RemoteOptions, ProgressOptions, FormatFlags, TransferFlags, VerifyFlags {
  readonly output?: string;
  readonly recursive?: boolean;
  readonly continue?: boolean;
  readonly preserve?: boolean;
  readonly glob?: boolean;
  readonly segments?: number;
  readonly json?: boolean;
}

/** Makes the command. */
export function get(): Command {
  const command = new Command("get")
    .summary("download files")
    .description(
      "Download files, each under its own name into the current folder, or into the\n" +
        "local folder named last. Patterns (* ? [a-z]) in URLs are matched on the server.",
    )
    .argument("<url...>", "what to download, and where to if the last is no URL")
    .option("-o, --output <path>", "to this file or folder; - is stdout; with / at its end it is made")
    .option("-r, --recursive", "folders too, with all that is in them")
    .option("-c, --continue", "go on where a broken download ended")
    .option("-p, --preserve", "keep modification times")
    .addOption(
      new Option(
        "--segments <n>",
        "fetch each large file in so many parts at once; a broken one goes on by itself",
      ).argParser(parseSegments),
    )
    .option("--no-glob", "take * ? [ in URLs as they are")
    .option("--json", "tell the outcome as JSON on stdout, a line a file");
  return withRemoteOptions(
    withFormatOptions(withProgressOptions(withTransferOptions(withBandwidthOption(withVerifyOptions(command))))),
  )
    .addHelpText(
      "after",
      `
Examples:
  twinport get ftp://me@example.org/report.pdf
  twinport get 'ftp://me@example.org/logs/*.gz' logs/
  twinport get -o - ftp://example.org/pub/list.txt | less
  twinport get -r -o backup ftp://me@example.org/%2Fsrv/data`,
    )
    .action((urls: string[], options: GetOptions) => run(urls, options));
}

/** Parts at once, as many as the library takes. */
function parseSegments(text: string): number {
  const count = /^\d{1,2}$/.test(text) ? Number(text) : 0;
  if (count < 1 || count > 64) throw new InvalidArgumentError("It is a whole number from 1 to 64.");
  return count;
}

async function run(args: readonly string[], options: GetOptions): Promise<void> {
  const { urls, output } = readArguments(args, options);
  const toStdout = output === "-";
  if (toStdout && options.recursive === true) throw new UsageError("A folder cannot go to stdout");
  if (toStdout && options.json === true) throw new UsageError("--json and the file cannot both go to stdout");
  if (options.segments !== undefined && (toStdout || options.recursive === true || !isPlain(options)))
    throw new UsageError("--segments is for single files as they are stored, to a file of this machine");
  const view = await makeProgress(toStdout && process.stdout.isTTY ? { ...options, quiet: true } : options);
  try {
    // Parts take a session each.
    const transfers = Math.max(options.transfers ?? defaultTransfers, options.segments ?? 0);
    await withPools({ ...options, transfers }, view.note, async (pools, signal) => {
      const faults = new PatternFaults({ ...options, note: view.note });
      const planned = await planGet(urls, output, options, pools, view.note, signal, faults.add);
      expect(view, planned);
      // What goes to stdout goes there in its order.
      const atOnce = toStdout || options.segments !== undefined ? 1 : (options.transfers ?? defaultTransfers);
      const each = { ...options, transfers: atOnce, note: view.note };
      await runEach(
        planned,
        each,
        (fetch) => fetchOne(fetch, options, view, signal),
        ({ path }) => path,
      );
      faults.demandNone();
    });
  } finally {
    view.close();
  }
}

/** Whether files travel as they are stored. */
function isPlain({ ascii, type, structure, mode }: GetOptions): boolean {
  return ascii !== true && [type, structure, mode].every((way) => way === undefined);
}

/** The last argument may be the local folder or file. @throws UsageError. */
function readArguments(
  args: readonly string[],
  options: GetOptions,
): { readonly urls: readonly string[]; readonly output: string | undefined } {
  const last = args.at(-1) ?? "";
  const named = args.length > 1 && !isUrl(last);
  const urls = named ? args.slice(0, -1) : args;
  for (const url of urls) if (!isUrl(url)) throw new UsageError(`${url} is no URL; the local path comes last`);
  if (named && options.output !== undefined) throw new UsageError("The local path stands last, or behind --output");
  return { urls, output: named ? last : options.output };
}

/** Octets in all are told only where every file's are known; how many files a tree has nobody knows. */
function expect(view: ProgressView, planned: readonly Fetch[]): void {
  if (planned.some(({ isFolder }) => isFolder)) return;
  const sizes = planned.flatMap(({ size }) => (size === undefined ? [] : [size]));
  const known = sizes.length === planned.length;
  view.expect(planned.length, known ? sizes.reduce((sum, size) => sum + size, 0) : undefined);
}

async function fetchOne(
  { pool, path, local, isFolder }: Fetch,
  options: GetOptions,
  view: ProgressView,
  signal: AbortSignal,
): Promise<Outcome> {
  const { onProgress } = view;
  const format = formatOptions(options);
  try {
    if (local === "-") {
      return { ...(await printFile(pool, path, { ...format, signal, onProgress })), local };
    }
    const common = {
      ...format,
      signal,
      onProgress,
      resume: options.continue === true,
      preserveTime: options.preserve === true,
      ...(await verifies(pool, options)),
    };
    if (isFolder) {
      const onFile = (file: { readonly path: string }): void => view.end(file.path);
      const folder = path.replace(/(?<=.)\/+$/, "");
      const concurrency = options.transfers ?? defaultTransfers;
      const result = await pool.downloadTree(folder, local, { ...common, onFile, concurrency, onError: "continue" });
      return treeOutcome(path || ".", local, result);
    }
    if (options.segments !== undefined) {
      const { segments } = options;
      const { verify } = options;
      const how = { signal, onProgress, segments, preserveTime: common.preserveTime };
      return { ...(await pool.downloadSegmented(path, local, verify === undefined ? how : { ...how, verify })), local };
    }
    return { ...(await pool.download(path, local, common)), local };
  } finally {
    view.end(path);
  }
}
