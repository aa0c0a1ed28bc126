/** Files of the server on the screen, and in an editor. */
import { spawn } from "node:child_process";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FtpReplyError, unsafeLocalName } from "@twinport/core/ftp-client";
import { UsageError } from "../../exit-codes.ts";
import { neededAt, textAt, type Given, type ShellCommand } from "../command.ts";
import { session, type CommandContext } from "../context.ts";
import { endOf, programOutput, systemShell } from "../output.ts";
import { baseName } from "../../remote/remote-path.ts";
import { readSwitch } from "../settings.ts";
import { fetchInto } from "../transfers.ts";
import { quoteFor } from "../words.ts";

async function cat(context: CommandContext, given: Given): Promise<void> {
  neededAt(given, 0);
  const client = await session(context);
  for (const { text } of given.words) await fetchInto(context, client, text, context.output.stream);
}

/** Page by page on a terminal, at once elsewhere. */
async function more(context: CommandContext, given: Given): Promise<void> {
  if (!context.output.isTerminal) return cat(context, given);
  const client = await session(context);
  for (const { text } of given.words) {
    const pager = programOutput(context.place.settings.pager, context.place.folder);
    try {
      await fetchInto(context, client, text, pager.stream);
    } finally {
      await pager.close();
    }
  }
}

/** Without a file the switch of that name, as it has always been; with one, the file in an editor. */
async function edit(context: CommandContext, given: Given): Promise<void> {
  const path = textAt(given, 0);
  const { settings } = context.place;
  if (path === undefined || /^(?:on|off)$/i.test(path)) {
    settings.editing = path === undefined ? !settings.editing : readSwitch(path);
    if (context.shell.editor !== undefined) context.shell.editor.editing = settings.editing;
    context.say(`editing is ${settings.editing ? "on" : "off"}`);
    return;
  }
  if (context.asker === undefined) throw new UsageError("A file is edited on a terminal");
  await editFile(context, path);
}

async function editFile(context: CommandContext, path: string): Promise<void> {
  const { signal, place } = context;
  const client = await session(context);
  const name = baseName(path);
  const folder = await mkdtemp(join(tmpdir(), "twinport-edit-"));
  try {
    const local = join(folder, unsafeLocalName(name) === undefined ? name : "file");
    const isThere = await client.download(path, local, { signal, preserveTime: true }).then(
      () => true,
      (error: unknown) => {
        if (error instanceof FtpReplyError && error.code === 550) return false;
        throw error;
      },
    );
    const before = isThere ? await stat(local) : undefined;
    const editor = process.env["VISUAL"] ?? process.env["EDITOR"] ?? "vi";
    const [program, args] = systemShell(`${editor} ${quoteFor(local, undefined)}`);
    const code = await endOf(spawn(program, args, { stdio: "inherit", cwd: place.folder }));
    const after = await stat(local).catch(() => undefined);
    if (code !== 0) throw new UsageError(`${editor} ended with ${code}: nothing is sent`);
    if (after === undefined || (after.mtimeMs === before?.mtimeMs && after.size === before.size)) {
      context.say("It was not changed");
      return;
    }
    await client.upload(local, path, { signal });
    place.site.forgetListings();
    context.say(`Sent ${path}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const files = [{ name: "remote-file", kind: "remote-file", many: true }] as const;

/** The commands. */
export const showCommands: readonly ShellCommand[] = [
  { name: "cat", summary: "print files of the server", arguments: files, run: cat },
  {
    name: "more",
    summary: "show files of the server page by page",
    arguments: files,
    details: "By the program of set pager.",
    run: more,
  },
  {
    name: "page",
    summary: "show files of the server page by page",
    arguments: files,
    details: "By the program of set pager.",
    run: more,
  },
  {
    name: "edit",
    summary: "edit a file of the server, or turn the editing of lines on or off",
    arguments: [{ name: "remote-file|on|off", kind: "remote-file", optional: true }],
    details: "With a file: fetch it, run VISUAL or EDITOR, and send it back if it was changed.",
    foreground: true,
    run: edit,
  },
];
