/** `mirror`: whole folders, from the server or to it. */
import { printable } from "../../exit-codes.ts";
import { textAt, type Given, type ShellCommand } from "../command.ts";
import { localPath, session, type CommandContext } from "../context.ts";
import { baseName } from "../remote-path.ts";
import { formatOf } from "../settings.ts";

async function mirror(context: CommandContext, given: Given): Promise<void> {
  const client = await session(context);
  const { place, signal } = context;
  const [from, to] = [textAt(given, 0), textAt(given, 1)];
  const options = {
    ...formatOf(place.settings),
    signal,
    preserveTime: place.settings.preserve,
    resume: given.options.has("-c"),
  };
  const result = given.options.has("-R")
    ? await client.uploadTree(localPath(place, from ?? "."), to ?? baseName(from ?? "."), options)
    : await client.downloadTree(from ?? ".", localPath(place, to ?? baseName(from ?? ".")), options);
  for (const { path, reason } of result.skipped) context.say(`${printable(path)} is left out: ${reason}`);
  context.say(`${result.files} files, ${result.directories} folders`);
}

/** The commands. */
export const mirrorCommands: readonly ShellCommand[] = [
  {
    name: "mirror",
    summary: "fetch a folder with all that is in it, or send it",
    arguments: [
      { name: "from", kind: "remote-folder", optional: true },
      { name: "to", kind: "local-folder", optional: true },
    ],
    options: [
      { flag: "-R", summary: "from here to the server" },
      { flag: "-c", summary: "go on with files that came in part" },
    ],
    run: mirror,
  },
];
