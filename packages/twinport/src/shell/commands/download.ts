/** Files from the server: `get` and its kin. */
import { UsageError } from "../../exit-codes.ts";
import { crossing, sendBetween } from "../between.ts";
import { neededAt, textAt, type ArgumentSpec, type Given, type ShellCommand } from "../command.ts";
import { session, type CommandContext } from "../context.ts";
import { globRemote } from "../globs.ts";
import { runMany } from "../many.ts";
import { fetchFile, localModified } from "../transfers.ts";

async function get(context: CommandContext, given: Given): Promise<void> {
  const path = neededAt(given, 0);
  const across = crossing(context, true);
  if (across !== undefined) return sendBetween(context, across, path, textAt(given, 1));
  await fetchFile(context, path, textAt(given, 1), { resume: given.options.has("-c") });
}

async function newer(context: CommandContext, given: Given): Promise<void> {
  const path = neededAt(given, 0);
  const client = await session(context);
  const here = await localModified(context.place, path, textAt(given, 1));
  if (here !== undefined) {
    const { modified } = await client.stat(path, { signal: context.signal });
    if (modified === undefined) throw new UsageError(`The server does not tell when ${path} was modified`);
    // Servers tell whole seconds.
    if (Math.floor(modified / 1000) <= Math.floor(here / 1000)) {
      context.say(`The local file is not older than ${path}`);
      return;
    }
  }
  await fetchFile(context, path, textAt(given, 1));
}

async function mget(context: CommandContext, given: Given): Promise<void> {
  const { place, signal } = context;
  const across = crossing(context, true);
  const from = across?.from ?? place.site;
  const client = await from.session(place.settings, signal);
  const paths: string[] = [];
  for (const { text, pattern } of given.words) {
    const found = place.settings.glob ? await globRemote(client, pattern, signal) : [{ path: text, folder: false }];
    const files = found.filter(({ folder }) => !folder);
    for (const { path } of found.filter(({ folder }) => folder))
      context.say(`${path} is a folder; mirror fetches folders`);
    if (found.length === 0) throw new UsageError(`Nothing on the server matches ${text}`);
    paths.push(...files.map(({ path }) => path));
  }
  await runMany(
    "mget",
    paths,
    (path) => path,
    context,
    (inside, path) =>
      across === undefined ? fetchFile(inside, path, undefined) : sendBetween(inside, across, path, undefined),
  );
}

const remoteAndLocal: readonly ArgumentSpec[] = [
  { name: "remote-file", kind: "remote-file" },
  { name: "local-file", kind: "local-file", optional: true },
];
const getting: Omit<ShellCommand, "name"> = {
  summary: "fetch a file",
  arguments: remoteAndLocal,
  options: [{ flag: "-c", summary: "go on where the local file ends" }],
  details: `Without a local file it has the name that it has there, in the folder here;
- is the screen, and "|program" a program.`,
  run: get,
};

/** The commands. */
export const downloadCommands: readonly ShellCommand[] = [
  { name: "get", ...getting },
  { name: "recv", ...getting },
  {
    name: "reget",
    summary: "go on with a file that came in part",
    arguments: remoteAndLocal,
    run: (context, given) => fetchFile(context, neededAt(given, 0), textAt(given, 1), { resume: true }),
  },
  { name: "newer", summary: "fetch a file if it is newer than the local one", arguments: remoteAndLocal, run: newer },
  {
    name: "mget",
    summary: "fetch several files",
    arguments: [{ name: "remote-files", kind: "remote-file", many: true }],
    details: `Patterns are as in a Unix shell: * ? [a-z] {a,b}. Each file comes into the folder
here. Where prompt is set each is asked about; else several come at once.`,
    run: mget,
  },
];
