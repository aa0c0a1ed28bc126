// `npm run test:long [FILE...]`: what takes longer than a gate may: huge files, lines that lose packets or are cut, real
// firmware that boots, a soak, thousands of sessions, a server that is killed, real peers, and 15 minutes of fuzz.
//
// One file after the other, each in a process of its own: one that fails, or does not end, keeps none of the others from being
// run. Tells of each how long it took, and all of it once more at the end. FILE is a part of a file's name, or `fuzz`; what is
// neither goes to vitest.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { ensureBuilt, ensureInstalled, root } from "./bootstrap.js";
import { ensureFirmware } from "./firmware-packages.js";
import { ensurePeers } from "./peers.js";
import { runFuzz } from "./run-fuzz.js";
import { printCounts, runVitest } from "./run-tests.js";

/** Seconds of fuzz. */
const fuzzFor = 900;
/** Milliseconds after which a file is ended. The slowest waits for TFTP over a line that loses packets, an hour or so. */
const longest = 100 * 60_000;

const all = readdirSync(join(root, "test/long"))
  .filter((name) => name.endsWith(".test.ts"))
  .sort()
  .map((name) => `test/long/${name}`);
const asked = process.argv.slice(2);
const named = (part) => [...all, "fuzz"].filter((name) => name.includes(part));
const forVitest = asked.filter((argument) => named(argument).length === 0);
const chosen = asked.some((argument) => named(argument).length > 0)
  ? [...all, "fuzz"].filter((name) => asked.some((argument) => name.includes(argument)))
  : forVitest.length > 0
    ? all
    : [...all, "fuzz"];

ensureInstalled();
ensureBuilt();
ensurePeers("test:long");
ensureFirmware();

const told = [];
for (const name of chosen) {
  const begun = performance.now();
  const counts = name === "fuzz" ? fuzz() : runVitest(["long"], [...forVitest, name], { timeout: longest });
  const seconds = Math.round((performance.now() - begun) / 1000);
  const time = `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
  const line = `${counts.failed > 0 ? "FAILED" : "passed"}  ${time.padStart(12)}  ${name}: ${counts.passed} passed, ${counts.failed} failed`;
  told.push({ counts, line });
  process.stdout.write(`long: ${line}\n`);
}
process.stdout.write(`\n${told.map(({ line }) => line).join("\n")}\n`);
process.exit(printCounts(told.map(({ counts }) => counts)));

function fuzz() {
  return runFuzz(fuzzFor) ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}
