/** Files to the server: `put` and its kin. */
import { stat } from "node:fs/promises";
import { LocalFileError } from "@twinport/core/ftp-client";
import { crossing, sendBetween } from "../between.ts";
import { neededAt, textAt, type ArgumentSpec, type Given, type ShellCommand } from "../command.ts";
import { localPath, type CommandContext } from "../context.ts";
import { globLocal, globRemote } from "../globs.ts";
import { runMany } from "../many.ts";
import { sendFile } from "../transfers.ts";

async function put(context: CommandContext, given: Given): Promise<void> {
  const across = crossing(context, false);
  if (across !== undefined) return sendBetween(context, across, neededAt(given, 0), textAt(given, 1));
  await sendFile(context, neededAt(given, 0), textAt(given, 1), { resume: given.options.has("-c") });
}

async function append(context: CommandContext, given: Given): Promise<void> {
  const across = crossing(context, false);
  if (across !== undefined) return sendBetween(context, across, neededAt(given, 0), textAt(given, 1), true);
  await sendFile(context, neededAt(given, 0), textAt(given, 1), { append: true });
}

async function mput(context: CommandContext, given: Given): Promise<void> {
  const { place, signal } = context;
  const across = crossing(context, false);
  const paths: string[] = [];
  for (const { text, pattern } of given.words) {
    const found = !place.settings.glob
      ? [{ path: text, folder: false }]
      : across === undefined
        ? await globLocal(pattern, place.folder)
        : await globRemote(await across.from.session(place.settings, signal), pattern, signal);
    if (found.length === 0) throw new LocalFileError(`Sending ${text}`, "nothing matches it");
    for (const { path } of found) {
      const isFolder =
        across === undefined && (await stat(localPath(place, path)).catch(() => undefined))?.isDirectory() === true;
      if (isFolder) context.say(`${path} is a folder; mirror -R sends folders`);
      else paths.push(path);
    }
  }
  await runMany(
    "mput",
    paths,
    (path) => path,
    context,
    (inside, path) =>
      across === undefined ? sendFile(inside, path, undefined) : sendBetween(inside, across, path, undefined),
  );
}

const localAndRemote: readonly ArgumentSpec[] = [
  { name: "local-file", kind: "local-file" },
  { name: "remote-file", kind: "remote-file", optional: true },
];
const putting: Omit<ShellCommand, "name"> = {
  summary: "send a file",
  arguments: localAndRemote,
  options: [{ flag: "-c", summary: "go on where the server's file ends" }],
  details: `Without a remote file it has the name that it has here, in the folder there. A
remote file that ends in / is the folder for it. - is stdin.`,
  run: put,
};

/** The commands. */
export const uploadCommands: readonly ShellCommand[] = [
  { name: "put", ...putting },
  { name: "send", ...putting },
  { name: "append", summary: "append a file to one of the server", arguments: localAndRemote, run: append },
  {
    name: "mput",
    summary: "send several files",
    arguments: [{ name: "local-files", kind: "local-file", many: true }],
    details: "As mget, the other way.",
    run: mput,
  },
];
