/** The command line: one program, one command a file. */
import { CommanderError, type Command } from "commander";
import { singleDashed } from "./commands/find.ts";
import { painter, type ColourMode } from "./colour.ts";
import { errorFacts, exitCodeFor, exitCodes, explain, SomeFailedError } from "./exit-codes.ts";
import { createProgram } from "./program.ts";

/** Runs the command line of this process; sets its exit code. */
export async function main(argv: readonly string[] = process.argv): Promise<void> {
  // A reader that goes away (`| head`) ends the output, and that is no failure of ours.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(exitCodes.ok);
    throw error;
  });
  let running: Command | undefined;
  try {
    const program = createProgram();
    program.hook("preAction", (_, command) => void (running = command));
    await program.parseAsync(withDoubleDashes(argv));
  } catch (error) {
    if (error instanceof CommanderError) {
      // Help and version end so as well, with 0; the text is out already.
      process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
      return;
    }
    tell(error, running?.opts() ?? {});
    process.exitCode = exitCodeFor(error);
  }
}

/** `find` takes its conditions with one dash too. */
function withDoubleDashes(argv: readonly string[]): string[] {
  if (argv[2] !== "find") return [...argv];
  return argv.map((word) =>
    singleDashed.includes(word.replace(/^-/, "")) && word.startsWith("-") ? `-${word}` : word,
  );
}

/** What is looked at here of a command's flags. */
interface Told {
  readonly json?: boolean;
  readonly progress?: string;
  readonly color?: ColourMode;
}

/** In words on stderr; as JSON where that is read by programs, and on stdout where they read the outcome. */
function tell(error: unknown, { json, progress, color }: Told): void {
  const facts = errorFacts(error);
  const words = explain(error).replace(/^twinport:/, (name) => painter(color, process.stderr)("failure", name));
  const event = { event: "error", ...facts };
  process.stderr.write(`${progress === "json" ? JSON.stringify(event) : words}\n`);
  // The failures of several files have been told, each with its name.
  if (json === true && !(error instanceof SomeFailedError)) process.stdout.write(`${JSON.stringify(facts)}\n`);
  if (process.env["TWINPORT_DEBUG"] !== undefined && error instanceof Error)
    process.stderr.write(`${error.stack ?? ""}\n`);
}
