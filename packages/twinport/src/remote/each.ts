/** The same for each of several files: a failure is told, the next one goes on, and the exit code tells it at the end. */
import { explain, printable, SomeFailedError, UsageError } from "../exit-codes.ts";

/** What a command did with one file; printed with `--json`. */
export interface Outcome {
  readonly path: string;
  readonly skipped?: readonly { readonly path: string; readonly reason: string }[];
  readonly [key: string]: unknown;
}

/** Hides what stands before the @ of a URL. */
export function withoutPassword(text: string): string {
  return printable(text.replace(/^([a-z][a-z0-9+.-]*:\/\/[^:@/]*):[^@]*@/i, "$1@"));
}

/**
 * Runs for each item.
 *
 * @throws UsageError at once; SomeFailedError at the end when any failed.
 */
export async function runEach(
  items: readonly string[],
  options: { readonly json?: boolean },
  run: (item: string) => Promise<Outcome>,
): Promise<void> {
  const failures: unknown[] = [];
  for (const item of items) {
    try {
      const outcome = await run(item);
      if (options.json === true) process.stdout.write(`${JSON.stringify(outcome)}\n`);
      for (const { path, reason } of outcome.skipped ?? []) {
        process.stderr.write(`twinport: ${printable(path)} is left out: ${reason}\n`);
      }
    } catch (error) {
      if (error instanceof UsageError || items.length === 1) throw error;
      failures.push(error);
      process.stderr.write(`${explain(error)}\n`);
      if (options.json === true) {
        const message = error instanceof Error ? error.message : String(error);
        process.stdout.write(`${JSON.stringify({ item: withoutPassword(item), error: message })}\n`);
      }
    }
  }
  if (failures.length > 0) throw new SomeFailedError(`${failures.length} of ${items.length} failed`);
}
