/** `twinport put`: files and trees of this machine, to a server. */
import { stat as statLocal } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { LocalFileError, type FtpClient } from "@twinport/core/ftp-client";
import { Command } from "commander";
import { UsageError } from "../exit-codes.ts";
import { runEach, type Outcome } from "../remote/each.ts";
import { formatOptions, withFormatOptions, type FormatFlags } from "../remote/format.ts";
import { makeProgress, withProgressOptions, type ProgressOptions } from "../remote/progress.ts";
import { isUrl, readUrl, withClient, withRemoteOptions, type RemoteOptions } from "../remote/session.ts";

interface PutOptions extends RemoteOptions, ProgressOptions, FormatFlags {
  readonly recursive?: boolean;
  readonly continue?: boolean;
  readonly append?: boolean;
  readonly preserve?: boolean;
  readonly json?: boolean;
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
    .option("--json", "tell the outcome as JSON on stdout");
  return withRemoteOptions(withFormatOptions(withProgressOptions(command)))
    .addHelpText(
      "after",
      `
Examples:
  twinport put report.pdf ftp://me@example.org/inbox/
  tar cz data | twinport put - ftp://me@example.org/data.tgz
  twinport put -r site ftp://me@example.org/www/`,
    )
    .action((paths: string[], options: PutOptions) => run(paths, options));
}

async function run(paths: readonly string[], options: PutOptions): Promise<void> {
  const target = paths.at(-1) ?? "";
  const sources = paths.slice(0, -1);
  if (!isUrl(target)) throw new UsageError("The last argument must be a URL, as ftp://me@example.org/inbox/");
  if (sources.length === 0) throw new UsageError("Nothing to upload was named");
  if (options.append === true && options.continue === true)
    throw new UsageError("--append and --continue exclude each other");
  const url = readUrl(target);
  const intoFolder = url.path === "" || url.path.endsWith("/");
  if (sources.length > 1 && !intoFolder) throw new UsageError("Several files go to a folder: end the URL with /");
  if (sources.includes("-") && intoFolder) throw new UsageError("stdin has no name: name the file in the URL");
  await withClient(url, options, (client, signal) =>
    runEach(sources, options, (source) => {
      const remote = intoFolder && source !== "-" ? `${url.path}${basename(resolve(source))}` : url.path;
      return sendOne(client, source, remote, options, signal);
    }),
  );
}

async function sendOne(
  client: FtpClient,
  source: string,
  remote: string,
  options: PutOptions,
  signal: AbortSignal,
): Promise<Outcome> {
  const view = makeProgress(options);
  const { onProgress } = view;
  const common = {
    ...formatOptions(options),
    signal,
    onProgress,
    resume: options.continue === true,
    preserveTime: options.preserve === true,
  } as const;
  try {
    if (source === "-")
      return {
        ...(await client[options.append === true ? "append" : "upload"](process.stdin, remote, common)),
        local: "-",
      };
    const stats = await statLocal(source).catch((cause: unknown) => {
      throw new LocalFileError(`Reading ${source}`, cause instanceof Error ? cause.message : String(cause), { cause });
    });
    if (stats.isDirectory()) {
      if (options.recursive !== true) throw new UsageError(`${source} is a folder; -r uploads folders`);
      return { path: remote, local: source, ...(await client.uploadTree(source, remote, common)) };
    }
    const result =
      options.append === true
        ? await client.append(source, remote, common)
        : await client.upload(source, remote, common);
    return { ...result, local: source };
  } finally {
    view.end();
  }
}
