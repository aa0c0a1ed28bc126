// Sessions of FTP clients in worker threads: the load that the FTP rows put on a server.
import { availableParallelism } from "node:os";
import { Crew } from "./crew.js";

const worker = new URL("ftp-worker.js", import.meta.url);

/**
 * A job of `ftp-jobs.js`, and how often it is done by all sessions together.
 *
 * @typedef {{ name: string, count?: number, verb?: string, path?: string, size?: number }} Job
 */

/** Sessions that are open, until `close`. */
export class FtpLoad {
  #crew;

  /** @param {Crew} crew */
  constructor(crew) {
    this.#crew = crew;
  }

  /**
   * @param {import("./ftp-session.js").Target} target
   * @param {{ sessions?: number, threads?: number, isOpen?: boolean }} options Sessions on so many threads (default: one
   * each, but no more than there are cores). With `isOpen: false` none is opened: a job opens its own.
   */
  static async open({ host, port, user, password, secure = false }, { sessions = 1, threads, isOpen = true } = {}) {
    const target = { host, port, user, password, secure };
    const used = threads ?? Math.min(sessions, availableParallelism());
    const ids = Array.from({ length: sessions }, (_, id) => id);
    const data = Array.from({ length: used }, (_, thread) => {
      return { target, sessions, isOpen, ids: ids.filter((id) => id % used === thread) };
    });
    const load = new FtpLoad(new Crew(worker, data));
    try {
      await load.#crew.do("open");
    } catch (error) {
      await load.#crew.dismiss();
      throw error;
    }
    return load;
  }

  /** @param {Job} job @returns {Promise<{ seconds: number, octets: number, count: number }>} */
  async run({ count = 1, ...job }) {
    const { seconds, total } = await this.#crew.do("run", { count, ...job });
    return { seconds, octets: total, count };
  }

  /** Says goodbye on all sessions. */
  async close() {
    await this.#crew.do("close").catch(() => undefined);
    await this.#crew.dismiss();
  }
}
