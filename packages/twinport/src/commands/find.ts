/** `twinport find`: files of a server by name, kind, size and time. */
import type { ListedEntry } from "@twinport/core/ftp-client";
import { Command, Option } from "commander";
import { printable } from "../exit-codes.ts";
import { collect, parseWhole } from "../parse-options.ts";
import {
  compileConditions,
  parseKinds,
  parseSizeTest,
  parseTime,
  type ConditionFlags,
} from "../remote/find-conditions.ts";
import { withRemoteOptions, type RemoteOptions } from "../remote/session.ts";
import { tellFailure } from "../remote/each.ts";
import { forEachStart, lookAtStart, type StartPoint } from "../remote/start-points.ts";
import { defaultTransfers, withTransferOptions, type TransferFlags } from "../remote/transfer-flags.ts";
import { walkRemote } from "../remote/walk-remote.ts";
import { toJson } from "./ls.ts";

interface FindOptions extends RemoteOptions, TransferFlags, ConditionFlags {
  readonly maxdepth?: number;
  readonly mindepth?: number;
  readonly null?: boolean;
  readonly json?: boolean;
}

/** Makes the command. */
export function find(): Command {
  const command = new Command("find")
    .summary("find files by name, kind, size and time")
    .description("Find files and folders of a server. Conditions hold all together.")
    .argument("<url...>", "where to begin")
    .addOption(
      new Option("--name <pattern>", "with such a name (* ? [a-z]); of several, one").argParser(collect(String)),
    )
    .addOption(new Option("--iname <pattern>", "as --name, in any case of letters").argParser(collect(String)))
    .addOption(new Option("--type <kinds>", "f files, d folders, l links; several as f,l").argParser(parseKinds))
    .addOption(
      new Option("--size <[+-]n[KMG]>", "of more (+), less (-) or exactly so many octets; repeatable").argParser(
        collect(parseSizeTest),
      ),
    )
    .addOption(
      new Option("--newer <when>", "modified after 2026-01-31[T12:00Z], 2d or 12h ago, or a local file").argParser(
        parseTime,
      ),
    )
    .addOption(new Option("--older <when>", "modified before it").argParser(parseTime))
    .addOption(new Option("--maxdepth <n>", "down to this level; 0 is the start itself").argParser(parseWhole))
    .addOption(new Option("--mindepth <n>", "from this level on").argParser(parseWhole))
    .option("-0, --null", "end each path with NUL, not a line feed")
    .option("--json", "a JSON object a line");
  return withRemoteOptions(withTransferOptions(command))
    .addHelpText(
      "after",
      `
Conditions may be written with one dash, as find has them: -name, -maxdepth.

Examples:
  twinport find ftp://me@example.org/logs --name '*.gz' --size +10M
  twinport find ftp://me@example.org/ -type f -newer 2d`,
    )
    .action((urls: string[], options: FindOptions) => run(urls, options));
}

/** Conditions as `find` has them, with one dash. */
export const singleDashed: readonly string[] = [
  ...["name", "iname", "type", "size", "newer", "older", "maxdepth", "mindepth"],
];

async function run(urls: readonly string[], options: FindOptions): Promise<void> {
  await forEachStart(urls, options, "folders could not be listed", (point, signal) => search(point, options, signal));
}

/** Searches below a path. @returns Why folders could not be listed. */
async function search({ pool, path }: StartPoint, options: FindOptions, signal: AbortSignal): Promise<unknown[]> {
  const fits = compileConditions(options);
  const { mindepth = 0, maxdepth = Infinity } = options;
  const failures: unknown[] = [];
  const start = await lookAtStart(pool, path, signal);
  if (mindepth === 0 && fits(start)) tell(path || ".", start, options);
  if (start.kind !== "directory" || maxdepth === 0) return [];
  const ahead = options.transfers ?? defaultTransfers;
  for await (const walked of walkRemote(pool, path, { signal, ahead, depth: options.maxdepth })) {
    if (walked.failure !== undefined) {
      failures.push(walked.failure);
      tellFailure(walked.failure, walked.path, options);
    } else if (walked.level >= mindepth && fits(walked.entry)) tell(walked.path, walked.entry, options);
  }
  return failures;
}

function tell(path: string, entry: ListedEntry, options: FindOptions): void {
  if (options.json === true) process.stdout.write(`${JSON.stringify({ path, ...toJson(entry) })}\n`);
  // Names as they are: only NUL ends them.
  else if (options.null === true) process.stdout.write(`${path}\0`);
  else process.stdout.write(`${printable(path)}\n`);
}
