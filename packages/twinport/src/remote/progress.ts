/** Progress of transfers on stderr: a bar on a terminal, lines or JSON by option, nothing in a pipe. */
import { Option, type Command } from "commander";
import cliProgress from "cli-progress";
import type { ProgressEvent } from "@twinport/core/ftp-client";
import { printable } from "../exit-codes.ts";
import { formatBytes, formatSeconds } from "./units.ts";

/** How progress is shown. */
export type ProgressMode = "auto" | "plain" | "json" | "none";

/** Options of commands that show progress. */
export interface ProgressOptions {
  readonly progress: ProgressMode;
  readonly quiet?: boolean;
}

/** Adds the options of commands that show progress. */
export function withProgressOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--progress <how>", "a bar on a terminal (auto), lines, JSON lines, or none")
        .choices(["auto", "plain", "json", "none"])
        .default("auto"),
    )
    .option("-q, --quiet", "show no progress");
}

/** Shows the progress of one file after the other. */
export interface ProgressView {
  readonly onProgress: (event: ProgressEvent) => void;
  /** The file is done, or has failed. */
  end(): void;
}

/** Milliseconds between two lines or JSON lines of one file. */
const lineInterval = 1_000;
const hidden: ProgressView = { onProgress: () => undefined, end: () => undefined };

/** Chooses how to show progress. */
export function makeProgress(options: ProgressOptions): ProgressView {
  const { progress } = options;
  if (options.quiet === true || progress === "none") return hidden;
  if (progress === "plain")
    return lines(
      (event, rate) => `${printable(event.path)} ${formatBytes(event.offset + event.bytes)} ${formatBytes(rate)}/s`,
    );
  if (progress === "json")
    return lines((event, rate) => JSON.stringify({ ...event, bytesPerSecond: Math.round(rate) }));
  return process.stderr.isTTY ? bar() : hidden;
}

function lines(format: (event: ProgressEvent, rate: number) => string): ProgressView {
  let last = 0;
  let begun = 0;
  return {
    onProgress: (event) => {
      const now = Date.now();
      if (begun === 0) begun = now;
      if (now - last < lineInterval) return;
      last = now;
      process.stderr.write(`${format(event, event.bytes / Math.max(0.001, (now - begun) / 1000))}\n`);
    },
    end: () => {
      last = 0;
      begun = 0;
    },
  };
}

/** Octets of the file's name that are shown. */
const nameWidth = 24;

function bar(): ProgressView {
  let shown: cliProgress.SingleBar | undefined;
  let begun = 0;
  return {
    onProgress: (event) => {
      const now = Date.now();
      const done = event.offset + event.bytes;
      if (shown === undefined) {
        begun = now;
        shown = new cliProgress.SingleBar({
          format: " {name} {bar} {percentage}% {done} {rate}/s {left}",
          barsize: 16,
          barCompleteChar: "█",
          barIncompleteChar: "░",
          hideCursor: true,
          clearOnComplete: false,
          stream: process.stderr,
        });
        shown.start(event.size ?? Math.max(1, done), done, payload(event, 0));
      }
      const rate = event.bytes / Math.max(0.001, (now - begun) / 1000);
      if (event.size === undefined) shown.setTotal(Math.max(1, done));
      shown.update(done, payload(event, rate));
    },
    end: () => {
      shown?.stop();
      shown = undefined;
    },
  };
}

function payload(event: ProgressEvent, rate: number): Record<string, string> {
  const done = event.offset + event.bytes;
  const left = event.size === undefined || rate === 0 ? "" : formatSeconds((event.size - done) / rate);
  const name = printable(event.path.slice(event.path.lastIndexOf("/") + 1));
  const short = name.length > nameWidth ? `${name.slice(0, nameWidth - 1)}…` : name.padEnd(nameWidth);
  return {
    name: short,
    done: formatBytes(done).padStart(9),
    rate: formatBytes(rate).padStart(9),
    left: left.padStart(7),
  };
}
