// A thread with one client session or several. It is told to open them, to do a job, and to close them; for a job it
// answers when its last session was done.
import { commandLine, FtpSession } from "./ftp-session.js";
import { ftpJobs } from "./ftp-jobs.js";
import { serveJobs } from "./worker-port.js";

serveJobs(({ target, ids, sessions, isOpen }) => {
  const workers = ids.map((/** @type {number} */ id) => ({ id, target, session: undefined }));
  return {
    async open() {
      if (!isOpen) return 0;
      for (const worker of workers) {
        worker.session = await FtpSession.open(target);
        await worker.session.command(commandLine("TYPE I"), "2");
      }
      return workers.length;
    },
    async run({ name, ...job }) {
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
  };
});
