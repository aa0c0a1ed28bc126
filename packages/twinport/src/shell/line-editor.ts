/**
 * The terminal: lines with editing, history and completion by Node's readline, and questions between them.
 *
 * While a command runs, the terminal is in its ordinary mode, so that Ctrl-C is a signal, and programs that the command
 * starts find it as they expect it.
 */
import { createInterface, type Interface } from "node:readline";
import { Writable } from "node:stream";
import type { Asker } from "./asker.ts";
import { historyLimit, withoutSecrets } from "./history.ts";

/** Gives what can stand in place of the end of a line: as readline's completer. */
export type Completer = (line: string) => Promise<[string[], string]>;

/** What an editor is made from. */
export interface LineEditorOptions {
  readonly completer: Completer;
  /** Oldest first. */
  readonly history: readonly string[];
  /** Told of each line that is to be kept. */
  readonly onHistory: (line: string) => void;
}

/** Ctrl-C instead of a line. */
export class LineInterrupted extends Error {
  override readonly name = "LineInterrupted";
}

/** The terminal. */
export class LineEditor implements Asker {
  readonly #options: LineEditorOptions;
  readonly #screen = new Screen();
  /** Lines that were typed, or pasted, before they were asked for. */
  readonly #early: string[] = [];
  #history: string[];
  #interface: Interface | undefined;
  #waiter: { resolve(line: string | undefined): void; reject(error: Error): void } | undefined;
  /** A question is open: its answer is no line for the history. */
  #asking = false;
  /** Whether Tab completes and lines are remembered. */
  editing = true;

  constructor(options: LineEditorOptions) {
    this.#options = options;
    this.#history = [...options.history].reverse();
  }

  /** Whether the prompt is shown, and a line is awaited. */
  get waiting(): boolean {
    return this.#waiter !== undefined;
  }

  /** Reads a command. @returns undefined for Ctrl-D. @throws LineInterrupted for Ctrl-C. */
  read(prompt: string): Promise<string | undefined> {
    return this.#next(prompt, false);
  }

  async line(question: string): Promise<string | undefined> {
    return this.#ask(question);
  }

  async secret(question: string): Promise<string | undefined> {
    this.#screen.write(question);
    this.#screen.muted = true;
    try {
      return await this.#ask("");
    } finally {
      this.#screen.muted = false;
      this.#screen.write("\n");
    }
  }

  /** Tells a line: above the prompt, when that is shown. */
  notice(text: string): void {
    const reader = this.#interface;
    if (!this.waiting || reader === undefined || this.#screen.muted) {
      process.stderr.write(`${text}\n`);
      return;
    }
    process.stderr.write(`\r\u001b[J${text}\n`);
    reader.prompt(true);
  }

  /** Lets go of the terminal for good. */
  close(): void {
    this.#interface?.close();
  }

  async #ask(question: string): Promise<string | undefined> {
    try {
      return await this.#next(question, true);
    } catch (error) {
      if (error instanceof LineInterrupted) return undefined;
      throw error;
    }
  }

  #next(prompt: string, asking: boolean): Promise<string | undefined> {
    const early = asking ? undefined : this.#early.shift();
    if (early !== undefined) {
      process.stderr.write(`${prompt}${early}\n`);
      return Promise.resolve(early);
    }
    const reader = (this.#interface ??= this.#open());
    this.#asking = asking;
    reader.setPrompt(prompt);
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject };
      setRaw(true);
      reader.resume();
      reader.prompt();
    });
  }

  #open(): Interface {
    const reader = createInterface({
      input: process.stdin,
      output: this.#screen,
      terminal: true,
      history: this.#history,
      historySize: historyLimit,
      removeHistoryDuplicates: true,
      completer: (line: string, callback: (error: null, result: [string[], string]) => void) => {
        if (this.#asking || !this.editing) callback(null, [[], line]);
        else void this.#options.completer(line).then((result) => callback(null, result));
      },
    });
    reader.on("history", (history) => {
      this.#keep(history);
    });
    reader.on("line", (line) => {
      const waiter = this.#rest();
      if (waiter === undefined) this.#early.push(line);
      else waiter.resolve(line);
    });
    reader.on("SIGINT", () => {
      // What was typed so far is gone, as in other shells.
      reader.write(null, { ctrl: true, name: "e" });
      reader.write(null, { ctrl: true, name: "u" });
      if (!this.#screen.muted) process.stderr.write("^C\n");
      this.#early.length = 0;
      this.#rest()?.reject(new LineInterrupted("^C"));
    });
    reader.on("close", () => {
      this.#interface = undefined;
      this.#rest()?.resolve(undefined);
    });
    return reader;
  }

  /** Nobody waits any more: the terminal is as it was. */
  #rest(): { resolve(line: string | undefined): void; reject(error: Error): void } | undefined {
    const waiter = this.#waiter;
    this.#waiter = undefined;
    if (waiter !== undefined) {
      this.#interface?.pause();
      setRaw(false);
    }
    return waiter;
  }

  /** The line that readline has just added stays as it may be kept, or not at all. */
  #keep(history: string[]): void {
    const [line] = history;
    if (line !== undefined) {
      const kept = this.#asking || !this.editing ? undefined : withoutSecrets(line);
      if (kept === undefined) history.shift();
      else {
        history[0] = kept;
        this.#options.onHistory(kept);
      }
    }
    this.#history = [...history];
  }
}

function setRaw(raw: boolean): void {
  if (process.stdin.isTTY && process.stdin.isRaw !== raw) process.stdin.setRawMode(raw);
}

/** The screen, on which what is typed is not shown while it is muted. */
class Screen extends Writable {
  muted = false;

  constructor() {
    super({ decodeStrings: false });
    process.stdout.on("resize", () => this.emit("resize"));
  }

  get columns(): number {
    return process.stdout.columns;
  }

  get rows(): number {
    return process.stdout.rows;
  }

  override _write(chunk: string | Uint8Array, _encoding: BufferEncoding, done: () => void): void {
    if (!this.muted) process.stdout.write(chunk);
    done();
  }
}
