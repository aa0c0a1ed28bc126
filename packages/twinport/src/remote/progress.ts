/** Progress of transfers on stderr: bars on a terminal, lines or JSON by option, nothing in a pipe. */
import { Option, type Command } from "commander";
import type { FileMoved } from "./progress-tally.ts";

/** How progress is shown. */
export type ProgressMode = "auto" | "plain" | "json" | "none";

/** Options of commands that show progress. */
export interface ProgressOptions {
  readonly progress?: ProgressMode;
  readonly quiet?: boolean;
}

/** Adds the options of commands that show progress. */
export function withProgressOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--progress <how>", "bars on a terminal (auto), lines, JSON lines, or none")
        .choices(["auto", "plain", "json", "none"])
        .default("auto"),
    )
    .option("-q, --quiet", "show no progress");
}

/** Shows the progress of files, one after the other or several at once. */
export interface ProgressView {
  /** So many files are going to move, and so many octets in them where that is known. */
  expect(files: number, bytes?: number): void;
  /** A file moved on. */
  readonly onProgress: (event: FileMoved) => void;
  /** A file is done, or has failed; without a path all that are under way. */
  end(path?: string): void;
  /** Tells something beside the progress. @param text - For people. @param event - The same for programs. */
  readonly note: (text: string, event?: Readonly<Record<string, unknown>>) => void;
  /** Nothing more comes. */
  close(): void;
}

/** Chooses how to show progress. */
export async function makeProgress(options: ProgressOptions): Promise<ProgressView> {
  const mode = options.quiet === true ? "none" : (options.progress ?? "auto");
  if (mode === "plain") return (await import("./progress-lines.ts")).plainLines();
  if (mode === "json") return (await import("./progress-lines.ts")).jsonLines();
  // What draws bars takes long to load, and is of no use in a pipe.
  return mode === "auto" && process.stderr.isTTY ? (await import("./progress-bars.ts")).bars() : hidden();
}

function hidden(): ProgressView {
  const nothing = (): void => undefined;
  return {
    expect: nothing,
    onProgress: nothing,
    end: nothing,
    note: (text) => void process.stderr.write(`${text}\n`),
    close: nothing,
  };
}
