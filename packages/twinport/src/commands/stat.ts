/** `twinport stat`: what a server tells of a file or folder. */
import { Command } from "commander";
import { printable } from "../exit-codes.ts";
import { readUrl, withClient, withRemoteOptions, type RemoteOptions } from "../remote/session.ts";
import { toJson } from "./ls.ts";

/** Makes the command. */
export function stat(): Command {
  const command = new Command("stat")
    .summary("show facts of a file")
    .description("Show what a server tells of a file or folder.")
    .argument("<url>", "which")
    .option("--json", "as JSON");
  return withRemoteOptions(command)
    .addHelpText("after", "\nExample:\n  twinport stat ftp://me@example.org/report.pdf")
    .action((url: string, options: RemoteOptions & { readonly json?: boolean }) => run(url, options));
}

async function run(text: string, options: RemoteOptions & { readonly json?: boolean }): Promise<void> {
  const url = readUrl(text);
  const entry = await withClient(url, options, (client, signal) => client.stat(url.path, { signal }));
  const facts = toJson(entry);
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify(facts)}\n`);
    return;
  }
  for (const [name, value] of Object.entries(facts)) {
    if (value !== undefined) process.stdout.write(`${name.padEnd(13)} ${printable(String(value))}\n`);
  }
}
