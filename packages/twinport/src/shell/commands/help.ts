/** What there is to say of the commands. */
import { neededAt, usageOf, type Given, type ShellCommand } from "../command.ts";
import type { CommandContext } from "../context.ts";
import { commandNames, findCommand } from "./table.ts";

async function help({ output }: CommandContext, given: Given): Promise<void> {
  if (given.words.length === 0) {
    await output.write("Commands, which may be shortened as long as it is clear which is meant:\n\n");
    await output.write(inColumns(commandNames(), output.columns));
    await output.write(
      "\nhelp NAME tells more. Commands are joined by ; && and ||; | and > take output;\n& runs a command beside the shell.\n",
    );
    return;
  }
  for (const [index, { text }] of given.words.entries()) {
    if (index > 0) await output.write("\n");
    await output.write(helpText(findCommand(text)));
  }
}

/** Usage, summary, options and the rest. */
export function helpText(command: ShellCommand): string {
  const { summary, options = [], details } = command;
  const lines = [`Usage: ${usageOf(command)}`, `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`];
  if (options.length > 0) {
    const shown = options.map(({ flag, value }) => `${flag}${value === undefined ? "" : ` ${value}`}`);
    const width = Math.max(...shown.map((text) => text.length));
    lines.push("", ...options.map(({ summary: text }, index) => `  ${(shown[index] ?? "").padEnd(width)}  ${text}`));
  }
  if (details !== undefined) lines.push("", ...wrapped(details));
  return `${lines.join("\n")}\n`;
}

/** Columns of what help tells. */
const helpWidth = 78;

/** Text in lines; those that are indented stay as they are. */
function wrapped(text: string): string[] {
  const lines: string[] = [];
  let open = false;
  for (const part of text.split("\n")) {
    if (part.startsWith(" ")) {
      lines.push(part);
      open = false;
      continue;
    }
    for (const word of part.split(" ")) {
      const last = lines.at(-1) ?? "";
      if (open && last.length + word.length < helpWidth) lines[lines.length - 1] = `${last} ${word}`;
      else lines.push(word);
      open = true;
    }
  }
  return lines;
}

async function usage({ output }: CommandContext, given: Given): Promise<void> {
  await output.write(`Usage: ${usageOf(findCommand(neededAt(given, 0)))}\n`);
}

function inColumns(names: readonly string[], width: number): string {
  const widest = Math.max(...names.map((name) => name.length)) + 2;
  const columns = Math.max(1, Math.floor((width - 1) / widest));
  const rows = Math.ceil(names.length / columns);
  return Array.from({ length: rows }, (_, row) => {
    const cells = Array.from({ length: columns }, (_cell, column) => names[column * rows + row] ?? "");
    return `${cells
      .map((cell) => cell.padEnd(widest))
      .join("")
      .trimEnd()}\n`;
  }).join("");
}

const helping: Omit<ShellCommand, "name"> = {
  summary: "show the commands, or what one does",
  arguments: [{ name: "command", kind: "command", optional: true, many: true }],
  run: help,
};

/** The commands. */
export const helpCommands: readonly ShellCommand[] = [
  { name: "?", ...helping },
  { name: "help", ...helping },
  {
    name: "usage",
    summary: "show how a command is written",
    arguments: [{ name: "command", kind: "command" }],
    run: usage,
  },
];
