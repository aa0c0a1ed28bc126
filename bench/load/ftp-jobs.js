// What a worker's sessions are told to do. A job is data, so that it can be sent to a worker; each session does its
// share, and only what is in here is timed.
import { commandLine, FtpSession } from "./ftp-session.js";

/**
 * `count` is of the session, and `id` its number among all.
 *
 * @typedef {{ verb: string, path?: string, size?: number, count: number }} FtpJob
 * @typedef {{ session: FtpSession | undefined, target: import("./ftp-session.js").Target, id: number }} Worker
 */

const noop = commandLine("NOOP");
/** A file that a session writes: large ones over and over, of small ones each its own. */
const largeName = (/** @type {number} */ id) => `load-${id}.bin`;
const smallName = (/** @type {number} */ id, /** @type {number} */ at) => `load-${id}-${at}.bin`;

/** By name of a job: does it, and gives the octets that were moved. @type {Record<string, (worker: Worker, job: FtpJob) => Promise<number>>} */
export const ftpJobs = {
  async retrieve({ session }, { verb, path, size, count }) {
    const line = commandLine(`${verb} ${path}`);
    let octets = 0;
    for (let at = 0; at < count; at++) {
      const got = await session.retrieve(line);
      if (size !== undefined && got !== size) throw new Error(`${path} came with ${got} octets, not ${size}`);
      octets += got;
    }
    return octets;
  },
  async store({ session, id }, { size = 0, count }) {
    const line = commandLine(`STOR ${largeName(id)}`);
    for (let at = 0; at < count; at++) await session.store(line, size);
    return size * count;
  },
  async removeLarge({ session, id }) {
    await session.command(commandLine(`DELE ${largeName(id)}`), "2");
    return 0;
  },
  async storeSmall({ session, id }, { size = 0, count }) {
    for (let at = 0; at < count; at++) await session.store(commandLine(`STOR ${smallName(id, at)}`), size);
    return size * count;
  },
  async retrieveSmall({ session, id }, { size = 0, count }) {
    for (let at = 0; at < count; at++) {
      const got = await session.retrieve(commandLine(`RETR ${smallName(id, at)}`));
      if (got !== size) throw new Error(`${smallName(id, at)} came back with ${got} octets, not ${size}`);
    }
    return size * count;
  },
  async removeSmall({ session, id }, { count }) {
    for (let at = 0; at < count; at++) await session.command(commandLine(`DELE ${smallName(id, at)}`), "2");
    return 0;
  },
  async noop({ session }, { count }) {
    for (let at = 0; at < count; at++) await session.command(noop, "2");
    return 0;
  },
  async login({ target }, { count }) {
    for (let at = 0; at < count; at++) await (await FtpSession.open(target)).close();
    return 0;
  },
};
