// A thread with some of the TFTP transfers that go on at once; each is followed by another until its share is done.
import { TftpTransfer } from "./tftp-transfer.js";
import { serveJobs } from "./worker-port.js";

serveJobs(({ ids, atOnce }) => ({
  async run({ count, name, ...request }) {
    const octets = await Promise.all(
      ids.map(async (/** @type {number} */ id) => {
        const share = Math.floor(count / atOnce) + (id < count % atOnce ? 1 : 0);
        let moved = 0;
        for (let at = 0; at < share; at++) {
          const transfer = new TftpTransfer({ ...request, name: request.put ? `${name}-${id}` : name });
          moved += await transfer.run();
        }
        return moved;
      }),
    );
    return octets.reduce((sum, each) => sum + each, 0);
  },
}));
