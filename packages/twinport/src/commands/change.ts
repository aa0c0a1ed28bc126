/** `twinport rm`, `mkdir`, `rmdir` and `mv`: changes on a server that move no data. */
import type { FtpClient } from "@twinport/core/ftp-client";
import { Command } from "commander";
import { UsageError } from "../exit-codes.ts";
import { runEach, type Outcome } from "../remote/each.ts";
import { isUrl, readUrl, withClient, withRemoteOptions, type RemoteOptions } from "../remote/session.ts";

interface ChangeOptions extends RemoteOptions {
  readonly recursive?: boolean;
  readonly parents?: boolean;
  readonly json?: boolean;
}

type Change = (client: FtpClient, path: string, options: ChangeOptions, signal: AbortSignal) => Promise<void>;

function change(name: string, summary: string, example: string, apply: Change): Command {
  const command = new Command(name)
    .summary(summary)
    .description(`${summary.charAt(0).toUpperCase()}${summary.slice(1)} on a server.`)
    .argument("<url...>", "which")
    .option("--json", "tell the outcome as JSON on stdout");
  return withRemoteOptions(command)
    .addHelpText("after", `\nExample:\n  ${example}`)
    .action((urls: string[], options: ChangeOptions) =>
      runEach(urls, options, (text) => {
        const url = readUrl(text);
        return withClient(url, options, async (client, signal) => {
          const path = url.path.length > 1 ? url.path.replace(/\/+$/, "") : url.path;
          if (path === "") throw new UsageError("The URL names no path");
          await apply(client, path, options, signal);
          return { path };
        });
      }),
    );
}

/** Makes `rm`. */
export function rm(): Command {
  return change(
    "rm",
    "remove files",
    "twinport rm ftp://me@example.org/old.txt",
    async (client, path, options, signal) => {
      if (options.recursive === true && (await client.stat(path, { signal })).kind === "directory") {
        await client.removeDirectory(path, { recursive: true, signal });
      } else await client.remove(path, { signal });
    },
  ).option("-r, --recursive", "folders too, with all that is in them");
}

/** Makes `mkdir`. */
export function mkdir(): Command {
  return change(
    "mkdir",
    "make folders",
    "twinport mkdir -p ftp://me@example.org/a/b",
    (client, path, options, signal) => client.mkdir(path, { recursive: options.parents === true, signal }),
  ).option("-p, --parents", "those above too; no error when it is there");
}

/** Makes `rmdir`. */
export function rmdir(): Command {
  return change(
    "rmdir",
    "remove empty folders",
    "twinport rmdir ftp://me@example.org/a/b",
    (client, path, _options, signal) => client.removeDirectory(path, { signal }),
  );
}

/** Makes `mv`. */
export function mv(): Command {
  const command = new Command("mv")
    .summary("rename")
    .description("Rename a file or folder of a server.")
    .argument("<url>", "what to rename")
    .argument("<new-path>", "the new path, or a URL of the same server; ending in /, a folder to move it into")
    .option("--json", "tell the outcome as JSON on stdout");
  return withRemoteOptions(command)
    .addHelpText("after", "\nExample:\n  twinport mv ftp://me@example.org/a.txt done/a.txt")
    .action((from: string, to: string, options: ChangeOptions) =>
      runEach([from], options, (text) => rename(text, to, options)),
    );
}

async function rename(from: string, to: string, options: RemoteOptions): Promise<Outcome> {
  const url = readUrl(from);
  const target = isUrl(to) ? readUrl(to) : undefined;
  if (target !== undefined && (target.host !== url.host || target.port !== url.port)) {
    throw new UsageError("Both URLs must be of the same server");
  }
  const path = target?.path ?? to;
  const name = url.path.slice(url.path.lastIndexOf("/") + 1);
  if (url.path === "" || path === "") throw new UsageError("The URL names no path");
  const renamed = path.endsWith("/") ? `${path}${name}` : path;
  await withClient(url, options, (client, signal) => client.rename(url.path, renamed, { signal }));
  return { path: url.path, to: renamed };
}
