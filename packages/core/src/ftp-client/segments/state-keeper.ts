/** Keeps the state file of a segmented download up to date: now and then, and never ahead of the file itself. */
import { rm } from "node:fs/promises";
import { LocalFileError } from "../errors.ts";
import type { PartFile } from "./part-file.ts";
import type { RangeSet } from "./ranges.ts";
import { writeState, type FileIdentity } from "./state-file.ts";

/** Milliseconds between two writes: what a killed process has fetched since is fetched again. */
export const stateInterval = 1_000;

/** The state that is kept. */
export interface KeptState {
  readonly path: string;
  readonly identity: FileIdentity;
  readonly done: RangeSet;
}

/** Writes the state of one download. */
export class StateKeeper {
  readonly #stateFile: string;
  readonly #file: PartFile;
  readonly #state: KeptState;
  readonly #failed: (error: Error) => void;
  #saving: Promise<void> | undefined;
  #saved = 0;
  #removed = false;

  /** @param failed - Told when a write in between fails. */
  constructor(stateFile: string, file: PartFile, state: KeptState, failed: (error: Error) => void) {
    this.#stateFile = stateFile;
    this.#file = file;
    this.#state = state;
    this.#failed = failed;
  }

  /** Something more is done: it is written down, unless that was just before. */
  note(): void {
    if (this.#saving !== undefined || performance.now() - this.#saved < stateInterval) return;
    this.save().catch((error: unknown) => {
      this.#failed(error instanceof Error ? error : new Error(String(error)));
    });
  }

  /** Writes down what is done. @throws LocalFileError. */
  async save(): Promise<void> {
    while (this.#saving !== undefined) await this.#saving.catch(() => undefined);
    if (this.#removed) return;
    this.#saving = this.#write();
    try {
      await this.#saving;
    } finally {
      this.#saving = undefined;
      this.#saved = performance.now();
    }
  }

  /** Removes the state file. */
  async remove(): Promise<void> {
    this.#removed = true;
    while (this.#saving !== undefined) await this.#saving.catch(() => undefined);
    await rm(this.#stateFile, { force: true });
  }

  async #write(): Promise<void> {
    const { path, identity } = this.#state;
    const done = [...this.#state.done.ranges];
    // What the state calls done must be on the disk before it, even if the power goes.
    await this.#file.sync();
    try {
      await writeState(this.#stateFile, { path, identity, done });
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      throw new LocalFileError(`Writing ${this.#stateFile}`, message, { cause });
    }
  }
}
