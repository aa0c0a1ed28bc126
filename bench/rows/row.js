// What a row is, and how one figure of it is taken.
import { usageOf, watchChildren } from "../servers/usage.js";

/**
 * A row of the tables. `per` is what the processor's seconds are told for: a gigabyte (10⁹ octets), or a thousand.
 *
 * @typedef {{ name: string, unit: string, better: "more" | "less", per?: "GB" | "1000" }} Row
 */

/** One measurement: `cpu` in seconds per GB or per 1000, `memory` in octets. @typedef {{ value: number, cpu?: number, memory?: number }} Figure */

/** @typedef {import("../servers/kinds.js").Server} Server */

/**
 * Work that answers one row, or several at once. `prepare` makes what it reads, `isFresh` has each measurement get a server
 * that did nothing before.
 *
 * @typedef {{
 *   rows: readonly Row[],
 *   isFresh?: boolean,
 *   prepare?: (place: import("../servers/place.js").Place, sizes: import("./sizes.js").Sizes) => void,
 *   run: (server: any, sizes: import("./sizes.js").Sizes) => Promise<Readonly<Record<string, Figure>>>,
 * }} Work
 */

/**
 * Has work done, with what the server used for it; sessions that are open before are open still when that is read.
 *
 * @param {Server} server
 * @param {() => Promise<{ seconds: number, octets: number, count: number }>} work
 */
export async function observe(server, work) {
  if (server.forgetsChildren === true) return observeChildren(server, work);
  const before = usageOf(server.pid);
  const done = await work();
  const after = usageOf(server.pid);
  const cpu = before.cpu === undefined || after.cpu === undefined ? undefined : after.cpu - before.cpu;
  return { ...done, cpu, memory: after.memory };
}

/** @type {typeof observe} */
async function observeChildren(server, work) {
  const end = watchChildren(server.pid);
  try {
    const done = await work();
    return { ...done, cpu: end(), memory: usageOf(server.pid).memory };
  } finally {
    end();
  }
}

/** @typedef {Awaited<ReturnType<typeof observe>>} Observed */

/** In MB/s, and seconds of the processor per GB. @param {Observed} observed @returns {Figure} */
export function throughput({ seconds, octets, cpu, memory }) {
  return figure(octets / seconds / 1e6, cpu === undefined ? undefined : cpu / (octets / 1e9), memory);
}

/** In units a second, and seconds of the processor per 1000. @param {Observed} observed @returns {Figure} */
export function rate({ seconds, count, cpu, memory }) {
  return figure(count / seconds, cpu === undefined ? undefined : (cpu / count) * 1000, memory);
}

/** @returns {Figure} */
function figure(value, cpu, memory) {
  return { value, ...(cpu !== undefined && { cpu }), ...(memory !== undefined && { memory }) };
}
