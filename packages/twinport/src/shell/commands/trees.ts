/** Whole folders of the server looked at: `du` and `find`. */
import type { FtpClient, ListedEntry } from "@twinport/core/ftp-client";
import { compileGlob } from "@twinport/core/protocol";
import { printable, UsageError } from "../../exit-codes.ts";
import { formatBytes } from "../../remote/units.ts";
import { walkRemote, type Walked } from "../../remote/walk-remote.ts";
import { optionValue, textAt, type Given, type ShellCommand } from "../command.ts";
import { session, type CommandContext } from "../context.ts";
import { readNumber } from "../settings.ts";

async function find(context: CommandContext, given: Given): Promise<void> {
  const client = await session(context);
  const name = optionValue(given, "-n");
  const kind = optionValue(given, "-t");
  if (kind !== undefined && kind !== "f" && kind !== "d") throw new UsageError("-t is f for files or d for folders");
  const depthText = optionValue(given, "-d");
  const depth = depthText === undefined ? Infinity : readNumber(depthText, 0, 1_000);
  const fits = name === undefined ? () => true : compileGlob(name);
  const root = textAt(given, 0) ?? ".";
  const wanted = (entry: Pick<ListedEntry, "name" | "kind">): boolean =>
    fits(entry.name) && (kind === undefined || (kind === "d") === (entry.kind === "directory"));
  if (kind !== "f" && name === undefined) await context.output.write(`${printable(folderName(root))}\n`);
  for await (const { path, entry } of walked(client, root, context, depth)) {
    if (!wanted(entry)) continue;
    const shown = root === "." ? `./${path}` : path;
    await context.output.write(`${printable(entry.kind === "directory" ? `${shown}/` : shown)}\n`);
  }
}

function folderName(path: string): string {
  return path.endsWith("/") ? path : `${path}/`;
}

async function du(context: CommandContext, given: Given): Promise<void> {
  const client = await session(context);
  const roots = given.words.length === 0 ? ["."] : given.words.map(({ text }) => text);
  const human = given.options.has("-h");
  const show = (octets: number, path: string): Promise<void> =>
    context.output.write(`${(human ? formatBytes(octets) : String(octets)).padStart(12)}  ${printable(path)}\n`);
  for (const root of roots) {
    const total = await folderSize(client, root, context, given.options.has("-s") ? undefined : show);
    await show(total, root);
  }
}

/** Octets of all files below a folder; those of the folders in it are shown before. */
async function folderSize(
  client: FtpClient,
  top: string,
  context: CommandContext,
  show: ((octets: number, path: string) => Promise<void>) | undefined,
): Promise<number> {
  /** The folders that the walk is in, the top first. */
  const within = [{ path: top, octets: 0 }];
  const leave = async (levels: number): Promise<void> => {
    for (let last = within.at(-1); within.length > levels && last !== undefined; last = within.at(-1)) {
      within.pop();
      const above = within.at(-1);
      if (above !== undefined) above.octets += last.octets;
      await show?.(last.octets, top === "." ? `./${last.path}` : last.path);
    }
  };
  for await (const { path, entry, level } of walked(client, top, context)) {
    await leave(level);
    const inside = within.at(-1);
    if (entry.kind === "directory") within.push({ path, octets: 0 });
    else if (inside !== undefined) inside.octets += entry.size ?? 0;
  }
  await leave(1);
  return within[0]?.octets ?? 0;
}

/** What is below a folder, by the shell's own session. @throws Why a folder cannot be listed. */
async function* walked(
  client: FtpClient,
  folder: string,
  { signal }: CommandContext,
  depth?: number,
): AsyncGenerator<Walked> {
  for await (const each of walkRemote(client, folder, { signal, ahead: 0, depth })) {
    if (each.failure !== undefined) throw each.failure as Error; // Operations throw errors.
    yield each;
  }
}

/** The commands. */
export const treeCommands: readonly ShellCommand[] = [
  {
    name: "find",
    summary: "show all paths below a folder of the server",
    arguments: [{ name: "folder", kind: "remote-folder", optional: true }],
    options: [
      { flag: "-n", value: "pattern", summary: "those whose name fits" },
      { flag: "-t", value: "f|d", summary: "files or folders only" },
      { flag: "-d", value: "levels", summary: "no deeper than this" },
    ],
    run: find,
  },
  {
    name: "du",
    summary: "show how large folders of the server are",
    arguments: [{ name: "folder", kind: "remote-folder", optional: true, many: true }],
    options: [
      { flag: "-s", summary: "the folders that are named only" },
      { flag: "-h", summary: "sizes as 1.5 MiB" },
    ],
    details: "In octets, as the server lists the files.",
    run: du,
  },
];
