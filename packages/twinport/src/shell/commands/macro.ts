/** Macros, aliases and script files: commands by another name. */
import { readFile, stat } from "node:fs/promises";
import { LocalFileError } from "@twinport/core/ftp-client";
import { UsageError } from "../../exit-codes.ts";
import { neededAt, textAt, type Given, type ShellCommand } from "../command.ts";
import { localPath, type CommandContext } from "../context.ts";
import { CommandFailed, runMacro, runSource } from "../interpret.ts";
import { linesOfText } from "../line-source.ts";
import { defineMacro, expandMacro, macroDepth, macroLineLimit } from "../macros.ts";

async function macdef(context: CommandContext, given: Given): Promise<void> {
  const { shell, source, asker } = context;
  const name = neededAt(given, 0);
  if (asker !== undefined) context.say("Type the macro line by line; an empty line ends it");
  const lines: string[] = [];
  for (
    let line = await source.next("macro> ");
    line !== undefined && line.trim() !== "";
    line = await source.next("macro> ")
  ) {
    if (lines.length >= macroLineLimit) throw new UsageError(`A macro may have ${macroLineLimit} lines`);
    lines.push(line);
  }
  defineMacro(shell.macros, name, lines);
}

async function callMacro(context: CommandContext, given: Given): Promise<void> {
  const name = neededAt(given, 0);
  const lines = context.shell.macros.get(name);
  if (lines === undefined) throw new UsageError(`There is no macro ${name}; macdef makes one`);
  await runMacro(
    expandMacro(
      lines,
      given.words.slice(1).map(({ text }) => text),
    ),
    name,
    context,
  );
}

async function alias({ shell, output }: CommandContext, given: Given): Promise<void> {
  const name = textAt(given, 0);
  if (name === undefined) {
    for (const [each, text] of [...shell.aliases].sort()) await output.write(`alias ${each} '${text}'\n`);
    return;
  }
  const text = given.words
    .slice(1)
    .map((word) => word.text)
    .join(" ");
  if (text === "") {
    if (!shell.aliases.delete(name)) throw new UsageError(`There is no alias ${name}`);
  } else shell.aliases.set(name, text);
}

/** Octets of a script. */
const scriptLimit = 16 * 1024 * 1024;

async function source(context: CommandContext, given: Given): Promise<void> {
  const shown = neededAt(given, 0);
  const path = localPath(context.place, shown);
  if (context.depth >= macroDepth) throw new UsageError(`Scripts may run each other ${macroDepth} times`);
  const { size } = await stat(path);
  if (size > scriptLimit) throw new LocalFileError(`Reading ${shown}`, "it is too large for a script");
  const code = await runSource(linesOfText(await readFile(path, "utf8"), shown), {
    ...context,
    depth: context.depth + 1,
  });
  if (code !== 0) throw new CommandFailed(code);
}

/** The commands. */
export const macroCommands: readonly ShellCommand[] = [
  {
    name: "$",
    summary: "run a macro",
    arguments: [
      { name: "macro", kind: "macro" },
      { name: "argument", kind: "text", optional: true, many: true },
    ],
    plain: true,
    run: callMacro,
  },
  {
    name: "macdef",
    summary: "define a macro by the lines that follow",
    arguments: [{ name: "name", kind: "macro" }],
    details: `An empty line ends it. $1 to $9 are its arguments; with $i its lines come once for
each argument. \\ stands before a $ or \\ that is meant itself. $name runs it. The
macro init runs after each login; those of ~/.netrc are there then.`,
    foreground: true,
    run: macdef,
  },
  {
    name: "alias",
    summary: "give commands another name, or show the names",
    arguments: [
      { name: "name", kind: "alias", optional: true },
      { name: "text", kind: "command", optional: true, many: true },
    ],
    plain: true,
    details: "alias ll 'ls -l' makes ll; what follows ll is added. alias ll takes it away.",
    foreground: true,
    run: alias,
  },
  {
    name: "echo",
    summary: "print its arguments",
    arguments: [{ name: "text", kind: "text", optional: true, many: true }],
    plain: true,
    run: ({ output }, given) => output.write(`${given.words.map(({ text }) => text).join(" ")}\n`),
  },
  {
    name: "source",
    summary: "run the commands of a file",
    arguments: [{ name: "local-file", kind: "local-file" }],
    run: source,
  },
];
