/** Where the data of a command goes: the terminal, a file, or a program of this machine. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import type { Writable } from "node:stream";
import { LocalFileError } from "@twinport/core/ftp-client";
import type { Redirection } from "./words.ts";

/** Where the data of a command goes. */
export interface Output {
  /** A download may be written to it; what writes it does not end it. */
  readonly stream: Writable;
  readonly isTerminal: boolean;
  readonly columns: number;
  /** Waits until there is room for more. */
  write(text: string | Uint8Array): Promise<void>;
  /** Ends it; a program's end is waited for. */
  close(): Promise<void>;
}

/** Columns where there is no terminal. */
const usualColumns = 80;

/** What goes to stdout. */
export function standardOutput(): Output {
  const { stdout } = process;
  return {
    stream: stdout,
    isTerminal: stdout.isTTY,
    columns: stdout.isTTY && stdout.columns > 0 ? stdout.columns : usualColumns,
    write: (text) => writeTo(stdout, text),
    close: () => Promise.resolve(),
  };
}

/** What goes to a stream of somebody else's. */
export function outputTo(stream: Writable): Output {
  return {
    stream,
    isTerminal: false,
    columns: usualColumns,
    write: (text) => writeTo(stream, text),
    close: () => Promise.resolve(),
  };
}

/** Opens what output is redirected to. @param folder - Where it is, and where the program runs. @throws LocalFileError. */
export async function openRedirection(
  redirection: Redirection,
  folder: string,
  resolvePath: (path: string) => string,
): Promise<Output> {
  if (redirection.kind === "pipe") return programOutput(redirection.command, folder);
  const path = resolvePath(redirection.path);
  const stream = createWriteStream(path, { flags: redirection.append ? "a" : "w" });
  try {
    await once(stream, "open");
  } catch (cause) {
    throw new LocalFileError(`Writing ${redirection.path}`, cause instanceof Error ? cause.message : String(cause), {
      cause,
    });
  }
  return {
    ...outputTo(stream),
    close: async () => {
      stream.end();
      if (!stream.closed) await once(stream, "close");
    },
  };
}

/** The shell of this machine, and how it is told a command. */
export function systemShell(command: string): readonly [program: string, args: readonly string[]] {
  if (process.platform === "win32") return [process.env["ComSpec"] ?? "cmd.exe", ["/d", "/s", "/c", command]];
  return [process.env["SHELL"] ?? "/bin/sh", ["-c", command]];
}

/** Gives output to a program's stdin. */
export function programOutput(command: string, folder: string): Output {
  const [program, args] = systemShell(command);
  const child = spawn(program, args, { cwd: folder, stdio: ["pipe", "inherit", "inherit"] });
  const ended = endOf(child);
  const { stdin } = child;
  // A pager that is left reads no more: that is no failure.
  stdin.on("error", () => undefined);
  return {
    stream: stdin,
    isTerminal: false,
    columns: process.stdout.isTTY && process.stdout.columns > 0 ? process.stdout.columns : usualColumns,
    write: (text) => writeTo(stdin, text),
    close: async () => {
      stdin.end();
      await ended;
    },
  };
}

/** Waits for a program. @throws LocalFileError when it cannot be started. */
export async function endOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("error", (cause) => reject(new LocalFileError(`Running ${child.spawnfile}`, cause.message, { cause })));
    child.once("exit", (code, signal) => resolve(code ?? (signal === null ? 0 : 1)));
  });
}

/** A stream that is closed takes everything. */
async function writeTo(stream: Writable, text: string | Uint8Array): Promise<void> {
  if (stream.destroyed || stream.writableEnded) return;
  if (stream.write(text)) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      stream.off("drain", done);
      stream.off("close", done);
      stream.off("error", done);
      resolve();
    };
    stream.on("drain", done).on("close", done).on("error", done);
  });
}
