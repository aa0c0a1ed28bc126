/** `twinport copy`: a file from one server to another. */
import { transferBetween, type FtpClient } from "@twinport/core/ftp-client";
import { Command, Option } from "commander";
import { UsageError } from "../exit-codes.ts";
import { isUrl, readUrl, withClient, withRemoteOptions, type RemoteOptions } from "../remote/session.ts";

interface CopyOptions extends RemoteOptions {
  readonly relay?: boolean;
  readonly continue?: boolean;
  readonly passive?: "from" | "to";
  readonly allowClear?: boolean;
  readonly json?: boolean;
}

/** Makes the command. */
export function copy(): Command {
  const command = new Command("copy")
    .summary("copy a file from server to server")
    .description(
      "Copy a file from one server to another, by a connection of their own (FXP).\n" +
        "Most servers allow that to few or nobody; --relay works with all.",
    )
    .argument("<from>", "the URL of the file")
    .argument("<to>", "the URL of the copy; with / at its end, the folder for it")
    .option("--relay", "move the data through this machine")
    .option("-c, --continue", "go on where a broken copy ended")
    .addOption(
      new Option("--passive <server>", "which server listens (default: to, else from)").choices(["from", "to"]),
    )
    .option("--allow-clear", "where TLS between them fails, let the data go in clear")
    .option("--json", "tell the outcome as JSON on stdout");
  return withRemoteOptions(command)
    .addHelpText(
      "after",
      `
The options for TLS hold for both servers. Passwords of two servers fit into
~/.netrc; TWINPORT_PASSWORD is for both. Servers do not check who the other is.

Examples:
  twinport copy ftp://me@one.example/report.pdf ftp://me@two.example/inbox/
  twinport copy --relay ftpes://one.example/a ftp://two.example/b`,
    )
    .action((from: string, to: string, options: CopyOptions) => run(from, to, options));
}

async function run(from: string, to: string, options: CopyOptions): Promise<void> {
  for (const url of [from, to]) {
    if (!isUrl(url)) throw new UsageError(`${url} is no URL; get and put are for files of this machine`);
  }
  if (options.relay === true && (options.passive !== undefined || options.allowClear === true)) {
    throw new UsageError("--passive and --allow-clear are for copies that do not go through this machine");
  }
  const [source, target] = [readUrl(from), readUrl(to)];
  const fromPath = source.path;
  if (fromPath === "" || fromPath.endsWith("/")) throw new UsageError("A folder cannot be copied, only a file");
  const toPath = target.path === "" || target.path.endsWith("/") ? target.path + lastName(fromPath) : target.path;
  await withClient(source, options, (sending) =>
    withClient(target, options, async (receiving, signal) => {
      const outcome =
        options.relay === true
          ? await relay(sending, fromPath, receiving, toPath, options, signal)
          : await transferBetween(sending, fromPath, receiving, toPath, {
              resume: options.continue === true,
              allowClear: options.allowClear === true,
              signal,
              ...(options.passive === undefined ? {} : { passive: options.passive }),
            });
      if (options.json === true) {
        process.stdout.write(`${JSON.stringify({ path: fromPath, to: toPath, ...outcome })}\n`);
      }
    }),
  );
}

/** What came over one connection goes out over the other. */
async function relay(
  sending: FtpClient,
  fromPath: string,
  receiving: FtpClient,
  toPath: string,
  options: CopyOptions,
  signal: AbortSignal,
): Promise<{ readonly bytes: number; readonly offset: number; readonly milliseconds: number }> {
  const there = options.continue === true && (await receiving.exists(toPath, { signal }));
  const offset = there ? ((await receiving.size(toPath, { signal })) ?? 0) : 0;
  const begun = Date.now();
  if (offset > 0) {
    const size = await sending.size(fromPath, { signal });
    if (size !== undefined && size < offset) {
      throw new UsageError(`The copy has ${offset} octets already, and the file only ${size}`);
    }
    if (size === offset) return { bytes: 0, offset, milliseconds: Date.now() - begun };
  }
  const download = await sending.openRead(fromPath, { offset, signal });
  try {
    const result =
      offset > 0
        ? await receiving.append(download, toPath, { signal })
        : await receiving.upload(download, toPath, { signal });
    return { bytes: result.bytes, offset, milliseconds: Date.now() - begun };
  } finally {
    await download.close();
  }
}

function lastName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
