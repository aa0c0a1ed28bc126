/** `twinport ls`: what is in a folder of a server. */
import type { ListedEntry } from "@twinport/core/ftp-client";
import { Command } from "commander";
import { painter, type Paint } from "../colour.ts";
import { printable } from "../exit-codes.ts";
import { listPath } from "../remote/list-path.ts";
import { readUrl, withClient, withRemoteOptions, type RemoteOptions } from "../remote/session.ts";

interface LsOptions extends RemoteOptions {
  readonly long?: boolean;
  readonly json?: boolean;
}

/** Makes the command. */
export function ls(): Command {
  const command = new Command("ls")
    .summary("list a folder")
    .description("List a folder of a server.")
    .argument("<url>", "the folder")
    .option("-l, --long", "kind, size and time too")
    .option("--json", "one JSON object a line");
  return withRemoteOptions(command)
    .addHelpText("after", "\nExample:\n  twinport ls -l ftp://me@example.org/inbox/")
    .action((url: string, options: LsOptions) => run(url, options));
}

async function run(text: string, options: LsOptions): Promise<void> {
  const url = readUrl(text);
  const path = url.path.length > 1 ? url.path.replace(/\/+$/, "") : url.path;
  const entries = await withClient(url, options, (client, signal) =>
    listPath(client, path === "" ? undefined : path, { signal }),
  );
  entries.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const paint = painter(options.color, process.stdout);
  for (const entry of entries) process.stdout.write(`${format(entry, options, paint)}\n`);
}

function format(entry: ListedEntry, options: LsOptions, paint: Paint): string {
  if (options.json === true) return JSON.stringify(toJson(entry));
  const name = painted(entry, paint);
  if (options.long !== true) return `${name}${entry.kind === "directory" ? "/" : ""}`;
  const kind = { file: "-", directory: "d", symlink: "l", other: "?", unknown: "?" }[entry.kind];
  const size = entry.size === undefined || entry.kind === "directory" ? "" : String(entry.size);
  const time =
    entry.modified === undefined ? "" : new Date(entry.modified).toISOString().slice(0, 16).replace("T", " ");
  const target = entry.target === undefined ? "" : ` -> ${printable(entry.target)}`;
  return `${kind} ${size.padStart(14)} ${time.padEnd(16)} ${name}${target}`;
}

function painted({ name, kind }: ListedEntry, paint: Paint): string {
  const shown = printable(name);
  if (kind === "directory") return paint("folder", shown);
  return kind === "symlink" ? paint("link", shown) : shown;
}

/** ISO 8601; of a local time without the letter that says it were UTC. */
function timeText(ms: number, isLocal: boolean): string {
  const text = new Date(ms).toISOString();
  return isLocal ? text.slice(0, -1) : text;
}

/** An entry as `--json` prints it: times as ISO 8601. */
export function toJson(entry: ListedEntry): Record<string, string | number | undefined> {
  const { name, kind, size, roughSize, modified, timePrecision, timeIsLocal, mode, owner, group, target } = entry;
  return {
    name,
    kind,
    size,
    roughSize,
    // Without a zone where the server's is not known.
    modified: modified === undefined ? undefined : timeText(modified, timeIsLocal === true),
    timePrecision,
    mode: mode === undefined ? undefined : mode.toString(8).padStart(3, "0"),
    owner,
    group,
    target,
  };
}
