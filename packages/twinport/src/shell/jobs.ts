/** What runs beside the shell: jobs, and the queue, whose jobs run one after the other. */
import { interruption, UsageError } from "../exit-codes.ts";
import { JobView } from "./transfer-view.ts";

/** Jobs that are there at once. */
export const jobLimit = 10_000;

/** How a job is. */
export type JobState = "queued" | "running" | "done" | "failed";

/** A job. */
export interface Job {
  readonly id: number;
  /** As it was typed. */
  readonly source: string;
  readonly queued: boolean;
  readonly view: JobView;
  readonly state: JobState;
  /** The exit code, once it has ended. */
  readonly finished: Promise<number>;
}

/** Runs a job's commands. @returns The exit code; never rejects. */
export type JobRunner = (signal: AbortSignal, view: JobView) => Promise<number>;

interface Entry extends Job {
  state: JobState;
  readonly run: JobRunner;
  readonly abort: AbortController;
  readonly settle: (code: number) => void;
}

/** The jobs of a shell. */
export class Jobs {
  readonly #entries = new Map<number, Entry>();
  readonly #tell: (text: string) => void;
  #next = 1;
  #paused = false;
  /** The exit code of the last job that failed; 0 when none did. */
  failure = 0;

  /** @param tell - Tells that a job has ended, and what it has to say. */
  constructor(tell: (text: string) => void) {
    this.#tell = tell;
  }

  /** The jobs that have not ended, oldest first. */
  get list(): readonly Job[] {
    return [...this.#entries.values()];
  }

  /** Whether the queue is stopped. */
  get paused(): boolean {
    return this.#paused;
  }

  /** Begins a job, or puts it into the queue. @throws UsageError when there are too many. */
  add(source: string, run: JobRunner, queued: boolean): Job {
    if (this.#entries.size >= jobLimit) throw new UsageError(`There may be ${jobLimit} jobs`);
    const id = this.#next++;
    let settle: (code: number) => void = () => undefined;
    const finished = new Promise<number>((resolve) => (settle = resolve));
    const view = new JobView((text) => this.#tell(`[${id}] ${text}`));
    const entry: Entry = {
      id,
      source,
      queued,
      view,
      state: "queued",
      finished,
      run,
      abort: new AbortController(),
      settle,
    };
    this.#entries.set(id, entry);
    if (queued) this.#advance();
    else void this.#run(entry);
    return entry;
  }

  /** Ends jobs. @throws UsageError for one that is not there. */
  kill(ids: readonly number[]): void {
    for (const id of ids) {
      const entry = this.#find(id);
      entry.abort.abort(new Error(interruption));
      if (entry.state === "queued") this.#end(entry, 0, "taken out of the queue");
    }
  }

  /** Waits for jobs. @returns The code of the last that failed, or 0. @throws The signal's reason. */
  async wait(ids: readonly number[], signal: AbortSignal): Promise<number> {
    const entries = ids.map((id) => this.#find(id));
    if (this.#paused && entries.some(({ state }) => state === "queued")) this.resume();
    const aborted = new Promise<never>((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
    });
    aborted.catch(() => undefined);
    const codes = await Promise.race([Promise.all(entries.map(({ finished }) => finished)), aborted]);
    return codes.findLast((code) => code !== 0) ?? 0;
  }

  /** Holds the queue: what runs goes on. */
  pause(): void {
    this.#paused = true;
  }

  /** Lets the queue go on. */
  resume(): void {
    this.#paused = false;
    this.#advance();
  }

  #find(id: number): Entry {
    const entry = this.#entries.get(id);
    if (entry === undefined) throw new UsageError(`There is no job ${id}; see jobs`);
    return entry;
  }

  #advance(): void {
    const queue = [...this.#entries.values()].filter(({ queued }) => queued);
    if (this.#paused || queue.some(({ state }) => state === "running")) return;
    const [first] = queue;
    if (first !== undefined) void this.#run(first);
  }

  async #run(entry: Entry): Promise<void> {
    entry.state = "running";
    const code = await entry.run(entry.abort.signal, entry.view);
    const how = code === 0 ? "Done" : entry.abort.signal.aborted ? "Killed" : "Failed";
    this.#end(entry, entry.abort.signal.aborted ? 0 : code, how);
  }

  #end(entry: Entry, code: number, how: string): void {
    entry.state = code === 0 ? "done" : "failed";
    if (code !== 0) this.failure = code;
    this.#entries.delete(entry.id);
    this.#tell(`[${entry.id}] ${how}: ${entry.source}`);
    entry.settle(code);
    this.#advance();
  }
}
