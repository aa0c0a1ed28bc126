// Worker threads that do one thing at a time, together: begun at once, ended with the last. Threads are kept for the next
// crew: a new one's code is slow until it is compiled, and who comes first would be measured with it.
import { once } from "node:events";
import { Worker } from "node:worker_threads";

/** What a crew has done. @typedef {{ seconds: number, total: number }} Done */

/** Milliseconds that one job may take before the run counts as hung. */
const longestJob = 300_000;

/** Threads without work, by their module; they do not keep the process. @type {Map<string, Worker[]>} */
const idle = new Map();

/** Workers of one kind, until `dismiss`. */
export class Crew {
  #file;
  #workers;
  #isSound = true;

  /** @param {URL} file The module that they run. @param {number} count How many. */
  constructor(file, count) {
    this.#file = file.href;
    this.#workers = Array.from({ length: count }, () => idle.get(file.href)?.pop() ?? hire(file));
    for (const worker of this.#workers) worker.ref();
  }

  /**
   * Has all of them do it.
   *
   * @param {string} action @param {(thread: number) => object} [messageFor] What each is told.
   * @returns {Promise<Done>} From now to the end of the last; `total` is the sum of what they answered.
   * @throws {Error} With what the first said that failed.
   */
  async do(action, messageFor = () => ({})) {
    const begun = process.hrtime.bigint();
    try {
      const messages = this.#workers.map((_, thread) => ({ action, message: messageFor(thread) }));
      const answers = await Promise.all(this.#workers.map((worker, thread) => ask(worker, messages[thread])));
      const last = answers.reduce((latest, { ended }) => (ended > latest ? ended : latest), begun);
      return { seconds: Number(last - begun) / 1e9, total: answers.reduce((sum, { value }) => sum + value, 0) };
    } catch (error) {
      this.#isSound = false;
      throw error;
    }
  }

  /** Lets them go; after a failure nobody knows what they are at, and the threads end. */
  async dismiss() {
    const workers = this.#workers.splice(0);
    if (!this.#isSound) return void (await Promise.all(workers.map((worker) => worker.terminate())));
    for (const worker of workers) worker.unref();
    idle.set(this.#file, [...(idle.get(this.#file) ?? []), ...workers]);
  }
}

/** @param {URL} file */
function hire(file) {
  return new Worker(file).setMaxListeners(20).on("error", () => undefined);
}

/** @param {Worker} worker @param {object} message */
async function ask(worker, message) {
  const patience = AbortSignal.timeout(longestJob);
  const asked = new AbortController();
  const signal = AbortSignal.any([patience, asked.signal]);
  const answer = once(worker, "message", { signal });
  const ended = once(worker, "exit", { signal }).then(() => {
    throw new Error("a worker of the load ended");
  });
  answer.catch(() => undefined);
  ended.catch(() => undefined);
  worker.postMessage(message);
  try {
    const [{ failure, ...rest }] = await Promise.race([answer, ended]);
    if (failure !== undefined) throw new Error(failure);
    return rest;
  } catch (error) {
    throw patience.aborted ? new Error("the server stopped answering", { cause: error }) : error;
  } finally {
    asked.abort();
  }
}
