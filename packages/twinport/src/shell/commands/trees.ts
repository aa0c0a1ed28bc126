/** Whole folders of the server looked at: `du` and `find`. */
import type { FtpClient, ListedEntry } from "@twinport/core/ftp-client";
import { compileGlob } from "@twinport/core/protocol";
import { printable, UsageError } from "../../exit-codes.ts";
import { formatBytes } from "../../remote/units.ts";
import { optionValue, textAt, type Given, type ShellCommand } from "../command.ts";
import { session, type CommandContext } from "../context.ts";
import { readNumber } from "../settings.ts";
import { walkRemote } from "../walk.ts";

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
  for await (const { path, entry, level } of walkRemote(client, root, context.signal, depth - 1)) {
    if (level > depth || !wanted(entry)) continue;
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
  folder: string,
  context: CommandContext,
  show: ((octets: number, path: string) => Promise<void>) | undefined,
  level = 0,
): Promise<number> {
  let total = 0;
  for await (const { path, entry } of walkRemote(client, folder, context.signal, 0)) {
    if (entry.kind !== "directory") {
      total += entry.size ?? 0;
      continue;
    }
    const inside = await folderSize(client, path, context, show, level + 1);
    if (show !== undefined) await show(inside, folder === "." ? `./${path}` : path);
    total += inside;
  }
  return total;
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
