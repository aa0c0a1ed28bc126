// Worker threads that do one thing at a time, together: begun at once, ended with the last.
import { once } from "node:events";
import { Worker } from "node:worker_threads";

/** What a crew has done. @typedef {{ seconds: number, total: number }} Done */

/** Milliseconds that one job may take before the run counts as hung. */
const longestJob = 300_000;

/** Workers of one kind. */
export class Crew {
  #workers;

  /**
   * @param {URL} file The module that they run.
   * @param {readonly object[]} data What each is given.
   */
  constructor(file, data) {
    this.#workers = data.map((workerData) => new Worker(file, { workerData }));
    for (const worker of this.#workers) worker.setMaxListeners(20).on("error", () => undefined);
  }

  /**
   * Has all of them do it.
   *
   * @param {string} action @param {object} [message]
   * @returns {Promise<Done>} From now to the end of the last; `total` is the sum of what they answered.
   * @throws {Error} With what the first said that failed.
   */
  async do(action, message) {
    const begun = process.hrtime.bigint();
    const answers = await Promise.all(this.#workers.map((worker) => ask(worker, { action, message })));
    const last = answers.reduce((latest, { ended }) => (ended > latest ? ended : latest), begun);
    return { seconds: Number(last - begun) / 1e9, total: answers.reduce((sum, { value }) => sum + value, 0) };
  }

  /** Ends the threads, whatever they do. */
  async dismiss() {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}

/** @param {Worker} worker @param {object} message */
async function ask(worker, message) {
  const patience = AbortSignal.timeout(longestJob);
  const crashed = new AbortController();
  const ended = once(worker, "exit", { signal: crashed.signal }).then(() => {
    throw new Error("a worker of the load ended");
  });
  const answer = once(worker, "message", { signal: patience }).catch((error) => {
    throw patience.aborted ? new Error("the server stopped answering", { cause: error }) : error;
  });
  ended.catch(() => undefined);
  worker.postMessage(message);
  try {
    const [{ failure, ...rest }] = await Promise.race([answer, ended]);
    if (failure !== undefined) throw new Error(failure);
    return rest;
  } finally {
    crashed.abort();
    answer.catch(() => undefined);
  }
}
