/** `twinport put`: files and trees of this machine, to a server. */
import { stat as statLocal } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { LocalFileError, noRetries, type FtpPool } from "@twinport/core/ftp-client";
import { Command } from "commander";
import { printable, UsageError } from "../exit-codes.ts";
import { runEach, treeOutcome, type Outcome } from "../remote/each.ts";
import { formatOptions, withFormatOptions, type FormatFlags } from "../remote/format.ts";
import { expandLocal } from "../remote/local-glob.ts";
import { makeProgress, withProgressOptions, type ProgressOptions, type ProgressView } from "../remote/progress.ts";
import { withPools } from "../remote/server-pools.ts";
import { isUrl, readUrl, withRemoteOptions, type RemoteOptions } from "../remote/session.ts";
import {
  defaultTransfers,
  withBandwidthOption,
  withTransferOptions,
  type TransferFlags,
} from "../remote/transfer-flags.ts";
import { verifies, withVerifyOptions, type VerifyFlags } from "../remote/verify-flags.ts";

interface PutOptions extends RemoteOptions, ProgressOptions, FormatFlags, TransferFlags, VerifyFlags {
  readonly recursive?: boolean;
  readonly continue?: boolean;
  readonly append?: boolean;
  readonly preserve?: boolean;
  readonly parents?: boolean;
  readonly json?: boolean;
}

/** A file or folder that is to go. */
interface Delivery {
  /** `-` is stdin. */
  readonly source: string;
  readonly remote: string;
  readonly isFolder: boolean;
  readonly size: number | undefined;
  /** Why it cannot go. */
  readonly failure?: LocalFileError;
}

/** Makes the command. */
export function put(): Command {
  const command = new Command("put")
    .summary("upload files")
    .description("Upload files. A URL that ends in / is a folder; - is stdin.")
    .argument("<path...>", "what to upload, and last the URL")
    .option("-r, --recursive", "folders too, with all that is in them")
    .option("-c, --continue", "go on where a broken upload ended")
    .option("-a, --append", "append to the server's file")
    .option("-p, --preserve", "keep modification times")
    .option("--parents", "make the folder of the URL, and those above it")
    .option("--json", "tell the outcome as JSON on stdout, a line a file");
  return withRemoteOptions(
    withFormatOptions(withProgressOptions(withTransferOptions(withBandwidthOption(withVerifyOptions(command))))),
  )
    .addHelpText(
      "after",
      `
Examples:
  twinport put report.pdf ftp://me@example.org/inbox/
  twinport put --transfers 8 photos/*.jpg ftp://me@example.org/photos/
  tar cz data | twinport put - ftp://me@example.org/data.tgz
  twinport put -r site ftp://me@example.org/www/`,
    )
    .action((paths: string[], options: PutOptions) => run(paths, options));
}

async function run(paths: readonly string[], options: PutOptions): Promise<void> {
  const target = paths.at(-1) ?? "";
  if (!isUrl(target)) throw new UsageError("The last argument must be a URL, as ftp://me@example.org/inbox/");
  if (paths.length === 1) throw new UsageError("Nothing to upload was named");
  if (options.append === true && options.continue === true)
    throw new UsageError("--append and --continue exclude each other");
  const url = readUrl(target);
  const deliveries = await plan(paths.slice(0, -1), url.path, options);
  const view = await makeProgress(options);
  try {
    await withPools(options, view.note, async (pools, signal) => {
      const pool = await pools.of(url);
      if (options.parents === true) await makeParents(pool, url.path, signal);
      const known = deliveries.every(({ size, isFolder }) => size !== undefined && !isFolder);
      if (known) {
        view.expect(
          deliveries.length,
          deliveries.reduce((sum, { size = 0 }) => sum + size, 0),
        );
      }
      const each = { ...options, transfers: options.transfers ?? defaultTransfers, note: view.note };
      await runEach(
        deliveries,
        each,
        (delivery) => sendOne(pool, delivery, options, view, signal),
        ({ source }) => source,
      );
    });
  } finally {
    view.close();
  }
}

/** Looks at what is to go, and where to. @throws UsageError. */
async function plan(sources: readonly string[], path: string, options: PutOptions): Promise<Delivery[]> {
  const intoFolder = path === "" || path.endsWith("/");
  const named: string[] = [];
  for (const source of sources) named.push(...(source === "-" ? [source] : await expandLocal(source)));
  if (named.length > 1 && !intoFolder) throw new UsageError("Several files go to a folder: end the URL with /");
  if (named.includes("-") && intoFolder) throw new UsageError("stdin has no name: name the file in the URL");
  const taken = new Map<string, string>();
  const deliveries: Delivery[] = [];
  for (const source of named) {
    const remote = intoFolder && source !== "-" ? `${path}${basename(resolve(source))}` : path;
    const before = taken.get(remote);
    if (before !== undefined)
      throw new UsageError(`${printable(before)} and ${printable(source)} would both become ${printable(remote)}`);
    taken.set(remote, source);
    deliveries.push(await lookAt(source, remote, options));
  }
  return deliveries;
}

async function lookAt(source: string, remote: string, { recursive }: PutOptions): Promise<Delivery> {
  if (source === "-") return { source, remote, isFolder: false, size: undefined };
  try {
    const stats = await statLocal(source);
    const isFolder = stats.isDirectory();
    if (isFolder && recursive !== true) throw new UsageError(`${source} is a folder; -r uploads folders`);
    return { source, remote, isFolder, size: stats.isFile() ? stats.size : undefined };
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    const failure = new LocalFileError(`Reading ${source}`, message, { cause });
    return { source, remote, isFolder: false, size: 0, failure };
  }
}

async function makeParents(pool: FtpPool, path: string, signal: AbortSignal): Promise<void> {
  const folder = path.slice(0, Math.max(0, path.lastIndexOf("/")));
  if (folder !== "") await pool.use((client) => client.mkdir(folder, { recursive: true, signal }));
}

async function sendOne(
  pool: FtpPool,
  { source, remote, isFolder, failure }: Delivery,
  options: PutOptions,
  view: ProgressView,
  signal: AbortSignal,
): Promise<Outcome> {
  if (failure !== undefined) throw failure;
  const { onProgress } = view;
  const common = {
    ...formatOptions(options),
    signal,
    onProgress,
    resume: options.continue === true,
    preserveTime: options.preserve === true,
    ...(await verifies(pool, options)),
  } as const;
  try {
    if (isFolder) {
      const onFile = (file: { readonly path: string }): void => view.end(file.path);
      const concurrency = options.transfers ?? defaultTransfers;
      const result = await pool.uploadTree(source, remote, { ...common, onFile, concurrency, onError: "continue" });
      return treeOutcome(remote, source, result);
    }
    if (source !== "-" && options.append !== true) {
      return { ...(await pool.upload(source, remote, common)), local: source };
    }
    // What was appended, or read from a pipe, is not there a second time.
    const from = source === "-" ? process.stdin : source;
    const verb = options.append === true ? "append" : "upload";
    const result = await pool.use((client) => client[verb](from, remote, common), { retry: noRetries });
    return { ...result, local: source };
  } finally {
    view.end(remote);
  }
}
