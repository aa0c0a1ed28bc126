/** A shell from its beginning to its end: at a terminal, or with commands from an option, a file or a pipe. */
import { readFile } from "node:fs/promises";
import { LocalFileError } from "@twinport/core/ftp-client";
import { exitCodes, UsageError } from "../exit-codes.ts";
import type { RemoteOptions } from "../remote/session.ts";
import { complete } from "./completion.ts";
import { appendHistory, historyPath, readHistory } from "./history.ts";
import { LeaveShell } from "./interpret.ts";
import { LineEditor } from "./line-editor.ts";
import { linesOfStream, linesOfText, type LineSource } from "./line-source.ts";
import { Shell } from "./shell.ts";
import { quoteFor } from "./words.ts";

/** What the command line says. */
export interface ShellFlags extends RemoteOptions {
  readonly command?: string;
  readonly file?: string;
  readonly keepGoing?: boolean;
}

/** Runs a shell; sets the exit code of the process. @throws UsageError. */
export async function runShell(url: string | undefined, options: ShellFlags): Promise<void> {
  if (options.command !== undefined && options.file !== undefined) throw new UsageError("-c and -f exclude each other");
  const typed =
    options.command === undefined && options.file === undefined && process.stdin.isTTY && process.stdout.isTTY;
  process.exitCode = await (typed ? interact(url, options) : script(url, options));
}

/** Commands from a terminal. */
async function interact(url: string | undefined, options: ShellFlags): Promise<number> {
  const path = historyPath();
  const made: { shell?: Shell } = {};
  let written = Promise.resolve();
  const editor = new LineEditor({
    history: await readHistory(path),
    completer: (line) => (made.shell === undefined ? Promise.resolve([[], line]) : complete(made.shell, line)),
    onHistory: (line) => {
      // A history that cannot be kept is no reason to stop.
      written = written.then(() => appendHistory(path, line)).catch(() => undefined);
    },
  });
  const shell = new Shell({ remote: options, editor, exitOnError: false });
  made.shell = shell;
  const onEnd = (): void => process.exit(exitCodes.interrupted);
  process.once("SIGTERM", onEnd);
  process.once("SIGHUP", onEnd);
  try {
    if (url !== undefined) await shell.runTop(`open ${quoteFor(url, undefined)}`, typedSource);
    return await shell.interact(editor);
  } finally {
    await shell.close();
    await written;
    process.off("SIGTERM", onEnd);
    process.off("SIGHUP", onEnd);
  }
}

const typedSource: LineSource = {
  next: () => Promise.resolve(undefined),
  where: () => undefined,
  close: () => undefined,
};

/** Commands from an option, a file or a pipe. */
async function script(url: string | undefined, options: ShellFlags): Promise<number> {
  const shell = new Shell({ remote: options, exitOnError: options.keepGoing !== true });
  const source = await sourceOf(options);
  const onTerminate = (): void => shell.interrupt();
  process.once("SIGTERM", onTerminate);
  let code: number;
  try {
    if (url !== undefined) code = await shell.runTop(`open ${quoteFor(url, undefined)}`, commandLine);
    else code = exitCodes.ok;
    if (code === exitCodes.ok) code = await shell.runAll(source);
  } catch (error) {
    if (!(error instanceof LeaveShell)) throw error;
    code = error.code;
  } finally {
    source.close();
    process.off("SIGTERM", onTerminate);
  }
  // Of what runs beside the shell the end is waited for; its failures count too.
  const failure = await shell.close();
  return code === exitCodes.ok ? failure : code;
}

/** Failures of opening the URL of the command line are no line's of the script. */
const commandLine: LineSource = {
  next: () => Promise.resolve(undefined),
  where: () => undefined,
  close: () => undefined,
};

async function sourceOf({ command, file }: ShellFlags): Promise<LineSource> {
  if (command !== undefined) return { ...linesOfText(command, "-c"), where: () => undefined };
  if (file === undefined || file === "-") return linesOfStream(process.stdin, "stdin");
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new LocalFileError(`Reading ${file}`, cause instanceof Error ? cause.message : String(cause), { cause });
  });
  return linesOfText(text, file);
}
