/** Going about: folders of the server, and of this machine. */
import { mkdir, readdir, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { LocalFileError } from "@twinport/core/ftp-client";
import { printable, UsageError } from "../../exit-codes.ts";
import { neededAt, textAt, type Given, type ShellCommand } from "../command.ts";
import { localPath, session, type CommandContext } from "../context.ts";
import { formatEntries, listingFlags, listingOptions, type ShownEntry } from "../entry-lines.ts";

async function cd(context: CommandContext, given: Given): Promise<void> {
  const { site } = context.place;
  const client = await session(context);
  const path = textAt(given, 0);
  if (path === "-" && site.before === undefined) throw new UsageError("There is no folder before this one");
  const target = path === undefined ? (site.home ?? "/") : path === "-" ? (site.before ?? "") : path;
  await site.changeTo(client, target, context.signal);
}

async function cdup(context: CommandContext): Promise<void> {
  const client = await session(context);
  await context.place.site.changeTo(client, "..", context.signal);
}

async function pwd(context: CommandContext): Promise<void> {
  const client = await session(context);
  await context.output.write(`${printable(await client.pwd({ signal: context.signal }))}\n`);
}

async function lcd(context: CommandContext, given: Given): Promise<void> {
  const folder = localPath(context.place, textAt(given, 0) ?? homedir());
  const stats = await stat(folder);
  if (!stats.isDirectory()) throw new LocalFileError(`Changing to ${folder}`, "it is not a folder");
  context.place.folder = folder;
  if (context.asker !== undefined) context.say(`Here it is now ${printable(folder)}`);
}

async function lls(context: CommandContext, given: Given): Promise<void> {
  const paths = given.words.length === 0 ? ["."] : given.words.map(({ text }) => text);
  const options = listingOptions(given, context.output);
  for (const path of paths) {
    const folder = localPath(context.place, path);
    const isFolder = (await stat(folder)).isDirectory();
    const names = isFolder ? await readdir(folder) : [folder];
    const entries = await Promise.all(
      names.map((name) => localEntry(isFolder ? join(folder, name) : folder, isFolder ? name : path)),
    );
    if (paths.length > 1 && isFolder) await context.output.write(`${printable(path)}:\n`);
    await context.output.write(formatEntries(entries, options));
  }
}

async function localEntry(path: string, name: string): Promise<ShownEntry> {
  const stats = await stat(path).catch(() => undefined);
  if (stats === undefined) return { name, kind: "other" };
  const kind = stats.isDirectory() ? "directory" : stats.isFile() ? "file" : "other";
  return { name, kind, size: stats.size, modified: stats.mtimeMs, mode: stats.mode & 0o777 };
}

const listingArguments = [{ name: "folder", kind: "local-folder", optional: true, many: true }] as const;

/** The commands. */
export const folderCommands: readonly ShellCommand[] = [
  {
    name: "cd",
    summary: "change the folder of the server",
    arguments: [{ name: "folder", kind: "remote-folder", optional: true }],
    details: "cd - goes back to the folder before, cd alone to that of the login.",
    run: cd,
  },
  { name: "cdup", summary: "change to the folder above", arguments: [], run: cdup },
  { name: "pwd", summary: "show the folder of the server", arguments: [], run: pwd },
  {
    name: "lcd",
    summary: "change the folder of this machine",
    arguments: [{ name: "folder", kind: "local-folder", optional: true }],
    details: "Without one, to the home folder.",
    run: lcd,
  },
  {
    name: "lpwd",
    summary: "show the folder of this machine",
    arguments: [],
    run: (context) => context.output.write(`${printable(context.place.folder)}\n`),
  },
  {
    name: "lls",
    summary: "list a folder of this machine",
    arguments: listingArguments,
    options: listingFlags,
    run: lls,
  },
  {
    name: "lmkdir",
    summary: "make a folder on this machine",
    arguments: [{ name: "folder", kind: "local-folder", many: true }],
    options: [{ flag: "-p", summary: "those above too; no failure when it is there" }],
    run: async (context, given) => {
      neededAt(given, 0);
      for (const { text } of given.words)
        await mkdir(localPath(context.place, text), { recursive: given.options.has("-p") });
    },
  },
];
