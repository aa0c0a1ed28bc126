/** What is done to files and folders of the server that moves no data. */
import { FtpReplyError } from "@twinport/core/ftp-client";
import { printable, UsageError } from "../../exit-codes.ts";
import { neededAt, type ArgumentSpec, type Given, type ShellCommand } from "../command.ts";
import { session, type CommandContext } from "../context.ts";
import { globRemote } from "../globs.ts";
import { runMany } from "../many.ts";
import { baseName, joinRemote } from "../../remote/remote-path.ts";

async function remove(context: CommandContext, path: string, recursive: boolean): Promise<void> {
  const { signal, place } = context;
  const client = await session(context);
  const isFolder = recursive && (await client.stat(path, { signal })).kind === "directory";
  await (isFolder ? client.removeDirectory(path, { recursive: true, signal }) : client.remove(path, { signal }));
  place.site.forgetListings();
}

async function deleteFiles(context: CommandContext, given: Given): Promise<void> {
  for (const { text } of given.words) await remove(context, text, given.options.has("-r"));
}

async function mdelete(context: CommandContext, given: Given): Promise<void> {
  const { place, signal } = context;
  const client = await session(context);
  const paths: string[] = [];
  for (const { text, pattern } of given.words) {
    const found = place.settings.glob ? await globRemote(client, pattern, signal) : [{ path: text, folder: false }];
    if (found.length === 0) throw new UsageError(`Nothing on the server matches ${text}`);
    for (const { path, folder } of found) {
      if (folder) context.say(`${printable(path)} is a folder; delete -r removes folders`);
      else paths.push(path);
    }
  }
  await runMany(
    "mdelete",
    paths,
    (path) => path,
    context,
    (inside, path) => remove(inside, path, false),
  );
}

async function rename(context: CommandContext, given: Given): Promise<void> {
  const client = await session(context);
  const [from, to] = [neededAt(given, 0), neededAt(given, 1)];
  await client.rename(from, to.endsWith("/") ? joinRemote(to, baseName(from)) : to, { signal: context.signal });
  context.place.site.forgetListings();
}

async function mkdir(context: CommandContext, given: Given): Promise<void> {
  const client = await session(context);
  const { signal, place } = context;
  for (const { text } of given.words) await client.mkdir(text, { recursive: given.options.has("-p"), signal });
  place.site.forgetListings();
}

async function rmdir(context: CommandContext, given: Given): Promise<void> {
  const client = await session(context);
  const { signal, place } = context;
  for (const { text } of given.words) await client.removeDirectory(text, { signal });
  place.site.forgetListings();
}

async function chmod(context: CommandContext, given: Given): Promise<void> {
  const client = await session(context);
  const mode = neededAt(given, 0);
  if (!/^[0-7]{3,4}$/.test(mode)) throw new UsageError("The mode is in octal, as 644 or 0755");
  if (given.words.length < 2) throw new UsageError("Usage: chmod mode remote-file...");
  for (const { text } of given.words.slice(1)) {
    await client.chmod(text, Number.parseInt(mode, 8), { signal: context.signal });
  }
}

async function size(context: CommandContext, given: Given): Promise<void> {
  const client = await session(context);
  const path = neededAt(given, 0);
  const octets = await client.size(path, { signal: context.signal });
  if (octets === undefined) {
    throw new FtpReplyError(`Looking at ${path}`, { code: 550, lines: [], text: "the size is not told" }, "SIZE");
  }
  await context.output.write(`${octets}\n`);
}

async function modtime(context: CommandContext, given: Given): Promise<void> {
  const client = await session(context);
  const path = neededAt(given, 0);
  const { modified } = await client.stat(path, { signal: context.signal });
  if (modified === undefined) throw new UsageError(`The server does not tell when ${path} was modified`);
  await context.output.write(`${new Date(modified).toISOString().replace(/\.000Z$/, "Z")}\n`);
}

const remoteFiles: readonly ArgumentSpec[] = [{ name: "remote-file", kind: "remote-file", many: true }];
const deleting: Omit<ShellCommand, "name"> = {
  summary: "remove files of the server",
  arguments: remoteFiles,
  options: [{ flag: "-r", summary: "folders too, with all that is in them" }],
  details: "Names are no patterns here; mdelete takes those.",
  run: deleteFiles,
};
const renaming: Omit<ShellCommand, "name"> = {
  summary: "rename or move a file or folder of the server",
  arguments: [
    { name: "from", kind: "remote-file" },
    { name: "to", kind: "remote-file" },
  ],
  details: "A new name that ends in / is the folder to move it into.",
  run: rename,
};

/** The commands. */
export const fileCommands: readonly ShellCommand[] = [
  { name: "delete", ...deleting },
  { name: "rm", ...deleting },
  {
    name: "mdelete",
    summary: "remove several files of the server",
    arguments: remoteFiles,
    details: "As mget: patterns, and questions where prompt is set.",
    run: mdelete,
  },
  { name: "rename", ...renaming },
  { name: "mv", ...renaming },
  {
    name: "mkdir",
    summary: "make folders on the server",
    arguments: [{ name: "folder", kind: "remote-folder", many: true }],
    options: [{ flag: "-p", summary: "those above too; no failure when it is there" }],
    run: mkdir,
  },
  {
    name: "rmdir",
    summary: "remove empty folders of the server",
    arguments: [{ name: "folder", kind: "remote-folder", many: true }],
    run: rmdir,
  },
  {
    name: "chmod",
    summary: "set the rights of files of the server",
    arguments: [
      { name: "mode", kind: "text" },
      { name: "remote-file", kind: "remote-file", many: true },
    ],
    run: chmod,
  },
  {
    name: "size",
    summary: "show the size of a file of the server",
    arguments: [{ name: "remote-file", kind: "remote-file" }],
    run: size,
  },
  {
    name: "modtime",
    summary: "show when a file of the server was modified",
    arguments: [{ name: "remote-file", kind: "remote-file" }],
    run: modtime,
  },
];
