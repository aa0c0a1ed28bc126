/** Listings of the server's folders. */
import { FtpReplyError, type FtpClient } from "@twinport/core/ftp-client";
import { compileGlob } from "@twinport/core/protocol";
import { interruption, printable } from "../../exit-codes.ts";
import { textAt, type Given, type ShellCommand } from "../command.ts";
import { localPath, session, type CommandContext } from "../context.ts";
import { formatEntries, listingFlags, listingOptions, type ShownEntry } from "../entry-lines.ts";
import { globRemote, isPattern } from "../globs.ts";
import { openRedirection, type Output } from "../output.ts";
import { listPath } from "../../remote/list-path.ts";
import { baseName, folderOf, joinRemote } from "../../remote/remote-path.ts";
import type { Word } from "../words.ts";

/** What a path names: the entries of a folder, or one for a file; what fits for a pattern. */
async function entriesOf(client: FtpClient, word: Word | undefined, context: CommandContext): Promise<ShownEntry[]> {
  const { signal, place } = context;
  if (word === undefined) return client.list(undefined, { signal });
  if (place.settings.glob && isPattern(word.pattern)) return matching(client, word, context);
  return listPath(client, word.text, { signal });
}

async function matching(client: FtpClient, word: Word, { signal }: CommandContext): Promise<ShownEntry[]> {
  const folder = folderOf(word.pattern);
  const name = baseName(word.pattern);
  if (!isPattern(folder) && !/[{}]/.test(name)) {
    const matches = compileGlob(name);
    const text = folder.replace(/\\([^])/g, "$1");
    const entries = await client.list(text === "" ? undefined : text, { signal });
    return entries
      .filter((entry) => matches(entry.name))
      .map((entry) => ({ ...entry, name: joinRemote(text, entry.name) }));
  }
  const found = await globRemote(client, word.pattern, signal);
  const entries: ShownEntry[] = [];
  for (const { path } of found) entries.push({ ...(await client.stat(path, { signal })), name: path });
  return entries;
}

/** Runs with the output that a last argument names: a file, `-`, or `|program`. */
async function toLocal(
  context: CommandContext,
  target: string | undefined,
  run: (output: Output) => Promise<void>,
): Promise<void> {
  if (target === undefined || target === "-") return run(context.output);
  const { place, asker } = context;
  const pipe = target.startsWith("|");
  if (!pipe && place.settings.prompt && asker !== undefined) {
    const answer = await asker.line(`Output to the local file ${printable(target)} [yn]? `);
    if (answer === undefined) throw new Error(interruption);
    if (!/^y/i.test(answer.trim())) return;
  }
  const redirection = pipe
    ? ({ kind: "pipe", command: target.slice(1) } as const)
    : ({ kind: "file", path: target, append: false } as const);
  const output = await openRedirection(redirection, place.folder, (path) => localPath(place, path));
  try {
    await run(output);
  } finally {
    await output.close();
  }
}

async function list(context: CommandContext, given: Given): Promise<void> {
  const client = await session(context);
  const entries = await entriesOf(client, given.words[0], context);
  await toLocal(context, textAt(given, 1), (output) =>
    output.write(formatEntries(entries, listingOptions(given, output))),
  );
}

async function nlist(context: CommandContext, given: Given): Promise<void> {
  const client = await session(context);
  const names = await client.names(textAt(given, 0), { signal: context.signal });
  await toLocal(context, textAt(given, 1), (output) =>
    output.write(names.map((name) => `${printable(name)}\n`).join("")),
  );
}

/** Several folders, and last where the listing goes. */
async function listMany(context: CommandContext, given: Given): Promise<void> {
  const { words } = given;
  const client = await session(context);
  const folders = words.length > 1 ? words.slice(0, -1) : words;
  const target = words.length > 1 ? words.at(-1)?.text : undefined;
  await toLocal(context, target, async (output) => {
    for (const [index, word] of folders.entries()) {
      if (folders.length > 1) await output.write(`${index > 0 ? "\n" : ""}${printable(word.text)}:\n`);
      await output.write(formatEntries(await entriesOf(client, word, context), listingOptions(given, output)));
    }
  });
}

/** The facts as the server tells them (RFC 3659 §7). */
async function mlsd(context: CommandContext, given: Given): Promise<void> {
  const client = await session(context);
  if (!client.features.has("MLST")) {
    throw new FtpReplyError(
      "Listing facts",
      { code: 502, lines: [], text: "there is no MLST among its features" },
      "MLSD",
    );
  }
  const entries = await client.list(textAt(given, 0), { signal: context.signal });
  const lines = entries.map(({ raw }) => `${printable(raw)}\n`).join("");
  await toLocal(context, textAt(given, 1), (output) => output.write(lines));
}

async function mlst(context: CommandContext, given: Given): Promise<void> {
  const client = await session(context);
  const path = textAt(given, 0);
  const reply = await client.raw(path === undefined ? "MLST" : `MLST ${path}`, { signal: context.signal });
  if (reply.code >= 300) throw new FtpReplyError("Asking for facts", reply, "MLST");
  for (const line of reply.lines.slice(1, -1)) await context.output.write(`${printable(line.trim())}\n`);
}

const one = [
  { name: "remote-path", kind: "remote-file", optional: true },
  { name: "local-file", kind: "local-file", optional: true },
] as const;
const many = [{ name: "remote-path", kind: "remote-file", many: true }] as const;
const localFileDetails = `A local file takes the listing; - is the screen, and "|program" a program, as
| program behind the command is too.`;
const longDetails = `A path may be a pattern. ${localFileDetails}`;
const shared = { arguments: one, options: listingFlags, details: longDetails, run: list };
const several = {
  arguments: many,
  options: listingFlags,
  details: "Of two arguments and more the last is a local file for the listing, or -.",
  run: listMany,
};

/** The commands. */
export const listingCommands: readonly ShellCommand[] = [
  { name: "dir", summary: "list a folder", ...shared },
  { name: "ls", summary: "list a folder", ...shared },
  {
    name: "nlist",
    summary: "list the names in a folder (NLST)",
    arguments: one,
    details: localFileDetails,
    run: nlist,
  },
  { name: "mdir", summary: "list several folders", ...several },
  { name: "mls", summary: "list several folders", ...several },
  {
    name: "mlsd",
    summary: "list a folder as facts for programs (MLSD)",
    arguments: one,
    details: localFileDetails,
    run: mlsd,
  },
  {
    name: "mlst",
    summary: "show the facts of a file or folder (MLST)",
    arguments: [{ name: "remote-path", kind: "remote-file", optional: true }],
    run: mlst,
  },
];
