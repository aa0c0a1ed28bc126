// A worker's end of a crew: one message in, one answer out, with the moment at which the work ended. The clock is the
// process's own, so that threads can compare theirs.
import { parentPort } from "node:worker_threads";

/**
 * Serves functions by the name of a message's action, each of which answers a number.
 *
 * @param {Record<string, (message: any) => Promise<number>>} actions
 */
export function serveJobs(actions) {
  parentPort.on("message", async ({ action, message }) => {
    try {
      const value = await actions[action](message);
      parentPort.postMessage({ ended: process.hrtime.bigint(), value });
    } catch (error) {
      parentPort.postMessage({ failure: error instanceof Error ? error.message : String(error) });
    }
  });
}
