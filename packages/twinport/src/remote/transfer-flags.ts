/** Flags of the commands that move or read many files: how many at once, and how often they are tried again. */
import { Option, type Command } from "commander";
import { parseCount, parseRate, parseSeconds, parseWhole } from "../parse-options.ts";

/** What the command line says of it. */
export interface TransferFlags {
  /** Files at once. */
  readonly transfers?: number;
  /** Attempts after the first. */
  readonly retries?: number;
  /** Milliseconds before the second attempt; doubled for each after it. */
  readonly retryDelay?: number;
  /** Octets a second, of all sessions together. */
  readonly bwlimit?: number;
}

/** Files at once, unless told otherwise. */
export const defaultTransfers = 4;

/** Adds `--retries` and `--retry-delay`. */
export function withRetryOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--retries <n>",
        "try again so often after a failure that may pass (default: 3, once the server was reached)",
      ).argParser(parseWhole),
    )
    .addOption(
      new Option("--retry-delay <seconds>", "wait before it, doubled each time (default: 1)").argParser(parseSeconds),
    );
}

/** Adds `--bwlimit`. */
export function withBandwidthOption(command: Command): Command {
  return command.addOption(
    new Option("--bwlimit <rate>", "octets a second in all, as 500K or 1.5M").argParser(parseRate),
  );
}

/** Adds `--transfers` too. */
export function withTransferOptions(command: Command): Command {
  return withRetryOptions(
    command.addOption(
      new Option(
        "--transfers <n>",
        `files at once, each in a session of its own (default: ${defaultTransfers})`,
      ).argParser(parseCount),
    ),
  );
}
