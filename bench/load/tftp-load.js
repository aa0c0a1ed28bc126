// TFTP clients in worker threads: the load that the TFTP rows put on a server.
import { availableParallelism } from "node:os";
import { Crew } from "./crew.js";

const worker = new URL("tftp-worker.js", import.meta.url);

/**
 * Runs transfers.
 *
 * @param {{ host: string, port: number }} server
 * @param {{ put?: boolean, name: string, size?: number, count: number, atOnce?: number, blockSize?: number, windowSize?: number }} job
 * `size` in octets: of what is written, or that what is read must have. Writers write `name-0`, `name-1` and so on.
 * @param {<T>(work: () => Promise<T>) => Promise<T>} [observe] Has the work done, once the threads are there.
 * @returns {Promise<any>} What `observe` gives; it is given `{ seconds, octets, count }`.
 */
export async function runTftpLoad({ host, port }, job, observe = (work) => work()) {
  const { put = false, atOnce = 1, blockSize = 512, windowSize = 1, ...rest } = job;
  const threads = Math.min(atOnce, availableParallelism());
  const ids = Array.from({ length: atOnce }, (_, id) => id);
  const crew = new Crew(
    worker,
    Array.from({ length: threads }, (_, thread) => ({ atOnce, ids: ids.filter((id) => id % threads === thread) })),
  );
  try {
    // An empty job starts threads and modules.
    const request = { host, port, put, blockSize, windowSize };
    await crew.do("run", { ...request, name: "", count: 0 });
    return await observe(async () => {
      const { seconds, total } = await crew.do("run", { ...request, ...rest });
      return { seconds, octets: total, count: rest.count };
    });
  } finally {
    await crew.dismiss();
  }
}
