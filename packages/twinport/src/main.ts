/** The command line: one program, one command a file. */
import { createProgram } from "./program.ts";
import { exitCodeFor, exitCodes, explain } from "./exit-codes.ts";
import { CommanderError } from "commander";

/** Runs the command line of this process; sets its exit code. */
export async function main(argv: readonly string[] = process.argv): Promise<void> {
  // A reader that goes away (`| head`) ends the output, and that is no failure of ours.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(exitCodes.ok);
    throw error;
  });
  try {
    await createProgram().parseAsync([...argv]);
  } catch (error) {
    if (error instanceof CommanderError) {
      // Help and version end so as well, with 0; the text is out already.
      process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
      return;
    }
    process.stderr.write(`${explain(error)}\n`);
    if (process.env["TWINPORT_DEBUG"] !== undefined && error instanceof Error)
      process.stderr.write(`${error.stack ?? ""}\n`);
    process.exitCode = exitCodeFor(error);
  }
}
