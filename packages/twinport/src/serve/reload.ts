/** What `serve` reads again on SIGHUP. A file that is faulty changes nothing: what was read before stays in force. */
import type { Logger } from "pino";
import { UsageError } from "../exit-codes.ts";

/** A file that can be read again while the server runs. */
export interface Reloadable {
  /** What is read, for the log: `accounts`. */
  readonly what: string;
  /**
   * Reads it, and puts it in force.
   *
   * @returns What there is now, for the log: `{ accounts: 3 }`.
   * @throws UsageError that names file and line.
   */
  reload(): Promise<Readonly<Record<string, number>>>;
}

/** Reads all of them again, one after the other. Never rejects: faults are logged. */
export async function reloadAll(reloadables: readonly Reloadable[], log: Logger): Promise<void> {
  if (reloadables.length === 0) log.info("SIGHUP: there is no file to read again");
  for (const each of reloadables) {
    try {
      log.info(await each.reload(), `SIGHUP: ${each.what} read again`);
    } catch (error) {
      if (error instanceof UsageError) log.error(`SIGHUP: ${each.what} stay as they were: ${error.message}`);
      else log.error({ err: error }, `SIGHUP: ${each.what} stay as they were`);
    }
  }
}
