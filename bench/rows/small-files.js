// Small files, each with a data connection of its own: stored, read again, removed, by one session and by eight.
import { FtpLoad } from "../load/ftp-load.js";
import { observe, rate } from "./row.js";

/** @returns {import("./row.js").Work} */
function smallFiles(suffix, sessions, countOf) {
  const [stored, retrieved] = [`small-stor${suffix}`, `small-retr${suffix}`];
  return {
    rows: [stored, retrieved].map((name) => ({ name, unit: "files/s", better: "more", per: "1000" })),
    run: async (server, sizes) => {
      const load = await FtpLoad.open(server, { sessions });
      const job = { count: countOf(sizes), size: sizes.smallFile };
      try {
        const storing = await observe(server, () => load.run({ name: "storeSmall", ...job }));
        const retrieving = await observe(server, () => load.run({ name: "retrieveSmall", ...job }));
        await load.run({ name: "removeSmall", ...job });
        return { [stored]: rate(storing), [retrieved]: rate(retrieving) };
      } finally {
        await load.close();
      }
    },
  };
}

export const smallFileWorks = [
  smallFiles("", 1, ({ smallFiles: count }) => count),
  smallFiles("-8", 8, ({ smallFilesAtOnce }) => smallFilesAtOnce),
];
