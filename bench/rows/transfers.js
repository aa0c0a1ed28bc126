// Large files: one session, and four at once; in the clear and under TLS; and a listing, which is a transfer too.
import { FtpLoad } from "../load/ftp-load.js";
import { join } from "node:path";
import { observe, rate, throughput } from "./row.js";

/** The file that is read. */
const bigName = "big.bin";
const provideBig = (place, { file }) => place.provideFile(join(place.root, bigName), file);
const row = (/** @type {string} */ name) => /** @type {const} */ ({ name, unit: "MB/s", better: "more", per: "GB" });

/** @param {import("./row.js").Server & { secure?: boolean }} server @param {number} sessions @param {(load: FtpLoad) => Promise<any>} work */
async function withSessions(server, sessions, work) {
  const load = await FtpLoad.open(server, { sessions });
  try {
    return await work(load);
  } finally {
    await load.close();
  }
}

/** @returns {import("./row.js").Work} */
function retrieving({ name, sessions, countOf, secure = false }) {
  return {
    rows: [row(name)],
    prepare: provideBig,
    run: (server, sizes) =>
      withSessions({ ...server, secure }, sessions, async (load) => {
        const job = { name: "retrieve", verb: "RETR", path: bigName, size: sizes.file, count: countOf(sizes) };
        return { [name]: throughput(await observe(server, () => load.run(job))) };
      }),
  };
}

/** @returns {import("./row.js").Work} */
function storing({ name, sessions, countOf, sizeOf, secure = false }) {
  return {
    rows: [row(name)],
    run: (server, sizes) =>
      withSessions({ ...server, secure }, sessions, async (load) => {
        const job = { name: "store", size: sizeOf(sizes), count: countOf(sizes) };
        const observed = await observe(server, () => load.run(job));
        await load.run({ name: "removeLarge" });
        return { [name]: throughput(observed) };
      }),
  };
}

/** In the clear. */
export const transferWorks = [
  retrieving({ name: "retr", sessions: 1, countOf: ({ retrievals }) => retrievals }),
  retrieving({ name: "retr-4", sessions: 4, countOf: ({ retrievalsAtOnce }) => retrievalsAtOnce }),
  storing({ name: "stor", sessions: 1, countOf: ({ stores }) => stores, sizeOf: ({ file }) => file }),
  storing({
    name: "stor-4",
    sessions: 4,
    countOf: ({ storesAtOnce }) => storesAtOnce,
    sizeOf: ({ fileAtOnce }) => fileAtOnce,
  }),
];

const secureCount = ({ secureTransfers }) => secureTransfers;

/** Under TLS. */
export const secureWorks = [
  retrieving({ name: "tls-retr", sessions: 1, countOf: secureCount, secure: true }),
  storing({ name: "tls-stor", sessions: 1, countOf: secureCount, sizeOf: ({ file }) => file, secure: true }),
];

const folderOf = ({ entries }) => `many${entries}`;

/** A folder of many files. @type {import("./row.js").Work} */
export const listingWork = {
  rows: [{ name: "list-10000", unit: "/s", better: "more", per: "1000" }],
  prepare: (place, sizes) => place.provideFolder(folderOf(sizes), sizes.entries),
  run: (server, sizes) =>
    withSessions(server, 1, async (load) => {
      const job = { name: "retrieve", verb: "LIST", path: folderOf(sizes), count: sizes.listings };
      const observed = await observe(server, () => load.run(job));
      // A line of a listing has a name of 15 letters, and more.
      if (observed.octets < sizes.entries * sizes.listings * 15) throw new Error("the listing is not whole");
      return { "list-10000": rate(observed) };
    }),
};
