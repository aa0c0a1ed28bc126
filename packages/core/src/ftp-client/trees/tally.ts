/** Counts what a tree did, and decides what a failure means. */
import type { SkippedEntry, TreeFailure, TreeResult, TreeWork } from "./tree-options.ts";

/** The result of a tree while it comes to be. */
export class Tally implements TreeResult {
  files = 0;
  directories = 0;
  links = 0;
  bytes = 0;
  readonly skipped: SkippedEntry[] = [];
  readonly missing: SkippedEntry[] = [];
  readonly failures: TreeFailure[] = [];
  readonly #goesOn: boolean;
  readonly #signal: AbortSignal | undefined;

  constructor(work: TreeWork, signal: AbortSignal | undefined) {
    this.#goesOn = work.onError === "continue";
    this.#signal = signal;
  }

  skip(path: string, reason: string): void {
    this.skipped.push({ path, reason });
  }

  /** As `skip`, of what should have come. */
  miss(path: string, reason: string): void {
    this.skip(path, reason);
    this.missing.push({ path, reason });
  }

  /** Takes note of a failure, where the rest is to go on. @throws The failure, where it is not, and what was given up. */
  failed(path: string, error: unknown): void {
    if (!this.#goesOn || this.#signal?.aborted === true) throw error;
    this.failures.push({ path, error });
  }

  /** Runs a part of the work. @returns Whether it succeeded. */
  async attempt(path: string, work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      this.failed(path, error);
      return false;
    }
  }

  result(): TreeResult {
    const { files, directories, links, bytes, skipped, missing, failures } = this;
    return { files, directories, links, bytes, skipped, missing, failures };
  }
}
