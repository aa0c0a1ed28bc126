/**
 * A thread that counts hashes, so that the event loop need not: it begins with the first large file, serves all that come
 * meanwhile, and ends when nothing was hashed for a while. Files are read on this side; their octets go there and their
 * memory comes back.
 */
import { Worker } from "node:worker_threads";
import type { ReadableFile } from "../../bytes/index.ts";
import type { HashAlgorithm } from "../../protocol/index.ts";
import type { DigestOptions } from "./digest-readable.ts";

/** Octets that are sent to the thread at once. */
const pieceSize = 512 * 1024;
/** Pieces of one file that are under way: one is read while the other is hashed. */
const piecesInFlight = 2;
/** Milliseconds without work after which the thread ends. */
const idleTime = 10_000;

/**
 * What the thread runs. It is text, and not a file of its own, so that it is there wherever the library is bundled to. In
 * order, for each job: `begin`, any number of `octets`, then `end` or `drop`.
 */
const program = `
const { parentPort } = require("node:worker_threads");
const { createHash } = require("node:crypto");
const { crc32 } = require("node:zlib");
const jobs = new Map();

function begin(algorithm) {
  if (algorithm === "CRC32") {
    let value = 0;
    return {
      update: (octets) => { value = crc32(octets, value); },
      digits: () => value.toString(16).padStart(8, "0"),
    };
  }
  const hash = createHash(algorithm.replace("-", "").toLowerCase());
  return { update: (octets) => hash.update(octets), digits: () => hash.digest("hex") };
}

parentPort.on("message", ({ job, kind, algorithm, memory, length }) => {
  if (kind === "begin") jobs.set(job, begin(algorithm));
  else if (kind === "octets") {
    jobs.get(job).update(new Uint8Array(memory, 0, length));
    parentPort.postMessage({ job, memory }, [memory]);
  } else {
    if (kind === "end") parentPort.postMessage({ job, digits: jobs.get(job).digits() });
    jobs.delete(job);
  }
});
`;

/** What comes from the thread. */
interface Answer {
  readonly job: number;
  /** A piece that was hashed: its memory is free again. */
  readonly memory?: ArrayBuffer;
  readonly digits?: string;
}

/** One file that is being hashed. */
class Job {
  readonly #free: ArrayBuffer[] = [];
  #made = 0;
  #digits: string | undefined;
  #fault: Error | undefined;
  #wake: (() => void) | undefined;

  take({ memory, digits }: Answer): void {
    if (memory !== undefined) this.#free.push(memory);
    this.#digits = digits;
    this.#wake?.();
  }

  fail(cause: Error): void {
    this.#fault = cause;
    this.#wake?.();
  }

  /** Memory to read the next piece into; waits until there is some. */
  async memory(): Promise<ArrayBuffer> {
    if (this.#free.length === 0 && this.#made < piecesInFlight) {
      this.#made++;
      return new ArrayBuffer(pieceSize);
    }
    return this.#until(() => this.#free.pop());
  }

  /** The hash; waits until it is there. */
  digits(): Promise<string> {
    return this.#until(() => this.#digits);
  }

  async #until<T>(find: () => T | undefined): Promise<T> {
    for (;;) {
      if (this.#fault !== undefined) throw this.#fault;
      const found = find();
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

/** The thread, or none as long as there is nothing to hash. */
export class HashThread {
  readonly #jobs = new Map<number, Job>();
  readonly #idleTime: number;
  #worker: Worker | undefined;
  #idle: NodeJS.Timeout | undefined;
  #lastJob = 0;

  /** @param idle - Milliseconds without work after which the thread ends. */
  constructor(idle: number = idleTime) {
    this.#idleTime = idle;
  }

  /** Whether there is a thread now. */
  get running(): boolean {
    return this.#worker !== undefined;
  }

  /**
   * Hashes what an open file holds from where it stands.
   *
   * @returns Lower-case hexadecimal digits.
   * @throws What reading throws; the signal's reason; Error when the thread cannot run.
   */
  async hash(
    file: Pick<ReadableFile, "read">,
    algorithm: HashAlgorithm,
    { length = Infinity, signal, onBytes }: DigestOptions = {},
  ): Promise<string> {
    const worker = this.#use();
    const number = ++this.#lastJob;
    const job = new Job();
    this.#jobs.set(number, job);
    let last = "drop";
    try {
      worker.postMessage({ job: number, kind: "begin", algorithm });
      for (let left = length; left > 0;) {
        const memory = await job.memory();
        const count = await file.read(new Uint8Array(memory, 0, Math.min(pieceSize, left)));
        signal?.throwIfAborted();
        if (count === 0) break;
        worker.postMessage({ job: number, kind: "octets", memory, length: count }, [memory]);
        left -= count;
        onBytes?.(count);
      }
      last = "end";
    } finally {
      worker.postMessage({ job: number, kind: last });
      if (last === "drop") this.#finish(number);
    }
    try {
      return await job.digits();
    } finally {
      this.#finish(number);
    }
  }

  #use(): Worker {
    clearTimeout(this.#idle);
    const worker = this.#worker ?? this.#start();
    // Work under way holds the process; a thread that waits for some does not.
    worker.ref();
    return worker;
  }

  #start(): Worker {
    const worker = new Worker(program, { eval: true, execArgv: [], name: "twinport hashes" });
    worker.on("message", (answer: Answer) => this.#jobs.get(answer.job)?.take(answer));
    worker.on("error", (cause) => this.#lose(worker, cause instanceof Error ? cause : new Error(String(cause))));
    worker.on("exit", () => this.#lose(worker, new Error("The thread that hashes has ended")));
    this.#worker = worker;
    return worker;
  }

  #lose(worker: Worker, cause: Error): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    for (const job of this.#jobs.values()) job.fail(cause);
  }

  #finish(job: number): void {
    this.#jobs.delete(job);
    const worker = this.#worker;
    if (this.#jobs.size > 0 || worker === undefined) return;
    worker.unref();
    this.#idle = setTimeout(() => {
      this.#worker = undefined;
      void worker.terminate();
    }, this.#idleTime);
    this.#idle.unref();
  }
}
