/** `!`: commands of this machine. */
import { spawn } from "node:child_process";
import type { Given, ShellCommand } from "../command.ts";
import type { CommandContext } from "../context.ts";
import { CommandFailed } from "../interpret.ts";
import { endOf, systemShell } from "../output.ts";

async function escape(context: CommandContext, given: Given): Promise<void> {
  const [program, args] = given.rest === "" ? [systemShell("")[0], []] : systemShell(given.rest);
  const child = spawn(program, args, { cwd: context.place.folder, stdio: "inherit" });
  const code = await endOf(child);
  if (code !== 0) throw new CommandFailed(code);
}

/** The commands. */
export const escapeCommands: readonly ShellCommand[] = [
  {
    name: "!",
    summary: "run a command of this machine, or its shell",
    arguments: [{ name: "command", kind: "local-file", optional: true, many: true }],
    plain: true,
    details: "It takes the rest of the line as it is.",
    run: escape,
  },
];
