/** Runs lines: aliases, macros, connectors, redirections, the background, and what becomes of failures. */
import { exitCodeFor, exitCodes, explain, interruption, UsageError } from "../exit-codes.ts";
import { FtpTransferError, LocalFileError } from "@twinport/core/ftp-client";
import { neededArguments, readArguments } from "./arguments.ts";
import { usageOf, type ShellCommand } from "./command.ts";
import { findCommand } from "./commands/table.ts";
import { forkPlace, localPath, type CommandContext } from "./context.ts";
import { linesOf, type LineSource } from "./line-source.ts";
import { macroDepth } from "./macros.ts";
import { openRedirection } from "./output.ts";
import { parseLine, ShellSyntaxError, type ParsedCommand, type Word } from "./words.ts";

/** The shell is to end. */
export class LeaveShell extends Error {
  override readonly name = "LeaveShell";
  readonly code: number;

  constructor(code: number) {
    super("The shell ends");
    this.code = code;
  }
}

/**
 * Runs all lines of a source.
 *
 * @returns The exit code of the last command.
 * @throws LeaveShell for `quit`, and for the first failure where `exit-on-error` is set.
 */
export async function runSource(source: LineSource, context: CommandContext): Promise<number> {
  let code = 0;
  const inside = { ...context, source };
  for (let line = await readLine(source); line !== undefined; line = await readLine(source)) {
    code = await runLine(line, inside);
    if (code === exitCodes.interrupted) return code;
  }
  return code;
}

/** A line, with those that a `\` at its end joins to it. */
async function readLine(source: LineSource): Promise<string | undefined> {
  let line = await source.next("> ");
  while (line !== undefined && /(?:^|[^\\])(?:\\\\)*\\$/.test(line)) {
    line = `${line.slice(0, -1)}${(await source.next("> ")) ?? ""}`;
  }
  return line;
}

/** Runs a line. @returns The exit code of its last command. @throws LeaveShell. */
export async function runLine(line: string, context: CommandContext): Promise<number> {
  let commands: ParsedCommand[];
  try {
    commands = parseLine(line);
  } catch (error) {
    if (!(error instanceof ShellSyntaxError)) throw error;
    return failed(new UsageError(error.message), context, false);
  }
  let code = 0;
  for (const [index, command] of commands.entries()) {
    if ((command.connector === "and" && code !== 0) || (command.connector === "or" && code === 0)) continue;
    const caught = commands[index + 1]?.connector === "or";
    code = await runCommand(command, context, caught);
    if (code === exitCodes.interrupted) return code;
  }
  return code;
}

/** @param caught - Whether `||` follows: then a failure ends nothing. */
async function runCommand(parsed: ParsedCommand, context: CommandContext, caught: boolean): Promise<number> {
  try {
    const [first] = parsed.words;
    if (first === undefined) return 0;
    if (parsed.background) return startJob(parsed, context);
    const alias = context.aliases.has(first.text) ? undefined : context.shell.aliases.get(first.text);
    if (alias !== undefined) {
      const aliases = new Set([...context.aliases, first.text]);
      return await runLine(`${alias} ${parsed.source.slice(first.end - first.start)}`, { ...context, aliases });
    }
    const named = first.text.startsWith("$") && first.text.length > 1 ? macroCall(parsed, first) : parsed;
    await execute(findCommand(named.words[0]?.text ?? ""), named, context);
    return 0;
  } catch (error) {
    if (error instanceof LeaveShell) throw error;
    return failed(error, context, caught);
  }
}

/** `$name a b` is `$ name a b`. */
function macroCall(parsed: ParsedCommand, first: Word): ParsedCommand {
  const words: Word[] = [
    { ...first, text: "$", pattern: "$", end: first.start + 1 },
    { ...first, text: first.text.slice(1), pattern: first.pattern.slice(1), start: first.start + 1 },
    ...parsed.words.slice(1),
  ];
  return { ...parsed, words };
}

/** Runs a command with its arguments; asks for those that are missing where somebody can be asked. */
export async function execute(command: ShellCommand, parsed: ParsedCommand, context: CommandContext): Promise<void> {
  if (context.background && command.foreground === true) {
    throw new UsageError(`${command.name} changes the shell, and cannot run in the background`);
  }
  let given = readArguments(command, parsed);
  const needed = neededArguments(command);
  if (given.words.length < needed) {
    if (context.asker === undefined || command.plain === true) throw new UsageError(`Usage: ${usageOf(command)}`);
    const extra: Word[] = [];
    for (const { name } of command.arguments.slice(given.words.length, needed)) {
      const answer = await context.asker.line(`(${name}) `);
      if (answer === undefined || answer.trim() === "") throw new UsageError(`Usage: ${usageOf(command)}`);
      extra.push(...parseLine(answer).flatMap(({ words }) => words));
    }
    given = readArguments(command, parsed, extra);
  }
  if (parsed.redirection === undefined) {
    await command.run(context, given);
    return;
  }
  const { place } = context;
  const output = await openRedirection(parsed.redirection, place.folder, (path) => localPath(place, path));
  try {
    await command.run({ ...context, output }, given);
  } finally {
    await output.close();
  }
}

/** Runs a command beside the shell, on a session of its own. */
function startJob(parsed: ParsedCommand, context: CommandContext): number {
  if (context.background) throw new UsageError("A job cannot start another one");
  const job = addJob(parsed.source, context, false);
  context.say(`[${job}] ${parsed.source}`);
  return 0;
}

/** Makes a job of a line. @returns Its number. */
export function addJob(line: string, context: CommandContext, queued: boolean): number {
  const { shell, place } = context;
  const copy = forkPlace(place, place.site);
  const { directory } = place.site;
  return shell.jobs.add(
    line,
    (signal, view) => {
      const inside = (site: typeof place.site): CommandContext => ({
        ...context,
        place: { ...copy, site },
        signal,
        view,
        asker: undefined,
        source: linesOf([line], "job"),
        background: true,
        say: (text) => view.note(text),
      });
      const work = (site: typeof place.site): Promise<number> => runLine(line, inside(site));
      // What needs no server does not need a session.
      if (place.site.client === undefined) return settled(work(copy.site), inside(copy.site));
      return settled(place.site.beside(copy.settings, work, signal, directory), inside(copy.site));
    },
    queued,
  ).id;
}

/** The exit code, whatever happens. */
async function settled(work: Promise<number>, context: CommandContext): Promise<number> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof LeaveShell) return error.code;
    return failed(error, context, true);
  }
}

/** Runs the lines of a macro. */
export async function runMacro(lines: readonly string[], name: string, context: CommandContext): Promise<void> {
  if (context.depth >= macroDepth) throw new UsageError(`Macros may call each other ${macroDepth} times`);
  const code = await runSource(linesOf(lines, `$${name}`), { ...context, depth: context.depth + 1 });
  if (code !== 0) throw new CommandFailed(code);
}

/** Something failed that was told already. */
export class CommandFailed extends Error {
  override readonly name = "CommandFailed";
  readonly code: number;

  constructor(code: number) {
    super("It failed");
    this.code = code;
  }
}

/** Tells a failure. @returns Its exit code. @throws LeaveShell where the first failure is the end. */
function failed(error: unknown, context: CommandContext, caught: boolean): number {
  const { place, shell } = context;
  if (isInterruption(error, context.signal)) {
    if (!context.background) context.say("Interrupted");
    if (!shell.interactive && !context.background) throw new LeaveShell(exitCodes.interrupted);
    return exitCodes.interrupted;
  }
  const code = error instanceof CommandFailed ? error.code : codeOf(error);
  if (!(error instanceof CommandFailed)) context.say(wordsFor(error, context));
  if (place.settings.exitOnError && !caught && !context.background) throw new LeaveShell(code);
  return code;
}

/** As for the rest of the command line; files that a command itself looks at are files of this machine. */
function codeOf(error: unknown): number {
  const code = exitCodeFor(error);
  const local = error instanceof Error && "code" in error && "path" in error && "syscall" in error;
  return code === exitCodes.failed && local ? exitCodes.localFile : code;
}

function isInterruption(error: unknown, signal: AbortSignal): boolean {
  if (!signal.aborted) return false;
  if (error === signal.reason || (error instanceof Error && error.message === interruption)) return true;
  return (
    (error instanceof FtpTransferError && error.kind === "aborted") || exitCodeFor(error) === exitCodes.interrupted
  );
}

/** A failure in words, with the line that it is in where that is not before one's eyes. */
export function wordsFor(error: unknown, { shell, source }: Pick<CommandContext, "shell" | "source">): string {
  const words = explain(error)
    .replace(/^twinport: /, "")
    .replace(/\n +/, "\n");
  const shown =
    error instanceof LocalFileError || !(error instanceof UsageError)
      ? words
      : words.replace("See twinport --help, or twinport help COMMAND.", "").trimEnd();
  const where = source.where();
  return shell.interactive && where === undefined
    ? shown
    : `twinport: ${where === undefined ? "" : `${where}: `}${shown}`;
}
