/** `twinport shell`: the interactive client. */
import { Command } from "commander";
import { withRemoteOptions } from "../remote/session.ts";
import type { ShellFlags } from "../shell/run-shell.ts";

/** Makes the command. */
export function shell(): Command {
  const command = new Command("shell")
    .summary("talk with a server")
    .description("The interactive client: commands as ftp and lftp have them, line by line.")
    .argument("[url]", "the server: a URL, [user@]host[:port], or a bookmark")
    .option("-c, --command <commands>", "run these commands, and end")
    .option("-f, --file <file>", "run the commands of a file, and end; - is stdin")
    .option("-k, --keep-going", "with -c, -f and piped commands: go on after a failure");
  return withRemoteOptions(command)
    .addHelpText(
      "after",
      `
Commands that are piped in run as those of -f do. With each of them the first
failure ends the shell, with its exit code: set exit-on-error off, or || behind
a command, lets it go on. See docs/shell.md.

Examples:
  twinport shell ftp://me@example.org/inbox/
  twinport shell -c 'cd pub; mget *.txt' ftp.example.org
  twinport shell -f nightly.ftp ftpes://backup@example.org`,
    )
    .action(async (url: string | undefined, options: ShellFlags) => {
      // Loaded only here: other commands begin sooner without.
      const { runShell } = await import("../shell/run-shell.ts");
      return runShell(url, options);
    });
}
