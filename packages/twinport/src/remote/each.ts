/** The same for each of several files: a failure is told, the next one goes on, and the exit code tells it at the end. */
import { FtpError, type TreeResult } from "@twinport/core/ftp-client";
import { errorFacts, exitCodeFor, exitCodes, explain, printable, SomeFailedError, UsageError } from "../exit-codes.ts";

/** What a command did with one file; printed with `--json`. */
export interface Outcome {
  readonly path: string;
  readonly skipped?: readonly { readonly path: string; readonly reason: string }[];
  readonly [key: string]: unknown;
}

/** What became of a folder and all below it. @throws SomeFailedError once each failure was told. */
export function treeOutcome(path: string, local: string, result: TreeResult): Outcome {
  const { failures, missing, ...moved } = result;
  if (failures.length === 0 && missing.length === 0) return { path, local, ...moved };
  for (const { path: failed, error } of failures) tellFailure(error, failed, {});
  const leftOut = missing.map(
    ({ path: left, reason }) => new FtpError(`Fetching ${left}`, `it was left out: ${reason}`),
  );
  for (const error of leftOut) tellFailure(error, path, {});
  throw new SomeFailedError(`${failures.length + leftOut.length} files of ${printable(path)} failed`, [
    ...failures.map(({ error }) => error),
    ...leftOut,
  ]);
}

/** How `runEach` goes about it. */
export interface EachOptions {
  readonly json?: boolean;
  /** Whether outcomes are told, beside failures. Default true. */
  readonly outcomes?: boolean;
  /** Items at once. Default 1. */
  readonly transfers?: number;
  /** Writes a line for people. Default: to stderr. */
  readonly note?: (text: string, event?: Readonly<Record<string, unknown>>) => void;
}

/** Hides what stands before the @ of a URL. */
export function withoutPassword(text: string): string {
  return printable(text.replace(/^([a-z][a-z0-9+.-]*:\/\/[^:@/]*):[^@]*@/i, "$1@"));
}

/**
 * Runs for each item, several at once where the options say so.
 *
 * @param label - How an item is called in JSON.
 * @throws UsageError and interruptions, once those under way are done; SomeFailedError at the end when any failed.
 */
export async function runEach<T>(
  items: readonly T[],
  options: EachOptions,
  run: (item: T) => Promise<Outcome>,
  label: (item: T) => string = String,
): Promise<void> {
  const { note = noteOnStderr, transfers = 1 } = options;
  const failures: unknown[] = [];
  const waiting = [...items];
  let final: { readonly error: unknown } | undefined;
  const work = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined && final === undefined; item = waiting.shift()) {
      try {
        tellOutcome(await run(item), options, note);
      } catch (error) {
        if (items.length === 1 || endsAll(error)) {
          final ??= { error };
          return;
        }
        failures.push(error);
        tellFailure(error, withoutPassword(label(item)), options, note);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(transfers, items.length) }, work));
  if (final !== undefined) throw final.error;
  if (failures.length > 0) throw new SomeFailedError(`${failures.length} of ${items.length} failed`, failures);
}

function endsAll(error: unknown): boolean {
  return error instanceof UsageError || exitCodeFor(error) === exitCodes.interrupted;
}

function tellOutcome(outcome: Outcome, { json, outcomes }: EachOptions, note: NonNullable<EachOptions["note"]>): void {
  if (json === true && outcomes !== false) process.stdout.write(`${JSON.stringify(outcome)}\n`);
  for (const { path, reason } of outcome.skipped ?? []) {
    note(`twinport: ${printable(path)} is left out: ${reason}`, { event: "skipped", path, reason });
  }
}

/** Tells that an item failed, while others go on. */
export function tellFailure(
  error: unknown,
  item: string,
  { json }: EachOptions,
  note: NonNullable<EachOptions["note"]> = noteOnStderr,
): void {
  note(explain(error), { event: "error", item, ...errorFacts(error) });
  if (json === true) process.stdout.write(`${JSON.stringify({ item, ...errorFacts(error) })}\n`);
}

function noteOnStderr(text: string): void {
  process.stderr.write(`${text}\n`);
}
