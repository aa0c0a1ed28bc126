// A worker thread that is many machines which boot at once: each gets the same file by TFTP, into memory. `workerData` has the
// URL, the machines' addresses, and the ways in which they ask, in turn. Posts how many got the file with which digest, and what
// went wrong.
import { createHash } from "node:crypto";
import { parentPort, workerData } from "node:worker_threads";
import { get } from "@twinport/core/tftp";

const { url, addresses, ways } = workerData;
const digests = {};
const failures = [];

async function boot(localAddress, machine) {
  try {
    const { data } = await get(url, { localAddress, ...ways[machine % ways.length] });
    const digest = createHash("sha256").update(data).digest("hex");
    digests[digest] = (digests[digest] ?? 0) + 1;
  } catch (error) {
    failures.push(String(error));
  }
}

await Promise.all(addresses.map(boot));
parentPort?.postMessage({ digests, failures });
