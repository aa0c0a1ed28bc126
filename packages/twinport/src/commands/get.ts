/** `twinport get`: files and trees of a server, to here. */
import { stat as statLocal } from "node:fs/promises";
import { join } from "node:path";
import { unsafeLocalName, type FtpClient, type TransferResult } from "@twinport/core/ftp-client";
import { Command } from "commander";
import { UsageError } from "../exit-codes.ts";
import { runEach, type Outcome } from "../remote/each.ts";
import { formatOptions, withFormatOptions, type FormatFlags } from "../remote/format.ts";
import { makeProgress, withProgressOptions, type ProgressOptions, type ProgressView } from "../remote/progress.ts";
import { isUrl, readUrl, withClient, withRemoteOptions, type RemoteOptions } from "../remote/session.ts";

interface GetOptions extends RemoteOptions, ProgressOptions, FormatFlags {
  readonly output?: string;
  readonly recursive?: boolean;
  readonly continue?: boolean;
  readonly preserve?: boolean;
  readonly json?: boolean;
}

/** Makes the command. */
export function get(): Command {
  const command = new Command("get")
    .summary("download files")
    .description("Download files, each under its own name into the current folder.")
    .argument("<url...>", "what to download")
    .option("-o, --output <path>", "to this file or folder; - is stdout")
    .option("-r, --recursive", "folders too, with all that is in them")
    .option("-c, --continue", "go on where a broken download ended")
    .option("-p, --preserve", "keep modification times")
    .option("--json", "tell the outcome as JSON on stdout");
  return withRemoteOptions(withFormatOptions(withProgressOptions(command)))
    .addHelpText(
      "after",
      `
Examples:
  twinport get ftp://me@example.org/report.pdf
  twinport get -o - ftp://example.org/pub/list.txt | less
  twinport get -r -o backup ftp://me@example.org/%2Fsrv/data`,
    )
    .action((urls: string[], options: GetOptions) => run(urls, options));
}

async function run(urls: readonly string[], options: GetOptions): Promise<void> {
  for (const url of urls) if (!isUrl(url)) throw new UsageError(`${url} is no URL; give the local path with --output`);
  if (options.output === "-" && options.recursive === true) throw new UsageError("A folder cannot go to stdout");
  if (options.output === "-" && options.json === true)
    throw new UsageError("--json and the file cannot both go to stdout");
  const view = makeProgress(options.output === "-" && process.stdout.isTTY ? { ...options, quiet: true } : options);
  await runEach(urls, options, (text) => {
    const url = readUrl(text);
    return withClient(url, options, (client, signal) =>
      fetchOne(client, url.path, urls.length > 1, options, view, signal),
    );
  });
}

async function fetchOne(
  client: FtpClient,
  path: string,
  several: boolean,
  options: GetOptions,
  view: ProgressView,
  signal: AbortSignal,
): Promise<Outcome> {
  const { onProgress } = view;
  const common = {
    ...formatOptions(options),
    signal,
    onProgress,
    resume: options.continue === true,
    preserveTime: options.preserve === true,
  };
  try {
    if (options.output === "-") {
      const how = { ...formatOptions(options), signal, onProgress };
      return outcome(await client.download(path, process.stdout, how), "-");
    }
    const isFolder =
      path === "" ||
      path.endsWith("/") ||
      (options.recursive === true && (await client.stat(path, { signal })).kind === "directory");
    if (isFolder) {
      if (options.recursive !== true) throw new UsageError("This is a folder; -r downloads folders");
      const to = options.output ?? (localName(path) || ".");
      const result = await client.downloadTree(path.replace(/\/+$/, ""), to, common);
      return { path: path || ".", local: to, ...result };
    }
    const local = await localPath(path, several, options.output);
    return outcome(await client.download(path, local, common), local);
  } finally {
    view.end();
  }
}

function outcome(result: TransferResult, local: string): Outcome {
  return { ...result, local };
}

function localName(path: string): string {
  const trimmed = path.replace(/\/+$/, "");
  return trimmed.slice(trimmed.lastIndexOf("/") + 1);
}

/** Where a file goes: into a folder under its own name, or to the very path that was given. */
async function localPath(path: string, several: boolean, output: string | undefined): Promise<string> {
  const name = localName(path);
  const reason = unsafeLocalName(name);
  const stats = output === undefined ? undefined : await statLocal(output).catch(() => undefined);
  const isFolder = output === undefined || output.endsWith("/") || stats?.isDirectory() === true;
  if (several && !isFolder) throw new UsageError(`${output} is no folder, and several files are to go there`);
  if (!isFolder) return output;
  if (reason !== undefined) throw new UsageError(`The name cannot be used here (${reason}); give one with --output`);
  return output === undefined ? name : join(output, name);
}
