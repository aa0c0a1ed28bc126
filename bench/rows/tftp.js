// TFTP: in lock-step with small and larger blocks, in windows, many machines at once. A server that does not grant an
// option is measured with what it grants.
import { join } from "node:path";
import { runTftpLoad } from "../load/tftp-load.js";
import { observe, throughput } from "./row.js";

/**
 * @param {string} name
 * @param {(sizes: import("./sizes.js").Sizes) => { put?: boolean, size: number, count: number, atOnce?: number, blockSize?: number, windowSize?: number }} jobOf
 * @returns {import("./row.js").Work}
 */
function tftpWork(name, jobOf) {
  const fileOf = ({ put = false, size }) => (put ? "load-up.bin" : `file-${size}.bin`);
  return {
    rows: [{ name, unit: "MB/s", better: "more", per: "GB" }],
    prepare: (place, sizes) => {
      const job = jobOf(sizes);
      if (job.put !== true) place.provideFile(join(place.tftp, fileOf(job)), job.size);
    },
    run: async (server, sizes) => {
      const job = jobOf(sizes);
      const load = { ...job, name: fileOf(job) };
      return { [name]: throughput(await runTftpLoad(server, load, (work) => observe(server, work))) };
    },
  };
}

export const tftpWorks = [
  tftpWork("tftp-get-65464-w4", ({ tftpLargeFile: size, tftpWindows: count }) => {
    return { size, count, blockSize: 65_464, windowSize: 4 };
  }),
  tftpWork("tftp-get-1428-w16", ({ tftpLargeFile: size, tftpWindows: count }) => {
    return { size, count, blockSize: 1428, windowSize: 16 };
  }),
  tftpWork("tftp-get-512", ({ tftpFile: size, tftpSmallBlocks: count }) => ({ size, count })),
  tftpWork("tftp-get-1428", ({ tftpLargeFile: size }) => ({ size, count: 1, blockSize: 1428 })),
  tftpWork("tftp-put-1428", ({ tftpFile: size, tftpWrites: count }) => ({ put: true, size, count, blockSize: 1428 })),
  tftpWork("tftp-boot-50", ({ tftpFile: size, boots: count, bootsAtOnce: atOnce }) => {
    return { size, count, atOnce, blockSize: 1428 };
  }),
];
