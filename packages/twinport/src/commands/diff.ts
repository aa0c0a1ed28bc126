/** `twinport diff`: what differs between two files, of servers or of this machine. */
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { LocalFileError } from "@twinport/core/ftp-client";
import { Command, Option } from "commander";
import type { StructuredPatchHunk } from "diff";
import { painter, type Paint } from "../colour.ts";
import { exitCodes, printable, UsageError } from "../exit-codes.ts";
import { parseWhole } from "../parse-options.ts";
import { withoutPassword } from "../remote/each.ts";
import { withPools, type ServerPools } from "../remote/server-pools.ts";
import { isUrl, readUrl, withRemoteOptions, type RemoteOptions } from "../remote/session.ts";
import { withRetryOptions, type TransferFlags } from "../remote/transfer-flags.ts";

interface DiffOptions extends RemoteOptions, TransferFlags {
  readonly unified: number;
  readonly brief?: boolean;
  readonly json?: boolean;
}

/** Octets of a file that is compared. */
export const diffLimit: number = 64 * 1024 * 1024;
/** Milliseconds that finding the differences may take. */
const longestSearch = 60_000;
/** Octets at the start that are looked at for what no text has. */
const looked = 8_192;

/** A file that is compared. */
interface Side {
  readonly label: string;
  readonly bytes: Uint8Array;
}

/** Makes the command. */
export function diff(): Command {
  const command = new Command("diff")
    .summary("compare two files")
    .description(
      "Compare two files line by line: two of servers, or one with one of this machine.\n" +
        "A folder, or a URL with / at its end, stands for the file of the same name in it.\n" +
        "Ends with 0 when they are the same, with 1 when they differ.",
    )
    .argument("<from>", "a URL, or a path of this machine")
    .argument("<to>", "a URL, or a path of this machine")
    .addOption(new Option("-U, --unified <n>", "lines around each difference").argParser(parseWhole).default(3))
    .option("--brief", "tell only whether they differ")
    .option("--json", "tell the outcome as JSON on stdout");
  return withRemoteOptions(withRetryOptions(command))
    .addHelpText("after", "\nExample:\n  twinport diff ftp://me@example.org/www/index.html site/index.html")
    .action((from: string, to: string, options: DiffOptions) => run(from, to, options));
}

async function run(from: string, to: string, options: DiffOptions): Promise<void> {
  if (!isUrl(from) && !isUrl(to)) throw new UsageError("Neither is a URL; diff compares files of this machine");
  const note = (told: string): void => void process.stderr.write(`${told}\n`);
  const [before, after] = await withPools({ ...options, transfers: 1 }, note, async (pools, signal) => {
    // A connection each; of one server they take turns.
    return Promise.all([
      read(from, await named(from, to), pools, signal),
      read(to, await named(to, from), pools, signal),
    ]);
  });
  const same = Buffer.compare(before.bytes, after.bytes) === 0;
  if (!same) process.exitCode = exitCodes.failed;
  if (options.json === true) {
    const hunks = same || isBinary(before) || isBinary(after) ? [] : await hunksOf(before, after, options.unified);
    process.stdout.write(`${JSON.stringify({ from: before.label, to: after.label, same, hunks })}\n`);
    return;
  }
  if (same) return;
  if (options.brief === true || isBinary(before) || isBinary(after)) {
    const kind = options.brief === true ? "Files" : "Binary files";
    process.stdout.write(`${kind} ${printable(before.label)} and ${printable(after.label)} differ\n`);
    return;
  }
  await print(before, after, options.unified, painter(options.color, process.stdout));
}

/** The file that is meant: a folder stands for that of the other's name in it. */
async function named(place: string, other: string): Promise<string> {
  const name = other.slice(other.lastIndexOf("/") + 1);
  if (isUrl(place)) return place.endsWith("/") ? `${place}${name}` : place;
  const stats = await stat(place).catch(() => undefined);
  if (stats?.isDirectory() !== true) return place;
  return join(place, isUrl(other) ? (readUrl(other).path.split("/").at(-1) ?? "") : name);
}

async function read(typed: string, place: string, pools: ServerPools, signal: AbortSignal): Promise<Side> {
  const label = isUrl(typed) ? withoutPassword(place) : place;
  if (isUrl(typed)) {
    const url = readUrl(place);
    const pool = await pools.of(url);
    return {
      label,
      bytes: await pool.use((client) => client.downloadBytes(url.path, { signal, maxBytes: diffLimit })),
    };
  }
  try {
    const { size } = await stat(place);
    if (size > diffLimit) throw new UsageError(`${place} is larger than ${diffLimit} octets`);
    return { label, bytes: await readFile(place) };
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    throw new LocalFileError(`Reading ${place}`, cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function isBinary({ bytes }: Side): boolean {
  return bytes.subarray(0, looked).includes(0);
}

async function hunksOf(before: Side, after: Side, context: number): Promise<readonly StructuredPatchHunk[]> {
  const { structuredPatch } = await import("diff");
  // Octet by octet: what is printed is what is there, in whatever charset.
  const text = ({ bytes }: Side): string => Buffer.from(bytes).toString("latin1");
  const patch = structuredPatch("", "", text(before), text(after), undefined, undefined, {
    context,
    timeout: longestSearch,
  });
  // A search that takes too long gives none, which the types do not tell.
  const found: typeof patch | undefined = patch;
  if (found === undefined) throw new UsageError("The files differ in too much to tell it line by line; see --brief");
  return found.hunks;
}

async function print(before: Side, after: Side, context: number, paint: Paint): Promise<void> {
  const hunks = await hunksOf(before, after, context);
  process.stdout.write(`${paint("removed", `--- ${printable(before.label)}`)}\n`);
  process.stdout.write(`${paint("added", `+++ ${printable(after.label)}`)}\n`);
  for (const { oldStart, oldLines, newStart, newLines, lines } of hunks) {
    const place = `@@ -${range(oldStart, oldLines)} +${range(newStart, newLines)} @@`;
    process.stdout.write(`${paint("place", place)}\n`);
    for (const line of lines) process.stdout.write(Buffer.from(`${painted(line, paint)}\n`, "latin1"));
  }
}

function painted(line: string, paint: Paint): string {
  if (line.startsWith("-")) return paint("removed", line);
  return line.startsWith("+") ? paint("added", line) : line;
}

/** An empty range begins behind the line before it (POSIX, diff -u). */
function range(start: number, count: number): string {
  if (count === 1) return String(start);
  return `${count === 0 ? start - 1 : start},${count}`;
}
