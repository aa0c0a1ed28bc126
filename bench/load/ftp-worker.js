// A thread with one client session or several. It is told to open them, to do a job, and to close them; for a job it
// answers when its last session was done.
import { commandLine, FtpSession } from "./ftp-session.js";
import { ftpJobs } from "./ftp-jobs.js";
import { serveJobs } from "./worker-port.js";

/** Those of the load that is open now. @type {import("./ftp-jobs.js").Worker[]} */
let workers = [];

serveJobs({
  async open({ target, ids, isOpen }) {
    workers = ids.map((/** @type {number} */ id) => ({ id, target, session: undefined }));
    for (const worker of isOpen ? workers : []) {
      worker.session = await FtpSession.open(target);
      await worker.session.command(commandLine("TYPE I"), "2");
    }
    return workers.length;
  },
  async run({ name, sessions, ...job }) {
    const shares = workers.map((worker) => ({
      worker,
      share: { ...job, count: Math.floor(job.count / sessions) + (worker.id < job.count % sessions ? 1 : 0) },
    }));
    const octets = await Promise.all(shares.map(({ worker, share }) => ftpJobs[name](worker, share)));
    return octets.reduce((sum, each) => sum + each, 0);
  },
  async close() {
    await Promise.all(workers.map(({ session }) => session?.close()));
    return 0;
  },
});
