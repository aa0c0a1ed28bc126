// A worker's end of a crew: one message in, one answer out, with the moment at which the work ended. The clock is the
// process's own, so that threads can compare theirs.
import { parentPort, workerData } from "node:worker_threads";

/**
 * Serves what `make` gives: functions by the name of a message, each of which answers a number.
 *
 * @param {(data: any) => Record<string, (message: any) => Promise<number>>} make
 */
export function serveJobs(make) {
  const actions = make(workerData);
  parentPort.on("message", async ({ action, message }) => {
    try {
      const value = await actions[action](message);
      parentPort.postMessage({ ended: process.hrtime.bigint(), value });
    } catch (error) {
      parentPort.postMessage({ failure: error instanceof Error ? error.message : String(error) });
    }
  });
}
