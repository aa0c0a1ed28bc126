/** `twinport cat`: files of a server, to stdout. */
import { Command } from "commander";
import { readUrl, withClient, withRemoteOptions, type RemoteOptions } from "../remote/session.ts";

/** Makes the command. */
export function cat(): Command {
  const command = new Command("cat")
    .summary("print files")
    .description("Print files of a server to stdout, one after the other.")
    .argument("<url...>", "what to print")
    .option("--ascii", "convert line ends (TYPE A)");
  return withRemoteOptions(command)
    .addHelpText("after", "\nExample:\n  twinport cat ftp://example.org/README | less")
    .action((urls: string[], options: RemoteOptions & { readonly ascii?: boolean }) => run(urls, options));
}

async function run(urls: readonly string[], options: RemoteOptions & { readonly ascii?: boolean }): Promise<void> {
  for (const text of urls) {
    const url = readUrl(text);
    const type = options.ascii === true ? "ascii" : "binary";
    await withClient(url, options, (client, signal) => client.download(url.path, process.stdout, { signal, type }));
  }
}
